"""exact: a digest of the whole decoded picture, equal only where every pixel is."""

from dataclasses import dataclass

from loopfind.fingerprints.kind import check_range
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames

DIGEST_BYTES = 16


@dataclass(frozen=True)
class Exact:
    """The digest that the decoder makes of the full-size picture; the hash size makes no difference."""

    name: str = "exact"
    needs_digests: bool = True
    needs_colours: bool = False
    sized: bool = False

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64: one rule for all kinds, though this one has no use for the number."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return DIGEST_BYTES

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, 16) uint8. Raises ValueError where the frames were read without digests."""
        if frames.digests is None:
            raise ValueError("exact needs frames that were read with digests")
        return frames.digests


EXACT = Exact()
