"""Edits of pictures as people make them, drawn by seed: what a metric is trained to see through."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_Pictures = NDArray[np.uint8]
"""(n, side, side, 3)."""
_GREY = np.array([0.299, 0.587, 0.114])


def edits_of(pictures: _Pictures, rng: np.random.Generator) -> list[_Pictures]:
    """Return pictures in each of several edits."""
    return [edit(pictures, rng) for edit in EDITS]


def _cropped(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    side = pictures.shape[1]
    size = int(rng.integers(round(0.55 * side), round(0.9 * side)))
    top, left = rng.integers(0, side - size + 1, 2)
    return _sized(pictures[:, top : top + size, left : left + size], side)


def _mirrored(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    return _cropped(pictures[:, :, ::-1], rng)


def _lit(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    levels = (pictures / 255.0) ** rng.uniform(0.6, 1.8) * rng.uniform(0.5, 1.1)
    return _bytes(255 * levels)


def _coloured(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    grey = (pictures @ _GREY)[..., None]
    mixed = grey + rng.uniform(0, 0.6) * (pictures[..., rng.permutation(3)] - grey)
    return _bytes(mixed)


def _boxed(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    side = pictures.shape[1]
    found, size = np.zeros_like(pictures), int(rng.integers(round(0.5 * side), round(0.85 * side)))
    top, left = rng.integers(0, side - size + 1, 2)
    found[:] = rng.integers(0, 256, 3)
    found[:, top : top + size, left : left + size] = _sized(pictures, size)
    return found


def _covered(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    side, found = pictures.shape[1], pictures.copy()
    for _ in range(3):
        height, width = rng.integers(side // 12, side // 3, 2)
        top, left = rng.integers(0, side - height), rng.integers(0, side - width)
        found[:, top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return found


def _blurred(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    side = pictures.shape[1]
    small = _sized(pictures, int(rng.integers(side // 5, side // 2)))
    return _bytes(_sized(small, side) + rng.normal(scale=rng.uniform(0, 12), size=pictures.shape))


def _turned(pictures: _Pictures, rng: np.random.Generator) -> _Pictures:
    return np.rot90(pictures, int(rng.integers(1, 4)), (1, 2))


EDITS: tuple[Callable[[_Pictures, np.random.Generator], _Pictures], ...] = (
    _cropped,
    _mirrored,
    _lit,
    _coloured,
    _boxed,
    _covered,
    _blurred,
    _turned,
)


def _sized(pictures: _Pictures, side: int) -> _Pictures:
    """Return square pictures at another side, by the nearest points."""
    places = ((np.arange(side) + 0.5) * pictures.shape[1] / side).astype(np.intp)
    return pictures[:, places][:, :, places]


def _bytes(levels: NDArray[np.float64]) -> _Pictures:
    return np.asarray(np.rint(np.clip(levels, 0, 255)), np.uint8)
