"""Hand what a video shows to whoever takes it, and keep what stands for it."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.kind import Kind
from loopfind.media.decode.parallel import ParallelReader, open_split
from loopfind.media.decode.segment import Unsafe
from loopfind.media.decode.video import Video, open_video
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.process import DecodeOptions
from loopfind.model.library import File
from loopfind.model.library import Reading as Reading
from loopfind.model.video import CheckFrames, Frames, Progress, RepeatedFrames, Source, Watch
from loopfind.pipeline.resume import Gathering, Resume, Resumed, ResumeMismatch, whole
from loopfind.pipeline.reuse import Skipping
from loopfind.registry import load
from loopfind.settings import Decoding, Settings
from loopfind.stores.checkpoints import Checkpoint, Damaged

Item = TypeVar("Item", bound=Frames | RepeatedFrames | CheckFrames)
_Taken = TypeVar("_Taken", bound=Frames | RepeatedFrames | CheckFrames, contravariant=True)
_Given = TypeVar("_Given", bound=Frames | RepeatedFrames | CheckFrames, covariant=True)


class Taker(Protocol[_Taken]):
    """Takes the batches of a video in order."""

    def add(self, frames: _Taken, /) -> None:
        """Take the next batch."""
        ...


class Readable(Protocol[_Given]):
    """Gives the batches of a video in order; attributes as of a Video."""

    @property
    def source(self) -> Source: ...

    @property
    def command(self) -> list[str]: ...

    @property
    def log(self) -> tuple[str, ...]: ...

    def __iter__(self) -> Iterator[_Given]: ...


ONE_PASS = Decoding(jobs=1)
"""One decoder for each file."""


def read_video(
    path: str,
    settings: Settings,
    others: Sequence[Taker[Frames]] = (),
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    decoding: Decoding = ONE_PASS,
    checkpoint: tuple[Checkpoint, File] | None = None,
    resume: Resume | None = None,
) -> Reading:
    """Read one video with the kind, size, stream and limits of the settings; the others take its batches too.

    checkpoint: what `resumable` gave for the same video, with `resume`: the reading goes on from there, and is kept
    there; with others to take the batches, it is not used.

    Raises MediaError for a video that cannot be read, UsageError for settings that cannot be met.
    """
    kind = load("fingerprint kind", settings.kind, KINDS)
    kind.check(settings.hash_size)
    needs = kind.needs_digests, kind.needs_colours
    if others:
        gatherer = FingerprintBuilder(kind, settings.hash_size)
        with _opened(path, settings, *needs, decoding) as video:
            read(video, [gatherer, *others], 0, watch, log)
        return Reading(gatherer.fingerprint(video.end), video.source, video.losses)
    skipping = skips(path, settings, decoding)
    try:
        return _read_alone(path, settings, kind, watch, log, decoding, checkpoint, resume, skipping)
    except (ResumeMismatch, Damaged, Unsafe):
        if checkpoint is not None:
            checkpoint[0].restart()
    return _read_alone(path, settings, kind, watch, log, decoding, checkpoint, resume, False)


def _read_alone(
    path: str,
    settings: Settings,
    kind: Kind,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    decoding: Decoding,
    checkpoint: tuple[Checkpoint, File] | None,
    resume: Resume | None,
    skipping: bool,
) -> Reading:
    """Read a video for its fingerprint alone.

    Raises ResumeMismatch, Damaged or Unsafe where the reading is to be begun anew.
    """
    gatherer = FingerprintBuilder(kind, settings.hash_size)
    needs = kind.needs_digests, kind.needs_colours
    taker: Gathering | Resumed = Gathering(gatherer)
    if checkpoint is not None and resume is not None:
        taker = Resumed(checkpoint[0], gatherer, resume, checkpoint[1])
    went_on = taker.start is not None
    again = settings if taker.start is None else replace(settings, start=taker.start)
    with (
        Skipping(path, settings, *needs, replace(decoding, jobs=_jobs(decoding)), taker.start, len(gatherer), watch)
        if skipping
        else _opened(path, again, *needs, decoding)
    ) as video:
        taker.reader = video
        read(video, [taker], taker.before, watch, log)
    taker.done()
    reading = Reading(gatherer.fingerprint(video.end), video.source, (*taker.losses, *video.losses))
    return whole(reading) if went_on or taker.losses else reading


def skips(path: str, settings: Settings, decoding: Decoding) -> bool:
    """Whether to look at the packets of a video before it is decoded."""
    where = address.find(path)
    return where.seekable and where.local is not None and not settings.fast and not decoding.hwaccel


def _opened(path: str, settings: Settings, digests: bool, colours: bool, decoding: Decoding) -> Video | ParallelReader:
    limits = (path, settings.stream, settings.start, settings.end, digests, colours, settings.stall)
    if settings.fast or decoding.hwaccel:
        return open_video(*limits, manner=DecodeOptions(decoding.threads, decoding.hwaccel, settings.fast))
    return open_split(*limits, jobs=_jobs(decoding), threads=decoding.threads)


def read(
    video: Readable[Item],
    takers: Sequence[Taker[Item]],
    frames: int,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> int:
    """Hand every batch to the takers; `frames` were read before, and so many are now."""
    try:
        for batch in video:
            for taker in takers:
                taker.add(batch)
            frames += len(batch)
            if watch is not None and len(batch):
                watch(Progress("reading", frames, float(batch.times[-1]), video.source.declared))
    finally:
        if log is not None:
            log(" ".join(video.command))
            for line in video.log:
                log(line)
    return frames


def _jobs(decoding: Decoding) -> int:
    """Decoders side by side; as many as there are cores that this process may use, unless it is said."""
    if decoding.jobs is not None:
        return decoding.jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
