"""Removal from a library, and the check of what it holds."""

import hashlib
import os
from collections.abc import Iterable, Iterator

import numpy as np

from loopfind.errors import LibraryError, LibraryUnreachable, Unreadable
from loopfind.model.library import CODES, SOUND, Problem
from loopfind.model.video import Progress, Watch
from loopfind.stores import blocks, schema
from loopfind.stores.appearances import damaged_appearances
from loopfind.stores.checks import is_table
from loopfind.stores.connections import Connections
from loopfind.stores.digest import digest_of
from loopfind.stores.learned import UNREADABLE, damaged_learned
from loopfind.stores.places import look_at
from loopfind.stores.quarantine import Quarantine
from loopfind.stores.tables import stored_blocks


def remove(connections: Connections, entries: Iterable[int] = (), paths: Iterable[bytes] = ()) -> None:
    """Take out entries, and files by their real paths; a content goes with its last entry, and with its last file."""
    with connections.writing() as connection:
        connection.executemany("DELETE FROM entry WHERE id = ?", [(entry,) for entry in entries])
        connection.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in paths])
        connection.execute("DELETE FROM content WHERE id NOT IN (SELECT content FROM file)")
        connection.execute("DELETE FROM content WHERE id NOT IN (SELECT content FROM entry)")
        connection.execute("DELETE FROM posting WHERE entry NOT IN (SELECT id FROM entry)")
        # A stretch that is shown nowhere else is no repeat.
        connection.execute(
            "DELETE FROM repeat WHERE id NOT IN (SELECT repeat FROM stretch GROUP BY repeat HAVING count(*) > 1)"
        )
    connections.shrink()


def outdated(connections: Connections) -> tuple[int, ...]:
    """Return the entries of an older loopfind, which are of no use any more."""
    with connections.reading() as connection:
        rows = connection.execute("SELECT id FROM entry WHERE codes <> ? ORDER BY id", (CODES,))
        return tuple(number for (number,) in rows)


def verify(connections: Connections, watch: Watch | None = None) -> Iterator[Problem]:
    """Yield the faults of the database, of what it holds, and of the files that it names."""
    if watch is not None:
        watch(Progress("checking the database", 0, 0.0, None))
    faults = [Problem(connections.shown, line) for line in connections.faults()]
    yield from faults
    if faults:
        yield Problem(connections.shown, schema.DAMAGED.partition(":")[0] + ": delete it, then add the files again")
    yield from _entries(connections, watch)
    yield from _appearances(connections)
    yield from _files(connections, watch)
    yield from _quarantined(connections)


def _entries(connections: Connections, watch: Watch | None) -> Iterator[Problem]:
    """Yield the entries of which something does not read as it was written."""
    try:
        with connections.reading() as connection:
            rows = connection.execute("SELECT id, kind, frames, closes FROM entry ORDER BY id").fetchall()
        read, seconds = 0, 0.0
        for entry, kind, frames, closes in rows:
            with connections.snapshot() as connection:
                parts = connection.execute(
                    "SELECT id, name, dtype, width, rows, step, digest FROM part WHERE entry = ?", (entry,)
                ).fetchall()
                needed = {"codes"} if kind == SOUND else {"times", "codes", "detail", "sketches"}
                lacking = needed - {part[1] for part in parts}
                wrong = [name for number, name, *rest in parts if not _right(connections, number, *rest)]
            if wrong or lacking:
                what = f"its {' and '.join(sorted({*wrong, *lacking}))} cannot be read any more"
                yield Problem(f"entry {entry}", f"{what}: remove it, then add its file again")
            read, seconds = read + frames, seconds + closes
            if watch is not None:
                watch(Progress("checking what it holds", read, seconds, None))
    except LibraryError as error:
        yield Problem(error.path, error.what)


def _right(connections: Connections, part: int, dtype: str, width: int, rows: int, step: int, digest: bytes) -> bool:
    """Return whether a table has the blocks that were written, and each of them can be read."""
    found, there = hashlib.blake2b(digest_size=16), 0
    if not is_table(dtype, width, rows, step):
        return False
    try:
        for _, data in stored_blocks(connections, part):
            found.update(data)
            there += len(blocks.unpack_block(data, np.dtype(dtype), width, max(0, min(step, rows - there))))
    except LibraryUnreachable:
        raise
    except (ValueError, TypeError, LibraryError):
        return False
    return there == rows and found.digest() == digest


def _appearances(connections: Connections) -> Iterator[Problem]:
    """Yield the files whose appearances cannot be read any more."""
    try:
        for path, way in damaged_appearances(connections):
            what = f"its likeness by {way} cannot be read any more: remove it, then add it again"
            yield Problem(os.fsdecode(path), what)
        for what in damaged_learned(connections):
            yield Problem(connections.shown, f"its {what} for likeness {UNREADABLE}")
    except LibraryError as error:
        yield Problem(error.path, error.what)


def _files(connections: Connections, watch: Watch | None) -> Iterator[Problem]:
    """Yield the files that are gone or have changed."""
    try:
        with connections.reading() as connection:
            rows = connection.execute(
                "SELECT path, content.size, digest FROM file JOIN content ON content.id = file.content ORDER BY path"
            ).fetchall()
    except LibraryError as error:
        yield Problem(error.path, error.what)
        return
    for number, (path, size, digest) in enumerate(rows):
        what = _changed(path, size, digest)
        if what:
            yield Problem(os.fsdecode(path), what)
        if watch is not None:
            watch(Progress(f"checking file {number + 1} of {len(rows)}", number, 0.0, None))


def _quarantined(connections: Connections) -> Iterator[Problem]:
    """Yield the files that are in quarantine."""
    try:
        yield from (Problem(one.path, one.why) for one in Quarantine(connections).all())
    except LibraryError as error:
        yield Problem(error.path, error.what)


def _changed(path: bytes, size: int, digest: bytes) -> str:
    """Return the fault of a file, "" if it is unchanged."""
    try:
        if look_at(os.fsdecode(path)).size == size and digest_of(path, size) == digest:
            return ""
    except Unreadable as error:
        return error.what
    except FileNotFoundError:
        return "it is gone: `loopfind library remove --missing` takes it out"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "it was changed: add it again"
