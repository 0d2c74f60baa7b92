"""Dynamic time warping: where the colours or the tones of one file go the way of another's, at whatever speed."""
