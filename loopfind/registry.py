"""A part by its name, from a table of "module:attribute" entries, loaded when it is first used.

A folder's table is a plain dict; listing the names imports nothing, so help texts and error messages stay fast.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from loopfind.errors import UnknownPart


def load(what: str, name: str, table: Mapping[str, str]) -> Any:
    """The part called `name`.

    `what` says in an error message what is looked for ("fingerprint kind").
    Raises UnknownPart, which lists the names that are there.
    """
    if name not in table:
        raise UnknownPart(what, name, table)
    module, _, attribute = table[name].partition(":")
    return getattr(import_module(module), attribute)


def on_demand(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for a package whose names, name -> module, are loaded when they are first used."""

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
