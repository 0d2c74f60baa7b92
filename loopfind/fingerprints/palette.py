"""Palettes: the dominant colours of pictures, by k-means in CIE Lab, the same every time.

After VideoSimilarity's strips of dominant colours. There a strip is compared pixel by pixel; here a palette becomes a
smooth histogram of colour, whose products do not depend on the order of colours of like share.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.fingerprints.likeness_parameters import COLOUR_SPREAD, COLOURS, PALETTE_POINTS, PALETTE_ROUNDS
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Vectors

STRIP_PIXELS = 100
"""Pixels of a strip, in which each colour takes its share."""

_GRID = tuple(np.meshgrid(np.linspace(10, 90, 6), np.linspace(-60, 60, 7), np.linspace(-60, 60, 7), indexing="ij"))
_WHITE = np.array([0.9505, 1.0, 1.089])
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_FROM_XYZ = np.linalg.inv(_TO_XYZ)


def palettes(pictures: NDArray[np.uint8]) -> Floats:
    """Return the palettes (n, COLOURS, 4) of pictures (n, side, side, 3) uint8: lightness, two colours of Lab, and the
    share of the picture, the largest share first."""
    return np.stack([_palette(picture) for picture in pictures]) if len(pictures) else np.zeros((0, COLOURS, 4))


def palette_vectors(pictures: NDArray[np.uint8]) -> Vectors:
    """Return the vectors (n, d) of the palettes of pictures."""
    whole = palettes(pictures)
    total = np.zeros((len(whole), _GRID[0].size))
    for colour in range(COLOURS):
        apart = sum(
            np.square((axis.ravel() - whole[:, colour, number, None]) / spread)
            for number, (axis, spread) in enumerate(zip(_GRID, COLOUR_SPREAD, strict=True))
        )
        near = np.exp(-0.5 * np.asarray(apart))
        total += whole[:, colour, 3, None] * near / np.maximum(near.sum(1, keepdims=True), 1e-12)
    return unit(total)


def strips(palettes_: Floats) -> NDArray[np.uint8]:
    """Return palettes (n, COLOURS, 4) as strips (n, STRIP_PIXELS, 3) of red, green and blue, to look at."""
    ends = np.round(STRIP_PIXELS * np.cumsum(palettes_[:, :, 3], 1)).astype(np.int64)
    colours = _rgb(palettes_[:, :, :3])
    found = np.zeros((len(palettes_), STRIP_PIXELS, 3), np.uint8)
    for number, row in enumerate(ends):
        found[number] = colours[number, np.minimum(np.searchsorted(row, np.arange(STRIP_PIXELS), "right"), COLOURS - 1)]
    return found


def _palette(picture: NDArray[np.uint8]) -> Floats:
    count, side = PALETTE_POINTS, picture.shape[0] // PALETTE_POINTS
    small = picture[: count * side, : count * side].reshape(count, side, count, side, 3).mean((1, 3))
    points = _lab(small.reshape(-1, 3) / 255)
    # From light to dark: the same start for the same picture.
    order = np.argsort(points[:, 0], kind="stable")
    centres = np.stack([points[part].mean(0) for part in np.array_split(order, COLOURS)])
    for _ in range(PALETTE_ROUNDS):
        nearest = np.square(points[:, None] - centres).sum(2).argmin(1)
        counts = np.bincount(nearest, minlength=COLOURS)
        sums = np.stack([np.bincount(nearest, points[:, axis], COLOURS) for axis in range(3)], 1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    shares = counts / len(points)
    largest = np.argsort(-shares, kind="stable")
    return np.concatenate([centres[largest], shares[largest, None]], 1)


def _lab(rgb: Floats) -> Floats:
    """Return colours (n, 3) of 0 to 1, sRGB, in CIE Lab."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    bent = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _rgb(lab: Floats) -> NDArray[np.uint8]:
    y = (lab[..., 0] + 16) / 116
    bent = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    xyz = np.where(bent > 0.2069, bent**3, (bent - 16 / 116) / 7.787) * _WHITE
    linear = np.clip(xyz @ _FROM_XYZ.T, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * srgb), np.uint8)
