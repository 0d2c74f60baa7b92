"""Questions to a library in SQL, which can change nothing."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import Any

from loopfind.errors import BadSetting, LibraryError
from loopfind.settings import QUERY_SECONDS
from loopfind.stores import schema
from loopfind.stores.connections import Connections, explained, interruptible, read_only

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FORBIDDEN = {"load_extension", "writefile", "edit", "fts3_tokenizer"}
_LONGEST_VALUE, _MOST_HEAP = 64 << 20, 512 << 20
"""Bytes of one value, and of all that SQLite holds for a query."""

SqlValue = str | int | float | bytes | None


@contextlib.contextmanager
def run_query(
    path: str | os.PathLike[str], shown: str, sql: str, seconds: float = QUERY_SECONDS
) -> Iterator[tuple[list[str], Iterator[tuple[SqlValue, ...]]]]:
    """The names of the columns and the rows that one SELECT gives, read as they are taken.

    seconds: that it may take.
    Raises BadSetting for anything but one SELECT that SQLite takes, LibraryError for what is no library.
    """
    with contextlib.closing(_opened(path, shown)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.execute(f"PRAGMA hard_heap_limit = {_MOST_HEAP}")
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
            if schema.check(connection, shown):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        older = Connections(path, shown)
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
        raise BadSetting("the query", sql, f"{why} (there are the views {', '.join(schema.VIEWS)})") from None
    if cursor.description is None:
        raise BadSetting("the query", sql, "give a SELECT")
    return cursor


def _authorized(action: int, _first: str | None, second: str | None, *_: Any) -> int:
    allowed = action in _ALLOWED and (action != sqlite3.SQLITE_FUNCTION or second not in _FORBIDDEN)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
