"""The connections of a library to its database, whichever that is: what every store of libraries offers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

PATIENCE = 60.0
"""Seconds to wait for another program that is writing."""

LARGEST_NUMBER = (1 << 62) - 1
"""Largest number of a row that is asked for; databases take none above 2 ** 63."""

SqlValue = str | int | float | bytes | None
"""A value in a database."""


class Cursor(Protocol):
    """The rows that a statement gave. rowcount: of a statement that changes some, how many."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection that takes SQL as SQLite 3.35 and PostgreSQL 14 both understand it.

    Values stand as `?`. A row that may be there already goes in with ON CONFLICT, and the number of a new row comes
    from RETURNING. `column IS ?` compares with what may be NULL. Booleans are kept as 0 and 1, names of files as bytes,
    times as seconds since 1970.
    """

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object: ...

    def each(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Iterator[list[Any]]:
        """Ask the same for each row of values; yields the rows that each gives."""


class Connections(Protocol):
    """The connections to one library, for any number of threads.

    shown: the library's name for messages, without a password. Within `reading`, `snapshot` or `writing` others may be
    opened by the same thread, and share its connection, but a `writing`.
    """

    @property
    def shown(self) -> str: ...

    def reading(self, long: bool = False) -> AbstractContextManager[Connection]:
        """A connection to ask. long: let Ctrl-C end a long question in its midst. Raises LibraryError."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection to ask more than once, as if all at one moment. Raises LibraryError."""

    def writing(self, turn: str = "entries") -> AbstractContextManager[Connection]:
        """A connection whose changes are all kept at the end, or, where the body fails, none. Raises LibraryError.

        Those who write with one turn wait for one another, so that they see each other's rows, and numbers rise in the
        order in which rows can be seen. turn: SQLite has one for all.
        """

    def shrink(self) -> None:
        """Give the space of deleted rows back, as far as nobody reads them just now. Raises LibraryError."""

    def faults(self) -> list[str]:
        """Return what is wrong with the database itself, without what it holds. Raises LibraryError."""

    def readable(self, column: str, of_bytes: bool) -> str:
        """Return a column as a term that is NULL where its value is a text for bytes, or bytes for a text."""

    def as_bytes(self, column: str) -> str:
        """Return a column of texts as a term that gives their bytes in UTF-8, sound or not."""

    def close(self) -> None:
        """Close all connections; none may be in use."""
