"""The protocol of a kind of fingerprint, and the rules that picture hashes share."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import BadSetting
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames
from loopfind.settings import LARGEST_HASH, SMALLEST_HASH


class Kind(Protocol):
    """A way to make codes from frames. A code depends on its own frame alone, never on the batch it came in."""

    @property
    def name(self) -> str:
        """The name in the table."""
        ...

    @property
    def needs_digests(self) -> bool:
        """True where `Frames.digests` has to be filled in."""
        ...

    @property
    def needs_colours(self) -> bool:
        """True where `Frames.colours` has to be filled in."""
        ...

    @property
    def sized(self) -> bool:
        """True where the hash size says how finely the picture is divided, so that sizes can be compared.

        False where a code is of the whole picture at once: the hash size makes no difference, or only says how exactly
        the code is written.
        """
        ...

    def check(self, hash_size: int) -> None:
        """Raise BadSetting unless this kind takes `hash_size`."""
        ...

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        ...

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8."""
        ...


def takes(kind: Kind, hash_size: int) -> bool:
    """Return whether the kind can be made at this size."""
    try:
        kind.check(hash_size)
    except BadSetting:
        return False
    return True


def check_range(hash_size: int) -> None:
    """Raise BadSetting unless `hash_size` is a whole number that the 64x64 picture can serve."""
    whole = isinstance(hash_size, int | np.integer) and not isinstance(hash_size, bool)
    if not whole or not SMALLEST_HASH <= hash_size <= LARGEST_HASH:
        raise BadSetting("hash size", hash_size, f"it takes a whole number from {SMALLEST_HASH} to {LARGEST_HASH}")


def check_power_of_two(kind: str, hash_size: int, smallest: int) -> None:
    """Raise BadSetting unless `hash_size` is a power of two from `smallest` to 64."""
    check_range(hash_size)
    below = 1 << (hash_size.bit_length() - 1)
    if hash_size != below or hash_size < smallest:
        powers = [1 << p for p in range(smallest.bit_length() - 1, LARGEST_HASH.bit_length())]
        near = [power for power in (below, 2 * below) if power >= smallest]
        nearest = f"the nearest is {smallest}" if len(near) < 2 else f"the nearest are {near[0]} and {near[1]}"
        raise BadSetting(
            "hash size", hash_size, f"{kind} takes powers of two ({', '.join(map(str, powers))}); {nearest}"
        )


def packed_width(hash_size: int) -> int:
    """Bytes that hold hash_size * hash_size bits."""
    return (hash_size * hash_size + 7) // 8


def pack_bits(bits: NDArray[np.bool_]) -> Bytes:
    """Bits (n, rows, columns) as packed codes (n, width) uint8.

    Row by row, first bit highest, as imagehash flattens its own; the bits that fill up the last byte are 0.
    """
    return np.packbits(bits.reshape(len(bits), bits.shape[1] * bits.shape[2]), axis=1)
