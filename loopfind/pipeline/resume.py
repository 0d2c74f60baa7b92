"""Go on with a reading that was cut off."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.decode.frame_reader import FrameReader, measured
from loopfind.media.decode.losses import merged_losses
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.model.library import File, Reading
from loopfind.model.video import CheckFrames, Frames, Loss, RepeatedFrames
from loopfind.registry import load
from loopfind.settings import Settings
from loopfind.stores.checkpoints import Checkpoint, checkpoint_of
from loopfind.stores.digest import digest_of

CHECKPOINT_EVERY = 60.0
"""Seconds of reading between two checkpoints; a reading that takes less leaves none."""

RESUME_OVERLAP = 50
"""Frames that are read once more, and must be what they were, before a reading goes on."""

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Resume:
    """The place where readings that were cut off are kept.

    folder: its name. every: seconds from one checkpoint to the next. note: called with a line where
    one goes on, or cannot be kept.
    """

    folder: str | os.PathLike[str]
    every: float = CHECKPOINT_EVERY
    note: Callable[[str], None] | None = None


@dataclass(frozen=True)
class OpenCheckpoint:
    """The checkpoint of one reading, as `resumable` opens it. file: the video as it was then."""

    rows: Checkpoint
    file: File
    resume: Resume


@dataclass(frozen=True)
class ResumePoint:
    """The point at which a reading goes on.

    start: seconds of the frame to begin at. first: its number. known: frames of the reading that was cut off, of which
    those from `first` on are read once more.
    """

    start: float
    first: int
    known: int


class ResumeMismatch(Exception):
    """Frames that were read again are not those that were read before."""


class Collector:
    """Takes the batches of a reader for a fingerprint.

    losses: what was lost, as far as the reader does not tell it at its end: nothing.
    """

    def __init__(self, builder: FingerprintBuilder) -> None:
        self._builder = builder
        self.losses: tuple[Loss, ...] = ()

    def add(self, item: Frames | RepeatedFrames | CheckFrames, /) -> None:
        """Take the next batch. Raises ResumeMismatch."""
        if isinstance(item, RepeatedFrames):
            self._builder.repeat(item)
        elif isinstance(item, Frames):
            self._builder.add(item)
        elif not self._builder.holds(item.frames):
            raise ResumeMismatch

    def done(self) -> None:
        """Take in that the video has ended."""


class KeepingCollector:
    """Takes the batches of a reader behind what a checkpoint holds, and adds to the checkpoint now and then.

    point: where the reading goes on, None for one that begins. losses: what was lost up to the latest checkpoint.
    """

    def __init__(
        self,
        kept: OpenCheckpoint,
        point: ResumePoint | None,
        builder: FingerprintBuilder,
        reader: FrameReader[Frames | RepeatedFrames | CheckFrames],
    ) -> None:
        self._collector, self._builder, self._reader = Collector(builder), builder, reader
        self._checkpoint, self._resume, self._file = kept.rows, kept.resume, kept.file
        self._checked, self._known = (0, 0) if point is None else (point.first, point.known)
        self.losses = kept.rows.losses
        self._saved = time.monotonic()
        self._keeps = True

    def add(self, item: Frames | RepeatedFrames | CheckFrames, /) -> None:
        """Take the next batch. Raises ResumeMismatch."""
        again = min(len(item), self._known - self._checked)
        if isinstance(item, Frames) and again > 0:
            self._compare(replace(item.part(slice(0, again)), first=self._checked))
            item = item.part(slice(again, None))
        if not isinstance(item, Frames) or len(item):
            self._collector.add(item)
        if self._keeps and time.monotonic() - self._saved >= self._resume.every and self._accounted():
            self._save()

    def done(self) -> None:
        """Take in that the video has ended. Raises ResumeMismatch where it did before all was checked."""
        if self._checked < self._known:
            raise ResumeMismatch

    def _accounted(self) -> bool:
        """Return whether all that was lost so far is known. Nothing is kept behind a complaint that is still to be
        judged, as it would be forgotten."""
        if self._reader.troubled:
            self.losses += self._reader.account()
        return not self._reader.troubled

    def _compare(self, frames: Frames) -> None:
        """Raise ResumeMismatch where frames that are known are others now."""
        if not self._builder.holds(frames):
            raise ResumeMismatch
        self._checked += len(frames)

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
        for low in range(self._checkpoint.count, len(self._builder), _ROWS_AT_ONCE):
            times, detail, codes, sketches = self._builder.rows(low, min(low + _ROWS_AT_ONCE, len(self._builder)))
            rows = np.empty(len(times), self._checkpoint.row)
            rows["time"], rows["detail"], rows["code"], rows["sketch"] = times, detail, codes, sketches
            yield rows


def restored(checkpoint: Checkpoint, builder: FingerprintBuilder) -> ResumePoint | None:
    """Hand a builder what a checkpoint holds; where the reading goes on from there, None for an empty checkpoint.

    Raises Damaged.
    """
    for rows in checkpoint.rows():
        builder.take(rows["time"], rows["detail"], rows["code"], rows["sketch"])
    if not checkpoint.count:
        return None
    first = max(0, checkpoint.count - RESUME_OVERLAP)
    return ResumePoint(float(builder.rows(first, first + 1)[0][0]), first, checkpoint.count)


@contextlib.contextmanager
def resumable(where: Address, settings: Settings, resume: Resume | None) -> "Iterator[OpenCheckpoint | None]":
    """The checkpoint of a reading of a video as it is now; None where there is none to be had. It is removed when the
    body ends, and stays where that raises."""
    if resume is None or where.local is None or not where.seekable or address.is_text(where.local):
        yield None
        return
    kept = None
    try:
        kept = _checkpoint_for(where.local, settings, resume)
    except OSError as error:
        if resume.note is not None:
            resume.note(f"{os.fspath(resume.folder)}: a scan cut off could not go on: {error.strerror}")
    if kept is None:
        yield None
        return
    try:
        if kept.rows.count and resume.note is not None:
            resume.note(f"{where.shown}: going on with a scan that was cut off (--no-resume starts anew)")
        yield kept
        kept.rows.restart()
    finally:
        kept.rows.close()


def _checkpoint_for(local: bytes, settings: Settings, resume: Resume) -> OpenCheckpoint:
    """The checkpoint of a file. Raises OSError."""
    real = os.path.realpath(local)
    status = os.stat(real)
    file = File(real, status.st_size, status.st_mtime_ns, digest_of(real, status.st_size))
    kind = load("fingerprint kind", settings.kind, KINDS)
    checkpoint = checkpoint_of(resume.folder, file, settings, kind.width(settings.hash_size))
    return OpenCheckpoint(checkpoint, file, resume)


def whole(reading: Reading) -> Reading:
    """A reading of which the reader did not see all at its end, with what is measured on all of its frames."""
    source, gap, end = measured(reading.source, reading.fingerprint.times, 1.0, 0.0)
    fingerprint = replace(reading.fingerprint, end=end)
    return replace(reading, fingerprint=fingerprint, source=source, losses=merged_losses(reading.losses, gap))
