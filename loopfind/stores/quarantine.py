"""Files that are not read any more, as they ended every process that read them."""

import os
import time
from collections.abc import Iterable

from loopfind.model.library import File, Quarantined
from loopfind.stores.connections import Connections


class Quarantine:
    """The quarantine of a library, by content: a file stays in it under another name. Every method raises
    LibraryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, file: File, processes: int) -> None:
        """Put a file in, which ended so many processes."""
        with self._connections.writing() as connection:
            connection.execute(
                "INSERT INTO quarantine (size, digest, path, processes, added) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (digest, size) DO UPDATE SET path = excluded.path, processes = excluded.processes,"
                " added = excluded.added",
                (file.size, file.digest, file.path, processes, time.time()),
            )

    def all(self) -> tuple[Quarantined, ...]:
        """Return what is in it, by path."""
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT path, size, digest, processes, added FROM quarantine ORDER BY path")
            return tuple(
                Quarantined(os.fsdecode(path), int(size), bytes(digest), int(processes), float(added))
                for path, size, digest, processes, added in rows
            )

    def free(self, contents: Iterable[tuple[int, bytes]]) -> None:
        """Let contents out of it, by their sizes and digests, so that they are read again."""
        with self._connections.writing() as connection:
            connection.executemany("DELETE FROM quarantine WHERE size = ? AND digest = ?", contents)
