"""Copies of entries from one library into another: block by block as they are stored, and read back."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from loopfind.errors import LibraryError
from loopfind.stores import schema
from loopfind.stores.connections import Connection, Connections
from loopfind.stores.entries import KEY, content_of
from loopfind.stores.tables import CHUNK, NEW_BLOCK, NEW_PART, stored_blocks

_KEYS = ("codes", "kind", "hash_size", "stream", "start", '"end"')
_REST = (
    *("added", "closes", "duration", "frames", "fps", "width", "height", "codec", "container"),
    *("declared", "losses", "bytes"),
)
_ENTRY = (
    f"SELECT digest, size, {', '.join((*_KEYS, *_REST))} FROM entry JOIN content ON content.id = content"
    " WHERE entry.id = ?"
)
_NEW_ENTRY = (
    f"INSERT INTO entry (content, {', '.join((*_KEYS, *_REST))}) VALUES (?{', ?' * len((*_KEYS, *_REST))}) RETURNING id"
)
_NEW_NAME = "INSERT INTO file (path, size, changed, content) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO NOTHING"
_NAMES = "SELECT path, file.size, changed, content.size, digest FROM file JOIN content ON content.id = content"
_NAMES_AT_ONCE = 1000

Found = dict[tuple[Any, ...], int]
"""Digest and size of a content, and the key of what was read of it -> the entry."""


def entries_in(connections: Connections) -> Found:
    """Return the entries of a library by what they are of."""
    with connections.reading() as connection:
        rows = connection.execute(
            f"SELECT entry.id, digest, size, {', '.join(_KEYS)} FROM entry JOIN content ON content.id = content"
            " ORDER BY entry.id DESC"
        ).fetchall()
    return {tuple(key): number for number, *key in rows}


def copy_entry(source: Connections, target: Connections, entry: int) -> int | None:
    """Copy an entry with its tables and names, all or nothing; what was written is read back before it counts.

    Return its number in the other library, also where that had it meanwhile; None where it is gone from the first.
    Raises LibraryError, also for an entry that does not read as it was written.
    """
    with source.snapshot() as asked:
        found = asked.execute(_ENTRY, (entry,)).fetchone()
        if found is None:
            return None
        digest, size, *values = found
        parts = asked.execute(
            "SELECT id, name, dtype, width, rows, step, digest FROM part WHERE entry = ? ORDER BY id", (entry,)
        ).fetchall()
        names = asked.execute(
            "SELECT path, file.size, changed FROM file JOIN content ON content.id = content"
            " WHERE digest = ? AND content.size = ?",
            (digest, size),
        ).fetchall()
        with target.writing() as connection:
            content = content_of(connection, digest, size)
            connection.executemany(_NEW_NAME, [(*name, content) for name in names])
            there = connection.execute(
                f"SELECT id FROM entry WHERE content = ? AND {KEY}", (content, *values[: len(_KEYS)])
            ).fetchone()
            if there is not None:
                return int(there[0])
            made = int(connection.execute(_NEW_ENTRY, (content, *values)).fetchall()[0][0])
            for number, *form, written in parts:
                part = int(connection.execute(NEW_PART, (made, *form, written)).fetchall()[0][0])
                if _write_blocks(connection, part, stored_blocks(source, number)) != written:
                    raise LibraryError(source.shown, f"entry {entry}: {schema.DAMAGED}")
                if _digest(stored_blocks(target, part)) != written:
                    raise LibraryError(target.shown, f"it does not give back what was written of entry {entry}")
    return made


def _write_blocks(connection: Connection, part: int, blocks: Iterator[tuple[int, bytes]]) -> bytes:
    """Write blocks as they are; returns their digest."""
    digest, waiting = hashlib.blake2b(digest_size=16), list[tuple[int, int, bytes]]()
    for number, data in blocks:
        digest.update(data)
        waiting.append((part, number, data))
        if len(waiting) == CHUNK:
            connection.executemany(NEW_BLOCK, waiting)
            waiting.clear()
    connection.executemany(NEW_BLOCK, waiting)
    return digest.digest()


def _digest(blocks: Iterator[tuple[int, bytes]]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for _, data in blocks:
        digest.update(data)
    return digest.digest()


def copy_names(source: Connections, target: Connections) -> int:
    """Copy the names of files that are still missing, with contents of which nothing was read; return how many names
    there are. A name that the other library has stays as it is there."""
    last, count = b"", 0
    while True:
        with source.reading() as asked:
            rows = asked.execute(f"{_NAMES} WHERE path > ? ORDER BY path LIMIT ?", (last, _NAMES_AT_ONCE)).fetchall()
        if not rows:
            return count
        last, count = rows[-1][0], count + len(rows)
        missing = _without_names(target, rows)
        if missing:
            with target.writing() as connection:
                for path, size, changed, whole, digest in missing:
                    content = content_of(connection, digest, whole)
                    connection.execute(_NEW_NAME, (path, size, changed, content))


def _without_names(target: Connections, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows whose names a library has not."""
    marks = ", ".join("?" * len(rows))
    with target.reading() as connection:
        asked = connection.execute(f"SELECT path FROM file WHERE path IN ({marks})", [row[0] for row in rows])
        known = {path for (path,) in asked}
    return [row for row in rows if row[0] not in known]
