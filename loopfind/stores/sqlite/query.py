"""Questions in SQL to a library in SQLite, which can change nothing."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import Any

from loopfind.errors import BadSetting, LibraryError
from loopfind.settings import QUERY_MEGABYTES, QUERY_SECONDS
from loopfind.stores import schema
from loopfind.stores.connections import SqlValue
from loopfind.stores.sqlite import tables
from loopfind.stores.sqlite.connections import SqliteConnections, explained, interruptible, read_only

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FUNCTIONS = frozenset(
    """-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count
    cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor format
    glob group_concat hex if ifnull iif instr json json_array json_array_length json_extract json_group_array
    json_group_object json_insert json_object json_patch json_quote json_remove json_replace json_set
    json_type json_valid julianday lag last_value lead length like likelihood likely ln log log10 log2 lower ltrim max
    median min mod nth_value ntile nullif octet_length percent_rank percentile pi pow power printf quote radians rank
    replace round row_number rtrim sign sin sinh soundex sqlite_version sqrt strftime string_agg substr substring sum
    tan tanh time timediff total trim trunc typeof unhex unicode unixepoch unlikely upper""".split()  # noqa: SIM905 - a hundred quoted names are harder to read
)
"""Functions that only count with what they are given."""
_LONGEST_VALUE = 256 << 10
"""Bytes of one value. A block of a library has a tenth of it; `instr` in twice as much takes four times as long, and
cannot be interrupted."""
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 64 << 10,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

_SHOWN = 300
"""Letters of a query that a message repeats."""


@contextlib.contextmanager
def run_query(
    path: str | os.PathLike[str],
    shown: str,
    sql: str,
    seconds: float = QUERY_SECONDS,
    megabytes: int = QUERY_MEGABYTES,
) -> Iterator[tuple[list[str], Iterator[tuple[SqlValue, ...]]]]:
    """The names of the columns and the rows that one SELECT gives, read as they are taken.

    seconds: that it may take. megabytes: that SQLite may hold for it, on disk nothing.
    Raises BadSetting for anything but one SELECT that SQLite takes, LibraryError for what is no library.
    """
    with contextlib.closing(_opened(path, shown)) as connection:
        for limit, most in _LIMITS.items():
            connection.setlimit(limit, most)
        connection.execute("PRAGMA temp_store = MEMORY")  # or a large ORDER BY fills the disk
        # The limit is the process's, and SQLite lets nobody raise it.
        connection.execute(f"PRAGMA soft_heap_limit = {int(megabytes) << 20}")
        connection.execute(f"PRAGMA hard_heap_limit = {int(megabytes) << 20}")
        connection.set_authorizer(_authorized)
        # A file's name need not be UTF-8.
        connection.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
        with explained(shown), interruptible(connection, shown, seconds):
            cursor = _run(connection, sql)
            yield [name for name, *_ in cursor.description], cursor


def _opened(path: str | os.PathLike[str], shown: str) -> sqlite3.Connection:
    """A connection to a library of this version; an older one is brought up to date first."""
    if not os.path.exists(path):
        raise LibraryError(shown, schema.NONE)
    with explained(shown):
        connection = read_only(path)
        try:
            if tables.check(connection, shown):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        older = SqliteConnections(path, shown)
        try:
            older.prepare()
        finally:
            older.close()
        return read_only(path)


def _run(connection: sqlite3.Connection, sql: str) -> sqlite3.Cursor:
    try:
        cursor = connection.execute(sql)
    except (sqlite3.DatabaseError, sqlite3.Warning, ValueError) as error:  # Warning: two statements; ValueError: a NUL
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if isinstance(error, sqlite3.DatabaseError) and code not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH):
            raise
        why = "only SELECT is allowed" if code == sqlite3.SQLITE_AUTH else str(error).rstrip(".")
        raise BadSetting("the query", sql[:_SHOWN], f"{why} (there are the views {', '.join(schema.VIEWS)})") from None
    if cursor.description is None:
        raise BadSetting("the query", sql[:_SHOWN], "give a SELECT")
    return cursor


def _authorized(action: int, _: str | None, name: str | None, *_more: Any) -> int:
    allowed = action in _ALLOWED
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (name or "").lower() in _FUNCTIONS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
