"""The index of a library: a sorted table of keys, in which the codes near a given one lie side by side."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from loopfind.arrays.lsh_forest import BITS, near, shared_bits
from loopfind.errors import LibraryError
from loopfind.model.dtypes import Ints
from loopfind.stores import schema
from loopfind.stores.connections import Connections

MOST_NEIGHBOURS = 12
"""Rows taken on either side of a key. Of a scene that thousands of files show each is paired with some, and through
these with all."""

_LOOKED_UP = 40
"""Reading a table from end to end costs a row a fortieth of what looking up one key does."""

POSTINGS_AT_ONCE = 1 << 17
"""Rows of a table in memory at a time."""

KEPT = 12 << 20
"""Rows that stay in memory while the index is asked again and again: 300 MB."""

_FROM_KEY_ON = "SELECT entry, shown FROM posting WHERE key >= ? AND key <= ? ORDER BY key, entry, shown LIMIT ?"
_BEFORE_KEY = (
    "SELECT entry, shown FROM posting WHERE key < ? AND key >= ? ORDER BY key DESC, entry DESC, shown DESC LIMIT ?"
)
_NEXT = """SELECT key, entry, shown FROM posting WHERE (key, entry, shown) > (?, ?, ?) AND key < ?
    ORDER BY key, entry, shown LIMIT ?"""

_SHIFT = BITS + 1  # of the table's number in front of a key; 46 bits and less take 6 bytes in SQLite


class Postings:
    """The index of a library."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._kept: dict[int, list[tuple[Ints, int]]] = {}
        self._held = 0

    def missing(self) -> list[tuple[int, str]]:
        """Entries that are not in the index yet, with their kinds."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT id, kind FROM entry WHERE id NOT IN (SELECT entry FROM indexed) ORDER BY id"
            )
            return [(number, kind) for number, kind in rows]

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
        rows = zip(keys[order].tolist(), numbers[order].tolist(), shown[order].tolist(), strict=True)
        with self._connections.writing() as connection:
            connection.executemany(
                "INSERT INTO posting (key, entry, shown) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows
            )
            connection.executemany(
                "INSERT INTO indexed (entry) SELECT id FROM entry WHERE id = ? ON CONFLICT DO NOTHING",
                [(number,) for number in entries],
            )
        self._kept.clear()
        self._held = 0

    def near(self, table: int, keys: Ints, rows: int, looser: int = 0) -> tuple[Ints, Ints, Ints]:
        """Return what lies near sorted keys (k,) in one table: places in `keys`, entries, milliseconds, (m,) each.

        rows: how many rows the table has, about. looser: how many bits fewer than usual must agree. Entries that were
        removed may be among them.
        """
        bits = shared_bits(rows) - looser
        with self._connections.reading(long=True):
            if len(keys) * _LOOKED_UP < rows:
                return self.look_up(table, keys, bits)
            return self.merge(table, keys, bits)

    def sizes(self) -> dict[int, int]:
        """Table -> its rows."""
        with self._connections.reading(long=True) as connection:
            found = connection.execute(f"SELECT key >> {_SHIFT}, count(*) FROM posting GROUP BY 1").fetchall()
        return dict(found)

    def look_up(self, table: int, keys: Ints, bits: int) -> tuple[Ints, Ints, Ints]:
        """Each key by a question of its own: for few keys in a large table."""
        wide = (1 << (BITS - bits)) - 1
        found: list[tuple[int, int, int]] = []
        with self._connections.reading() as connection:
            for place, key in enumerate((keys | (table << _SHIFT)).tolist()):
                for sql, last in ((_FROM_KEY_ON, key | wide), (_BEFORE_KEY, key & ~wide)):
                    near = connection.execute(sql, (key, last, MOST_NEIGHBOURS))
                    found += [(place, entry, shown) for entry, shown in near]
        rows = self._numbers(found)
        return rows[:, 0], rows[:, 1], rows[:, 2]

    def merge(self, table: int, keys: Ints, bits: int) -> tuple[Ints, Ints, Ints]:
        """The whole table read once beside the keys, a part of it at a time."""
        found, done = [], 0
        for rows, until in self._parts(table, bits):
            last = int(np.searchsorted(keys, until))
            which, there = near(keys[done:last], rows[0], bits, MOST_NEIGHBOURS)
            found.append((which + done, rows[1][there], rows[2][there]))
            done = last
        empty = np.zeros(0, np.int64)
        columns = zip((empty, empty, empty), *found, strict=True)
        return tuple(np.concatenate(column) for column in columns)  # type: ignore[return-value]

    def _parts(self, table: int, bits: int) -> Iterator[tuple[Ints, int]]:
        """The rows (3, n) of a table in parts, keys first, and up to which key each part has them all; kept in memory
        where they are few."""
        if table in self._kept:
            yield from self._kept[table]
            return
        parts: list[tuple[Ints, int]] | None = []
        count = 0
        for part in self._read(table, bits):
            count += part[0].shape[1]
            if parts is not None and self._held + count <= KEPT:
                parts.append(part)
            else:
                parts = None
            yield part
        if parts is not None:
            self._kept[table] = parts
            self._held += count

    def _read(self, table: int, bits: int) -> Iterator[tuple[Ints, int]]:
        last: tuple[int, ...] = (table << _SHIFT, -1, -1)
        rest = np.zeros((3, 0), np.int64)
        while True:
            with self._connections.reading() as connection:
                found = connection.execute(_NEXT, (*last, (table + 1) << _SHIFT, POSTINGS_AT_ONCE)).fetchall()
            part = self._numbers(found).T.copy()
            last = tuple(part[:, -1].tolist()) if part.shape[1] else last
            part[0] &= (1 << _SHIFT) - 1
            rows = np.concatenate([rest, part], axis=1)
            if not part.shape[1]:
                yield rows, 1 << BITS
                return
            # The last prefix may go on in the next part.
            whole = int(rows[0, -1]) >> (BITS - bits) << (BITS - bits)
            until = int(np.searchsorted(rows[0], whole))
            yield rows[:, :until].copy(), whole
            rest = rows[:, until:].copy()

    def _numbers(self, rows: list[tuple[int, int, int]]) -> Ints:
        """Return rows (n, 3) as they were read. Raises LibraryError for what is no number, as SQLite keeps anything."""
        try:
            return np.array(rows, np.int64).reshape(-1, 3)
        except (ValueError, TypeError, OverflowError):
            raise LibraryError(self._connections.shown, schema.DAMAGED) from None
