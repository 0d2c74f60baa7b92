"""Parts by their names: tables of "module:attribute" entries, and entry points of other packages.

A folder's table holds loopfind's own parts, and listing these imports nothing, so help texts stay fast. Another package
adds a part as an entry point of the table's group. Entry points are read when a name is asked for that is not
loopfind's own, and when an error message lists all names.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from loopfind.errors import BadPlugin, UnknownPart

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Table(dict[str, str]):
    """Loopfind's own parts of one sort, name -> "module:attribute".

    group: entry points that other packages add parts by. needs: attributes that a part has, beside being there.
    """

    def __init__(self, group: str, own: Mapping[str, str], needs: tuple[str, ...] = ()) -> None:
        super().__init__(own)
        self.group, self.needs = group, needs

    def plugins(self) -> "dict[str, EntryPoint]":
        """Return the parts of other packages by name. Raises BadPlugin for a name that is taken."""
        from importlib.metadata import entry_points  # slow to import, and seldom asked for

        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            if point.name in self or point.name in found:
                holder = "loopfind itself" if point.name in self else _package(found[point.name])
                raise BadPlugin(_package(point), f"{point.name!r} in {self.group} is a name of {holder}: rename it")
            found[point.name] = point
        return found


def load(what: str, name: str, table: Mapping[str, str]) -> Any:
    """Return the part called `name`.

    `what` says in an error message what is looked for ("fingerprint kind").
    Raises UnknownPart, which lists the names that are there, and BadPlugin for a part of another package that cannot be
    used.
    """
    if name in table:
        return load_entry(table[name])
    check_name(what, name, table)
    assert isinstance(table, Table)
    point = table.plugins()[name]
    try:
        part = point.load()
    except Exception as error:  # whatever a foreign module raises as it is imported
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BadPlugin(_package(point), f"its {what} {name!r} cannot be loaded ({said})") from error
    missing = [attribute for attribute in table.needs if not hasattr(part, attribute)]
    if missing or (not table.needs and not callable(part)):
        lack = f"has no {', '.join(missing)}" if missing else "cannot be called"
        raise BadPlugin(_package(point), f"its {what} {name!r} {lack}")
    return part


def load_entry(entry: str) -> Any:
    """Return the attribute that a "module:attribute" entry names."""
    module, _, attribute = entry.partition(":")
    return getattr(import_module(module), attribute)


def check_name(what: str, name: str, table: Mapping[str, str], *more: str) -> None:
    """Raise UnknownPart unless a part of this name is there. more: names beside those of the table."""
    if name in table or name in more:
        return
    plugins = table.plugins() if isinstance(table, Table) else {}
    if name not in plugins:
        raise UnknownPart(what, name, (*table, *plugins, *more))


def _package(point: "EntryPoint") -> str:
    """The package that an entry point belongs to."""
    return point.dist.name if point.dist is not None else point.value


def on_demand(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for a package whose names, name -> module, are loaded when they are first used."""

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
