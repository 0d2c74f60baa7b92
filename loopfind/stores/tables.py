"""The tables of an entry in a library: written and read some rows at a time, so that no table need fit in memory."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from loopfind.errors import LibraryError
from loopfind.stores import blocks, schema
from loopfind.stores.checks import is_table
from loopfind.stores.connections import Connection, Connections

NEAR = 32 << 20
"""Bytes of rows that are kept at hand, those that were read last."""

CHUNK = 64
"""Blocks read or written at a time."""

NEW_BLOCK = "INSERT INTO block (part, number, data) VALUES (?, ?, ?)"
_NEXT_BLOCKS = "SELECT number, data FROM block WHERE part = ? AND number > ? ORDER BY number LIMIT ?"


def write_table(connection: Connection, entry: int, name: str, rows: blocks.ReadableRows) -> int:
    """Write one table of an entry, a few blocks at a time; returns the bytes that it takes."""
    width, dtype = rows[0:0].shape[1], rows[0:0].dtype
    step = blocks.step_of(width * dtype.itemsize)
    ((part,),) = connection.execute(
        "INSERT INTO part (entry, name, dtype, width, rows, step, digest) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (entry, name, dtype.newbyteorder("<").str, width, len(rows), step, b""),
    ).fetchall()
    digest, taken = hashlib.blake2b(digest_size=16), 0
    waiting: list[tuple[int, int, bytes]] = []
    for number, data in enumerate(blocks.packed(rows, step)):
        digest.update(data)
        taken += len(data)
        waiting.append((part, number, data))
        if len(waiting) == CHUNK:
            connection.executemany(NEW_BLOCK, waiting)
            waiting.clear()
    connection.executemany(NEW_BLOCK, waiting)
    connection.execute("UPDATE part SET digest = ? WHERE id = ?", (digest.digest(), part))
    return taken


def stored_blocks(connections: Connections, part: int) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks of a table as they are stored, with their numbers; some of them are in memory at a time."""
    last, found = -1, [(0, b"")]
    while found:
        with connections.reading() as connection:
            found = connection.execute(_NEXT_BLOCKS, (part, last, CHUNK)).fetchall()
        for number, data in found:
            yield number, data
            last = number


class Tables:
    """Reads tables, by any number of threads; the blocks that were read last are at hand."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._near: OrderedDict[tuple[int, int], blocks.AnyRows] = OrderedDict()
        self._held, self._guard = 0, threading.Lock()

    def rows(self, entry: int, name: str) -> "Stored":
        """One table of an entry. Raises KeyError where it has none of this name."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT id, dtype, width, rows, step FROM part WHERE entry = ? AND name = ?", (entry, name)
            ).fetchone()
        if row is None:
            raise KeyError((entry, name))
        number, dtype, width, rows, step = row
        if not is_table(dtype, width, rows, step):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return Stored(self, number, np.dtype(dtype), width, rows, step)

    def whole(self, entry: int, name: str) -> blocks.AnyRows:
        """All rows of a table at once, (n, width)."""
        rows = self.rows(entry, name)
        return rows[0 : len(rows)]

    def block(self, part: int, number: int, dtype: np.dtype[Any], width: int, rows: int) -> blocks.AnyRows:
        """A block of a table, which has so many rows."""
        with self._guard:
            if (table := self._near.get((part, number))) is not None:
                self._near.move_to_end((part, number))
                return table
        table = self._read(part, number, dtype, width, rows)
        with self._guard:
            if (part, number) not in self._near:
                self._near[part, number] = table
                self._held += table.nbytes
                while self._held > NEAR and len(self._near) > 1:
                    self._held -= self._near.popitem(last=False)[1].nbytes
        return table

    def _read(self, part: int, number: int, dtype: np.dtype[Any], width: int, rows: int) -> blocks.AnyRows:
        with self._connections.reading() as connection:
            row = connection.execute("SELECT data FROM block WHERE part = ? AND number = ?", (part, number)).fetchone()
            if row is None and connection.execute("SELECT 1 FROM part WHERE id = ?", (part,)).fetchone() is None:
                gone = "another program removed what was being read: do the same again"
                raise LibraryError(self._connections.shown, gone)
        try:
            if row is None:
                raise ValueError("a block is missing")
            return blocks.unpack_block(row[0], dtype, width, rows)
        except (ValueError, TypeError) as error:  # TypeError: a text for a block
            raise LibraryError(self._connections.shown, schema.DAMAGED) from error


class Stored:
    """Rows (n, width) of one table, read from the library a slice at a time."""

    def __init__(self, tables: Tables, part: int, dtype: np.dtype[Any], width: int, rows: int, step: int) -> None:
        self._tables, self._part, self.dtype, self.width = tables, part, dtype, width
        self._rows, self._step = rows, step

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, part: slice, /) -> blocks.AnyRows:
        low, high, stride = part.indices(self._rows)
        if stride != 1:
            raise ValueError("a stored table is read in whole slices")
        step, pieces = self._step, []
        for number in range(low // step, -(-high // step) if high > low else 0):
            first = number * step
            there = min(step, self._rows - first)
            table = self._tables.block(self._part, number, self.dtype, self.width, there)
            pieces.append(table[max(0, low - first) : high - first])
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.width), self.dtype)
