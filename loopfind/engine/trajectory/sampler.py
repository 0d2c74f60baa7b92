"""Samples of a video: every n-th frame, some ten a second."""

import numpy as np

from loopfind.engine.trajectory.parameters import SAMPLE_RATE
from loopfind.model.dtypes import Bytes, Floats

_FIRST = 8  # frames whose times give the rate
_FASTEST = 1000.0


class Sampler:
    """Takes frames in order, and gives back which are samples. rate: samples a second, once it is known."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._step, self._next = 0.0, -np.inf
        self._times: list[Floats] = []
        self._pictures: list[Bytes] = []

    def add(self, times: Floats, pictures: Bytes) -> tuple[Floats, Bytes]:
        """Take frames, times (n,) seconds and pictures (n, 64, 64); return those of them, and of those before, that are
        samples."""
        if not self.rate:
            self._times.append(times)
            self._pictures.append(pictures)
            if sum(map(len, self._times)) < _FIRST:
                return times[:0], pictures[:0]
            return self.end()
        return self._chosen(times, pictures)

    def end(self) -> tuple[Floats, Bytes]:
        """Return the samples of a footage that ended before its rate was known."""
        if not self._times:
            return np.zeros(0), np.zeros((0, 64, 64), np.uint8)
        times, pictures = np.concatenate(self._times), np.concatenate(self._pictures)
        self._times, self._pictures = [], []
        gaps = np.diff(times)
        gap = max(float(np.median(gaps)), 1 / _FASTEST) if len(gaps) else 1 / SAMPLE_RATE
        every = max(1, round(1 / gap / SAMPLE_RATE))
        self._step, self.rate = (every - 0.5) * gap, 1 / (every * gap)
        return self._chosen(times, pictures)

    def _chosen(self, times: Floats, pictures: Bytes) -> tuple[Floats, Bytes]:
        chosen = []
        for number, time in enumerate(times.tolist()):
            if time >= self._next:
                chosen.append(number)
                self._next = time + self._step
        return times[chosen], pictures[chosen]
