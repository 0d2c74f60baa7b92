"""Tables of numbers: on disk, by time, by digest."""
