"""Near-equal 64-bit codes by comparing all pairs: the plain way, for short files and as the measure of the other
ways."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs
from loopfind.model.dtypes import Floats, Words

RADIUS = 8
"""Bits of 64 in which two codes may differ and still match."""


def match(codes: Words, times: Floats, usable: NDArray[np.bool_], apart: float, other: Words | None = None) -> Pairs:
    """Pairs of usable frames at least `apart` seconds from each other whose codes differ in at most RADIUS bits.

    Arguments and result as for the matcher `words`; time and memory grow with the square of the number of frames.
    """
    frames = np.flatnonzero(usable)
    found = Pairs()
    for place, frame in enumerate(frames):
        rest = frames[place + 1 :] if other is None else frames
        against = codes if other is None else other
        near = np.bitwise_count(against[rest] ^ codes[frame]) <= RADIUS
        near &= np.abs(times[rest] - times[frame]) >= apart
        found.append(np.full(int(near.sum()), frame, np.int64), rest[near])
    return found
