"""Connections to one SQLite file: one a thread, and one writer at a time."""

import contextlib
import math
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from loopfind.errors import LibraryError, LibraryUnwritable, out_of_files
from loopfind.stores import schema
from loopfind.stores.connections import PATIENCE
from loopfind.stores.sqlite import tables

_NEW = ("PRAGMA page_size = 8192", "PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")
"""A library that is made: pages that suit its blocks, space given back when entries go, readers that never wait."""

CONNECTION_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -8000",
)
"""Settings of every connection; the first two are for libraries that someone else made. After a loss of power the last
few entries may be missing; none is half there."""

_DESCRIPTORS = 4
"""Files that a connection opens: the library, its log, the index of that, and a folder."""
_NAP = 0.05

_MOST_FAULTS = 100
"""Faults of the database itself that are reported."""

_OFTEN = 100_000
"""Steps of SQLite's machine between two moments in which Python may act on a signal: a few milliseconds."""

_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full; what was finished before is kept: make room, then do the same again",
    sqlite3.SQLITE_READONLY: "it may not be written to: change its permissions, or name another library",
    sqlite3.SQLITE_PERM: "it may not be opened: change its permissions, or name another library",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check its name, its folder and their permissions",
    sqlite3.SQLITE_IOERR: "the disk reported an error; what was finished before is kept: check the disk and its space",
    sqlite3.SQLITE_NOMEM: "there is not enough memory: ask for less, or give a query --megabytes",
    sqlite3.SQLITE_TOOBIG: "a value, or the query itself, is too long: ask for less",
}
_TAKES_NOTHING = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
}
"""Codes of what is wrong with the disk or the moment, not with the library."""

NO_DATABASE = "no library of loopfind, or one that is damaged from its first bytes on: name another file"


@contextlib.contextmanager
def explained(shown: str, patience: float = PATIENCE) -> Iterator[None]:
    """Turn what SQLite and the disk raise into a LibraryError of the library `shown`."""
    try:
        yield
    except sqlite3.Error as error:
        # To open a database that it has no more descriptors for is all that SQLite says.
        if code_of(error) == sqlite3.SQLITE_CANTOPEN and (none_left := out_of_files(_DESCRIPTORS)):
            raise LibraryUnwritable(shown, none_left) from error
        kind = LibraryUnwritable if code_of(error) in _TAKES_NOTHING else LibraryError
        raise kind(shown, _why(error, patience)) from error
    except UnicodeDecodeError as error:  # a name or a message of a damaged database
        raise LibraryError(shown, schema.DAMAGED) from error


