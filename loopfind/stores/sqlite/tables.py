"""The tables of a library in SQLite: made, brought up to date, and checked when a library is opened."""

import sqlite3
from contextlib import closing
from functools import cache

from loopfind.errors import LibraryError
from loopfind.stores import schema

APPLICATION = 0x6C6F6F70
"""`application_id` of every library: "loop"."""

_CHECKED = ("content", "file", "entry", "compared", "turn", "indexed", "lacking")
"""Tables of a row a file, which are checked when a library is opened; the others are, where they are read."""

MOST_ID = (1 << 40) - 1
"""Largest number of an entry."""
_LARGEST = 1 << 62
"""Largest number of any other kind."""


def check(connection: sqlite3.Connection, shown: str) -> bool:
    """Return whether a database is a library with all steps taken; False for one that is new or older.

    Only reads. Raises LibraryError for a database that is something else, of a version still to come, or with other
    tables than the steps make: a trigger or a view of someone else's would do what it likes whenever it is used.
    """
    application, tables, version = _seen(connection)
    if application != APPLICATION and (application or tables or version):
        raise LibraryError(shown, "a database, but no library of loopfind: name another file")
    if version > len(schema.STEPS):
        newer = f"made by a newer loopfind (version {version}; this one knows {len(schema.STEPS)})"
        raise LibraryError(shown, f"{newer}: update loopfind, or name another library")
    if version < 0 or _made_of(connection, version) != _steps_make(version):
        raise LibraryError(shown, "its tables are not those that loopfind makes: name another file")
    for table in _CHECKED if version == len(schema.STEPS) else ():
        if connection.execute(_wrong_row(table)).fetchone():
            raise LibraryError(shown, f"it is damaged, in its table {table}: delete it, then add the files again")
    return bool(version == len(schema.STEPS))


@cache
def _wrong_row(table: str) -> str:
    """Return a query for a row of a table that holds what its columns do not take. SQLite keeps any value in any
    column, and infinity for a number."""
    with closing(_sample(len(schema.STEPS))) as connection:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    sound = []
    for _, name, kind, needed, _, key in columns:
        one = f"typeof(\"{name}\") = '{kind.lower()}'"
        if kind in ("INTEGER", "REAL"):
            least, most = (0, MOST_ID) if key or name in ("content", "entry") else (-_LARGEST, _LARGEST)
            one += f' AND "{name}" BETWEEN {least} AND {most}'
        sound.append(f"({one})" if needed or key else f'("{name}" IS NULL OR {one})')
    return f"SELECT 1 FROM {table} WHERE NOT coalesce({' AND '.join(sound)}, 0) LIMIT 1"


def _made_of(connection: sqlite3.Connection, version: int) -> frozenset[tuple[str, ...]]:
    """Return type, name and text of the tables of a version, and of all that belongs to them."""
    ours = {table for _, _, table, _ in _steps_make(version)}
    found = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
    return frozenset(row for row in found if row[2] in ours)


@cache
def _steps_make(version: int) -> frozenset[tuple[str, ...]]:
    """Return what `_made_of` gives for a library on which so many steps were taken."""
    with closing(_sample(version)) as connection:
        made = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return frozenset(made)


def _sample(version: int) -> sqlite3.Connection:
    """Return an empty library in memory on which so many steps were taken."""
    connection = sqlite3.connect(":memory:")
    for step in schema.STEPS[: max(0, version)]:
        for statement in step:
            connection.execute(statement)
    return connection


def _seen(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Application, number of tables and version, all read at one moment: another process may be making the library."""
    alone = not connection.in_transaction
    if alone:
        connection.execute("BEGIN")
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return application, tables, version
    finally:
        if alone:
            connection.execute("ROLLBACK")


def migrate(connection: sqlite3.Connection, shown: str) -> None:
    """Take the steps that are missing, all or none of them, whoever else may be about to do the same."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not check(connection, shown):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for step in schema.STEPS[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {len(schema.STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
