"""Pages: a scan or a comparison to look at, with pictures and players."""
