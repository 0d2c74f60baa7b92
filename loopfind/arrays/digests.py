"""64-bit digests of codes: whoever only asks which codes are equal need not hold the codes themselves."""

import numpy as np

from loopfind.arrays.disk import release_pages
from loopfind.model.dtypes import Bytes, Words

BYTES = 8
"""Bytes of a digest."""

_AT_ONCE = 1 << 22


def digests_of(codes: Bytes) -> Words:
    """A 64-bit digest (n,) uint64 of each code (n, width) uint8: a polynomial over its bytes, eight at a time.

    Equal codes have equal digests. Of a day of unequal ones (2.6 million) two share a digest once in five million days.
    """
    n, width = codes.shape
    padded = -(-width // 8) * 8
    value = np.zeros(n, np.uint64)
    block = max(1, _AT_ONCE // padded)
    for low in range(0, n, block):
        wide = np.zeros((len(codes[low : low + block]), padded), np.uint8)
        wide[:, :width] = codes[low : low + block]
        release_pages(codes)
        own = value[low : low + block]
        for column in wide.view(np.uint64).T:
            own ^= column
            own *= np.uint64(0x9E3779B97F4A7C15)
            own ^= own >> np.uint64(29)
    return value


def as_codes(digests: Words) -> Bytes:
    """Digests (n,) uint64 as codes (n, 8) uint8, equal where they are."""
    return np.ascontiguousarray(digests).view(np.uint8).reshape(len(digests), BYTES)
