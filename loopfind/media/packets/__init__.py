"""The coded packets of a file, hashed but not decoded."""
