"""The signal of footage that grows at its end and is forgotten at its beginning.

What the signal says of a frame depends on the second around it alone, but for two properties of the whole: the mean
picture, and the noise. These change slowly, and are estimated anew each time the footage has grown by a share of
its length. So what is added costs the same however much is held.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Column, release_pages
from loopfind.arrays.time_index import reckoned_gap
from loopfind.engine.live.parameters import MEAN_SHARE, MOST_RECOMPUTED, NOISE_GROWTH
from loopfind.engine.signal.extract import features_of, is_moving, mean_picture, noise_of
from loopfind.engine.signal.parameters import LIVELY_GAPS, NOISE_WINDOW
from loopfind.model.dtypes import Floats, Rows
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import BLOCKS

_BLOCK = 4096  # frames whose signal is made at a time


class GrowingSignal:
    """A signal in the making. forgotten: how many frames were dropped. recomputed: how often the picture bits of all
    frames were computed anew."""

    def __init__(self) -> None:
        self.forgotten, self.recomputed = 0, 0
        self._times, self._motion, self._picture = Column(np.float64), Column(np.uint64), Column(np.uint64)
        self._paired, self._moving = Column(bool), Column(bool)
        self._energy, self._lively = Column(np.float32), Column(np.float32)
        self._blocks = Column(np.uint16, BLOCKS**2)
        self._columns = (
            *(self._times, self._motion, self._picture, self._paired),
            *(self._moving, self._energy, self._lively, self._blocks),
        )
        self._mean: NDArray[np.float32] | None = None
        self._noise = self._noise_of = 0.0
        self._mean_of = 0

    def __len__(self) -> int:
        return len(self._times.rows)

    @property
    def begin(self) -> float:
        """Seconds at which what is held begins."""
        return float(self._times.rows[0]) if len(self) else 0.0

    def grow(self, times: Floats, cells: Rows) -> Signal:
        """Add frames, and return the signal of all that is held now. times: (m,) seconds of the frames that are new.
        cells: (n, 144) of all.

        The signal is good until the next change; arrays of it are not to be kept.
        """
        old = len(self)
        self._times.put(old, times)
        shown = self._times.rows
        step = reckoned_gap(shown)
        # Behind the old end there was nothing to compare with, as far as a frame looks ahead.
        low = int(np.searchsorted(shown, shown[old] - max(LIVELY_GAPS) - 4 * step)) if len(times) else old
        come = self.forgotten + len(self) - self._mean_of
        if self._mean is None or (come >= MEAN_SHARE * len(self) and len(self) <= MOST_RECOMPUTED):
            self._mean, self._mean_of = mean_picture(cells), self.forgotten + len(self)
            self.recomputed, low = self.recomputed + 1, 0
        for first in range(low, len(self), _BLOCK):
            self._see(cells, slice(first, min(len(self), first + _BLOCK)), step)
        self._judge(low, step)
        return Signal(
            shown,
            step,
            cells,
            self._motion.rows,
            self._picture.rows,
            self._moving.rows,
            self._lively.rows,
            self._noise,
            self._blocks.rows,
        )

    def drop(self, count: int) -> None:
        """Forget so many frames at the beginning."""
        for column in self._columns:
            column.drop(count)
        self.forgotten += count

    def release(self) -> None:
        """Give back the memory of what was read, until it is read again."""
        for column in self._columns:
            release_pages(column.rows)

    def _see(self, cells: Rows, part: slice, step: float) -> None:
        """Compute what a part of the frames shows."""
        assert self._mean is not None
        times = self._times.rows
        seen, low = features_of(times, cells, part, np.full(part.stop - part.start, step), self._mean), part.start
        self._motion.put(low, seen.codes.motion)
        self._picture.put(low, seen.codes.picture)
        self._paired.put(low, seen.codes.paired)
        self._energy.put(low, seen.codes.energy)
        self._lively.put(low, seen.lively)
        self._blocks.put(low, seen.blocks)

    def _judge(self, low: int, step: float) -> None:
        """Decide from a frame on which frames move more than the noise, which is estimated anew if it is time."""
        energy = self._energy.rows
        if len(energy) > NOISE_GROWTH * self._noise_of or len(energy) < self._noise_of:
            self._noise, self._noise_of = noise_of(energy, step), len(energy)
        size = max(16, round(NOISE_WINDOW / step))
        low -= (low + self.forgotten) % size
        low = max(0, low)
        self._moving.put(low, self._paired.rows[low:] & is_moving(energy[low:], step))
