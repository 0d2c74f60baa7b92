"""whash-db4: which blocks of the picture are brighter than their median, by way of Daubechies wavelets."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_power_of_two
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames
from loopfind.settings import PICTURE_SIDE

SMALLEST = 8
"""Below this the filter is longer than what is left of the 64x64 picture, and every coefficient is one of its edge."""

FILTER = 8
"""Coefficients of the filter db4 (I. Daubechies, "Orthonormal Bases of Compactly Supported Wavelets", 1988)."""


def low_side(hash_size: int) -> int:
    """Side of the low band: more than the hash size, as each step of the filter reaches beyond the picture's edge."""
    side = PICTURE_SIDE
    for _ in range((PICTURE_SIDE // hash_size).bit_length() - 1):
        side = (side + FILTER - 1) // 2
    return side


@dataclass(frozen=True)
class DaubechiesHash:
    """One bit a coefficient of the low band: above the median.

    Computed by imagehash.whash(mode="db4") on the 64x64 picture, one picture at a time: several times slower than
    whash. A hash has more bits than the hash size squared: 196 at 8, 441 at 16, 1225 at 32, 4096 at 64.
    """

    name: str = "whash-db4"
    needs_digests: bool = False
    needs_colours: bool = False
    sized: bool = True

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 8 to 64, or unless `hash_size` is a power of two."""
        check_power_of_two(self.name, hash_size, SMALLEST)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return (low_side(hash_size) ** 2 + 7) // 8

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8."""
        import imagehash
        from PIL import Image

        codes = np.empty((len(frames), self.width(hash_size)), np.uint8)
        for code, picture in zip(codes, frames.pictures, strict=True):
            made = imagehash.whash(Image.fromarray(picture), hash_size, PICTURE_SIDE, "db4")
            code[:] = np.packbits(made.hash.ravel())
        return codes


WHASH_DB4 = DaubechiesHash()
