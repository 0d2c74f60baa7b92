"""colorhash: which shares of the picture are black, grey, or of one of six hues, pale or strong."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_range
from loopfind.model.dtypes import Bytes, Colours
from loopfind.model.video import Frames

SHARES = 14
"""Black, grey, six hues pale and six hues strong."""

BITS_FROM = 8
"""Hash size for each bit that a share is written with: 24, the default, gives 3 bits, the default of imagehash."""


def bits_of(hash_size: int) -> int:
    """Bits that a share is written with, 1 to 8."""
    return max(1, hash_size // BITS_FROM)


def tinted(pictures: Bytes, colours: Colours) -> Bytes:
    """Pictures (n, 64, 64, 3) uint8 with the greys of pictures (n, 64, 64) uint8 and the chroma of mean colours (n, 3)
    uint16: to each pixel is added what the mean colour is off its own grey (ITU-R BT.601)."""
    mean = colours.astype(np.int32)
    chroma = mean - (mean @ np.array([299, 587, 114], np.int32) // 1000)[:, None]
    shown = pictures[..., None].astype(np.int32) * 257 + chroma[:, None, None, :]
    return (np.clip(shown, 0, 65535, out=shown) // 257).astype(np.uint8)


@dataclass(frozen=True)
class ColorHash:
    """The shares of the picture that are black, grey, or of one of six hues, by imagehash.colorhash.

    It is no colour hash of the whole picture: a frame carries its greys, 64x64 pixels, and its mean colour, so the hash
    is made of these greys, each tinted with the one mean colour. A cast of colour and how light is spread tell in it;
    two hues side by side do not. The hash size says how finely shares are written: a bit for each 8.
    """

    name: str = "colorhash"
    needs_digests: bool = False
    needs_colours: bool = True
    sized: bool = False

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return (SHARES * bits_of(hash_size) + 7) // 8

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8. Raises ValueError where the frames were read without colours."""
        if frames.colours is None:
            raise ValueError("colorhash needs frames that were read with colours")
        import imagehash
        from PIL import Image

        codes = np.empty((len(frames), self.width(hash_size)), np.uint8)
        for place, code in enumerate(codes):
            picture = tinted(frames.pictures[place : place + 1], frames.colours[place : place + 1])[0]
            code[:] = np.packbits(imagehash.colorhash(Image.fromarray(picture), bits_of(hash_size)).hash.ravel())
        return codes


COLORHASH = ColorHash()
