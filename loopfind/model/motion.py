"""Motion in the picture, cell by cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats

MOTION_CELLS = 16
"""Cells a side that a picture is divided into."""


@dataclass(frozen=True)
class Motion:
    """The motion in a batch of consecutive frames in display order, as their coded stream describes it.

    times: (n,) seconds. speeds: (n, 16, 16, 2) float32, rows and columns of cells of the picture as shown: mean motion
    to the right and down, in widths and heights of the picture per second; 0 where none is described. described:
    (n, 16, 16) float32, share of each cell that is described by motion, 0 to 1. The rest was coded anew, as all of a
    key frame is.
    """

    times: Floats
    speeds: NDArray[np.float32]
    described: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.times)

    def part(self, part: slice) -> "Motion":
        """Return some frames of the batch, in a row."""
        return Motion(self.times[part], self.speeds[part], self.described[part])
