"""Stores that a library can be kept in: one folder a store, one line in the table."""

from loopfind.registry import Table

STORES = Table(
    "loopfind.stores",
    {"sqlite": "loopfind.stores.sqlite.store:SQLITE", "postgresql": "loopfind.stores.postgres.store:POSTGRES"},
    needs=("open", "query", "shown"),
)
"""Name -> "module:attribute", for `loopfind.registry.load`; of other packages, the entry points `loopfind.stores`. A
library at `NAME://...` is in the store of this name, one at a path in SQLite."""
