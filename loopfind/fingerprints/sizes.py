"""Many hash sizes from one decode: of each only what tells equal hashes from unequal ones."""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from loopfind.arrays.digests import digests_of
from loopfind.arrays.vector import Vector
from loopfind.fingerprints.kind import Kind
from loopfind.model.dtypes import Words
from loopfind.model.video import Frames


class SizeDigests:
    """Takes batches in order; holds 8 bytes a frame for each kind and size.

    A size's digests are those of the codes that a scan at this size makes, so its buckets are the scan's, bit for bit.
    """

    def __init__(self, wanted: Sequence[tuple[Kind, int]]) -> None:
        self.wanted = tuple(wanted)
        self.seconds = [0.0] * len(self.wanted)
        """Seconds of this thread's processor time that each has taken so far."""
        self._digests = [Vector(np.uint64) for _ in self.wanted]

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        for place, (kind, size) in enumerate(self.wanted):
            began = time.thread_time()
            self._digests[place].append(digests_of(kind.encode(frames, size)))
            self.seconds[place] += time.thread_time() - began

    def fill(self, kept: Mapping[int, Words]) -> bool:
        """Take digests that were made before, hash size -> (n,) uint64 of the one kind, instead of batches; False, and
        nothing is taken, where a size that is wanted is not among them."""
        if any(size not in kept for _, size in self.wanted):
            return False
        self._digests = [Vector(np.uint64, kept[size]) for _, size in self.wanted]
        return True

    def by_size(self) -> dict[int, Words]:
        """Hash size -> digests (n,) uint64, of the one kind."""
        return {size: self.digests(place) for place, (_, size) in enumerate(self.wanted)}

    def digests(self, place: int) -> Words:
        """Digests (n,) uint64 of the kind and size at this place of `wanted`."""
        return self._digests[place].array()
