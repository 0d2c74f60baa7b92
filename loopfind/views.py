"""Views: what a copy may have had done to its picture before it was shown again, as a matrix over the cells of a
sketch.

Mirrored, cropped and blown up, or made smaller with bars around it: each new cell is a weighted mean of old cells, so
a view is a (144, 144) matrix, and what it does to a picture it does to motion as well.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SKETCH_SIDE = 12
"""Cells along a side of a sketch."""

SKETCH_CELLS = SKETCH_SIDE * SKETCH_SIDE


@dataclass(frozen=True)
class View:
    """turned: quarter turns against the clock. mirrored: left to right, after the turn. across, down: the scale of the
    content about the middle of the picture, above 1 for a crop that fills the frame, below 1 for a smaller picture with
    bars around it. soft: each cell with half of each cell beside it. A zoom blurs cells, so the picture that it is
    compared with is blurred too, and both alike."""

    mirrored: bool = False
    across: float = 1.0
    down: float = 1.0
    turned: int = 0
    soft: bool = False

    @property
    def plain(self) -> bool:
        return self == PLAIN

    @property
    def pose(self) -> "Pose":
        return Pose(self.mirrored, self.turned)


@dataclass(frozen=True)
class Pose:
    """How a picture is held: turned by so many quarters against the clock, then mirrored left to right or not."""

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


PLAIN, UPRIGHT = View(), Pose()


@lru_cache(maxsize=512)
def matrix(view: View) -> NDArray[np.float32]:
    """(144, 144) float32: cells of the viewed picture from cells of the picture, rows of zero where bars are."""
    across, down = _stretched(view.across), _stretched(view.down)
    if view.mirrored:
        across = across[:, ::-1]
    both = np.einsum("ui,vj->uvij", down, across).reshape(SKETCH_CELLS, SKETCH_CELLS)
    # Cell c of the turned picture is cell cells[c] of the picture.
    cells = np.rot90(np.arange(SKETCH_CELLS).reshape(SKETCH_SIDE, SKETCH_SIDE), view.turned).ravel()
    both = both[:, np.argsort(cells)]
    if view.soft:
        line = np.eye(SKETCH_SIDE) + 0.5 * (np.eye(SKETCH_SIDE, k=1) + np.eye(SKETCH_SIDE, k=-1))
        line /= line.sum(1, keepdims=True)
        both = np.einsum("ui,vj->uvij", line, line).reshape(SKETCH_CELLS, SKETCH_CELLS) @ both
    both = np.ascontiguousarray(both, np.float32)
    both.setflags(write=False)
    return both


@lru_cache(maxsize=512)
def shown(view: View) -> NDArray[np.float32]:
    """(144,) float32 weights that sum to 1: cells that the content fills, at least nine tenths of them."""
    filled = matrix(replace(view, soft=False)).sum(1) >= 0.9
    weights = filled / max(1, filled.sum())
    return np.asarray(weights, np.float32)


def _stretched(scale: float) -> NDArray[np.float64]:
    """(12, 12) weights along one side: how much of each old cell is in each new one, by shared length."""
    edges = (np.arange(SKETCH_SIDE + 1) / SKETCH_SIDE - 0.5) / scale + 0.5
    low, high = edges[:-1, None] * SKETCH_SIDE, edges[1:, None] * SKETCH_SIDE
    cell = np.arange(SKETCH_SIDE)[None]
    shared = np.clip(np.minimum(high, cell + 1) - np.maximum(low, cell), 0, None)
    return np.asarray(shared / (high - low), np.float64)
