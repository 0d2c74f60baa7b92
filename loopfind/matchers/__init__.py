"""Ways to find alike frames: fingerprint codes in, matches out. A matcher knows a metric, never a kind."""

MATCHERS = {
    "words": "loopfind.matchers.words:match",
    "pairs": "loopfind.matchers.pairs:match",
}
"""Name of each way and where it is: a function (codes, times, usable, apart) -> Pairs."""
