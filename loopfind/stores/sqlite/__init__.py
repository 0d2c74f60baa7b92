"""Libraries in one SQLite file."""
