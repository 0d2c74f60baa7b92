"""The latest footage of a source that has no end: what is older than a window is dropped, from memory and from disk."""

import numpy as np

from loopfind.arrays.disk import Chain, Scratch
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.kind import Kind
from loopfind.model.dtypes import Floats
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.video import Frames

WINDOW_PARTS, SHORTEST_PART, LONGEST_PART = 48, 10.0, 3600.0
"""The window is dropped in so many parts, each of so many seconds at the least and at the most: it may hold one part
more than asked for."""

_AT_ONCE = 4096


class SlidingWindow:
    """Takes batches in order, as a Gatherer does. window: seconds of footage that are kept."""

    def __init__(self, kind: Kind, hash_size: int, window: float) -> None:
        self._kind, self._size, self._window = kind, hash_size, window
        self._length = min(max(window / WINDOW_PARTS, SHORTEST_PART), LONGEST_PART)
        self._parts: list[FingerprintBuilder] = []
        self._begins: list[float] = []
        self._last = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        begins = float(frames.times[0])
        if not self._parts or begins >= self._begins[-1] + self._length:
            self._parts.append(FingerprintBuilder(self._kind, self._size))
            self._begins.append(begins)
        self._parts[-1].add(frames)
        self._last = float(frames.times[-1])

    def drop(self) -> int:
        """Drop the parts that lie before the window as a whole; how many frames these were."""
        dropped = 0
        while len(self._parts) > 1 and self._begins[1] <= self._last - self._window:
            dropped += len(self._parts.pop(0))
            self._begins.pop(0)
        return dropped

    @property
    def cells(self) -> Chain:
        """The sketches of all that is held, (n, 144) uint16; good until the next change."""
        return Chain([part.sketches for part in self._parts])

    def times(self, low: int = 0) -> Floats:
        """Seconds (n - low,) of the frames from one on."""
        found = [np.zeros(0)]
        for part in self._parts:
            found.append(part.rows(min(low, len(part)), len(part))[0].copy() if low < len(part) else np.zeros(0))
            low = max(0, low - len(part))
        return np.concatenate(found)

    def fingerprint(self, end: float) -> Fingerprint:
        """The fingerprint of all that is held. end: seconds, when the last frame stops being shown."""
        codes = Scratch(self._kind.width(self._size), np.uint8)
        details = []
        for part in self._parts:
            for low in range(0, len(part), _AT_ONCE):
                _, detail, rows, _ = part.rows(low, min(low + _AT_ONCE, len(part)))
                codes.append(rows)
                details.append(detail)
        return Fingerprint(
            kind=self._kind.name,
            hash_size=self._size,
            times=self.times(),
            end=end,
            codes=codes.mapped(),
            detail=np.concatenate([np.zeros(0, np.float32), *details]),
            sketches=self.cells,
        )
