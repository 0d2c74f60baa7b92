"""Many hash sizes from one decode: of each only what tells equal hashes from unequal ones."""

import time
from collections.abc import Sequence

import numpy as np

from loopfind.digests import digests_of
from loopfind.fingerprints.kind import Kind
from loopfind.model import Frames, Words


class Many:
    """Takes batches in order; holds 8 bytes a frame for each kind and size.

    A size's digests are those of the codes that a scan at this size makes, so its buckets are the scan's, bit for bit.
    """

    def __init__(self, wanted: Sequence[tuple[Kind, int]]) -> None:
        self.wanted = tuple(wanted)
        self.seconds = [0.0] * len(self.wanted)
        """What each has taken so far, seconds of this thread's processor time."""
        self._digests = [bytearray() for _ in self.wanted]

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        for place, (kind, size) in enumerate(self.wanted):
            began = time.thread_time()
            self._digests[place] += np.ascontiguousarray(digests_of(kind.encode(frames, size))).data
            self.seconds[place] += time.thread_time() - began

    def digests(self, place: int) -> Words:
        """Digests (n,) uint64 of the kind and size at this place of `wanted`."""
        return np.frombuffer(self._digests[place], np.uint64)
