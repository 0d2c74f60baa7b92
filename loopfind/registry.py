"""A part by its name, from a table of "module:attribute" entries, loaded when it is first used.

A folder's table is a plain dict; listing the names imports nothing, so help texts and error messages stay fast.
"""

from collections.abc import Mapping
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
