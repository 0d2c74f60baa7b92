"""Exhibits of likeness: where files lie on a map, and what they look like."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.comparison import Failure
from loopfind.model.dtypes import Floats


@dataclass(frozen=True)
class MapPoint:
    """A file on a map. x, y: 0 to 1."""

    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Glance:
    """A look at a file. times: (n,) seconds, about. shots: its pictures as JPEG. strips: (n, 100, 3) uint8, of each
    picture the dominant colours, each with its share."""

    times: Floats
    shots: tuple[bytes, ...]
    strips: NDArray[np.uint8]


@dataclass(frozen=True)
class LikenessExhibits:
    """Exhibits of an answer. points: the files on a map. more: files that are not on it. looks: of files by path,
    without those that hold no pictures. failures: files of which no picture could be read."""

    points: tuple[MapPoint, ...]
    more: int
    looks: Mapping[str, Glance]
    failures: tuple[Failure, ...] = ()
