"""The place that one picture has inside another, from a few pairs of both: by normalised cross-correlation (Lewis 1995)
over the sizes that it may have, and then, more finely, over each of its sides.

All pairs must agree on one place, as a copy that is cropped, or shown inside another picture, stays where it is.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.area import resized
from loopfind.comparison.crop_parameters import (
    EDGE_STEPS,
    FLAT,
    LEAST_AT_FIRST,
    LEAST_SIDE_SHARE,
    SIDE_SHARES,
)
from loopfind.model.crop import UNCROPPED, Crop
from loopfind.model.dtypes import Floats

GreyPictures = NDArray[np.float32]
"""(n, side, side) grey levels."""

_COARSE, _FINE = 80, 40
"""Sides in pixels of the pictures in which a place is looked for first, and of what is compared finely."""
_LEAST_SIDE, _AROUND = 10, 4
"""Pixels of a side that a place has at the least, and to each side of a pixel, of which a mean is taken."""
_ROUNDS = 8


def place_of(small: GreyPictures, large: GreyPictures, ratios: tuple[float, ...]) -> tuple[Crop, Floats] | None:
    """Return the part of the large pictures that the small ones show, and the correlation (n,) of each pair there; None
    where there is no such part.

    small, large: (n, side, side), pairs, both stretched to a square. ratios: heights by width that the part may have,
    as shares of the sides.
    """
    coarse = _coarse_place(small, large, ratios)
    if coarse is None:
        return None
    seen = _detail(resized(small, UNCROPPED, _FINE, _FINE))
    at, best = coarse, float(_agreement(seen, large, coarse).mean())
    for step in EDGE_STEPS:
        for _ in range(_ROUNDS):
            before = best
            for other in _moved(at, step):
                worth = float(_agreement(seen, large, other).mean())
                if worth > best:
                    at, best = other, worth
            if best == before:
                break
    return at, _agreement(seen, large, at)


def _coarse_place(small: GreyPictures, large: GreyPictures, ratios: tuple[float, ...]) -> Crop | None:
    """Return the best part by a first look, None where none stands out."""
    field = _detail(resized(large, UNCROPPED, _COARSE, _COARSE))
    spectrum = np.fft.rfft2(field)
    sums = np.zeros((_COARSE + 1, _COARSE + 1))
    sums[1:, 1:] = np.square(field).sum(0).cumsum(0).cumsum(1)
    best, found = LEAST_AT_FIRST, None
    for size in np.geomspace(LEAST_SIDE_SHARE, 1.0, SIDE_SHARES).tolist():
        for ratio in ratios:
            across, down = round(size * _COARSE), round(size * ratio * _COARSE)
            if not (_LEAST_SIDE <= across <= _COARSE and _LEAST_SIDE <= down <= _COARSE):
                continue
            template = _detail(resized(small, UNCROPPED, down, across))
            crossed = np.fft.irfft2(
                (spectrum * np.conj(np.fft.rfft2(template, (_COARSE, _COARSE)))).sum(0), (_COARSE, _COARSE)
            )[: _COARSE - down + 1, : _COARSE - across + 1]
            held = sums[down:, across:] - sums[:-down, across:] - sums[down:, :-across] + sums[:-down, :-across]
            floor = FLAT**2 * len(small) * across * down
            shares = crossed / np.sqrt(np.maximum(held, floor) * max(float(np.square(template).sum()), floor))
            top, left = np.unravel_index(int(np.argmax(shares)), shares.shape)
            if shares[top, left] > best:
                best = float(shares[top, left])
                found = Crop(left / _COARSE, top / _COARSE, across / _COARSE, down / _COARSE)
    return found


def _moved(crop: Crop, step: float) -> Iterator[Crop]:
    """Yield the part moved, and with each of its edges moved, by a share of its side, as far as it stays inside."""
    across, down = step * crop.width, step * crop.height
    right, bottom = crop.left + crop.width, crop.top + crop.height
    edges = [
        (crop.left + a * across, crop.top + b * down, right + c * across, bottom + d * down) for a, b, c, d in _WAYS
    ]
    for edge in edges:
        left, top, far, low = np.clip(edge, 0.0, 1.0).tolist()
        if min(far - left, low - top) * _COARSE >= _LEAST_SIDE:
            yield Crop(left, top, far - left, low - top)


_WAYS = tuple(
    tuple(sign * way for way in ways)
    for ways in (
        (1, 0, 1, 0), (0, 1, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1),
        (1, 0, -1, 0), (0, 1, 0, -1), (1, 1, -1, -1),
    )
    for sign in (1, -1)
)  # fmt: skip
"""By how many steps the left, top, right and bottom edges are moved."""


def _agreement(seen: GreyPictures, large: GreyPictures, crop: Crop) -> Floats:
    """Return the correlation (n,) of the detail of each small picture with that of a part of its large one."""
    one = seen.reshape(len(seen), -1)
    other = _detail(resized(large, crop, _FINE, _FINE)).reshape(len(seen), -1)
    floor = FLAT**2 * one.shape[1]
    lengths = np.maximum(np.square(one).sum(1), floor) * np.maximum(np.square(other).sum(1), floor)
    return np.asarray((one * other).sum(1) / np.sqrt(lengths), np.float64)


def _detail(pictures: GreyPictures) -> GreyPictures:
    """Return pictures (n, h, w) less the mean of the cells around each: light and shade at large say little."""
    before, after, wide = _AROUND + 1, _AROUND, 2 * _AROUND + 1
    padded = np.pad(pictures, ((0, 0), (before, after), (before, after)), "edge").astype(np.float64)
    sums = padded.cumsum(1).cumsum(2)
    around = sums[:, wide:, wide:] - sums[:, :-wide, wide:] - sums[:, wide:, :-wide] + sums[:, :-wide, :-wide]
    held = pictures - around / wide**2
    return np.asarray(held - held.mean((1, 2), keepdims=True), np.float32)
