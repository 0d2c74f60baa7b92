"""Smaller (or larger) grey pictures from the 64x64 ones, by area, in exact integer arithmetic.

Every hash size derives from the one picture that the decoder hands over, so that one decode serves a whole sweep, and a
sweep's codes are those of a scan, bit for bit.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Bytes
from loopfind.settings import PICTURE_SIDE

_CHUNK = 64
"""Pictures resampled at a time: the work between the two passes stays in the processor's cache."""


@lru_cache(maxsize=256)
def weights(size: int) -> NDArray[np.float32]:
    """The share of each source pixel in each target pixel along one side: (size, 64) float32, each row sums to 1.

    Measured in units of 1 / (64 * size) of the side, target i covers [i * 64, (i + 1) * 64) and source j covers
    [j * size, (j + 1) * size): overlaps are integers and sum to 64 a row, so shares are multiples of 1/64.
    """
    target = np.arange(size)[:, None] * PICTURE_SIDE
    source = np.arange(PICTURE_SIDE)[None, :] * size
    overlap = np.minimum(target + PICTURE_SIDE, source + size) - np.maximum(target, source)
    shares: NDArray[np.float32] = np.maximum(overlap, 0).astype(np.float32) / np.float32(PICTURE_SIDE)
    shares.setflags(write=False)
    return shares


def shrink(pictures: Bytes, height: int, width: int) -> Bytes:
    """Area-resampled pictures: (n, 64, 64) uint8 -> (n, height, width) uint8, halves rounded up.

    Exact for every size, above 64 too. A result is a multiple of 1/4096 and at most 255, that is 4096 * 255 < 2**20
    units; so is every partial sum, as no weight is negative. float32 holds integers below 2**24, so a matrix product
    gives the same numbers in whatever order the machine sums, and adding a half and cutting off rounds exactly.
    """
    n = len(pictures)
    if height == width == PICTURE_SIDE:
        return pictures
    down, across = weights(height), weights(width).T
    result = np.empty((n, height, width), np.uint8)
    for first in range(0, n, _CHUNK):
        chunk = pictures[first : first + _CHUNK]
        rows = chunk.reshape(-1, PICTURE_SIDE).astype(np.float32) @ across
        small = down @ rows.reshape(len(chunk), PICTURE_SIDE, width)
        small += np.float32(0.5)
        result[first : first + _CHUNK] = small
    return result
