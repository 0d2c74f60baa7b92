"""Sorted tables of the codes of frames held, to find those near the codes of new frames.

The keys are those of a library's index (arrays/lsh_forest.py), cut to KEY_BITS bits. How many of these must agree grows
with what is held, so that chance finds little in a minute of footage and in a day.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.lsh_forest import BITS, MOST_TABLES, keys_of, shared_bits
from loopfind.engine.live.parameters import MOST_NEAR
from loopfind.model.dtypes import Ints, Words

KEY_BITS = 32
"""Bits of a key that are kept: the other half of a word is the frame's number."""

_PLACE = np.uint64(KEY_BITS)
_LOW = np.uint64((1 << KEY_BITS) - 1)


class LiveIndex:
    """Codes of frames, which are numbered from the first one of all. tables: how many, each another chance to find a
    near code, for 8 bytes a frame."""

    def __init__(self, tables: int = MOST_TABLES) -> None:
        self._tables = [np.zeros(0, np.uint64) for _ in range(tables)]

    def __len__(self) -> int:
        return len(self._tables[0])

    def add(self, codes: Words, frames: Ints) -> None:
        """Take codes (m,) of frames (m,)."""
        for number, table in enumerate(self._tables):
            new = np.sort(_keys(codes, number) << _PLACE | frames.astype(np.uint64))
            self._tables[number] = np.insert(table, np.searchsorted(table, new), new)

    def forget(self, before: int) -> None:
        """Forget the frames before one."""
        for number, table in enumerate(self._tables):
            self._tables[number] = table[(table & _LOW) >= before]

    def clear(self) -> None:
        """Forget all."""
        self._tables = [np.zeros(0, np.uint64) for _ in self._tables]

    def near(self, codes: Words) -> tuple[Ints, Ints]:
        """Return places among codes (m,) and frames whose codes are near, (k,) each; a pair may come more than once."""
        bits = min(KEY_BITS, shared_bits(len(self)))
        found = [self._near(number, codes, bits) for number in range(len(self._tables))]
        places, frames = (np.concatenate(column) for column in zip(*found, strict=True))
        return places, frames

    def _near(self, number: int, codes: Words, bits: int) -> tuple[Ints, Ints]:
        """Return the pairs of `near` that agree in the first `bits` bits of one table's keys."""
        table, keys = self._tables[number], _keys(codes, number)
        wide = np.uint64((1 << (2 * KEY_BITS - bits)) - 1)
        middle = np.searchsorted(table, keys << _PLACE)
        low = np.searchsorted(table, keys << _PLACE & ~wide)
        high = np.searchsorted(table, keys << _PLACE | wide, "right")
        low, high = np.maximum(low, middle - MOST_NEAR), np.minimum(high, middle + MOST_NEAR)
        counts = high - low
        begins = np.cumsum(counts) - counts
        there = np.repeat(low - begins, counts) + np.arange(int(counts.sum()))
        return np.repeat(np.arange(len(codes)), counts), (table[there] & _LOW).astype(np.int64)


def _keys(codes: Words, table: int) -> NDArray[np.uint64]:
    """Return the keys (m,) of codes (m,) in a table, cut to KEY_BITS bits."""
    return keys_of(codes, table).astype(np.uint64) >> np.uint64(BITS - KEY_BITS)
