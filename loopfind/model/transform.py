"""Views: what a copy may have had done to its picture before it was shown again, as a matrix over the cells of a
sketch.

Mirrored, cropped and blown up, or made smaller with bars or another picture around it: each new cell is a weighted sum
of old cells, so a view is a (144, 144) matrix, and what it does to a picture it does to motion as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SKETCH_SIDE = 12
"""Cells along a side of a sketch."""

SKETCH_CELLS = SKETCH_SIDE * SKETCH_SIDE

BLOCKS = 3
"""Blocks along a side of a picture, of which a first, cheap look at a frame consists."""


_FADES, _OWN, _PARTS = 1.5, 0.02, 4
"""Cells over which likeness falls to a third, and the share that a cell has for itself, as noise; points that a cell is
reckoned with. Set on crops of recorded videos, which say the same for 1 to 3 cells."""


@dataclass(frozen=True)
class Transform:
    """turned: quarter turns against the clock. mirrored: left to right, after the turn. across, down: the scale of the
    content about the middle of the picture, above 1 for a crop that fills the frame, below 1 for a smaller picture with
    bars around it. right, below: by how much the middle of the content lies off the middle of the picture, as a share
    of its side. inset: the content is a picture inside another one, and nothing beyond its edge is of it. rough: what
    is left of a picture that was made as small as that and is blown up again. soft: each cell with half of each cell
    beside it, twice. A zoom blurs cells, so the picture that it is compared with is blurred too, and both alike."""

    mirrored: bool = False
    across: float = 1.0
    down: float = 1.0
    right: float = 0.0
    below: float = 0.0
    turned: int = 0
    inset: bool = False
    rough: bool = False
    soft: bool = False

    @property
    def plain(self) -> bool:
        return self == PLAIN

    @property
    def fills(self) -> bool:
        """True where the content fills the picture just as it did."""
        return self.across == 1 and self.down == 1

    @property
    def pose(self) -> "Pose":
        return Pose(self.mirrored, self.turned)


@dataclass(frozen=True)
class Pose:
    """The orientation of a picture: quarter turns against the clock, then mirrored left to right or not."""

    mirrored: bool = False
    turned: int = 0

    def then(self, other: "Pose") -> "Pose":
        """The pose after both, this one first."""
        # A turn on a mirrored picture is the opposite turn before it was mirrored.
        turned = self.turned + (-other.turned if self.mirrored else other.turned)
        return Pose(self.mirrored != other.mirrored, turned % 4)

    @property
    def undone(self) -> "Pose":
        """The pose that leads back; mirroring undoes itself, with whatever turn was before it."""
        return self if self.mirrored else Pose(False, -self.turned % 4)


PLAIN, UPRIGHT = Transform(), Pose()


def blocks_of(cells: NDArray[np.float32], how: Callable[..., NDArray[np.float32]] = np.mean) -> NDArray[np.float32]:
    """Cells (n, 144) gathered in blocks (n, BLOCKS * BLOCKS), by their mean unless said otherwise."""
    part = SKETCH_SIDE // BLOCKS
    return how(cells.reshape(-1, BLOCKS, part, BLOCKS, part), axis=(2, 4)).reshape(len(cells), -1)


@lru_cache(maxsize=64)
def matrix(view: Transform) -> NDArray[np.float32]:
    """(144, 144) float32: cells of the viewed picture from cells of the picture, rows of zero where bars are."""
    across, down = _sides(view)
    if view.mirrored:
        across = across[:, ::-1]
    both = np.einsum("ui,vj->uvij", down, across).reshape(SKETCH_CELLS, SKETCH_CELLS)
    # Cell c of the turned picture is cell cells[c] of the picture.
    cells = np.rot90(np.arange(SKETCH_CELLS).reshape(SKETCH_SIDE, SKETCH_SIDE), view.turned).ravel()
    both = both[:, np.argsort(cells)]
    if view.soft:
        line = np.eye(SKETCH_SIDE) + 0.5 * (np.eye(SKETCH_SIDE, k=1) + np.eye(SKETCH_SIDE, k=-1))
        line /= line.sum(1, keepdims=True)
        line = line @ line
        both = np.einsum("ui,vj->uvij", line, line).reshape(SKETCH_CELLS, SKETCH_CELLS) @ both
    both = np.ascontiguousarray(both, np.float32)
    both.setflags(write=False)
    return both


@lru_cache(maxsize=512)
def shown(view: Transform) -> NDArray[np.float32]:
    """(144,) float32 weights that sum to 1: cells that the content fills, at least nine tenths of them."""
    filled = matrix(replace(view, soft=False)).sum(1) >= 0.9
    weights = filled / max(1, int(filled.sum()))
    return np.asarray(weights, np.float32)


def _sides(view: Transform) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(12, 12) weights along the width and along the height."""
    found = []
    for scale, aside in ((view.across, view.right), (view.down, view.below)):
        weights = _stretched(scale, aside, view.inset)
        # Into its place and out again: what lies at x about the middle lies at scale * x + aside.
        found.append(weights @ _stretched(1 / scale, -aside / scale, False) if view.rough else weights)
    return found[0], found[1]


@lru_cache(maxsize=4096)
def _stretched(scale: float, aside: float, inset: bool) -> NDArray[np.float64]:
    """(12, 12) weights along one side: the content of each new cell, by what is seen of it, from the old cells; inset:
    from those alone that lie in the picture for more than half.

    A new cell lies across old ones, and taking it for their mean by shared length leaves twice the error of the best
    linear estimate, where values are the less alike the further they lie apart (kriging with an unknown mean; Matheron
    1963).
    """
    if scale == 1 and aside == 0:
        return np.eye(SKETCH_SIDE)
    edges = ((np.arange(SKETCH_SIDE + 1) / SKETCH_SIDE - 0.5 - aside) / scale + 0.5) * SKETCH_SIDE
    inside = np.clip(edges, 0, SKETCH_SIDE)
    seen = np.diff(inside) / np.diff(edges)
    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    known = np.arange(SKETCH_SIDE)
    if inset:
        known = known[(known + 0.5 > edges[0]) & (known + 0.5 < edges[-1])]
    old = (known[:, None] + parts).ravel()
    new = (inside[:-1, None] + np.diff(inside)[:, None] * parts).ravel()
    among, towards = _likeness(old, old) + _OWN * np.eye(len(known)), _likeness(new, old)
    inverse = np.linalg.inv(among)
    best, total = towards @ inverse, inverse.sum(1)
    best += np.outer(1 - best.sum(1), total) / total.sum()
    weights = np.zeros((SKETCH_SIDE, SKETCH_SIDE))
    weights[:, known] = best * seen[:, None]
    weights.setflags(write=False)
    return weights


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the likeness of the means of cells, from points inside them, _PARTS to a cell."""
    points = np.exp(-np.abs(one[:, None] - other[None]) / _FADES)
    return np.asarray(points.reshape(-1, _PARTS, len(other) // _PARTS, _PARTS).mean((1, 3)), np.float64)