@contextlib.contextmanager
def interruptible(connection: sqlite3.Connection, shown: str = "", seconds: float = math.inf) -> Iterator[None]:
    """Let Ctrl-C end what SQLite does in the body; else it would be heard only after it. After so many seconds it ends
    in a LibraryError."""
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _OFTEN)
    try:
        yield
    except sqlite3.OperationalError as error:
        if code_of(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        if time.monotonic() > until:
            what = f"the query took more than {seconds:g} s: ask for less, or give it --seconds"
            raise LibraryError(shown, what) from None
        raise KeyboardInterrupt from None
    finally:
        connection.set_progress_handler(None, 0)


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where there is none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _why(error: sqlite3.Error, patience: float) -> str:
    code = code_of(error)
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:  # there is no room for its index
        code = sqlite3.SQLITE_FULL
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another program has been writing to it for {patience:g} s: try again when that is done"
    if code == sqlite3.SQLITE_NOTADB:
        return NO_DATABASE
    if code == sqlite3.SQLITE_CORRUPT or "decode to UTF-8" in str(error):
        return schema.DAMAGED
    return _WHY.get(code, f"SQLite says: {error}")


class SqliteConnection(sqlite3.Connection):
    """A connection to a file, as `loopfind.stores.connections.Connection` says."""

    def each(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Iterator[list[Any]]:
        """Ask the same for each row of values; yields the rows that each gives."""
        for row in rows:
            yield self.execute(sql, row).fetchall()


class SqliteConnections:
    """Made for one path; every thread that asks has a connection of its own, until all are closed."""

    def __init__(self, path: str | os.PathLike[str], shown: str, patience: float = PATIENCE) -> None:
        self.shown, self.patience = shown, patience
        self._path, self._local = path, threading.local()
        self._all: dict[threading.Thread, SqliteConnection] = {}
        self._turn, self._guard = threading.Lock(), threading.Lock()

    def prepare(self) -> None:
        """Make the library if it is not there, and take the steps it lacks. Raises LibraryError."""
        with explained(self.shown, self.patience):
            until = time.monotonic() + self.patience
            while True:  # to make a library takes locks that SQLite does not wait for
                try:
                    connection = self.mine()
                    if not tables.check(connection, self.shown):
                        for pragma in _NEW:
                            connection.execute(pragma)
                        tables.migrate(connection, self.shown)
                    return
                except sqlite3.OperationalError as error:
                    if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                    time.sleep(_NAP)

    def mine(self) -> SqliteConnection:
        """This thread's connection."""
        connection: SqliteConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._guard:
                for thread in [thread for thread in self._all if not thread.is_alive()]:
                    self._all.pop(thread).close()
            _make_private(self._path)
            connection = sqlite3.connect(
                self._path,
                timeout=self.patience,
                isolation_level=None,
                check_same_thread=False,
                factory=SqliteConnection,
            )
            try:
                for pragma in CONNECTION_PRAGMAS:
                    connection.execute(pragma)
            except BaseException:
                connection.close()
                raise
            with self._guard:
                self._all[threading.current_thread()] = connection
            self._local.connection = connection
        return connection

    @contextlib.contextmanager
    def reading(self, long: bool = False) -> Iterator[SqliteConnection]:
        """A connection to ask. long: let Ctrl-C end a long question in its midst. Raises LibraryError."""
        with explained(self.shown, self.patience):
            connection = self.mine()
            with interruptible(connection) if long else contextlib.nullcontext():
                yield connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[SqliteConnection]:
        """A connection to ask more than once, as if all at one moment. Raises LibraryError."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:  # SQLite ends it itself where the disk fails
                    connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self, turn: str = "entries") -> Iterator[SqliteConnection]:
        """A connection whose changes are all kept at the end, or, where the body fails, none. Raises LibraryError."""
        with self._turn, explained(self.shown, self.patience):
            connection = self.mine()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:  # Ctrl-C too
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Give what deleted rows took back to the disk, as far as nobody reads it just now."""
        with self._turn, explained(self.shown, self.patience):
            connection = self.mine()
            connection.executescript("PRAGMA incremental_vacuum")  # execute would free one page
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def faults(self) -> list[str]:
        """Return what SQLite finds wrong in its file."""
        with self.reading() as connection:
            try:
                with interruptible(connection):
                    said = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})")]
                    orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_FAULTS)
                    said += [f"a row of {row[0]} has lost what it belongs to" for row in orphans]
            except sqlite3.DatabaseError as error:
                said = [str(error)]
        return [line for line in said if line != "ok"]

    def readable(self, column: str, of_bytes: bool) -> str:
        """Return a column as a term that is NULL where its value is of the other type: Python may not be able to read a
        text, and SQLite keeps any value in any column."""
        wrong = "text" if of_bytes else "blob"
        return f"CASE typeof({column}) WHEN '{wrong}' THEN NULL ELSE {column} END"

    def as_bytes(self, column: str) -> str:
        """Return a column as a term that gives its bytes."""
        return f"CAST({column} AS BLOB)"

    def close(self) -> None:
        """Close the connections of all threads; none of them may be in use."""
        with self._guard:
            while self._all:
                self._all.popitem()[1].close()
        self._local = threading.local()


def _make_private(path: str | os.PathLike[str]) -> None:
    """Make the file, if it is not there, for its owner alone: it tells which videos somebody has. SQLite would make it
    as the umask says, and gives what it makes beside it the mode of the file."""
    with contextlib.suppress(OSError):  # SQLite says what is wrong
        os.close(
            os.open(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        )


def read_only(path: str | os.PathLike[str], patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection that can change nothing, to a library that is there."""
    address = f"{Path(os.path.abspath(path)).as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None)
    for pragma in CONNECTION_PRAGMAS[:2]:
        connection.execute(pragma)
    return connection
