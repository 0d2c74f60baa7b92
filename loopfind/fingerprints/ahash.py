"""ahash: which pixels are brighter than the picture's mean."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_range, pack_bits, packed_width
from loopfind.fingerprints.resize import shrink
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames


@dataclass(frozen=True)
class AverageHash:
    """One bit a pixel: brighter than the mean (N. Krawetz, "Looks Like It", 2011; equals imagehash.average_hash)."""

    name: str = "ahash"
    needs_digests: bool = False
    needs_colours: bool = False
    sized: bool = True

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return packed_width(hash_size)

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8.

        imagehash compares with the mean as float64. A whole number exceeds it just when it exceeds the mean cut down to
        a whole number, so bytes are compared with bytes.
        """
        small = shrink(frames.pictures, hash_size, hash_size)
        area = hash_size * hash_size
        mean = small.reshape(len(small), area).sum(axis=1, dtype=np.uint32) // np.uint32(area)
        return pack_bits(small > mean.astype(np.uint8)[:, None, None])


AHASH = AverageHash()
