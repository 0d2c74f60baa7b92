"""The places that the files of a library lie at: on disk, or in a bucket."""

import os
from typing import NamedTuple

from loopfind.errors import Unreadable
from loopfind.objects import bucket


class Placed(NamedTuple):
    """A file as it is now. path: its real path, or the name of an object. size: bytes. changed: nanoseconds, when it
    was last written; of an object see ObjectState."""

    path: bytes
    size: int
    changed: int


def real_path(name: str | os.PathLike[str]) -> bytes:
    """Return the path by which a library knows a file: its real one, or the name of an object."""
    path = os.fsencode(name)
    return path if bucket.is_object(os.fsdecode(path)) else os.path.realpath(path)


def look_at(name: str | os.PathLike[str]) -> Placed:
    """Return a file as it is now. Raises OSError, and Unreadable for an object whose store does not say."""
    path = real_path(name)
    shown = os.fsdecode(path)
    if bucket.is_object(shown):
        state = bucket.look(shown)
        if state is None:
            raise FileNotFoundError(2, "no such object", shown)
        return Placed(path, *state)
    status = os.stat(path)
    return Placed(path, status.st_size, status.st_mtime_ns)


def is_there(path: bytes) -> bool:
    """Say whether there is a file at a path. An object whose store does not answer is not gone."""
    name = os.fsdecode(path)
    if not bucket.is_object(name):
        return os.path.exists(path)
    try:
        return bucket.look(name) is not None
    except Unreadable:
        return True
