"""Read one video for its fingerprint: one request, one reader chosen for it, and those who take its batches."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.kind import Kind
from loopfind.media.decode.frame_reader import FrameReader
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.decode.other_streams import StreamsInTurn
from loopfind.media.decode.parallel import open_parallel
from loopfind.media.decode.relay import RelayReader
from loopfind.media.decode.segment import Unsafe
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest
from loopfind.media.ffmpeg.signatures import unsigned
from loopfind.model.library import Reading
from loopfind.model.video import CheckFrames, Frames, Progress, RepeatedFrames, Watch
from loopfind.pipeline.resume import (
    Collector,
    KeepingCollector,
    OpenCheckpoint,
    ResumeMismatch,
    ResumePoint,
    restored,
    whole,
)
from loopfind.pipeline.reuse import PacketReuse
from loopfind.pipeline.unchanged import FileWatch
from loopfind.registry import load
from loopfind.settings import Decoding, Settings
from loopfind.stores.checkpoints import Damaged

Item = TypeVar("Item", bound=Frames | RepeatedFrames | CheckFrames)
Batch = TypeVar("Batch", bound=Frames | RepeatedFrames | CheckFrames, contravariant=True)


class Taker(Protocol[Batch]):
    """Takes the batches of a video in order."""

    def add(self, frames: Batch, /) -> None:
        """Take the next batch."""
        ...


ONE_PASS = Decoding(jobs=1)
"""One decoder for each file."""


def read_video(
    where: Address,
    settings: Settings,
    *,
    others: Sequence[Taker[Frames]] = (),
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    decoding: Decoding = ONE_PASS,
    checkpoint: OpenCheckpoint | None = None,
) -> Reading:
    """Read one video with the kind, size, stream and limits of the settings; the others take its batches too.

    checkpoint: what `resumable` gave for the same video: the reading goes on from there, and is kept there. With others
    to take the batches it is not used, as these need all of them.

    Raises MediaError for a video that cannot be read, UsageError for settings that cannot be met.
    """
    kind = load("fingerprint kind", settings.kind, KINDS)
    kind.check(settings.hash_size)
    request = ReadRequest(
        address=where,
        stream=settings.stream,
        start=settings.start,
        end=settings.end,
        digests=kind.needs_digests,
        colours=kind.needs_colours,
        stall=settings.stall,
        options=DecodeOptions(
            threads=decoding.threads, hwaccel=decoding.hwaccel, keys_only=settings.fast, unbounded=decoding.unbounded
        ),
    )
    task = _ReadTask(request, kind, settings.hash_size, _jobs(decoding), watch, log)
    with FileWatch(where) as file:
        reading = task.read_for(others) if others else _read_or_begin_anew(task, checkpoint)
    losses = (*reading.losses, *file.losses(reading.fingerprint.end))
    return replace(reading, source=file.identified(reading.source), losses=losses)


def _read_or_begin_anew(task: "_ReadTask", checkpoint: OpenCheckpoint | None) -> Reading:
    try:
        return task.read(checkpoint, reuse=may_reuse(task.request))
    except (ResumeMismatch, Damaged, Unsafe):
        if checkpoint is not None:
            checkpoint.rows.restart()
    return task.read(checkpoint, reuse=False)


def may_reuse(request: ReadRequest) -> bool:
    """Return whether to look at the packets of a video before it is decoded."""
    where, options = request.address, request.options
    return where.is_on_disk and not options.keys_only and not options.hwaccel


@dataclass(frozen=True)
class _ReadTask:
    """A reading for a fingerprint. jobs: decoders side by side."""

    request: ReadRequest
    kind: Kind
    hash_size: int
    jobs: int
    watch: Watch | None
    log: Callable[[str], None] | None

    @property
    def _limits(self) -> tuple[float | None, float | None]:
        return self.request.start, self.request.end

    def read_for(self, others: Sequence[Taker[Frames]]) -> Reading:
        """Read every frame, for others as well."""
        builder = FingerprintBuilder(self.kind, self.hash_size)
        with self._plain_reader(self.request) as video:
            hand_over(video, [builder, *others], 0, self.watch, self.log, self._limits)
        return Reading(builder.fingerprint(video.end), video.source, video.losses)

    def read(self, checkpoint: OpenCheckpoint | None, reuse: bool) -> Reading:
        """Read what a checkpoint does not hold. reuse: do not decode what packets show to be copied.

        Raises ResumeMismatch, Damaged or Unsafe where the reading is to be begun anew.
        """
        builder = FingerprintBuilder(self.kind, self.hash_size)
        point = None if checkpoint is None else restored(checkpoint.rows, builder)
        video = self._reusing_reader(point) if reuse else self._plain_reader(_going_on(self.request, point))
        with video:
            taker: Collector | KeepingCollector = Collector(builder)
            if checkpoint is not None:
                taker = KeepingCollector(checkpoint, point, builder, video)
            hand_over(video, [taker], 0 if point is None else point.first, self.watch, self.log, self._limits)
        taker.done()
        losses = (*taker.losses, *video.losses)
        reading = Reading(builder.fingerprint(video.end), video.source, losses)
        return whole(reading) if point is not None or taker.losses else reading

    def _plain_reader(self, request: ReadRequest) -> FrameReader[Frames]:
        """Key frames alone, and decoding in hardware, take one pass; anything else is read side by side."""
        options = request.options
        if options.keys_only or options.hwaccel:
            return OnePassReader(request)
        return RelayReader(StreamsInTurn(request, open_parallel(request, self.jobs)))

    def _reusing_reader(self, point: ResumePoint | None) -> FrameReader[Frames | RepeatedFrames | CheckFrames]:
        return RelayReader(PacketReuse(self.request, self._plain_reader, point, self.watch))


def _going_on(request: ReadRequest, point: ResumePoint | None) -> ReadRequest:
    return request if point is None else replace(request, start=point.start)


def hand_over(
    video: FrameReader[Item],
    takers: Sequence[Taker[Item]],
    before: int = 0,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    limits: tuple[float | None, float | None] = (None, None),
) -> int:
    """Hand every batch to the takers. before: frames that were read before; returned is how many are read now. limits:
    seconds between which the video is read, None for its own start and end; progress is counted between them.
    """
    frames, begin, until = before, limits[0] or 0.0, limits[1]
    try:
        for batch in video:
            for taker in takers:
                taker.add(batch)
            frames += len(batch)
            if watch is not None and len(batch):
                ends = [end for end in (video.source.declared, until) if end is not None]
                length = max(0.0, min(ends) - begin) if ends else None
                watch(Progress("reading", frames, max(0.0, float(batch.times[-1]) - begin), length))
    finally:
        if log is not None:
            log(unsigned(" ".join(video.command)))
            for line in video.log:
                log(line)
    return frames


def _jobs(decoding: Decoding) -> int:
    """Decoders side by side; unless it is said, as many as there are cores that this process may use."""
    if decoding.jobs is not None:
        return decoding.jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
