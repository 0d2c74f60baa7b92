"""Similar 64-bit codes by comparing all pairs: the plain way, and the truth for the fast one."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs
from loopfind.model.dtypes import Floats, Words

RADIUS = 8
"""Bits of 64 in which two codes may differ and still match."""


def all_pairs(
    codes: Words, times: Floats, usable: NDArray[np.bool_], apart: float, other: Words | None = None
) -> Pairs:
    """Return pairs of usable frames at least `apart` seconds from each other whose codes differ in at most RADIUS bits.

    Arguments and result are those of `similar_pairs`; time and memory grow with the square of the number of frames.
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
