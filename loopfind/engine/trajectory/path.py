"""Stretches of a path."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints


@dataclass(frozen=True)
class PathStretch:
    """A stretch of the path. Fields as in Trajectory; the score of a sample is that of the latest window that ended."""

    times: Floats
    positions: NDArray[np.float32]
    places: Ints
    map_ids: Ints
    activity: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.times)

    def part(self, which: slice) -> "PathStretch":
        """Return some of its samples."""
        return PathStretch(
            self.times[which],
            self.positions[which],
            self.places[which],
            self.map_ids[which],
            self.activity[which],
            self.scores[which],
        )


def joined(paths: list[PathStretch]) -> PathStretch:
    """Return several stretches as one."""
    if not paths:
        return unknown(np.zeros(0))
    return PathStretch(*(np.concatenate([getattr(path, one.name) for path in paths]) for one in fields(PathStretch)))


def unknown(times: Floats) -> PathStretch:
    """Return a stretch of which there is no map."""
    count = len(times)
    nowhere = np.full(count, np.nan)
    return PathStretch(
        times, np.full((count, 3), np.nan, np.float32), np.full(count, -1), np.full(count, -1), nowhere, nowhere.copy()
    )
