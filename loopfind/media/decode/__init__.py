"""From a file to frames, each with its exact time."""
