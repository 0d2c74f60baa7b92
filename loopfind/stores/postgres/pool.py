"""The connections to one library in PostgreSQL: a few, which threads take turns with."""

import contextlib
import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg

from loopfind.stores.postgres.address import ServerAddress
from loopfind.stores.postgres.failures import explained_by_server, is_lost, unreachable
from loopfind.stores.postgres.statements import PostgresConnection, prepare_types

MOST_CONNECTIONS = 8
"""Connections of one process; a thread that finds all in use waits for one."""

_SETTINGS: dict[str, Any] = {
    "connect_timeout": 10,
    "application_name": "loopfind",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Settings of every connection, unless the address says otherwise: a server that is gone is noticed in a minute."""


_log, _NO_LOG = logging.getLogger("psycopg"), logging.NullHandler()
"""Log of psycopg, which says nothing on standard error where nobody asked for it: an error of a library does."""


def connect(at: ServerAddress) -> "psycopg.Connection[Any]":
    """Make a connection. Raises LibraryUnreachable."""
    try:
        given = psycopg.conninfo.conninfo_to_dict(at.whole)
        raw = psycopg.connect(at.whole, **{k: v for k, v in _SETTINGS.items() if k not in given}, autocommit=True)
    except psycopg.Error as error:
        raise unreachable(at, error) from None
    prepare_types(raw)
    _log.addHandler(_NO_LOG)
    return raw


class PostgresConnections:
    """Made for one address. Every thread that asks has a connection for as long as it holds one; nested questions of a
    thread share it."""

    def __init__(self, at: ServerAddress, patience: float) -> None:
        self.shown, self.patience = at.shown, patience
        self._at, self._local = at, threading.local()
        self._room, self._guard = threading.BoundedSemaphore(MOST_CONNECTIONS), threading.Lock()
        self._schema: str | None = None
        self._idle: list[psycopg.Connection[Any]] = []
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextlib.contextmanager
    def reading(self, long: bool = False) -> Iterator[PostgresConnection]:
        """A connection to ask. Raises LibraryError."""
        with explained_by_server(self._at, self.patience):
            held: PostgresConnection | None = getattr(self._local, "held", None)
            if held is not None:
                yield held
                return
            with self._taken() as connection:
                self._local.held = connection
                try:
                    yield connection
                finally:
                    self._local.held = None

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[PostgresConnection]:
        """A connection to ask more than once, as if all at one moment. Raises LibraryError."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, turn: str = "entries") -> Iterator[PostgresConnection]:
        """A connection whose changes are all kept at the end, or, where the body fails, none. Raises LibraryError."""
        with self._guard:
            mine = self._turns[turn]
        with mine, self._transaction("BEGIN", "COMMIT") as connection:
            self._wait_for(connection, turn)
            yield connection

    def _wait_for(self, connection: PostgresConnection, turn: str) -> None:
        """Wait within a transaction until no other process writes with a turn; it is given back as that ends."""
        digest = hashlib.blake2b(f"loopfind {self._schema} {turn}".encode(), digest_size=8).digest()
        connection.execute("SELECT pg_advisory_xact_lock(?)", (int.from_bytes(digest, "big", signed=True),))

    def _connected(self) -> "psycopg.Connection[Any]":
        """Make a connection that waits no longer for others than it should."""
        raw, waited = connect(self._at), f"{max(1, round(self.patience * 1000))}"
        row = raw.execute("SELECT current_schema(), set_config('lock_timeout', %s, false)", (waited,)).fetchone()
        self._schema = row[0] if row is not None else None
        return raw

    @contextlib.contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[PostgresConnection]:
        """A connection in a transaction. One that reads may be asked for within another one, and shares that."""
        with self.reading() as connection:
            raw = connection.raw
            if raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                yield connection
                return
            connection.execute(begin)
            try:
                yield connection
                connection.execute(end)
            except BaseException:  # Ctrl-C too
                with contextlib.suppress(psycopg.Error):  # where the connection is lost, the server ends it
                    raw.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _taken(self) -> Iterator[PostgresConnection]:
        """A connection of one's own: one that is there, or a new one."""
        with self._room:
            raw = self._ready() or self._connected()
            try:
                yield PostgresConnection(raw)
            except psycopg.Error as error:
                if is_lost(error):  # so are those beside it, most likely
                    raw.close()
                    self._drop_idle()
                raise
            finally:
                if raw.closed or raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    raw.close()
                else:
                    with self._guard:
                        self._idle.append(raw)

    def _ready(self) -> "psycopg.Connection[Any] | None":
        """Return a connection that is there and was not ended by the server, None where there is none."""
        while True:
            with self._guard:
                if not self._idle:
                    return None
                raw = self._idle.pop()
            if not _has_ended(raw):
                return raw
            raw.close()

    def _drop_idle(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for raw in idle:
            raw.close()

    def shrink(self) -> None:
        """Nothing need be done: the server itself uses the space of deleted rows again (autovacuum)."""

    def faults(self) -> list[str]:
        """Return nothing: the server checks rows, keys and types as it writes, and pages as it reads them."""
        return []

    def readable(self, column: str, of_bytes: bool) -> str:
        """Return a column as it is."""
        return column

    def as_bytes(self, column: str) -> str:
        """Return a column of texts as a term that gives their bytes."""
        return f"convert_to({column}, 'UTF8')"

    def close(self) -> None:
        """Close the connections that no thread holds."""
        self._drop_idle()


def _has_ended(raw: "psycopg.Connection[Any]") -> bool:
    """Say whether a connection that nobody uses was ended, which shows as one reads from it without waiting."""
    try:
        for _ in range(2):  # the server's last word, then the end
            raw.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return raw.closed
