"""The page: a report to look at, with its pictures and players."""
