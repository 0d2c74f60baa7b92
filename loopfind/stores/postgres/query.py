"""Questions in SQL to a library in PostgreSQL, which can change nothing."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg

from loopfind.errors import BadSetting, LibraryError
from loopfind.stores import schema
from loopfind.stores.connections import PATIENCE, SqlValue
from loopfind.stores.opener import QueryAnswer, QueryBudget
from loopfind.stores.postgres.address import ServerAddress, server_address
from loopfind.stores.postgres.failures import CANCELLED, TOO_LITTLE_ROOM, explained_by_server
from loopfind.stores.postgres.pool import PostgresConnections, connect
from loopfind.stores.postgres.query_words import why_refused
from loopfind.stores.postgres.statements import PostgresConnection
from loopfind.stores.postgres.tables import check_server, prepare_server

_AT_ONCE = 500
"""Rows in memory at a time."""
_LONGEST = 64 << 10
_SHOWN = 300
"""Letters of a query that a message repeats."""
_LEAST_MEMORY = 64
"""Kilobytes that a step of a query has at least."""


@contextlib.contextmanager
def run_server_query(at: str | os.PathLike[str], sql: str, budget: QueryBudget) -> Iterator[QueryAnswer]:
    """The names of the columns and the rows that one SELECT gives, read as they are taken.

    The seconds of the budget end it; its memory is what each sort and each hash table may take at the server, which
    then goes to disk, as far as its temp_file_limit lets it. Raises BadSetting for anything but one SELECT.
    """
    where, until = server_address(at), time.monotonic() + budget.seconds
    if len(sql) > _LONGEST:
        raise BadSetting("the query", sql[:_SHOWN], "it is too long")
    if why := "it holds a zero byte" if "\0" in sql else why_refused(sql):
        raise BadSetting("the query", sql[:_SHOWN], _with_views(why))
    with explained_by_server(where, PATIENCE), contextlib.closing(_opened(where)) as raw:
        raw.execute("BEGIN READ ONLY")
        for name, value in (
            ("statement_timeout", f"{_milliseconds(until)}"),
            ("work_mem", f"{max(_LEAST_MEMORY, (budget.megabytes << 10) // 4)}kB"),
            ("max_parallel_workers_per_gather", "0"),
            ("standard_conforming_strings", "on"),
        ):
            raw.execute("SELECT set_config(%s, %s, true)", (name, value))
        columns, first = _begun(raw, sql, where, budget)
        yield columns, _rest(raw, first, where, budget, until)


def _opened(where: ServerAddress) -> "psycopg.Connection[Any]":
    """Return a connection to a library of this version; an older one is brought up to date first."""
    raw = connect(where)
    try:
        version = check_server(PostgresConnection(raw), where.shown)
        if not version:
            raise LibraryError(where.shown, schema.NONE)
        if version < len(schema.STEPS):
            with contextlib.closing(PostgresConnections(where, PATIENCE)) as older:
                prepare_server(older, make=False)
    except BaseException:
        raw.close()
        raise
    return raw


def _begun(
    raw: "psycopg.Connection[Any]", sql: str, where: ServerAddress, budget: QueryBudget
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names of the columns, and the first rows. A cursor takes nothing but one SELECT."""
    try:
        # In binary, a server takes one statement alone.
        raw.execute(b"DECLARE answer NO SCROLL CURSOR FOR " + sql.encode("utf-8", "replace"), binary=True)
        cursor = raw.execute(f"FETCH {_AT_ONCE} FROM answer", binary=True)
        return [column.name for column in cursor.description or ()], cursor.fetchall()
    except psycopg.Error as error:
        _raise_if_over(error, where, budget)
        state = error.sqlstate or ""
        if isinstance(error, psycopg.OperationalError) and not state.startswith("54"):
            raise
        why = (error.diag.message_primary or str(error)).rstrip(".")
        raise BadSetting("the query", sql[:_SHOWN], _with_views(where.hidden(why))) from None


def _rest(
    raw: "psycopg.Connection[Any]",
    rows: list[tuple[Any, ...]],
    where: ServerAddress,
    budget: QueryBudget,
    until: float,
) -> Iterator[tuple[SqlValue, ...]]:
    """Yield rows, and fetch more of them, until there are none."""
    while rows:
        yield from (tuple(map(_plain, row)) for row in rows)
        try:
            raw.execute("SELECT set_config('statement_timeout', %s, true)", (f"{_milliseconds(until)}",))
            rows = raw.execute(f"FETCH {_AT_ONCE} FROM answer", binary=True).fetchall()
        except psycopg.Error as error:
            _raise_if_over(error, where, budget)
            raise


def _raise_if_over(error: psycopg.Error, where: ServerAddress, budget: QueryBudget) -> None:
    """Raise LibraryError for a query that took more than it may."""
    if error.sqlstate == CANCELLED:
        what = f"the query took more than {budget.seconds:g} s: ask for less, or give it --seconds"
        raise LibraryError(where.shown, what) from None
    if error.sqlstate == TOO_LITTLE_ROOM:
        what = (
            "the query needs more of the server's disk than its temp_file_limit: ask for less, or give it --megabytes"
        )
        raise LibraryError(where.shown, what) from None


def _with_views(why: str) -> str:
    return f"{why} (there are the views {', '.join(schema.VIEWS)})"


def _milliseconds(until: float) -> int:
    return max(1, round((until - time.monotonic()) * 1000))


def _plain(value: Any) -> SqlValue:
    """Return a value as a library in a file would give it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    return json.dumps(value, default=str) if isinstance(value, list | dict) else str(value)
