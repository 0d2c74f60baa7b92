"""whash: which blocks of the picture are brighter than their median, by way of Haar wavelets."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_power_of_two, pack_bits, packed_width
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.video import Frames
from loopfind.settings import PICTURE_SIDE, SMALLEST_HASH

HALF = 0.7071067811865476
"""The Haar filter's coefficient, the square root of a half, as PyWavelets writes it."""

LEVELS = PICTURE_SIDE.bit_length() - 1


def split(x: Floats, axis: int) -> tuple[Floats, Floats]:
    """One Haar step along `axis`: the low and the high half, each with half the length."""
    x = np.moveaxis(x, axis, -1)
    first, second = x[..., 0::2] * HALF, x[..., 1::2] * HALF
    return np.moveaxis(second + first, -1, axis), np.moveaxis(first - second, -1, axis)


def join(low: Floats, high: Floats, axis: int) -> Floats:
    """The inverse of `split`."""
    low, high = np.moveaxis(low, axis, -1) * HALF, np.moveaxis(high, axis, -1) * HALF
    x = np.empty((*low.shape[:-1], 2 * low.shape[-1]))
    np.add(low, high, out=x[..., 0::2])
    np.subtract(low, high, out=x[..., 1::2])
    return np.moveaxis(x, -1, axis)


def lowest(x: Floats, levels: int) -> Floats:
    """The low band of pictures (n, side, side) after `levels` Haar steps: (n, side >> levels, side >> levels)."""
    for _ in range(levels):
        x, _high = split(x, 1)
        x, _high = split(x, 2)
    return x


def without_mean(pictures: Bytes) -> Floats:
    """Pictures (n, 64, 64) uint8 as float64 from 0 to 1, less their mean, by taking the deepest Haar level out.

    A subtraction would do, were it not for ties: blocks that are equal come out apart by a rounding error, and
    imagehash compares them with the median nevertheless. The same operations in the same order give the same errors.
    """
    x = pictures / 255.0
    details = []
    for _ in range(LEVELS):
        low, high = split(x, 1)
        x, low_high = split(low, 2)
        details.append((low_high, *split(high, 2)))
    x = np.zeros_like(x)
    for low_high, high_low, high_high in reversed(details):
        x = join(join(x, low_high, 2), join(high_low, high_high, 2), 1)
    return x


@dataclass(frozen=True)
class WaveletHash:
    """One bit a block: brighter than the median (D. Petrov, 2016; equals imagehash.whash on the 64x64 picture).

    Equal to the last bit where PyWavelets was built without fused multiply-add, as it is for x86-64. Elsewhere blocks
    that equal the median may differ.
    """

    name: str = "whash"
    needs_digests: bool = False
    needs_colours: bool = False
    sized: bool = True

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64, or unless `hash_size` is a power of two."""
        check_power_of_two(self.name, hash_size, SMALLEST_HASH)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return packed_width(hash_size)

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8. Takes a few MB a chunk of frames, whatever the batch."""
        codes = np.empty((len(frames), packed_width(hash_size)), np.uint8)
        for first in range(0, len(frames), 16):
            pixels = without_mean(frames.pictures[first : first + 16])
            low = lowest(pixels, LEVELS - (hash_size.bit_length() - 1))
            median = np.median(low.reshape(len(low), hash_size * hash_size), axis=1)
            codes[first : first + 16] = pack_bits(low > median[:, None, None])
        return codes


WHASH = WaveletHash()
