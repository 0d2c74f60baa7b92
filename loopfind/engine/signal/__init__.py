"""What the engine reads off a fingerprint: motion, pictures, noise."""
