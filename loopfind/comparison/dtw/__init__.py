"""Dynamic time warping of mean colours: where one file's colours go the way of another's, at whatever speed."""
