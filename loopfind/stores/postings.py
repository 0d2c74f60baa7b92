"""The index of a library: a sorted table of keys, in which the codes near a given one lie side by side."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Scratch
from loopfind.arrays.lsh_forest import BITS, Prefixes, near, shared_bits
from loopfind.errors import LibraryError, LibraryUnwritable
from loopfind.model.dtypes import Ints
from loopfind.stores import schema
from loopfind.stores.connections import Connection, Connections

MOST_NEIGHBOURS = 12
"""Rows taken on either side of a key. Of a scene that thousands of files show each is paired with some, and through
these with all."""

_LOOKED_UP = 40
"""Copying a table from end to end costs a row a fortieth of what looking up one key does."""

POSTINGS_AT_ONCE = 1 << 17
"""Rows of a table in memory at a time."""

FEWEST_ENTRIES_AT_ONCE, MOST_ENTRIES_AT_ONCE = 100, 2000
"""Entries that are put in together: the most are 50 MB of clips of half a minute."""

_FROM_KEY_ON = "SELECT entry, shown FROM posting WHERE key >= ? AND key <= ? ORDER BY key, entry, shown LIMIT ?"
_BEFORE_KEY = (
    "SELECT entry, shown FROM posting WHERE key < ? AND key >= ? ORDER BY key DESC, entry DESC, shown DESC LIMIT ?"
)
_THAT_BEGIN = """SELECT column1 FROM (VALUES {}) AS asked
    WHERE EXISTS (SELECT 1 FROM posting WHERE key >= column1 AND key <= column1 + ?)"""
_ASKED_TOGETHER = 400  # SQLite may take no more than 999 values
_NEXT = """SELECT key, entry, shown FROM posting WHERE (key, entry, shown) > (?, ?, ?) AND key < ?
    ORDER BY key, entry, shown LIMIT ?"""

_STAMP = "SELECT count(*), coalesce(max(entry), 0), coalesce(sum(entry), 0) FROM indexed"
"""A question whose answer changes with what is in the index: no number of an entry is given twice."""

_SHIFT = BITS + 1  # of the table's number in front of a key; 46 bits and less take 6 bytes in SQLite

NEW_POSTING = "INSERT INTO posting (key, entry, shown) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
NEW_INDEXED = "INSERT INTO indexed (entry) SELECT id FROM entry WHERE id = ? ON CONFLICT DO NOTHING"


class Postings:
    """The index of a library."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._tables: dict[int, _TableCopy] = {}

    def missing(self) -> list[tuple[int, str]]:
        """Entries that are not in the index yet, with their kinds."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT id, kind FROM entry WHERE id NOT IN (SELECT entry FROM indexed) ORDER BY id"
            )
            return [(number, kind) for number, kind in rows]

    def at_once(self) -> int:
        """Return how many entries to put in together: as those who do go through all of the index once, more of a
        larger one."""
        with self._connections.reading() as connection:
            (held,) = connection.execute("SELECT count(*) FROM indexed").fetchone()
        return int(min(max(FEWEST_ENTRIES_AT_ONCE, held // 4), MOST_ENTRIES_AT_ONCE))

    def add(self, entries: Mapping[int, Sequence[tuple[int, Ints, Ints]]]) -> None:
        """Put entries in, all or none: of each entry and table the table's number, and keys (n,) with when they are
        shown, (n,) milliseconds."""
        parts = [
            (keys | (table << _SHIFT), np.full(len(keys), entry), shown)
            for entry, tables in entries.items()
            for table, keys, shown in tables
        ]
        nothing = np.zeros(0, np.int64)
        columns = zip((nothing, nothing, nothing), *parts, strict=True)
        keys, numbers, shown = (np.concatenate(column) for column in columns)
        order = np.argsort(keys)  # neighbours in the table one after the other
        with self._connections.writing() as connection:
            connection.executemany(NEW_POSTING, _rows((keys, numbers, shown), order))
            connection.executemany(NEW_INDEXED, [(number,) for number in entries])
        self._tables.clear()

    def near(self, table: int, keys: Ints, rows: int, looser: int = 0) -> tuple[Ints, Ints, Ints]:
        """Return what lies near keys (k,) in one table: places in `keys`, entries, milliseconds, (m,) each, by rising
        key.

        rows: how many rows the table has, about. looser: how many bits fewer than usual must agree. Entries that were
        removed may be among them.
        """
        bits = shared_bits(rows) - looser
        with self._connections.reading(long=True):
            if table not in self._tables and len(keys) * _LOOKED_UP < rows:
                return self.look_up(table, keys, bits)
            return self.merge(table, keys, bits)

    def sizes(self) -> dict[int, int]:
        """Table -> its rows. They are counted once for what is in the index, as that takes reading all of it."""
        with self._connections.reading(long=True) as connection:
            stamp = " ".join(map(str, connection.execute(_STAMP).fetchone()))
            held = connection.execute("SELECT number, rows FROM index_size WHERE stamp = ?", (stamp,)).fetchall()
            if held:
                return dict(self._numbers(held, 2).tolist())
            found = connection.execute(f"SELECT key >> {_SHIFT}, count(*) FROM posting GROUP BY 1").fetchall()
        # Where it may not be written to, it is counted once more.
        with contextlib.suppress(LibraryUnwritable), self._connections.writing("index") as connection:
            connection.execute("DELETE FROM index_size")
            rows = [(number, stamp, count) for number, count in found]
            connection.executemany("INSERT INTO index_size (number, stamp, rows) VALUES (?, ?, ?)", rows)
        return dict(found)

    def look_up(self, table: int, keys: Ints, bits: int) -> tuple[Ints, Ints, Ints]:
        """Each key by a question of its own: for few keys in a large table."""
        wide = (1 << (BITS - bits)) - 1
        found: list[tuple[int, int, int]] = []
        order = np.argsort(keys, kind="stable")
        with self._connections.reading() as connection:
            sought = keys[order] | (table << _SHIFT)
            # Most keys have no neighbour, which is seen in a tenth of the time that it takes to ask for them.
            begun = _some_begin_alike(connection, sought, wide)
            asked = sought[begun].tolist()
            onward = connection.each(_FROM_KEY_ON, [(key, key | wide, MOST_NEIGHBOURS) for key in asked])
            backward = connection.each(_BEFORE_KEY, [(key, key & ~wide, MOST_NEIGHBOURS) for key in asked])
            sides = zip(order[begun].tolist(), list(onward), backward, strict=True)
            for place, after, before in sides:
                found += [(place, entry, shown) for entry, shown in (*after, *before)]
        numbers = self._numbers(found)
        return numbers[:, 0], numbers[:, 1], numbers[:, 2]

    def merge(self, table: int, keys: Ints, bits: int) -> tuple[Ints, Ints, Ints]:
        """Look all keys up in a copy of the table on this side, which is made once: for many keys."""
        held = self._tables.get(table)
        if held is None:
            held = self._tables[table] = self._copied(table)
        if held.prefixes is None or held.prefixes.bits != bits:
            held.prefixes = Prefixes(held.keys, bits)
        sought = held.prefixes.shared_by(keys)
        sought = sought[np.argsort(keys[sought], kind="stable")]
        which, there = near(keys[sought], held.keys, bits, MOST_NEIGHBOURS)
        found = held.shown[there]
        return sought[which], found[:, 0], found[:, 1]

    def _copied(self, table: int) -> "_TableCopy":
        """Return a copy of a table, on disk where it is large."""
        keys, shown = Scratch(1, np.int64), Scratch(2, np.int64)
        last: tuple[int, ...] = (table << _SHIFT, -1, -1)
        while True:
            with self._connections.reading() as connection:
                found = connection.execute(_NEXT, (*last, (table + 1) << _SHIFT, POSTINGS_AT_ONCE)).fetchall()
            part = self._numbers(found)
            if not len(part):
                return _TableCopy(keys.mapped().ravel(), shown.mapped())
            last = tuple(part[-1].tolist())
            keys.append(part[:, :1] & ((1 << _SHIFT) - 1))
            shown.append(part[:, 1:])

    def _numbers(self, rows: Sequence[tuple[int, ...]], width: int = 3) -> Ints:
        """Return rows (n, width) as they were read. Raises LibraryError for no numbers, as SQLite keeps anything."""
        try:
            return np.fromiter(chain.from_iterable(rows), np.int64, width * len(rows)).reshape(-1, width)
        except (ValueError, TypeError, OverflowError):
            raise LibraryError(self._connections.shown, schema.DAMAGED) from None


def _some_begin_alike(connection: Connection, keys: Ints, wide: int) -> NDArray[np.bool_]:
    """Tell of which keys (k,), rising, some row of the index differs in the last bits alone, those of `wide`."""
    starts, places = np.unique(keys & ~wide, return_inverse=True)
    met: list[int] = []
    for low in range(0, len(starts), _ASKED_TOGETHER):
        part = starts[low : low + _ASKED_TOGETHER].tolist()
        met += (
            start for (start,) in connection.execute(_THAT_BEGIN.format(", ".join(["(?)"] * len(part))), (*part, wide))
        )
    return np.isin(starts, met)[places]


def _rows(columns: Sequence[Ints], order: Ints) -> Iterator[tuple[int, ...]]:
    """Yield the rows of some columns in an order; few are made at a time, as a number of Python's takes 32 bytes."""
    for low in range(0, len(order), POSTINGS_AT_ONCE):
        part = order[low : low + POSTINGS_AT_ONCE]
        yield from zip(*(column[part].tolist() for column in columns), strict=True)


@dataclass
class _TableCopy:
    """A table of the index. keys: (n,) int64, rising. shown: (n, 2) int64, entries, and milliseconds. prefixes: of the
    keys, once they were asked for."""

    keys: Ints
    shown: Ints
    prefixes: Prefixes | None = None
