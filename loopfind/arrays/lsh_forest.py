"""Keys by which near-equal 64-bit codes lie side by side in a sorted table, however large it grows.

Each key of a code is a draw of BITS of its bits in an order of its own. Codes that are near each other share
the first bits of one of these orders often; how many first bits must agree is decided by who looks, so one sorted table
serves a library of any size (LSH Forest: Bawa, Condie & Ganesan 2005, on the bit sampling of Indyk & Motwani 1998).
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Ints, Words

TABLES = 5
"""Orders of bits that a library is kept in: another chance each."""

MOST_TABLES = 10
"""Orders of bits that there are."""

BITS = 40
"""Bits of a key: what a library of a million hours needs."""

_SEED = 20051
_AT_ONCE = 1 << 20
_ORDERS = np.stack([np.random.default_rng((_SEED, table)).permutation(64)[:BITS] for table in range(MOST_TABLES)])


@cache
def _lookup(table: int) -> NDArray[np.uint64]:
    """(4, 65536): what each two bytes of a code, the highest first, add to its key in one table."""
    single, values = np.zeros((8, 256), np.uint64), np.arange(256, dtype=np.uint64)
    for place, bit in enumerate(_ORDERS[table].tolist()):
        byte, within = 7 - bit // 8, np.uint64(bit % 8)
        single[byte] |= ((values >> within) & np.uint64(1)) << np.uint64(BITS - 1 - place)
    return np.stack([(high[:, None] | low[None]).ravel() for high, low in zip(single[::2], single[1::2], strict=True)])


def keys_of(codes: Words, table: int) -> Ints:
    """Keys (n,) int64, below 2 ** BITS, of codes (n,) uint64 in one table."""
    split, lookup = np.ascontiguousarray(codes, ">u8").view(">u2").reshape(-1, 4), _lookup(table)
    keys = np.take(lookup[0], split[:, 0])
    for place in range(1, 4):
        keys |= np.take(lookup[place], split[:, place])
    return keys.view(np.int64)


def shared_bits(rows: int) -> int:
    """Return the number of first bits that must agree in a table of so many rows: chance then finds one in sixteen
    codes something."""
    return min(BITS, max(10, math.ceil(math.log2(max(rows, 1))) + 2))


class Prefixes:
    """The first bits of the keys of a table, a bit for each that occurs: of the keys that a table is asked with, most
    share theirs with none of its rows, and need not be sorted or sought.

    rows: (n,) keys of the table. bits: how many first bits there are to be shared.
    """

    def __init__(self, rows: Ints, bits: int) -> None:
        self.bits = bits
        occurs = np.zeros(1 << bits, bool)
        for low in range(0, len(rows), _AT_ONCE):
            occurs[rows[low : low + _AT_ONCE] >> (BITS - bits)] = True
        self._packed = np.packbits(occurs, bitorder="little")

    def shared_by(self, keys: Ints) -> Ints:
        """Return the places (m,) of the keys (k,) that share their first bits with some row."""
        prefix = keys >> (BITS - self.bits)
        return np.flatnonzero((self._packed[prefix >> 3] >> (prefix & 7).astype(np.uint8)) & 1)


def near(keys: Ints, rows: Ints, bits: int, most: int) -> tuple[Ints, Ints]:
    """Find the rows of a table that share their first bits with keys: places in `keys` and in `rows`, (m,) each.

    keys: (k,) sorted. rows: (n,) keys of the table, sorted. most: of the rows before and of those after the key so many
    at most, the nearest.
    """
    wide = np.int64(1) << np.int64(BITS - bits)
    middle = np.searchsorted(rows, keys)
    # Most keys have no neighbour that is near, and need no search for where the near ones begin and end.
    beside = np.zeros(len(keys), bool)
    for place in (middle - 1, middle):
        inside = (place >= 0) & (place < len(rows))
        beside[inside] |= (rows[place[inside]] ^ keys[inside]) < wide
    found = np.flatnonzero(beside)
    low = np.searchsorted(rows, keys[found] & ~(wide - 1))
    high = np.searchsorted(rows, keys[found] | (wide - 1), "right")
    low, high = np.maximum(low, middle[found] - most), np.minimum(high, middle[found] + most)
    counts = high - low
    begins = np.cumsum(counts) - counts
    return np.repeat(found, counts), np.repeat(low - begins, counts) + np.arange(int(counts.sum()))
