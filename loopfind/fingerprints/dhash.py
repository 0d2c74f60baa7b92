"""dhash: which pixels are brighter than their left neighbour."""

from dataclasses import dataclass

from loopfind.fingerprints.kind import check_range, pack_bits, packed_width
from loopfind.fingerprints.resize import shrink
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames


@dataclass(frozen=True)
class DifferenceHash:
    """One bit a pair of neighbours: brighter to the right.

    N. Krawetz, "Kind of Like That", 2013; equals imagehash.dhash.
    """

    name: str = "dhash"
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
        """Codes of a batch: (n, width) uint8."""
        small = shrink(frames.pictures, hash_size, hash_size + 1)
        return pack_bits(small[:, :, 1:] > small[:, :, :-1])


DHASH = DifferenceHash()
