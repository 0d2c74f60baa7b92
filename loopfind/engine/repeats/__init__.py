"""From matches to lines, and from measured runs to repeats, loops, suspect cuts and the verdict: pure functions over
arrays."""
