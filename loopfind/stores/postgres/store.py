"""The store of libraries in PostgreSQL: each is a database, or a schema of one, named by its address."""

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from loopfind.errors import MissingExtra
from loopfind.stores.connections import PATIENCE
from loopfind.stores.library import Library
from loopfind.stores.opener import UNASKED, QueryAnswer, QueryBudget
from loopfind.stores.postgres.address import server_address

if TYPE_CHECKING:
    from loopfind.stores.postgres.pool import PostgresConnections


class PostgresStore:
    """Opens libraries by addresses such as `postgresql://user@host/database`."""

    def open(self, at: str | os.PathLike[str], make: bool = True, patience: float = PATIENCE) -> Library:
        """Open a library, and bring an older one up to date. make: whether to make a missing one.

        Raises LibraryError, and MissingExtra where psycopg is not there.
        """
        _check_extra()
        from loopfind.stores.postgres.tables import prepare_server

        connections = self.connections(at, patience)
        try:
            prepare_server(connections, make)
        except BaseException:
            connections.close()
            raise
        return Library(connections)

    def connections(self, at: str | os.PathLike[str], patience: float = PATIENCE) -> "PostgresConnections":
        """Return connections to a library that need not be there. Nothing is connected yet."""
        _check_extra()
        from loopfind.stores.postgres.pool import PostgresConnections

        return PostgresConnections(server_address(at), patience)

    def query(
        self, at: str | os.PathLike[str], sql: str, budget: QueryBudget = UNASKED
    ) -> AbstractContextManager[QueryAnswer]:
        """Return the answer of one SELECT, read as it is taken. Raises as `open` does, and BadSetting for anything but
        a SELECT."""
        _check_extra()
        from loopfind.stores.postgres.query import run_server_query

        return run_server_query(at, sql, budget)

    def shown(self, at: str | os.PathLike[str]) -> str:
        """Return an address without its password."""
        return server_address(at).shown


def _check_extra() -> None:
    """Raise MissingExtra where psycopg is not there."""
    try:
        import psycopg  # noqa: F401
    except ImportError:  # also where its C library is missing
        raise MissingExtra("a library in PostgreSQL", "psycopg", "postgres") from None


POSTGRES = PostgresStore()
