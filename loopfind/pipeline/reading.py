"""Hand what a video shows to whoever takes it, and keep what stands for it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.gather import Gatherer
from loopfind.holdings import File
from loopfind.holdings import Reading as Reading
from loopfind.media import open_video
from loopfind.media.video import Video
from loopfind.model import Frames, Progress, Settings, Watch
from loopfind.pipeline.resuming import Resume, Resumed, Unlike, whole
from loopfind.registry import load
from loopfind.stores.checkpoints import Checkpoint


class Taker(Protocol):
    """Takes the batches of a video in order."""

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        ...


def read_video(
    path: str,
    settings: Settings,
    others: Sequence[Taker] = (),
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
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
    limits = (settings.stream, settings.start, settings.end)
    if checkpoint is not None and resume is not None and not others:
        taker = Resumed(checkpoint[0], gatherer, kind, resume, checkpoint[1])
        went_on, start = taker.start is not None, settings.start if taker.start is None else taker.start
        try:
            again = (settings.stream, start, settings.end, kind.needs_digests, kind.needs_colours)
            with open_video(path, *again, stall=settings.stall) as video:
                taker.troubled = lambda: video.troubled
                read(video, [taker], taker.before, watch, log)
            taker.done()
        except Unlike:
            checkpoint[0].restart()
            return read_video(path, settings, others, watch, log, checkpoint, resume)
        reading = Reading(gatherer.fingerprint(video.end), video.source, video.losses)
        return whole(reading) if went_on else reading
    with open_video(path, *limits, kind.needs_digests, kind.needs_colours, stall=settings.stall) as video:
        read(video, [gatherer, *others], 0, watch, log)
    return Reading(gatherer.fingerprint(video.end), video.source, video.losses)


def read(
    video: Video,
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
