"""Readings that are not done yet, on disk: what a scan that was cut off has read is read from there the next time.

A checkpoint is two files of one name: `.frames`, to which a row a frame is added, and `.json`, which says of what file
and settings they are and how many rows are whole. The second one is replaced in one step, so that whatever ends the
process, at any moment, leaves a checkpoint that is whole or none.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from loopfind.holdings import CODES, File
from loopfind.model import Settings
from loopfind.views import SKETCH_CELLS

FORGOTTEN = 30 * 86400.0
"""Seconds after which a checkpoint that nobody went on with is removed."""

_AT_ONCE = 4096
_ROWS, _SAYS, _NEW = ".frames", ".json", ".new"


def row_type(width: int) -> np.dtype[Any]:
    """A frame in a checkpoint: its time, detail, code of `width` bytes, and sketch."""
    columns = [("time", "<f8"), ("detail", "<f4"), ("code", "u1", (width,)), ("sketch", "<u2", (SKETCH_CELLS,))]
    return np.dtype(columns)


class Checkpoint:
    """Made by `checkpoint_of`. count: rows that are whole. row: the type of a row."""

    def __init__(self, path: Path, says: dict[str, Any], width: int, rows: BinaryIO) -> None:
        self._path, self._says, self._rows = path, says, rows
        self.row = self._type = row_type(width)
        self.count = self._kept()

    def _kept(self) -> int:
        """Rows of the same file and settings; 0, and nothing is left, where there are none."""
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            said = json.loads(self._path.with_suffix(_SAYS).read_text("utf-8"))
            count = said.pop("frames", None)
            whole = isinstance(count, int) and 0 < count * self._type.itemsize <= os.fstat(self._rows.fileno()).st_size
            if whole and said == self._says:
                return int(count)
        self.restart()
        return 0

    def rows(self) -> Iterator[NDArray[Any]]:
        """The whole rows, in parts."""
        for low in range(0, self.count, _AT_ONCE):
            size = min(_AT_ONCE, self.count - low) * self._type.itemsize
            data = os.pread(self._rows.fileno(), size, low * self._type.itemsize)
            yield np.frombuffer(data, self._type)

    def add(self, rows: Iterator[NDArray[Any]]) -> None:
        """Add rows behind those that are whole, and say that they are. Raises OSError."""
        self._rows.seek(self.count * self._type.itemsize)
        self._rows.truncate()
        count = self.count
        for part in rows:
            self._rows.write(part.astype(self._type, copy=False).tobytes())
            count += len(part)
        self._rows.flush()
        os.fsync(self._rows.fileno())
        new = self._path.with_suffix(_NEW)
        new.write_text(json.dumps({**self._says, "frames": count}), "utf-8")
        os.replace(new, self._path.with_suffix(_SAYS))
        self.count = count

    def restart(self) -> None:
        """Forget all rows."""
        self._path.with_suffix(_SAYS).unlink(missing_ok=True)
        self._rows.truncate(0)
        self.count = 0

    def close(self) -> None:
        """Leave it for another time; an empty one is removed."""
        if not self._rows.closed:
            if not self.count:
                self.remove()
            self._rows.close()

    def remove(self) -> None:
        """Leave nothing."""
        _remove(self._path)
        self._rows.close()


def checkpoint_of(folder: str | os.PathLike[str], file: File, settings: Settings, width: int) -> Checkpoint | None:
    """The checkpoint of a file and settings in a folder, which is made where it is missing; None where another process
    reads the same. One of a file that has changed since, or that cannot be understood, is emptied; old ones of other
    files are removed. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    asked = [settings.kind, settings.hash_size, settings.stream, settings.start, settings.end]
    says = {
        "loopfind": CODES,
        "path": file.name,
        "size": file.size,
        "changed": file.changed,
        "digest": file.digest.hex(),
        "settings": asked,
    }
    name = hashlib.blake2b(json.dumps([file.name, asked]).encode(), digest_size=16).hexdigest()
    _forget(Path(folder), name)
    path = Path(folder) / name
    rows = _locked(path.with_suffix(_ROWS))
    return None if rows is None else Checkpoint(path, says, width, rows)


def _locked(path: Path) -> BinaryIO | None:
    """The file, opened for this process alone; None where another one has it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it may have removed it just now.
        if os.fstat(file.fileno()).st_nlink:
            return file
    except BlockingIOError:
        pass
    file.close()
    return None


def _forget(folder: Path, own: str) -> None:
    """Remove checkpoints that were left long ago."""
    for path in folder.glob(f"*{_ROWS}"):
        with contextlib.suppress(OSError):
            if path.stem != own and time.time() - path.stat().st_mtime > FORGOTTEN:
                rows = _locked(path)
                if rows is not None:
                    _remove(path.with_suffix(""))
                    rows.close()


def _remove(path: Path) -> None:
    for suffix in (_SAYS, _NEW, _ROWS):
        path.with_suffix(suffix).unlink(missing_ok=True)
