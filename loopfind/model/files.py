"""The parts of a timeline that is made of several files: each has its own rhythm and its own codec noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FileTable:
    """One row a file. first: (files,) int64, where its frames begin. frames: (files,) int64, how many they are. begins:
    (files,) seconds. step: (files,) seconds, the median gap between its frames. noise: (files,) squared grey levels,
    what its codec alone changes. apart: whether what repeats inside one file is of no interest. among: frames of all
    that was looked through to find these files, where that is more."""

    first: NDArray[np.int64]
    frames: NDArray[np.int64]
    begins: NDArray[np.float64]
    step: NDArray[np.float64]
    noise: NDArray[np.float64]
    apart: bool
    among: int = 0

    def holding(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """The file (m,) that each frame lies in, or before whose start and behind whose end before it."""
        return np.maximum(np.searchsorted(self.first, frames, "right") - 1, 0).astype(np.int64)

    def at(self, seconds: float) -> int:
        """The file that is shown at this second of the timeline."""
        return max(0, int(np.searchsorted(self.begins, seconds + 1e-6, "right")) - 1)

    def around(self, seconds: float, count: int) -> tuple[int, int]:
        """The frames [low, high), of the timeline's `count`, that lie between the files before and behind the one that
        is shown at this second: it, and what stands beside it."""
        file = self.at(seconds)
        low = int(self.first[file - 1] + self.frames[file - 1]) if file else 0
        return low, int(self.first[file + 1]) if file + 1 < len(self.first) else count

    def steps(self, count: int) -> NDArray[np.float64]:
        """The step (count,) of the file that each of the timeline's `count` frames lies in."""
        lengths = np.diff(np.append(self.first, count))
        lengths[0] += self.first[0]
        return np.repeat(self.step, lengths)
