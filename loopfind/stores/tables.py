"""The tables of an entry in a library: written and read some rows at a time, so that no table need fit in memory."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from loopfind.errors import LibraryError
from loopfind.stores import blocks, schema
from loopfind.stores.checks import is_table
from loopfind.stores.connections import Connection, Connections

NEAR = 32 << 20
"""Bytes of rows that are kept at hand, those that were read last."""

_AHEAD = 32
"""Blocks of a slice that are read together, a megabyte."""

CHUNK = 64
"""Blocks read or written at a time."""

NEW_PART = "INSERT INTO part (entry, name, dtype, width, rows, step, digest) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"
NEW_BLOCK = "INSERT INTO block (part, number, data) VALUES (?, ?, ?)"
_NEXT_BLOCKS = "SELECT number, data FROM block WHERE part = ? AND number > ? ORDER BY number LIMIT ?"


def write_table(connection: Connection, entry: int, name: str, rows: blocks.ReadableRows) -> int:
    """Write one table of an entry, a few blocks at a time; returns the bytes that it takes."""
    width, dtype = rows[0:0].shape[1], rows[0:0].dtype
    step = blocks.step_of(width * dtype.itemsize)
    packed, digest, taken = blocks.packed(rows, step), hashlib.blake2b(digest_size=16), 0
    part, first = None, 0
    while waiting := list(islice(packed, CHUNK)):
        for data in waiting:
            digest.update(data)
            taken += len(data)
        if part is None:  # of a short table these are all, and this is their digest
            part = _new_part(connection, entry, name, (dtype.newbyteorder("<").str, width, len(rows), step), digest)
        connection.executemany(NEW_BLOCK, [(part, number, data) for number, data in enumerate(waiting, first)])
        first += len(waiting)
    if part is None:
        _new_part(connection, entry, name, (dtype.newbyteorder("<").str, width, len(rows), step), digest)
    elif first > CHUNK:
        connection.execute("UPDATE part SET digest = ? WHERE id = ?", (digest.digest(), part))
    return taken


def _new_part(
    connection: Connection, entry: int, name: str, form: tuple[str, int, int, int], digest: "hashlib.blake2b"
) -> int:
    """Make a table. form: dtype, width, rows and step."""
    ((part,),) = connection.execute(NEW_PART, (entry, name, *form, digest.digest())).fetchall()
    return int(part)


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

    def several(self, entry: int, *names: str) -> dict[str, "Stored"]:
        """Some tables of an entry, by name, as far as it has them. Short ones, of one block, are read at once."""
        with self._connections.reading() as connection:
            parts = connection.execute(
                "SELECT id, name, dtype, width, rows, step FROM part"
                f" WHERE entry = ? AND name IN ({', '.join('?' * len(names))})",
                (entry, *names),
            ).fetchall()
        if not all(is_table(*form) for _, _, *form in parts):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        found = {
            name: Stored(self, number, np.dtype(dtype), width, rows, step)
            for number, name, dtype, width, rows, step in parts
        }
        self.read_together([table for table in found.values() if 0 < len(table) <= table.step])
        return found

    def rows(self, entry: int, name: str) -> "Stored":
        """One table of an entry. Raises KeyError where it has none of this name."""
        return self.several(entry, name)[name]

    def whole(self, entry: int, name: str) -> blocks.AnyRows:
        """All rows of a table at once, (n, width)."""
        rows = self.rows(entry, name)
        return rows[0 : len(rows)]

    def block(self, table: "Stored", number: int) -> blocks.AnyRows:
        """A block of a table."""
        with self._guard:
            if (found := self._near.get((table.part, number))) is not None:
                self._near.move_to_end((table.part, number))
                return found
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT data FROM block WHERE part = ? AND number = ?", (table.part, number)
            ).fetchone()
            if row is None and connection.execute("SELECT 1 FROM part WHERE id = ?", (table.part,)).fetchone() is None:
                gone = "another program removed what was being read: do the same again"
                raise LibraryError(self._connections.shown, gone)
        return self._unpacked(table, number, None if row is None else row[0])

    def read_ahead(self, table: "Stored", first: int, last: int) -> None:
        """Read the blocks of a table from `first` up to `last`, if they are not at hand; one that is missing is not."""
        with self._guard:
            missing = [number for number in range(first, last) if (table.part, number) not in self._near]
        if len(missing) > 1:
            with self._connections.reading() as connection:
                found = connection.execute(
                    "SELECT number, data FROM block WHERE part = ? AND number BETWEEN ? AND ?",
                    (table.part, missing[0], missing[-1]),
                ).fetchall()
            for number, data in found:
                self._unpacked(table, number, data)

    def read_together(self, tables: "Sequence[Stored]") -> None:
        """Read the first block of each of some tables."""
        by_part = {table.part: table for table in tables}
        with self._guard:
            missing = [part for part in by_part if (part, 0) not in self._near]
        if missing:
            with self._connections.reading() as connection:
                found = connection.execute(
                    f"SELECT part, data FROM block WHERE number = 0 AND part IN ({', '.join('?' * len(missing))})",
                    missing,
                ).fetchall()
            for part, data in found:
                self._unpacked(by_part[part], 0, data)

    def _unpacked(self, table: "Stored", number: int, data: Any) -> blocks.AnyRows:
        """Unpack a block and keep it at hand."""
        rows = min(table.step, len(table) - number * table.step)
        try:
            if data is None:
                raise ValueError("a block is missing")
            found = blocks.unpack_block(data, table.dtype, table.width, rows)
        except (ValueError, TypeError) as error:  # TypeError: a text for a block
            raise LibraryError(self._connections.shown, schema.DAMAGED) from error
        with self._guard:
            if (table.part, number) not in self._near:
                self._near[table.part, number] = found
                self._held += found.nbytes
                while self._held > NEAR and len(self._near) > 1:
                    self._held -= self._near.popitem(last=False)[1].nbytes
        return found


class Stored:
    """Rows (n, width) of one table, read from the library a slice at a time. part: its number. step: rows in a
    block."""

    def __init__(self, tables: Tables, part: int, dtype: np.dtype[Any], width: int, rows: int, step: int) -> None:
        self._tables, self.part, self.dtype, self.width = tables, part, dtype, width
        self._rows, self.step = rows, step

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, part: slice, /) -> blocks.AnyRows:
        low, high, stride = part.indices(self._rows)
        if stride != 1:
            raise ValueError("a stored table is read in whole slices")
        step, pieces = self.step, []
        last = -(-high // step) if high > low else 0
        for number in range(low // step, last):
            if (number - low // step) % _AHEAD == 0:
                self._tables.read_ahead(self, number, min(number + _AHEAD, last))
            first = number * step
            pieces.append(self._tables.block(self, number)[max(0, low - first) : high - first])
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.width), self.dtype)
