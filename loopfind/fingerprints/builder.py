"""From batches of frames to the fingerprint of a whole file."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Chain, Scratch
from loopfind.arrays.vector import Vector
from loopfind.fingerprints.contrast import detail
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.luma import sketch
from loopfind.model.dtypes import Bytes, Floats, Sketches
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Frames, RepeatedFrames

Drawn = tuple[Floats, NDArray[np.float32], Bytes, Sketches]
"""Times (n,), details (n,), codes (n, width) and sketches (n, 144)."""


class FingerprintBuilder:
    """Takes batches in order and holds 12 bytes a frame in memory; codes and sketches on disk."""

    def __init__(self, kind: Kind, hash_size: int) -> None:
        self._kind, self._size = kind, hash_size
        self.hash_size = hash_size
        self._times, self._detail = Vector(np.float64), Vector(np.float32)
        self._codes = Scratch(kind.width(hash_size), np.uint8)
        self._sketches = Scratch(SKETCH_CELLS)

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        self._codes.append(self._kind.encode(frames, self._size))
        self._times.append(frames.times)
        self._detail.append(detail(frames.pictures))
        self._sketches.append(sketch(frames.pictures))

    def __len__(self) -> int:
        return len(self._sketches)

    @property
    def sketches(self) -> Scratch:
        """The sketches so far, (n, 144) uint16."""
        return self._sketches

    def rows(self, low: int, high: int) -> Drawn:
        """Times, details, codes and sketches of frames [low, high)."""
        return self._times[low:high], self._detail[low:high], self._codes[low:high], self._sketches[low:high]

    def take(self, times: Floats, details: NDArray[np.float32], codes: Bytes, sketches: Sketches) -> None:
        """Take frames as `rows` gives them, instead of a batch."""
        self._times.append(times)
        self._detail.append(details)
        self._codes.append(codes)
        self._sketches.append(sketches)

    def repeat(self, again: RepeatedFrames) -> None:
        """Take frames that are those a while before, of which everything but the time is known."""
        count = len(again)
        if again.first != len(self) or not 0 < again.back <= again.first:
            raise ValueError(f"frame {again.first} cannot be the one {again.back} before: {len(self)} are known")
        low = again.first - again.back
        _, details, codes, sketches = self.rows(low, low + min(count, again.back))
        places = np.arange(count) % again.back
        self.take(again.times, details[places], codes[places], sketches[places])

    def holds(self, frames: Frames) -> bool:
        """Return whether these frames, by their numbers, are those that were taken before."""
        again = FingerprintBuilder(self._kind, self.hash_size)
        again.add(frames)
        first, count = frames.first, len(frames)
        before, now = self.rows(first, first + count), again.rows(0, count)
        return [rows.tobytes() for rows in before] == [rows.tobytes() for rows in now]

    def fingerprint(self, end: float) -> Fingerprint:
        """The fingerprint of all batches so far. end: seconds, when the last frame stops being shown."""
        return Fingerprint(
            kind=self._kind.name,
            hash_size=self._size,
            times=self._times.array(),
            end=end,
            codes=self._codes.mapped(),
            detail=self._detail.array(),
            sketches=Chain([self._sketches]),  # of a fixed length, while the table grows
        )
