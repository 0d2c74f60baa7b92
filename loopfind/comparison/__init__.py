"""Many files: what they share, ranked, and colours warped in time."""
