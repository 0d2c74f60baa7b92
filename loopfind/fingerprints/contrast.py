"""The detail of a picture: how far its greys are spread."""

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Bytes
from loopfind.settings import PICTURE_SIDE

BLOCK = 256
"""Pixels summed at a time: 256 * 255**2 < 2**24, so float32 holds every sum of squares exactly."""

_CHUNK = 64


def detail(pictures: Bytes) -> NDArray[np.float32]:
    """Standard deviation of each picture in grey levels: (n, 64, 64) uint8 -> (n,) float32; 0 for a flat one.

    Sums are whole numbers and exact up to the square root, so a value does not depend on the batch or the machine.
    """
    area = PICTURE_SIDE * PICTURE_SIDE
    ones = np.ones(BLOCK, np.float32)
    result = np.empty(len(pictures), np.float32)
    for first in range(0, len(pictures), _CHUNK):
        chunk = pictures[first : first + _CHUNK]
        blocks = chunk.reshape(-1, BLOCK).astype(np.float32)
        total = (blocks @ ones).reshape(len(chunk), -1).sum(axis=1, dtype=np.float64)
        squares = np.vecdot(blocks, blocks).reshape(len(chunk), -1).sum(axis=1, dtype=np.float64)
        result[first : first + _CHUNK] = np.sqrt(area * squares - total * total) / area
    return result
