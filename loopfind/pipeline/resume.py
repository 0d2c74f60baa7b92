"""Go on with a reading that was cut off."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.decode import losses
from loopfind.media.decode.video import measured
from loopfind.media.ffmpeg import address
from loopfind.model.library import File, Reading
from loopfind.model.video import CheckFrames, Frames, Loss, RepeatedFrames
from loopfind.registry import load
from loopfind.settings import Settings
from loopfind.stores.checkpoints import Checkpoint, checkpoint_of
from loopfind.stores.digest import digest_of

EVERY = 60.0
"""Seconds of reading between two checkpoints; a reading that takes less leaves none."""

OVERLAP = 50
"""Frames that are read once more, and must be what they were, before a reading goes on."""

_AT_ONCE = 4096


@dataclass(frozen=True)
class Resume:
    """Where readings that were cut off are kept: a folder, and after how many seconds each. note: called with a line
    where one goes on, or cannot be kept."""

    folder: str | os.PathLike[str]
    every: float = EVERY
    note: Callable[[str], None] | None = None


class ResumeMismatch(Exception):
    """What is read again is not what was read before."""


class Accountable(Protocol):
    """A reader that tells before its end what was lost; as of a Video."""

    @property
    def troubled(self) -> bool: ...

    def account(self) -> tuple[Loss, ...]: ...


class Gathering:
    """Takes what a reader gives for a gatherer. losses: what was lost, as far as the reader does not tell it at its
    end."""

    start: float | None = None
    """Seconds at which the reading is to begin again; None for its own start."""
    before = 0
    """Frames that the batches to come begin after."""

    def __init__(self, gatherer: FingerprintBuilder) -> None:
        self._gatherer = gatherer
        self.losses: tuple[Loss, ...] = ()
        self.reader: Accountable | None = None
        """Whose batches come; to be set before the first."""

    def add(self, item: Frames | RepeatedFrames | CheckFrames, /) -> None:
        """Take the next batch. Raises ResumeMismatch."""
        if isinstance(item, RepeatedFrames):
            self._gatherer.repeat(item)
        elif isinstance(item, Frames):
            self._gatherer.add(item)
        elif not self._gatherer.holds(item.frames):
            raise ResumeMismatch

    def done(self) -> None:
        """The video has ended."""


class Resumed(Gathering):
    """Takes batches for a gatherer, behind what a checkpoint holds, and adds to the checkpoint now and then. Making it
    raises Damaged."""

    def __init__(self, checkpoint: Checkpoint, gatherer: FingerprintBuilder, resume: Resume, file: File) -> None:
        super().__init__(gatherer)
        self._checkpoint, self._resume, self._file = checkpoint, resume, file
        for rows in checkpoint.rows():
            gatherer.take(rows["time"], rows["detail"], rows["code"], rows["sketch"])
        self._check = max(0, checkpoint.count - OVERLAP)
        self.start = float(gatherer.rows(self._check, self._check + 1)[0][0]) if checkpoint.count else None
        self.losses = checkpoint.losses
        self._saved = time.monotonic()
        self.before = self._check
        self._keeps = True

    def add(self, item: Frames | RepeatedFrames | CheckFrames, /) -> None:
        """Take the next batch. Raises ResumeMismatch."""
        known = min(len(item), self._checkpoint.count - self._check) if self.start is not None else 0
        if isinstance(item, Frames) and known > 0:
            self._compare(replace(item.part(slice(0, known)), first=self._check))
            item = item.part(slice(known, None))
        if not isinstance(item, Frames) or len(item):
            super().add(item)
        if self._keeps and time.monotonic() - self._saved >= self._resume.every and self._accounted():
            self._save()

    def _accounted(self) -> bool:
        """Whether all that was lost so far is known: behind a complaint that is still to be judged nothing is kept, as
        it would be forgotten."""
        assert self.reader is not None
        if self.reader.troubled:
            self.losses += self.reader.account()
        return not self.reader.troubled

    def _compare(self, frames: Frames) -> None:
        """Raise ResumeMismatch where frames that are known are others now."""
        if not self._gatherer.holds(frames):
            raise ResumeMismatch
        self._check += len(frames)
        if self._check == self._checkpoint.count:
            self.start = None

    def done(self) -> None:
        """The video has ended. Raises ResumeMismatch where it did before all was checked."""
        if self.start is not None:
            raise ResumeMismatch

    def _save(self) -> None:
        try:
            now = os.stat(self._file.path)
            if (now.st_size, now.st_mtime_ns) != (self._file.size, self._file.changed):
                self._stop("it changes while it is read")
                return
            self._checkpoint.add(self._rows(), self.losses)
        except BlockingIOError:
            self._keeps = False  # another scan of the same keeps it
        except OSError as error:
            self._stop(error.strerror or "an error")
        self._saved = time.monotonic()

    def _stop(self, why: str) -> None:
        self._keeps = False
        with contextlib.suppress(OSError):
            self._checkpoint.restart()
        if self._resume.note is not None:
            self._resume.note(f"{address.printable(self._file.name)}: a scan cut off could not go on: {why}")

    def _rows(self) -> Iterator[NDArray[Any]]:
        """The frames that the checkpoint has not, as its rows."""
        for low in range(self._checkpoint.count, len(self._gatherer), _AT_ONCE):
            times, detail, codes, sketches = self._gatherer.rows(low, min(low + _AT_ONCE, len(self._gatherer)))
            rows = np.empty(len(times), self._checkpoint.row)
            rows["time"], rows["detail"], rows["code"], rows["sketch"] = times, detail, codes, sketches
            yield rows


@contextlib.contextmanager
def resumable(path: str, settings: Settings, resume: Resume | None) -> "Iterator[tuple[Checkpoint, File] | None]":
    """The checkpoint of a reading, and the file as it is now; None where there is none to be had. It is removed when
    the body ends, and stays where that raises."""
    place = address.find(path)
    if resume is None or place.local is None or not place.seekable or address.is_text(place.local):
        yield None
        return
    checkpoint = None
    try:
        real = os.path.realpath(place.local)
        status = os.stat(real)
        file = File(real, status.st_size, status.st_mtime_ns, digest_of(real, status.st_size))
        kind = load("fingerprint kind", settings.kind, KINDS)
        checkpoint = checkpoint_of(resume.folder, file, settings, kind.width(settings.hash_size))
    except OSError as error:
        if resume.note is not None:
            resume.note(f"{os.fspath(resume.folder)}: a scan cut off could not go on: {error.strerror}")
    if checkpoint is None:
        yield None
        return
    try:
        if checkpoint.count and resume.note is not None:
            resume.note(f"{place.shown}: going on with a scan that was cut off (--no-resume starts anew)")
        yield checkpoint, file
        checkpoint.restart()
    finally:
        checkpoint.close()


def whole(reading: Reading) -> Reading:
    """A reading of which the reader did not see all at its end, with what is measured on all of its frames."""
    source, gap, end = measured(reading.source, reading.fingerprint.times, 1.0, 0.0)
    fingerprint = replace(reading.fingerprint, end=end)
    return replace(reading, fingerprint=fingerprint, source=source, losses=losses.joined(reading.losses, gap))
