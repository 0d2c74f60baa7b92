"""Budget of pixels: a file of a few kilobytes may unpack to hours of work, as a GIF of 23 bytes a frame does.

Footage that stands still takes the fewest bytes: 30 for a frame of 4K, which is a quarter of what is allowed.
"""

from loopfind.errors import Broken
from loopfind.media.ffmpeg.address import Address, file_size

FREE_PIXELS = 5_000_000_000
"""Pixels that any file may unpack to: a minute and a half of full HD."""
PIXELS_A_BYTE = 1_000_000
"""Pixels that each byte of the file adds."""


class PixelBudget:
    """Counts the pixels that are unpacked from a local file, which may grow; of anything else the bytes are not
    known."""

    def __init__(self, address: Address, unbounded: bool) -> None:
        self._address, self._taken = address, 0
        self._limit = None if unbounded else _most_of(address)

    def take(self, frames: int, size: tuple[int, int]) -> None:
        """Take in that so many pictures of a size in pixels were unpacked. Raises Broken where they are too many."""
        self._taken += frames * size[0] * size[1]
        if self._limit is None or self._taken <= self._limit:
            return
        self._limit = _most_of(self._address)
        if self._limit is not None and self._taken > self._limit:
            what = f"it is small, and unpacks to pictures of more than {self._limit / 1e9:,.0f} thousand million pixels"
            raise Broken(self._address.shown, f"{what}: to read it whatever that takes, give --no-budget")


def _most_of(address: Address) -> int | None:
    """Return the pixels that a file may unpack to, None where its bytes are not known."""
    size = file_size(address)
    return None if size is None else FREE_PIXELS + PIXELS_A_BYTE * size
