"""The footage that a map is learned from, as it is gathered."""

import numpy as np

from loopfind.engine.trajectory.parameters import CHECK_EVERY, MOST_BASELINE_SAMPLES, PASSAGE, SETTLED_SAMPLES
from loopfind.engine.trajectory.views import differ
from loopfind.model.dtypes import Bytes, Floats, Ints

_FEWEST_BEFORE = 50
_NEAR_JOINT = 50


class Baseline:
    """Gathers samples, MOST_BASELINE_SAMPLES at the most: of a longer baseline every second passage is kept, then every
    fourth, and so on."""

    def __init__(self) -> None:
        self._times: list[Floats] = []
        self._pictures: list[Bytes] = []
        self._numbers: list[Ints] = []
        self._count, self._every, self._checked = 0, 1, 0
        self._first, self._last = 0.0, 0.0

    def __len__(self) -> int:
        return sum(map(len, self._times))

    @property
    def seconds(self) -> float:
        """The time from the first sample to the last."""
        return self._last - self._first

    def until(self, times: Floats, seconds: float) -> int:
        """Return how many samples (n,) make it so long, all of them where it is not so long by then."""
        first = self._first if self._count else float(times[0])
        return min(len(times), int(np.searchsorted(times - first, seconds)) + 1)

    def add(self, times: Floats, pictures: Bytes) -> None:
        """Take samples: times (n,), pictures (n, 64, 64)."""
        if not len(times):
            return
        if not self._count:
            self._first = float(times[0])
        self._last = float(times[-1])
        numbers = self._count + np.arange(len(times))
        self._count += len(times)
        kept = numbers // PASSAGE % self._every == 0
        self._times.append(times[kept])
        self._pictures.append(pictures[kept])
        self._numbers.append(numbers[kept])
        if len(self) > MOST_BASELINE_SAMPLES:
            self._every *= 2
            kept_all = np.concatenate(self._numbers) // PASSAGE % self._every == 0
            self._times = [np.concatenate(self._times)[kept_all]]
            self._pictures = [np.concatenate(self._pictures)[kept_all]]
            self._numbers = [np.concatenate(self._numbers)[kept_all]]

    def samples(self) -> tuple[Floats, Bytes, Ints]:
        """Return the times (n,), the pictures (n, 64, 64), and the samples at which it goes on after a gap."""
        if not self._times:
            return np.zeros(0), np.zeros((0, 64, 64), np.uint8), np.zeros(0, np.int64)
        numbers = np.concatenate(self._numbers)
        breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
        return np.concatenate(self._times), np.concatenate(self._pictures), breaks

    def parted(self) -> "tuple[Baseline, Baseline] | None":
        """Return what was gathered before and after another view came to stay, None where none did. It is looked for
        now and then."""
        if self._count < self._checked + CHECK_EVERY:
            return None
        self._checked = self._count
        times, pictures, _ = self.samples()
        joint = len(pictures) - SETTLED_SAMPLES
        if joint < _FEWEST_BEFORE:
            return None
        before = np.median(pictures[max(0, joint - SETTLED_SAMPLES) : joint : 8], axis=0).astype(np.float32)
        after = np.median(pictures[joint::8], axis=0).astype(np.float32)
        if not differ(before, after):
            return None
        low, high = max(1, joint - _NEAR_JOINT), min(len(pictures) - 1, joint + _NEAR_JOINT)
        changes = [
            float(np.abs(pictures[at].astype(np.int16) - pictures[at - 1]).mean()) for at in range(low, high + 1)
        ]
        cut = low + int(np.argmax(changes))
        parts = Baseline(), Baseline()
        parts[0].add(times[:cut], pictures[:cut])
        parts[1].add(times[cut:], pictures[cut:])
        return parts
