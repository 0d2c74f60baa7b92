"""Repeats among coded packets, found without decoding them."""
