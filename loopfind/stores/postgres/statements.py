"""Statements as PostgreSQL takes them: a connection that understands the SQL that all stores share."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import psycopg
from psycopg.types.numeric import Int8BinaryDumper

_PIECES = re.compile(r"'(?:[^']|'')*'|\bIS \?|\?|%")
_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, \"]+)\) VALUES \((?:\?, )*\?\)( ON CONFLICT DO NOTHING)?")
_COPIED = 200
"""Rows from which on they are copied: for fewer it is not worth a table of their own."""
_AT_ONCE = 20_000
"""Rows that are sent together where they are not copied."""


class _NumberOfBool(Int8BinaryDumper):
    """Sends a truth value as 0 or 1."""

    def dump(self, obj: Any) -> bytes:
        return bytes(super().dump(int(obj)) or b"")


def prepare_types(raw: "psycopg.Connection[Any]") -> None:
    """Let a connection take what the others take: truth values are numbers in a library."""
    raw.adapters.register_dumper(bool, _NumberOfBool)


class PostgresConnection:
    """A connection in PostgreSQL, as `loopfind.stores.connections.Connection` says. raw: of psycopg."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self.raw = raw

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> "psycopg.Cursor[Any]":
        """Run a statement, and return its rows, all in memory."""
        return self.raw.execute(translated(sql), values, binary=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run a statement for each row of values. Plain inserts of many rows are copied, which takes a tenth of the
        time."""
        form, rest = _INSERT.fullmatch(sql), iter(rows)
        first = list(islice(rest, _COPIED))
        if form is not None and len(first) == _COPIED:
            self._copy(form[1], form[2], form[3] is not None, _chained(first, rest))
            return
        if len(first) == 1:  # to send one in a batch takes longer
            self.execute(sql, first[0])
            return
        while first:
            with self.raw.cursor() as cursor:
                cursor.executemany(translated(sql), first)
            first = list(islice(rest, _AT_ONCE))

    def each(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Iterator[list[Any]]:
        """Ask the same for each row of values, all sent at once; yields the rows that each gives."""
        if not rows:
            return
        with self.raw.cursor(binary=True) as cursor:
            cursor.executemany(translated(sql), rows, returning=True)
            yield cursor.fetchall()
            while cursor.nextset():
                yield cursor.fetchall()

    def _copy(self, table: str, columns: str, some_are_there: bool, rows: Iterator[Sequence[Any]]) -> None:
        """Copy rows into a table; through one of their own where some may be there already."""
        into = table
        if some_are_there:
            into = f"copied_{table}"
            self.raw.execute(f"CREATE TEMPORARY TABLE {into} (LIKE {table}) ON COMMIT DROP")
        with self.raw.cursor() as cursor:
            types = cursor.execute(f"SELECT {columns} FROM {table} LIMIT 0").description or []
            with cursor.copy(f"COPY {into} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types([column.type_code for column in types])
                for row in rows:
                    copy.write_row(row)
        if some_are_there:
            self.raw.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {into} ON CONFLICT DO NOTHING")
            self.raw.execute(f"DROP TABLE {into}")


def _chained(first: list[Sequence[Any]], rest: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield from first
    yield from rest


@lru_cache(1024)
def translated(sql: str) -> str:
    """Return a statement with psycopg's marks for values, and PostgreSQL's comparison with what may be NULL."""

    def piece(found: re.Match[str]) -> str:
        text = found[0]
        if text == "?":
            return "%s"
        if text == "IS ?":
            return "IS NOT DISTINCT FROM %s"
        return text.replace("%", "%%")

    return _PIECES.sub(piece, sql)
