"""Knowledge that a library has of its own files, for likeness: codebooks and metrics, each of one way and network."""

from typing import Any

import numpy as np

from loopfind.errors import LibraryError
from loopfind.model.likeness import AppearanceKey, Learned
from loopfind.stores.connections import Connections

_MOST_ROWS, _WIDEST = 4096, 1 << 14
_NUMBERS = np.dtype("<f2")
_KEPT = """INSERT INTO learned (what, way, model, stream, width, files, data) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (what, way, model, stream)
    DO UPDATE SET width = excluded.width, files = excluded.files, data = excluded.data"""
UNREADABLE = "is damaged: `loopfind library train --forget` takes it out"


class LearnedTable:
    """The knowledge of a library, through its connections. Every method raises LibraryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def held(self, what: str, key: AppearanceKey) -> Learned | None:
        """Return what was learned of appearances of a key, None where nothing was."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT width, files, data FROM learned WHERE what = ? AND way = ? AND model = ? AND stream = ?",
                (what, key.way, key.model, key.stream),
            ).fetchone()
        if row is None:
            return None
        found = _learned(what, key, *row)
        if found is None:
            raise LibraryError(self._connections.shown, f"its {what} for likeness {UNREADABLE}")
        return found

    def keep(self, learned: Learned) -> None:
        """Keep what was learned; what was there of the same kind and key goes."""
        key, values = learned.key, np.ascontiguousarray(learned.values, _NUMBERS)
        row = (learned.what, key.way, key.model, key.stream, values.shape[1], learned.files, values.tobytes())
        with self._connections.writing() as connection:
            connection.execute(_KEPT, row)

    def forget(self) -> int:
        """Take out all that was learned; return how much that was."""
        with self._connections.writing() as connection:
            return connection.execute("DELETE FROM learned").rowcount


def damaged_learned(connections: Connections) -> list[str]:
    """Return the kinds of what cannot be read any more."""
    with connections.reading() as connection:
        what, data = connections.as_bytes("what"), connections.readable("data", True)
        rows = connection.execute(f"SELECT {what}, width, files, {data} FROM learned").fetchall()
    key = AppearanceKey("", "", 0)
    names = [name.decode("utf-8", "replace") for name, *_ in rows]
    return [name for name, (_, *rest) in zip(names, rows, strict=True) if _learned(name, key, *rest) is None]


def _learned(what: str, key: AppearanceKey, width: Any, files: Any, data: Any) -> Learned | None:
    """Return what its row holds, None for a row that is none: SQLite keeps any value in any column."""
    if type(width) is not int or type(files) is not int or type(data) is not bytes:
        return None
    if not 1 <= width <= _WIDEST or len(data) % (width * _NUMBERS.itemsize) or files < 0:
        return None
    values = np.frombuffer(data, _NUMBERS).reshape(-1, width)
    sound = 1 <= len(values) <= _MOST_ROWS and bool(np.isfinite(values).all())
    return Learned(what, key, files, values) if sound else None
