"""The path of a fixed camera through a map of what it sees."""
