"""Appearances in a library: how its files look, in each way and by each network, never mixed."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from loopfind.errors import LibraryError
from loopfind.model.dtypes import Floats
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.stores import schema
from loopfind.stores.connections import Connections
from loopfind.stores.entries import named_file
from loopfind.stores.places import is_there

_MOST_MOMENTS, _WIDEST, _LATEST = 4096, 1 << 14, 1e9
"""Moments, numbers a moment, and seconds that an appearance may have. None that is written comes near."""
_TIMES, _NUMBERS = np.dtype("<f8"), np.dtype("i1")
_COLUMNS = ("way", "model", "stream", "width", "times", "vectors")
_KEY = "way = ? AND model = ? AND stream = ?"
_KEPT = """INSERT INTO appearance (content, way, model, stream, width, times, vectors) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (content, way, model, stream)
    DO UPDATE SET width = excluded.width, times = excluded.times, vectors = excluded.vectors"""
_FIRST_NAME = "NOT EXISTS (SELECT 1 FROM file AS other WHERE other.content = file.content AND other.path < file.path)"


class Appearances:
    """The appearances in a library, through its connections. Every method raises LibraryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def missing(self, key: AppearanceKey) -> list[str]:
        """Return the paths of the files, one for each content, of which no such appearance is kept; without those that
        are known to hold no such pictures or sound. Of several names one that is there is taken."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT content, path FROM file WHERE NOT EXISTS (SELECT 1 FROM appearance"
                f" WHERE appearance.content = file.content AND {_KEY}) AND NOT EXISTS (SELECT 1 FROM lacking"
                " WHERE lacking.content = file.content AND what = ? AND stream = ?) ORDER BY path",
                (key.way, key.model, key.stream, key.what, key.stream),
            ).fetchall()
        paths: dict[int, bytes] = {}
        for content, path in rows:
            if content not in paths or not is_there(paths[content]):
                paths[content] = path
        return sorted(os.fsdecode(path) for path in paths.values())

    def add(self, file: File, appearance: Appearance) -> None:
        """Keep an appearance of a file; an earlier one of the same content and key goes."""
        key, vectors = appearance.key, appearance.vectors
        with self._connections.writing() as connection:
            content = named_file(connection, file)[0]
            times = appearance.times.astype(_TIMES).tobytes()
            values = (content, key.way, key.model, key.stream, vectors.shape[1], times, vectors.tobytes())
            connection.execute(_KEPT, values)

    def count(self, key: AppearanceKey) -> int:
        """Return how many contents have such an appearance."""
        with self._connections.reading() as connection:
            counted = f"SELECT count(*) FROM appearance WHERE {_KEY}"
            return int(connection.execute(counted, (key.way, key.model, key.stream)).fetchone()[0])

    def contents(self, key: AppearanceKey) -> dict[str, bytes]:
        """Return the digest, in hexadecimal, of each content that has such an appearance, with its first path."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT digest, path FROM appearance JOIN content ON content.id = appearance.content"
                f" JOIN file ON file.content = content.id WHERE {_KEY} AND {_FIRST_NAME}",
                (key.way, key.model, key.stream),
            )
            return {digest.hex(): path for digest, path in rows}

    def lacking(self, key: AppearanceKey, other: AppearanceKey) -> list[bytes]:
        """Return a path of each content that has an appearance of one key and none of another."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT path FROM file WHERE content IN (SELECT content FROM appearance WHERE {_KEY})"
                f" AND content NOT IN (SELECT content FROM appearance WHERE {_KEY}) AND {_FIRST_NAME}"
                " ORDER BY content",
                (key.way, key.model, key.stream, other.way, other.model, other.stream),
            )
            return [path for (path,) in rows]

    def held(self, key: AppearanceKey, paths: Sequence[bytes] | None = None) -> list[tuple[File, Appearance]]:
        """Return the appearances of one key, sorted by path, each with the first file of its content. paths: of files,
        where not all are wanted."""
        with self._connections.snapshot() as connection:
            # The first name of each content, apart: SQLite would carry the vectors along as it sorts.
            names = connection.execute(
                "SELECT content, path, file.size, changed, digest FROM file JOIN content ON content.id = content"
                f" WHERE {_FIRST_NAME}"
            )
            files = {content: File(*rest) for content, *rest in names}
            wanted = set(files)
            if paths is not None:
                named = set(paths)
                wanted = {content for content, file in files.items() if file.path in named}
            every = f"SELECT content, width, times, vectors FROM appearance WHERE {_KEY}"
            values = (key.way, key.model, key.stream)
            if len(wanted) < len(files):
                rows = [
                    row
                    for content in wanted
                    for row in connection.execute(f"{every} AND content = ?", (*values, content))
                ]
            else:
                rows = connection.execute(every, values).fetchall()
            found = [(files[content], _appearance(key, *rest)) for content, *rest in rows if content in files]
        wholes = sorted(((file, one) for file, one in found if one is not None), key=lambda pair: pair[0].path)
        unlike = len({one.vectors.shape[1] for _, one in wholes}) > 1
        if len(wholes) < len(found) or unlike or not _are_times([one.times for _, one in wholes]):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return wholes


def damaged_appearances(connections: Connections) -> list[tuple[bytes, str]]:
    """Return the files whose appearances cannot be read any more, by path, and the ways of these."""
    columns = [connections.readable(column, column not in ("way", "model")) for column in _COLUMNS]
    with connections.reading() as connection:
        rows = connection.execute(
            f"SELECT path, {', '.join(columns)} FROM appearance"
            " JOIN file ON file.content = appearance.content ORDER BY path"
        )
        key = AppearanceKey("", "", 0)
        return [
            (path, str(way))
            for path, way, model, stream, *rest in rows
            if not (type(way) is type(model) is str and type(stream) is int)
            or (one := _appearance(key, *rest)) is None
            or not _are_times([one.times])
        ]


def _appearance(key: AppearanceKey, width: Any, times: Any, vectors: Any) -> Appearance | None:
    """Return an appearance as its row holds it, its times unchecked. None for a row that is none: SQLite keeps any
    value in any column."""
    if type(width) is not int or type(times) is not bytes or type(vectors) is not bytes:
        return None
    count = len(times) // _TIMES.itemsize
    if not 1 <= count <= _MOST_MOMENTS or not 1 <= width <= _WIDEST:
        return None
    if (len(times), len(vectors)) != (count * _TIMES.itemsize, count * width):
        return None
    numbers = np.frombuffer(vectors, _NUMBERS).reshape(count, width)
    return Appearance(key, np.frombuffer(times, _TIMES), numbers)


def _are_times(several: Sequence[Floats]) -> bool:
    """Say whether each row of seconds rises and holds no wild ones; all are checked at once, which takes no time."""
    seconds = np.concatenate([np.zeros(0), *several])
    ends = np.cumsum([len(one) for one in several], dtype=np.intp)[:-1]
    rises = np.diff(seconds) >= 0
    rises[ends - 1] = True
    return bool((np.abs(seconds) <= _LATEST).all() and rises.all())
