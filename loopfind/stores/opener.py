"""The door to libraries: opens one by its path or address, in whichever store that names."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from loopfind.registry import load
from loopfind.settings import QUERY_MEGABYTES, QUERY_SECONDS
from loopfind.stores import STORES
from loopfind.stores.connections import PATIENCE, SqlValue
from loopfind.stores.library import Library

QueryAnswer = tuple[list[str], Iterator[tuple[SqlValue, ...]]]
"""Names of the columns of an answer, and its rows."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
"""A scheme has two letters or more: one alone is a drive of Windows."""
_SAME = {"postgres": "postgresql"}
"""Other names of a scheme."""


@dataclass(frozen=True)
class QueryBudget:
    """Limits of a query: seconds that it may take, and megabytes of memory. A store that cannot count these says so."""

    seconds: float = QUERY_SECONDS
    megabytes: int = QUERY_MEGABYTES


UNASKED = QueryBudget()
"""Budget of a query for which nobody asked for another."""


class Store(Protocol):
    """A store: it opens libraries by what users name them with. Every method but `shown` raises LibraryError."""

    def open(self, at: str | os.PathLike[str], make: bool = True, patience: float = PATIENCE) -> Library:
        """Open a library, and bring an older one up to date. make: whether to make a missing one. patience: seconds to
        wait for others who write."""

    def query(
        self, at: str | os.PathLike[str], sql: str, budget: QueryBudget = UNASKED
    ) -> AbstractContextManager[QueryAnswer]:
        """Return the answer of one SELECT, which changes nothing. Raises BadSetting for anything else."""

    def shown(self, at: str | os.PathLike[str]) -> str:
        """Return the name of a library for messages, without a password."""


def is_address(at: str | os.PathLike[str]) -> bool:
    """Say whether a library is named by an address, and is no file."""
    return isinstance(at, str) and _SCHEME.match(at) is not None


def store_of(at: str | os.PathLike[str]) -> Store:
    """Return the store that a path or address names. Raises UnknownPart for an address of no store."""
    scheme = _SCHEME.match(at) if isinstance(at, str) else None
    name = "sqlite" if scheme is None else scheme[1].lower()
    store: Store = load("store", _SAME.get(name, name), STORES)
    return store


def open_library(at: str | os.PathLike[str], make: bool = True, patience: float = PATIENCE) -> Library:
    """Open the library at a path or address, and bring an older one up to date.

    make: whether to make a missing one. patience: seconds to wait for others who write. Raises LibraryError, and
    UnknownPart for an address of no store.
    """
    return store_of(at).open(at, make, patience)


def query_library(
    at: str | os.PathLike[str], sql: str, budget: QueryBudget = UNASKED
) -> AbstractContextManager[QueryAnswer]:
    """Return the names of the columns and the rows that one SELECT gives on a library. Nothing changes.

    Raises LibraryError, also where it would take more than its budget, and BadSetting for anything but a SELECT.
    """
    return store_of(at).query(at, sql, budget)


def shown_library(at: str | os.PathLike[str]) -> str:
    """Return the name of a library for messages, without a password."""
    return store_of(at).shown(at)
