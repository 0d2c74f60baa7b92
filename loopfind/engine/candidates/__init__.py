"""Ways to find alike frames: fingerprint codes in, matches out. A matcher knows a metric, never a kind."""

MATCHERS = {
    "words": "loopfind.engine.candidates.lsh:match",
    "pairs": "loopfind.engine.candidates.pairs:match",
}
"""Name of each way and where it is: a function (codes, times, usable, apart) -> Pairs."""
