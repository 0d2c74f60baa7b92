"""Motion of coded streams as pictures that a trajectory can be followed through.

A motion vector says how fast something goes, and not where it is in its path or what it looks like: whatever stands is
alike. So this is another map than that of the pictures, in which moments are near one another where the same moves in
the same places. The motion of a second is taken together, as vectors are chosen for few bits and are noisy.
"""

import math

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Bytes
from loopfind.model.motion import MOTION_CELLS, Motion
from loopfind.settings import PICTURE_SIDE

MOTION_MEMORY = 1.0
"""Seconds after which motion counts for a third. benchmarks/trajectory_ways.py compares others."""
_LEAST_DESCRIBED = 0.02
"""Share of the picture that must be described for a frame to say how it moves: key frames do not."""
_FULL = 1.0
"""Widths of the picture per second that are as fast as can be shown."""
_PIXELS = PICTURE_SIDE // 2 // MOTION_CELLS
"""Pixels a side of a cell, in a quarter of the picture."""


class VectorWay:
    """Turns motion into pictures, each of which stands for the second before it. It keeps one."""

    def __init__(self, memory: float = MOTION_MEMORY) -> None:
        self._memory = memory
        self._time: float | None = None
        self._latest = np.zeros((4, MOTION_CELLS, MOTION_CELLS), np.float32)
        self._mean = self._latest

    def follow(self, motion: Motion) -> Bytes:
        """Return pictures (n, 64, 64) uint8 of the motion of the next n frames. It goes on from the call before.

        Quarters of each: to the right (128 is none, 255 the fastest), down; how fast, and how much is described by no
        motion. All but the last grow with the square root, as most of what moves is slow beside the fastest. A frame of
        which little is described, as a key frame, moves as the one before it.
        """
        seen = _levels(motion)
        described = motion.described.mean(axis=(1, 2))
        answer = np.empty((len(motion), PICTURE_SIDE, PICTURE_SIDE), np.uint8)
        for number, time in enumerate(motion.times.tolist()):
            if described[number] >= _LEAST_DESCRIBED:
                self._latest = seen[number]
            self._mean = self._mean + self._weight(time) * (self._latest - self._mean)
            self._time = time
            answer[number] = _picture(self._mean)
        return answer

    def _weight(self, time: float) -> float:
        """Return how much a frame counts beside those before it, 0 to 1."""
        if self._time is None or time <= self._time:
            return 1.0
        return 1.0 - math.exp(-(time - self._time) / self._memory)


def region_in_cells(region: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
    """Return the part of the video's picture that a part of a motion picture stands for, both as left, top, width and
    height, in shares; None where it reaches over more than a quarter, as then it is no one place."""
    left, top, width, height = region
    if int(2 * left) != int(2 * (left + width) - 1e-6) or int(2 * top) != int(2 * (top + height) - 1e-6):
        return None
    return (2 * left % 1, 2 * top % 1, 2 * width, 2 * height)


def _levels(motion: Motion) -> NDArray[np.float32]:
    """Return motion as (n, 4, 16, 16): right, down, -1 to 1, how fast, and how much is not described, 0 to 1."""
    share = motion.described
    slow = np.sign(motion.speeds) * np.sqrt(np.minimum(np.abs(motion.speeds) / _FULL, 1.0)) * share[..., None]
    fast = np.sqrt(np.minimum(np.linalg.norm(motion.speeds, axis=-1) / _FULL * share, 1.0))
    parts = np.stack((slow[..., 0], slow[..., 1], fast, (1.0 - share) / 2), axis=1)
    return parts.astype(np.float32)


def _picture(levels: NDArray[np.float32]) -> Bytes:
    """Return levels (4, 16, 16) as a picture (64, 64) uint8 of four quarters."""
    grey = np.concatenate((128 + 127 * levels[:2], 255 * levels[2:]))
    rows = [np.concatenate((grey[0], grey[1]), axis=1), np.concatenate((grey[2], grey[3]), axis=1)]
    whole = np.clip(np.concatenate(rows) + 0.5, 0, 255).astype(np.uint8)
    return whole.repeat(_PIXELS, axis=0).repeat(_PIXELS, axis=1)
