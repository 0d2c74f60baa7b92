"""Temporary files and folders beside what is written, and the removal of those that a killed process left behind.

Each is locked for as long as its process works on it, whatever number that process has. What can be locked was left, or
is just about to be moved into place, and is left alone for a while. Only what has such a name, lies there itself (no
link) and holds nothing but what loopfind writes is ever removed.
"""

import contextlib
import errno
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX, _SUFFIX, _HELD = ".loopfind-", ".tmp", ".held"
_NAME = re.compile(r"\.loopfind-[a-z0-9_]{8}\.tmp")
_LEFT_ALONE = 10.0
"""Seconds since its last change for which no temporary file is removed."""
_CLIP = re.compile(r"(?:repeat-\d{2,}|clean|seam)-[a-z0-9-]+\.[a-z0-9]{3,4}(?:\.silent)?")


def new_file(folder: Path) -> tuple[int, Path]:
    """Make a temporary file. Returns its descriptor, which holds it until it is closed, and its place.

    Raises OSError.
    """
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
        if _is_held(descriptor):
            return descriptor, Path(name)
        os.close(descriptor)  # another process took it for one that was left


@contextlib.contextmanager
def new_folder(parent: Path) -> Iterator[Path]:
    """Make a temporary folder for the body, and remove it afterwards with what media is in it. Raises OSError."""
    folder, descriptor = _held_folder(parent)
    try:
        yield folder
    finally:  # Ctrl-C too
        os.close(descriptor)  # Windows removes no open file
        _remove_folder(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed left in a folder. What cannot be removed stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in list(entries):
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_left(Path(entry.path))


def _held_folder(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, suffix=_SUFFIX, dir=parent))
        with contextlib.suppress(FileNotFoundError):  # another process took it for one that was left
            descriptor = os.open(folder / _HELD, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            if _is_held(descriptor):
                return folder, descriptor
            os.close(descriptor)


def _is_held(descriptor: int) -> bool:
    """Lock a file of our own. Returns False where another process had it first."""
    from filelock import lock_descriptor  # not for --help

    try:
        return lock_descriptor(descriptor, blocking=False) and os.fstat(descriptor).st_nlink > 0
    except OSError:  # a disk without locks: then nobody takes it
        return True


def _remove_left(place: Path) -> None:
    """Remove a file or folder that nobody holds. Raises OSError."""
    status = place.lstat()
    if status.st_uid != getattr(os, "geteuid", lambda: status.st_uid)() or time.time() - status.st_mtime < _LEFT_ALONE:
        return
    if stat.S_ISDIR(status.st_mode):
        held = place / _HELD
        if not held.is_file():
            place.rmdir()  # killed as it began
            return
        with _locked(held):
            pass  # closed before it is removed, as Windows removes no open file
        _remove_folder(place)
    elif stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        with _locked(place):
            pass
        place.unlink()


@contextlib.contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Hold a file that was left. Raises OSError where a process still has it."""
    from filelock import lock_descriptor  # not for --help

    descriptor = os.open(place, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not lock_descriptor(descriptor, blocking=False):
            raise BlockingIOError(errno.EWOULDBLOCK, "it is in use")
        yield
    finally:
        os.close(descriptor)


def _remove_folder(folder: Path) -> None:
    """Remove a temporary folder, unless it holds anything that loopfind did not write."""
    with contextlib.suppress(OSError):
        names = os.listdir(folder)
        if all(name == _HELD or _CLIP.fullmatch(name) for name in names):
            for name in sorted(names, key=lambda name: name == _HELD):
                (folder / name).unlink()
            folder.rmdir()
