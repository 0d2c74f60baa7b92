"""phash: which low frequencies are stronger than their median."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from loopfind.fingerprints.kind import check_range, pack_bits, packed_width
from loopfind.fingerprints.resize import shrink
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.video import Frames

OVERSAMPLING = 4
"""The transformed picture's side over the hash size: imagehash's highfreq_factor."""

GRAIN = 2.0**-20
"""Step to which frequencies are rounded, in imagehash's scale (grey levels times 4, summed over the picture).

A frequency that is zero by symmetry comes out as rounding noise, up to 1e-8 and of either sign: left alone, the hash of
a flat picture is chance and differs between machines, as imagehash's does. Rounded, such frequencies are equal, and
what equals the median is a 0 bit. Bits are imagehash's wherever a frequency is further than 2 * GRAIN from the median.
"""


@lru_cache(maxsize=64)
def cosines(hash_size: int) -> Floats:
    """The lowest rows of the discrete cosine transform, type II, not normalised: (hash_size, 4 * hash_size) float64."""
    side = OVERSAMPLING * hash_size
    # The angle is reduced in whole numbers, so that equal cosines are equal to the last bit.
    steps = np.outer(np.arange(hash_size), 2 * np.arange(side) + 1) % (4 * side)
    table = 2.0 * np.cos(np.pi * steps / (2 * side))
    table.setflags(write=False)
    return table


def frequencies(small: Bytes, hash_size: int) -> Floats:
    """The low frequencies of pictures (n, 4 * hash_size, 4 * hash_size) uint8: (n, hash_size, hash_size) float64."""
    table = cosines(hash_size)
    # One product a picture, all of one shape: a picture's numbers do not depend on its neighbours in the batch.
    low = (table @ small.astype(np.float64)) @ table.T
    rounded: Floats = np.rint(low / GRAIN, out=low)
    return rounded * GRAIN


@dataclass(frozen=True)
class PerceptualHash:
    """One bit a low frequency: stronger than the median (N. Krawetz, "Looks Like It", 2011; equals imagehash.phash)."""

    name: str = "phash"
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
        """Codes of a batch: (n, width) uint8. Takes a few MB a chunk of frames, whatever the batch."""
        side = OVERSAMPLING * hash_size
        codes = np.empty((len(frames), packed_width(hash_size)), np.uint8)
        for first in range(0, len(frames), 32):
            small = shrink(frames.pictures[first : first + 32], side, side)
            low = frequencies(small, hash_size)
            median = np.median(low.reshape(len(low), hash_size * hash_size), axis=1)
            codes[first : first + 32] = pack_bits(low > median[:, None, None])
        return codes


PHASH = PerceptualHash()
