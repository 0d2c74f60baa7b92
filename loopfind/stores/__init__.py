"""Stores that a library can be kept in: one file a store, one line in the table."""

from loopfind.registry import Table

STORES = Table("loopfind.stores", {"sqlite": "loopfind.stores.sqlite:Library"}, needs=("open", "query"))
"""Name -> "module:attribute", for `loopfind.registry.load`; of other packages, the entry points `loopfind.stores`."""

STORE = "sqlite"
"""The store that is used unless another is asked for."""
