"""Hand what a video shows to whoever takes it, and keep what stands for it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.gather import Gatherer
from loopfind.holdings import File
from loopfind.holdings import Reading as Reading
from loopfind.media import Split, Video, open_split, open_video
from loopfind.media.child import Manner
from loopfind.model import Frames, Progress, Settings, Watch
from loopfind.pipeline.resuming import Resume, Resumed, Unlike, whole
from loopfind.registry import load
from loopfind.settings import Decoding
from loopfind.stores.checkpoints import Checkpoint, Damaged


class Taker(Protocol):
    """Takes the batches of a video in order."""

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        ...


ONE_PASS = Decoding(jobs=1)
"""One decoder for each file."""


def read_video(
    path: str,
    settings: Settings,
    others: Sequence[Taker] = (),
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
    gatherer = Gatherer(kind, settings.hash_size)
    if checkpoint is not None and resume is not None and not others:
        try:
            taker = Resumed(checkpoint[0], gatherer, kind, resume, checkpoint[1])
            went_on, start = taker.start is not None, settings.start if taker.start is None else taker.start
            again = replace(settings, start=start)
            with _opened(path, again, kind.needs_digests, kind.needs_colours, decoding) as video:
                taker.troubled = lambda: video.troubled
                read(video, [taker], taker.before, watch, log)
            taker.done()
        except (Unlike, Damaged):
            checkpoint[0].restart()
            return read_video(path, settings, others, watch, log, decoding, checkpoint, resume)
        reading = Reading(gatherer.fingerprint(video.end), video.source, video.losses)
        return whole(reading) if went_on else reading
    with _opened(path, settings, kind.needs_digests, kind.needs_colours, decoding) as video:
        read(video, [gatherer, *others], 0, watch, log)
    return Reading(gatherer.fingerprint(video.end), video.source, video.losses)


def _opened(path: str, settings: Settings, digests: bool, colours: bool, decoding: Decoding) -> Video | Split:
    limits = (path, settings.stream, settings.start, settings.end, digests, colours, settings.stall)
    jobs = _cores() if decoding.jobs is None else decoding.jobs
    if settings.fast or decoding.hwaccel or jobs < 2:
        return open_video(*limits, manner=Manner(decoding.threads, decoding.hwaccel, settings.fast))
    return open_split(*limits, jobs=jobs)


def read(
    video: Video | Split,
    takers: Sequence[Taker],
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
            if watch is not None:
                watch(Progress("reading", frames, float(batch.times[-1]), video.source.declared))
    finally:
        if log is not None:
            log(" ".join(video.command))
            for line in video.log:
                log(line)
    return frames


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
