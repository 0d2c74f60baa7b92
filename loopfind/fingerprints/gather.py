"""From batches of frames to the fingerprint of a whole file."""

import numpy as np

from loopfind.fingerprints.detail import detail
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.scratch import Scratch
from loopfind.fingerprints.sketch import sketch
from loopfind.model import Fingerprint, Frames
from loopfind.views import SKETCH_CELLS


class Gatherer:
    """Takes batches in order and holds little more than codes: 84 bytes a frame at hash size 24; sketches on disk."""

    def __init__(self, kind: Kind, hash_size: int) -> None:
        self._kind, self._size = kind, hash_size
        # bytearrays grow in place; a list of batches would need everything twice when it is joined.
        self._times, self._codes, self._detail = bytearray(), bytearray(), bytearray()
        self._sketches = Scratch(SKETCH_CELLS)

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        self._codes += np.ascontiguousarray(self._kind.encode(frames, self._size)).data
        self._times += np.ascontiguousarray(frames.times, np.float64).data
        self._detail += detail(frames.pictures).data
        self._sketches.append(sketch(frames.pictures))

    def fingerprint(self, end: float) -> Fingerprint:
        """The fingerprint of all batches so far. end: seconds, when the last frame stops being shown."""
        return Fingerprint(
            kind=self._kind.name,
            hash_size=self._size,
            times=np.frombuffer(self._times, np.float64),
            end=end,
            codes=np.frombuffer(self._codes, np.uint8).reshape(-1, self._kind.width(self._size)),
            detail=np.frombuffer(self._detail, np.float32),
            sketches=self._sketches,
        )
