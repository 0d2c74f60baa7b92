"""Failures of PostgreSQL and of the way to it, as errors of a library: one line each, without a password."""

import contextlib
import errno
import os
from collections.abc import Iterator

import psycopg

from loopfind.errors import LibraryError, LibraryUnreachable, LibraryUnwritable
from loopfind.stores import schema
from loopfind.stores.postgres.address import ServerAddress

CANNOT_WAIT, CANCELLED, TOO_LITTLE_ROOM = "55P03", "57014", "53400"
"""SQLSTATEs: a lock is held by others, a statement took too long, its temporary files would be too large."""

_DISK_FULL = "53100"
_WHY = {
    _DISK_FULL: "the server's disk is full; what was finished before is kept: make room there, then do the same again",
    "53200": "the server has not enough memory: ask for less, or give it more",
    "53300": "the server takes no more connections: do less at a time, or raise its max_connections",
    "25006": "the server takes no changes (it is a standby, or its user may only read): name another",
    "40001": "another program changed the same at the same time: do the same again",
    "40P01": "another program changed the same at the same time: do the same again",
    "58030": "the server's disk reported an error; what was finished before is kept: check the disk and its space",
}
_UNWRITABLE = frozenset(_WHY) | {"42501", CANNOT_WAIT}
_DAMAGED = ("42P01", "42703", "42883", "XX001", "XX002")
"""SQLSTATEs: a table, column or function is missing, a page or an index is damaged."""
_LOST = "the connection to its server was lost; what was finished before is kept: do the same again once it is there"
_NO_ROOM = tuple(map(os.strerror, (errno.EFBIG, errno.EDQUOT, errno.ENOSPC)))
"""Words of a server whose disk takes no more; only for the last of these has it a SQLSTATE."""
_GONE = ("08", "57P")
"""Classes of SQLSTATEs in which the server ends a connection, or takes none yet."""


def is_lost(error: psycopg.Error) -> bool:
    """Say whether an error is that of a connection that is no more."""
    state = error.sqlstate
    return isinstance(error, psycopg.OperationalError) and (state is None or state.startswith(_GONE))


@contextlib.contextmanager
def explained_by_server(at: ServerAddress, patience: float) -> Iterator[None]:
    """Turn what psycopg raises into a LibraryError of a library. Its message names no password."""
    try:
        yield
    except psycopg.Error as error:
        raise _error_of(at, patience, error) from error


def unreachable(at: ServerAddress, error: psycopg.Error) -> LibraryError:
    """Return the error of a connection that could not be made."""
    said = at.hidden(str(error)).partition(" Is the server running")[0].removeprefix("connection is bad: ")
    return LibraryUnreachable(at.shown, f"its server cannot be used: {said}")


def _error_of(at: ServerAddress, patience: float, error: psycopg.Error) -> LibraryError:
    state = error.sqlstate or ""
    if is_lost(error):
        return LibraryUnreachable(at.shown, _LOST)
    if state == CANNOT_WAIT:
        return LibraryUnwritable(
            at.shown, f"another program has been writing to it for {patience:g} s: try again when that is done"
        )
    if state in _DAMAGED:
        return LibraryError(at.shown, schema.DAMAGED)
    said = at.hidden((error.diag.message_primary or str(error)).splitlines()[0] if str(error) else "nothing")
    if any(reason in said for reason in _NO_ROOM):
        state = _DISK_FULL
    kind = LibraryUnwritable if state in _UNWRITABLE else LibraryError
    return kind(at.shown, _WHY.get(state, f"PostgreSQL says: {said}"))
