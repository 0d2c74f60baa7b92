"""The stores that a library can be kept in: one file a store, one line in the table."""

STORES = {"sqlite": "loopfind.stores.sqlite:Library"}
"""Name -> "module:attribute", for `loopfind.registry.load`."""

STORE = "sqlite"
"""The one that is used unless another is asked for."""
