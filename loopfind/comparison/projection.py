"""Few numbers in the place of many: a random projection, which keeps products of directions to a few hundredths
(Johnson & Lindenstrauss 1984), with signs alone (Achlioptas 2003) that are the same on every machine."""

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.likeness_parameters import COMPACT_NUMBERS
from loopfind.model.likeness import Vectors


def compacted(vectors: NDArray[Any]) -> Vectors:
    """Return vectors (n, d) as directions (n, COMPACT_NUMBERS)."""
    return unit(unit(vectors) @ _signs(vectors.shape[1]))


@lru_cache(maxsize=8)
def _signs(width: int) -> NDArray[np.float32]:
    """Return the signs (width, COMPACT_NUMBERS) of a projection."""
    size = width * COMPACT_NUMBERS // 8
    blocks = (hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(-(-size // 32)))
    bits = np.unpackbits(np.frombuffer(b"".join(blocks), np.uint8))[: width * COMPACT_NUMBERS]
    return np.asarray(2.0 * bits.reshape(width, COMPACT_NUMBERS) - 1.0, np.float32)
