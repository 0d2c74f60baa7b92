"""Lists of the entries and files of a library: all of them, some by number, path or content, and a page at a time."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loopfind.model.library import CODES, SOUND, Entry, EntryPage, EntryQuery, File
from loopfind.model.video import Source
from loopfind.stores.connections import LARGEST_NUMBER, Connection, Connections
from loopfind.stores.entries import paths_of

_COLUMNS = (
    "id, content, duration, frames, fps, width, height, codec, container, declared, kind, hash_size, stream, start,"
    ' "end", bytes, added'
)
_FILES = "SELECT path, file.size, changed, digest FROM file JOIN content ON content.id = content"


def all_entries(connections: Connections) -> tuple[Entry, ...]:
    """Return all entries that can be used, in the order in which they were added."""
    with connections.snapshot() as connection:
        rows = connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE codes = ? ORDER BY id", (CODES,)).fetchall()
        paths = _all_paths(connection)
    return tuple(_entry(row, paths.get(row[1], ())) for row in rows)


def some_entries(connections: Connections, numbers: Iterable[int]) -> dict[int, Entry]:
    """Return entries that can be used, by number; numbers that none has are left out."""
    with connections.snapshot() as connection:
        return {entry.id: entry for entry, _ in _numbered(connection, numbers)}


def entry_page(connections: Connections, query: EntryQuery) -> EntryPage:
    """Return a page of the entries that a query asks for."""
    kinds, order = "" if query.sounds else f" AND kind <> '{SOUND}'", "DESC" if query.newest_first else "ASC"
    fit, wanted = f"FROM entry WHERE codes = ?{kinds}", query.text.casefold()
    with connections.snapshot() as connection:
        held, seconds = connection.execute(f"SELECT count(*), coalesce(sum(duration), 0.0) {fit}", (CODES,)).fetchone()
        if wanted:
            # Databases fold the case of names in ways of their own; names are a small part of what they hold.
            named = {content for content, paths in _all_paths(connection).items() if _has(paths, wanted)}
            rows = connection.execute(f"SELECT id, content, duration {fit} ORDER BY id {order}", (CODES,))
            found = [(number, length) for number, content, length in rows if content in named]
            total, seconds = len(found), sum(length for _, length in found)
            numbers = [number for number, _ in found[query.offset : query.offset + query.limit]]
        else:
            rows = connection.execute(
                f"SELECT id {fit} ORDER BY id {order} LIMIT ? OFFSET ?", (CODES, query.limit, query.offset)
            )
            total, numbers = held, [number for (number,) in rows]
        shown = [*_numbered(connection, numbers)]
    return EntryPage(held, total, seconds, tuple(one for one, _ in shown), tuple(digest for _, digest in shown))


def all_files(connections: Connections) -> tuple[File, ...]:
    """Return every file that is named, as it was when it was last looked at, sorted by path."""
    with connections.reading() as connection:
        return tuple(File(*row) for row in connection.execute(f"{_FILES} ORDER BY path"))


def files_at(connections: Connections, paths: Sequence[str]) -> dict[str, File]:
    """Return the files at some paths, by path; paths that the library does not name are left out."""
    wanted = [(os.fsencode(path),) for path in paths]
    with connections.reading() as connection:
        found = [*connection.each(f"{_FILES} WHERE path = ?", wanted)]
    return {path: File(*rows[0]) for path, rows in zip(paths, found, strict=True) if rows}


def files_with(connections: Connections, digest: bytes) -> tuple[File, ...]:
    """Return the files that hold a content, sorted by path."""
    with connections.reading() as connection:
        return tuple(File(*row) for row in connection.execute(f"{_FILES} WHERE digest = ? ORDER BY path", (digest,)))


def _numbered(connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[Entry, bytes]]:
    """Yield entries that can be used, with the digests of their contents."""
    wanted = [(number, CODES) for number in numbers if 0 < number <= LARGEST_NUMBER]
    columns = ", ".join(f"entry.{column.strip()}" for column in _COLUMNS.split(","))
    asked = f"SELECT {columns}, digest FROM entry JOIN content ON content.id = content WHERE entry.id = ? AND codes = ?"
    for rows in connection.each(asked, wanted):
        for *row, digest in rows:
            yield _entry(row, paths_of(connection, row[1])), digest


def _all_paths(connection: Connection) -> dict[int, list[str]]:
    """Return content -> its files, sorted."""
    paths: dict[int, list[str]] = {}
    for content, path in connection.execute("SELECT content, path FROM file ORDER BY path"):
        paths.setdefault(content, []).append(os.fsdecode(path))
    return paths


def _has(paths: Sequence[str], wanted: str) -> bool:
    return any(wanted in path.casefold() for path in paths)


def _entry(row: Sequence[Any], paths: Sequence[str]) -> Entry:
    number, _, duration, frames, fps, width, height, codec, container, declared, *rest = row
    source = Source(paths[0] if paths else "", duration, frames, fps, width, height, codec, container, declared)
    return Entry(number, tuple(paths), source, *rest)
