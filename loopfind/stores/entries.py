"""Rows of files and entries in a library: which content lies where, and what was read of it."""

import json
import os
import time
from collections.abc import Mapping
from typing import NamedTuple

from loopfind.model.library import CODES, File, Naming
from loopfind.model.video import Loss, Source
from loopfind.settings import Settings
from loopfind.stores.blocks import ReadableRows
from loopfind.stores.connections import Connection
from loopfind.stores.places import is_there
from loopfind.stores.tables import write_table

KEY = 'codes = ? AND kind = ? AND hash_size = ? AND stream = ? AND start IS ? AND "end" IS ?'


def content_of(connection: Connection, digest: bytes, size: int) -> int:
    """Return the content of a digest and size; it is made if need be."""
    ((content,),) = connection.execute(
        "INSERT INTO content (size, digest) VALUES (?, ?)"
        " ON CONFLICT (digest, size) DO UPDATE SET size = excluded.size RETURNING id",
        (size, digest),
    ).fetchall()
    return int(content)


def named_file(connection: Connection, file: File) -> tuple[int, Naming, str]:
    """Note the path of a file. Return its content, and what Library.name returns."""
    content = content_of(connection, file.digest, file.size)
    was = connection.execute("SELECT content FROM file WHERE path = ?", (file.path,)).fetchone()
    others = connection.execute(
        "SELECT path FROM file WHERE content = ? AND path <> ? ORDER BY path", (content, file.path)
    ).fetchall()
    gone = [path for (path,) in others if not is_there(path)]
    connection.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in gone])
    connection.execute(
        "INSERT INTO file (path, size, changed, content) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE"
        " SET size = excluded.size, changed = excluded.changed, content = excluded.content",
        (file.path, file.size, file.changed, content),
    )
    if was is not None:
        return content, "same" if was[0] == content else "changed", ""
    if others:
        naming: Naming = "moved" if gone else "another"
        return content, naming, os.fsdecode(gone[0] if gone else others[0][0])
    return content, "first", ""


class NewEntry(NamedTuple):
    """An entry that is to be made: kind, hash size and track of its codes, when it closes, and what it was read of."""

    kind: str
    hash_size: int
    stream: int
    closes: float
    source: Source
    losses: tuple[Loss, ...] = ()


def add_entry(
    connection: Connection,
    content: int,
    settings: Settings,
    held: NewEntry,
    parts: Mapping[str, ReadableRows],
) -> int:
    """Make an entry, with its tables, in the place of what it outdates. settings: the limits that it was read with."""
    key = (CODES, held.kind, held.hash_size, held.stream, settings.start, settings.end)
    # What an older loopfind kept stands for nothing any more.
    connection.execute(f"DELETE FROM entry WHERE content = ? AND (codes < ? OR ({KEY}))", (content, CODES, *key))
    source = held.source
    values = {
        "content": content,
        **dict(zip(("codes", "kind", "hash_size", "stream", "start", '"end"'), key, strict=True)),
        "added": time.time(),
        "closes": held.closes,
        "duration": source.duration,
        "frames": source.frames,
        "fps": source.fps,
        "width": source.width,
        "height": source.height,
        "codec": source.codec,
        "container": source.container,
        "declared": source.declared,
        "losses": json.dumps([[loss.start, loss.end, loss.what] for loss in held.losses]),
        "bytes": 0,
    }
    marks = ", ".join("?" * len(values))
    made = f"INSERT INTO entry ({', '.join(values)}) VALUES ({marks}) RETURNING id"
    ((entry,),) = connection.execute(made, tuple(values.values())).fetchall()
    taken = sum(write_table(connection, entry, name, rows) for name, rows in parts.items())
    connection.execute("UPDATE entry SET bytes = ? WHERE id = ?", (taken, entry))
    return int(entry)


def paths_of(connection: Connection, content: int) -> tuple[str, ...]:
    """Return the files that hold a content, sorted."""
    rows = connection.execute("SELECT path FROM file WHERE content = ? ORDER BY path", (content,))
    return tuple(os.fsdecode(path) for (path,) in rows)
