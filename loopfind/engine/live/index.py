"""Which frames held have codes near those of new ones: sorted tables that frames are added to as they come.

The keys are those of a library's index (forest.py), the first KEY_BITS bits of them; how many of these must agree grows
with what is held, so that chance finds little in a minute of footage and in a day.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.lsh_forest import BITS, MOST_TABLES, keys_of, shared_bits
from loopfind.model.dtypes import Ints, Words

KEY_BITS, MOST = 32, 24
"""Bits of a key that are kept; and frames taken on either side of a key at the most, the nearest, so that a scene
that stands for hours costs no more than another."""

_PLACE = np.uint64(KEY_BITS)
_LOW = np.uint64((1 << KEY_BITS) - 1)


class LiveIndex:
    """Codes of frames, which are numbered from the first one of all. tables: another chance each, 8 bytes a frame."""

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
        """Pairs (k,) of places among codes (m,) and of frames whose codes are near; a pair may come more than once."""
        bits = min(KEY_BITS, shared_bits(len(self)))
        found = [self._near(number, codes, bits) for number in range(len(self._tables))]
        places, frames = (np.concatenate(column) for column in zip(*found, strict=True))
        return places, frames

    def _near(self, number: int, codes: Words, bits: int) -> tuple[Ints, Ints]:
        table, keys = self._tables[number], _keys(codes, number)
        wide = np.uint64((1 << (2 * KEY_BITS - bits)) - 1)
        middle = np.searchsorted(table, keys << _PLACE)
        low = np.searchsorted(table, keys << _PLACE & ~wide)
        high = np.searchsorted(table, keys << _PLACE | wide, "right")
        low, high = np.maximum(low, middle - MOST), np.minimum(high, middle + MOST)
        counts = high - low
        begins = np.cumsum(counts) - counts
        there = np.repeat(low - begins, counts) + np.arange(int(counts.sum()))
        return np.repeat(np.arange(len(codes)), counts), (table[there] & _LOW).astype(np.int64)


def _keys(codes: Words, table: int) -> NDArray[np.uint64]:
    return keys_of(codes, table).astype(np.uint64) >> np.uint64(BITS - KEY_BITS)
