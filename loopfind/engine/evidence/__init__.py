"""Is a candidate a replay, a look-alike, or undecidable? Measured on the sketches, frame by frame."""
