"""Files of a library that look like a video at moments one behind the other, whether that proves anything or not."""

import numpy as np

from loopfind.model.candidate import IndexHits

_STEP_MS = 200
_LEAST_SECONDS = 1.0
"""Seconds at one distance in time from which a file is worth a word. Held by `benchmarks/service.py answers`: videos
that are in no file of a library have 0.4 s at the most, those that are and were called new 2.4 s and more."""
_MOST_FILES = 5


def resemblances(hits: IndexHits, asked: int) -> list[tuple[int, float]]:
    """Return files that look like another, and for how many seconds of it at one distance in time, the most first.

    hits: alike moments of that and of stored files, where they are enough to make a line. asked: its number.
    """
    hits = hits.where(hits.asked == asked)
    found = []
    for stored in np.unique(hits.stored).tolist():
        own = hits.where(hits.stored == stored)
        lag = (own.stored_ms - own.asked_ms) // _STEP_MS
        lags, counts = np.unique(lag, return_counts=True)
        near = np.abs(lag - lags[counts.argmax()]) <= 1
        seconds = len(np.unique(own.asked_ms[near] // _STEP_MS)) * _STEP_MS / 1000
        if seconds >= _LEAST_SECONDS:
            found.append((stored, round(seconds, 1)))
    return sorted(found, key=lambda one: (-one[1], one[0]))[:_MOST_FILES]
