"""color: the mean red, green and blue of the whole decoded picture."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_range
from loopfind.model.dtypes import Bytes, Colours
from loopfind.model.video import Frames

CHANNELS = 3
COLOUR_BYTES = 2 * CHANNELS


@dataclass(frozen=True)
class Color:
    """The mean colour that the decoder makes of the full-size picture; the hash size makes no difference."""

    name: str = "color"
    needs_digests: bool = False
    needs_colours: bool = True
    sized: bool = False

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64: one rule for all kinds, though this one has no use for the number."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return COLOUR_BYTES

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, 6) uint8, red, green and blue as little-endian uint16, so that 65535 is full.

        Raises ValueError where the frames were read without colours.
        """
        if frames.colours is None:
            raise ValueError("color needs frames that were read with colours")
        return np.ascontiguousarray(frames.colours, "<u2").view(np.uint8)


def colours_of(codes: Bytes) -> Colours:
    """The colours (n, 3) uint16 that codes (n, 6) uint8 of this kind stand for; see `Frames.colours`."""
    return np.ascontiguousarray(codes).view("<u2").astype(np.uint16)


COLOR = Color()
