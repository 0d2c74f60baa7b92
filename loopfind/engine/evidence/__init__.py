"""Evidence: whether a candidate is a replay, a look-alike, or undecidable, measured on the sketches frame by frame."""
