"""Parts of pictures at another size, by area."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.crop import Crop


def resized(pictures: NDArray[np.float32], crop: Crop, height: int, width: int) -> NDArray[np.float32]:
    """Return a part of pictures (n, side, side) as (n, height, width)."""
    side = pictures.shape[1]
    down, across = _shares(side, crop.top, crop.height, height), _shares(side, crop.left, crop.width, width)
    return np.asarray(down @ (pictures @ across.T), np.float32)


@lru_cache(maxsize=512)
def _shares(side: int, begin: float, length: float, count: int) -> NDArray[np.float32]:
    """Return the share (count, side) of each pixel of a side in each of `count` equal parts of a stretch of it."""
    edges = (begin + length * np.arange(count + 1) / count) * side
    pixels = np.arange(side)
    held = np.maximum(np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels), 0)
    shares = np.asarray(held / np.maximum(held.sum(1, keepdims=True), 1e-9), np.float32)
    shares.setflags(write=False)
    return shares
