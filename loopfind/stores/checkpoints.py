"""Readings that are not done yet, on disk: what a scan that was cut off has read is read from there the next time.

A checkpoint is two files of one name: `.frames`, to which a row a frame is added, and `.json`, which says of what file
and settings they are, how many rows are whole, and their digest. The second one is replaced in one step, so that
whatever ends the process, at any moment, leaves a checkpoint that is whole or none.
"""

import contextlib
import errno
import hashlib
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from loopfind.model.library import CODES, File
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Loss
from loopfind.settings import Settings
from loopfind.stores.checks import losses_of

FORGOTTEN = 30 * 86400.0
"""Seconds after which a checkpoint that nobody went on with is removed."""

_AT_ONCE = 4096
_LONGEST_DESCRIPTION = 16 << 20
"""Letters of a description that are read: it lists what was lost, and no more."""
_NOT_UNDERSTOOD = (OSError, ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)
"""Errors that come of a description that was not written here: nested without end, or with a number of 400 digits."""
_ROWS, _SAYS, _NEW = ".frames", ".json", ".new"


def row_type(width: int) -> np.dtype[Any]:
    """A frame in a checkpoint: its time, detail, code of `width` bytes, and sketch."""
    columns = [("time", "<f8"), ("detail", "<f4"), ("code", "u1", (width,)), ("sketch", "<u2", (SKETCH_CELLS,))]
    return np.dtype(columns)


class Damaged(Exception):
    """A checkpoint does not hold what was written."""


class Checkpoint:
    """Made by `checkpoint_of`. count: rows that are whole. row: the type of a row. losses: what was lost up to there.
    Nothing is written before the first rows are added; none is added before those that are there were read."""

    def __init__(self, path: Path, says: dict[str, Any], width: int) -> None:
        self.row = row_type(width)
        self._path, self._says, self._rows = path, says, _Rows(path.with_suffix(_ROWS))
        self._digest, self._said = hashlib.blake2b(), ""
        self.losses: tuple[Loss, ...] = ()
        self.count, self._said = self._kept()

    def _kept(self) -> tuple[int, str]:
        """Rows of the same file and settings, and what their digest should be; 0, and nothing is left, where there are
        none."""
        if not self._path.with_suffix(_ROWS).exists():
            return 0, ""
        with contextlib.suppress(*_NOT_UNDERSTOOD):
            with open(self._path.with_suffix(_SAYS), encoding="utf-8") as description:
                said = json.loads(description.read(_LONGEST_DESCRIPTION))
            count, digest = said.pop("frames", None), said.pop("rows", None)
            losses = losses_of(said.pop("losses"))
            size = os.fstat(self._rows.open().fileno()).st_size
            whole = isinstance(count, int) and 0 < count * self.row.itemsize <= size
            if losses is not None and whole and said == self._says:
                self.losses = losses
                return count, str(digest)
        self.restart()
        return 0, ""

    def rows(self) -> Iterator[NDArray[Any]]:
        """Yield the whole rows, in parts. Raises Damaged behind the last one where they are not what was written."""
        self._digest, before = hashlib.blake2b(), -math.inf
        for low in range(0, self.count, _AT_ONCE):
            size = min(_AT_ONCE, self.count - low) * self.row.itemsize
            file = self._rows.open()
            file.seek(low * self.row.itemsize)
            data = file.read(size)
            self._digest.update(data)
            rows = np.frombuffer(data, self.row)
            # Whoever can write here can write a digest that fits.
            if not (np.diff(rows["time"], prepend=before) > 0).all() or not np.isfinite(rows["detail"]).all():
                raise Damaged
            before = float(rows["time"][-1])
            yield rows
        if self.count and self._digest.hexdigest() != self._said:
            raise Damaged

    def add(self, rows: Iterator[NDArray[Any]], losses: Sequence[Loss]) -> None:
        """Add rows behind those that are whole, and say that they are, and all that was lost so far.

        Raises OSError, such as BlockingIOError where another process reads the same.
        """
        os.makedirs(self._path.parent, mode=0o700, exist_ok=True)
        file, count = self._rows.open(), self.count
        file.seek(count * self.row.itemsize)
        file.truncate()
        digest = self._digest.copy()
        for part in rows:
            data = part.astype(self.row, copy=False).tobytes()
            file.write(data)
            digest.update(data)
            count += len(part)
        file.flush()
        os.fsync(file.fileno())
        new = self._path.with_suffix(_NEW)
        lost = [[loss.start, loss.end, loss.what] for loss in losses]
        says = {**self._says, "frames": count, "rows": digest.hexdigest(), "losses": lost}
        with open(new, "w", encoding="utf-8", opener=_private) as description:
            description.write(json.dumps(says))
        os.replace(new, self._path.with_suffix(_SAYS))
        self.count, self._digest = count, digest

    def restart(self) -> None:
        """Forget all rows, unless they are another process's."""
        self.count, self.losses, self._digest = 0, (), hashlib.blake2b()
        with contextlib.suppress(OSError):
            if self._path.with_suffix(_ROWS).exists():
                _remove(self._path, self._rows.open())
        self._rows.close()

    def close(self) -> None:
        """Leave it for another time."""
        self._rows.close()


class _Rows:
    """A file that is opened when it is first needed, for one process alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def open(self) -> BinaryIO:
        """Return the file. Raises BlockingIOError where another process has it."""
        if self._file is None:
            self._file = _locked(self._path)
        return self._file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def checkpoint_of(folder: str | os.PathLike[str], file: File, settings: Settings, width: int) -> Checkpoint:
    """Return the checkpoint of a file and settings in a folder. One of a file that has changed since, or that cannot be
    understood, is removed, as are old ones of other files. Raises OSError."""
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
    return Checkpoint(Path(folder) / name, says, width)


def _locked(path: Path) -> BinaryIO:
    """Open the file for this process alone. Raises BlockingIOError where another one has it."""
    from filelock import lock_descriptor  # not for --help

    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b")
    try:
        # Whoever had it may have removed it just now.
        if not lock_descriptor(file.fileno(), blocking=False) or not os.fstat(file.fileno()).st_nlink:
            raise BlockingIOError(errno.EWOULDBLOCK, "another scan reads the same")
    except BaseException:
        file.close()
        raise
    return file


def _private(path: str, flags: int) -> int:
    """Open a file for its owner alone where it is made now."""
    return os.open(path, flags, 0o600)


def _forget(folder: Path, own: str) -> None:
    """Remove checkpoints that were left long ago."""
    for path in folder.glob(f"*{_ROWS}"):
        with contextlib.suppress(OSError):
            if path.stem != own and time.time() - path.stat().st_mtime > FORGOTTEN:
                with _locked(path) as file:
                    _remove(path.with_suffix(""), file)


def _remove(path: Path, rows: BinaryIO) -> None:
    """Remove a checkpoint whose locked rows are given, and close them. Raises OSError."""
    rows.truncate(0)
    for suffix in (_SAYS, _NEW):
        path.with_suffix(suffix).unlink(missing_ok=True)
    try:
        path.with_suffix(_ROWS).unlink(missing_ok=True)
    except PermissionError:  # Windows removes no file that is open
        rows.close()
        path.with_suffix(_ROWS).unlink(missing_ok=True)
