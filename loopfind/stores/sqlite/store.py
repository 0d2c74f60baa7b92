"""The store of libraries in SQLite: each is one file, named by its path."""

import os
from contextlib import AbstractContextManager

from loopfind.errors import LibraryError
from loopfind.stores import schema
from loopfind.stores.connections import PATIENCE
from loopfind.stores.library import Library
from loopfind.stores.opener import UNASKED, QueryAnswer, QueryBudget
from loopfind.stores.sqlite.connections import SqliteConnections
from loopfind.stores.sqlite.query import run_query


class SqliteStore:
    """Opens libraries by their paths."""

    def open(self, at: str | os.PathLike[str], make: bool = True, patience: float = PATIENCE) -> Library:
        """Open the library at a path, and bring an older one up to date. make: whether to make a missing one."""
        if not make and not os.path.exists(at):
            raise LibraryError(self.shown(at), schema.NONE)
        if os.path.isdir(at):
            raise LibraryError(self.shown(at), "a folder: name a file, which is made if it is not there")
        connections = SqliteConnections(at, self.shown(at), patience)
        try:
            connections.prepare()
        except BaseException:
            connections.close()
            raise
        return Library(connections)

    def query(
        self, at: str | os.PathLike[str], sql: str, budget: QueryBudget = UNASKED
    ) -> AbstractContextManager[QueryAnswer]:
        """Return the answer of one SELECT, read as it is taken. Raises BadSetting for anything else."""
        return run_query(at, self.shown(at), sql, budget.seconds, budget.megabytes)

    def shown(self, at: str | os.PathLike[str]) -> str:
        """Return a path as text."""
        return os.fsencode(at).decode("utf-8", "backslashreplace")


SQLITE = SqliteStore()
