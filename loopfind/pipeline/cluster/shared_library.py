"""A library that other processes open too, on this machine or on others."""

import os
import socket
from dataclasses import dataclass

from loopfind.errors import LibraryError, WorkersFailed
from loopfind.model.version import version
from loopfind.stores.library import Library
from loopfind.stores.opener import is_address, open_library, shown_library


@dataclass(frozen=True)
class SharedLibrary:
    """Made by `share_library`. at: the path of a library, from the root, or its address. file: device and number of its
    file; None for an address. version: of the loopfind that shares it."""

    at: str
    file: tuple[int, int] | None
    version: str

    def open(self) -> Library:
        """Open it in another process. Raises what `check` raises."""
        self.check()
        return open_library(self.at, make=False)

    def check(self) -> None:
        """Raise LibraryError where this process does not see it, and WorkersFailed where it is of another loopfind."""
        if self.version != version():
            what = f"a worker on {socket.gethostname()} has loopfind {version()}, and this is {self.version}"
            raise WorkersFailed(f"{what}: install the same on both")
        if self.file is not None and _file_at(self.at) != self.file:
            unseen = f"a worker on {socket.gethostname()} does not see this file"
            raise LibraryError(self.at, f"{unseen}: workers on other machines need a library on PostgreSQL")


def share_library(at: str | os.PathLike[str]) -> SharedLibrary:
    """Return a library that is there as other processes can open it. Raises LibraryError."""
    if is_address(at):
        return SharedLibrary(os.fsdecode(at), None, version())
    path = os.path.abspath(os.fsdecode(at))
    if (file := _file_at(path)) is None:
        raise LibraryError(shown_library(at), "it was removed just now")
    return SharedLibrary(path, file, version())


def _file_at(path: str) -> tuple[int, int] | None:
    """Return what tells a file from all others of a machine, None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
