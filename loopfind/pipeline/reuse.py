"""Read a video without decoding again what its packets show to be copied within it.

The packets are hashed first: those that a decoder can start at, which costs next to nothing, and all of them where
enough of these come twice. Frames whose packets were decoded before are then handed on as what they repeat. That they
are the same is proved, not assumed: at both ends of what is left out REUSE_PROOF frames are decoded as well, by the
decoder that comes from before it and by the one that goes on behind it, and every frame that is decoded must be shown
when its packet says. Whatever is unusual ends that: the video is then read plainly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from loopfind.engine.packets.reuse import KnownFrames, known_frames
from loopfind.engine.packets.runs import PacketSequence, sequence_of
from loopfind.errors import MediaError
from loopfind.media.decode.frame_reader import FrameReader, measured
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.decode.relay import Turns
from loopfind.media.decode.segment import Unsafe
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import Packets, read_packets
from loopfind.model.dtypes import Floats
from loopfind.model.video import CheckFrames, Frames, RepeatedFrames, Watch
from loopfind.pipeline.resume import ResumePoint

SHORTEST_REUSED = 120.0
"""Seconds of a video from which on its packets are looked at."""
SHORTEST_LEFT_OUT = 30.0
"""Seconds that are left out at a time at least: less costs more than it gains."""
FEWEST_COPIED = 0.02
"""Share of the packets that a decoder can start at that must come again: hashing all packets takes less than decoding a
fiftieth of them."""
REUSE_PROOF = 48
"""Frames decoded at each end of what is left out: more than any decoder keeps to make others from."""

_TRIED_FRAMES = 300
"""Frames that are tried before the first ones left out: about as many as a group of pictures has at most."""
REPEATED_AT_ONCE = 4096
"""Most frames that are handed on at a time as repeats of others."""


class PacketReuse:
    """The relay of readers that decode what comes for the first time, which gives RepeatedFrames and CheckFrames among
    its Frames.

    opened: makes a reader of a part. point: where the reading goes on, None for one that begins. watch: called
    with the progress of the packets. first: the reader of the whole video. skipped: frames that were not decoded.
    """

    def __init__(
        self,
        request: ReadRequest,
        opened: Callable[[ReadRequest], FrameReader[Frames]],
        point: ResumePoint | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._request, self._opened, self._point, self._watch = request, opened, point, watch
        self.first = opened(request if point is None else replace(request, start=point.start))
        self.skipped = 0

    def described(self, log: tuple[str, ...]) -> tuple[str, ...]:
        """The log, of the last part alone where some were left out, with how much was."""
        if not self.skipped:
            return log
        return (*log, f"{self.skipped} frames not decoded: their packets are copies of earlier ones")

    def frames(self, turns: Turns) -> Iterator[Frames | RepeatedFrames | CheckFrames]:
        """All frames, decoded or not. Raises Unsafe where they may not be those of a plain reading."""
        try:
            plan = self._plan()
        except MediaError:  # the pictures will show what is wrong
            plan = None
        if plan is None:
            turns.give(self.first, last=True)
            yield from self.first
            return
        known = self.first.source
        self.first.close()
        try:
            yield from self._parts(plan, turns)
        except MediaError as error:
            raise Unsafe(str(error)) from None
        source, _, end = measured(known, plan.shown[plan.low :], 1.0, 0.0)
        turns.finish(source, end)

    def _plan(self) -> "_Plan | None":
        """Return what to decode; None where little or nothing can be left out."""
        request, point, declared = self._request, self._point, self.first.source.declared
        limits = (request.start or 0.0, np.inf if request.end is None else request.end)
        if declared is None or min(declared, limits[1]) - limits[0] < SHORTEST_REUSED:
            return None
        if not _are_promising(self._packets(keys=True)):
            return None
        stream = self._stream()
        shown = np.sort(stream.times)
        begin, end = (int(place) for place in np.searchsorted(shown, limits))
        if (np.diff(shown) <= 0).any() or end - begin < 2:
            return None
        wanted = shown[begin:end]
        low = 0 if point is None else int(np.searchsorted(wanted, point.start))
        if point is not None and not np.array_equal(wanted[low : low + 1], [point.start]):
            return None
        known = 0 if point is None else point.known
        found = (_left_out(part, known, len(wanted)) for part in known_frames(stream, begin, end, SHORTEST_LEFT_OUT))
        parts = tuple(
            part
            for part in found
            if part.last - part.first >= REUSE_PROOF and wanted[part.last] - wanted[part.first] >= SHORTEST_LEFT_OUT
        )
        return _Plan(wanted, parts, low) if parts and self._keeps_time(wanted, parts[0].first, low) else None

    def _keeps_time(self, shown: Floats, joint: int, low: int) -> bool:
        """Return whether the frames about the first joint are shown when their packets say.

        Joints are mostly alike, and where they are not sound, all that was decoded before them would be decoded once
        more.
        """
        first = max(low, joint - _TRIED_FRAMES)
        limits = float(shown[first]), float(shown[joint])
        request, plain = self._request, DecodeOptions(unbounded=self._request.options.unbounded)
        tried = ReadRequest(request.address, request.stream, *limits, stall=request.stall, options=plain)
        with OnePassReader(tried) as video:
            times = [np.zeros(0), *(frames.times for frames in video)]
        return np.array_equal(np.concatenate(times), shown[first:joint]) and not video.losses

    def _packets(self, keys: bool = False) -> Packets:
        with Demux(self._request, keys) as demux:
            return read_packets(demux, self._watch, self._request.end)

    def _stream(self) -> PacketSequence:
        packets = self._packets()
        source = packets.source
        return sequence_of(packets.hashes, packets.sizes, packets.keys, packets.times, source.width * source.height)

    def _parts(self, plan: "_Plan", turns: Turns) -> Iterator[Frames | RepeatedFrames | CheckFrames]:
        """Yield what is decoded and what is not, in turn."""
        shown, low = plan.shown, plan.low
        before = low
        for part in [*plan.parts, None]:
            first = max(low, before - REUSE_PROOF) if before > low else low
            last = len(shown) if part is None else part.first + REUSE_PROOF
            ahead: list[Frames] = []
            for frames in self._decoded(plan, first, last, turns):
                own = before - frames.first, (len(shown) if part is None else part.first) - frames.first
                again, new, later = (_batch_part(frames, *span) for span in ((0, own[0]), own, (own[1], len(frames))))
                if len(again):
                    yield CheckFrames(again)
                if len(new):
                    yield new
                if len(later):
                    ahead.append(later)
            if part is None:
                return
            for place in range(part.first, part.last, REPEATED_AT_ONCE):
                yield RepeatedFrames(place, shown[place : min(part.last, place + REPEATED_AT_ONCE)], part.back)
            for frames in ahead:
                yield CheckFrames(frames)
            self.skipped += part.last - part.first
            before = part.last

    def _decoded(self, plan: "_Plan", first: int, last: int, turns: Turns) -> Iterator[Frames]:
        """The frames [first, last), decoded. Raises Unsafe."""
        request, shown = self._request, plan.shown
        start = float(shown[first]) if first > plan.low or self._point is not None else request.start
        end = float(shown[last]) if last < len(shown) else request.end
        place = first
        reader = self._opened(replace(request, start=start, end=end))
        turns.give(reader)
        with reader:
            for frames in reader:
                if not np.array_equal(frames.times, shown[place : place + len(frames)]):
                    raise Unsafe("its packets are not shown one by one")
                yield replace(frames, first=place)
                place += len(frames)
        if place != last or reader.losses:
            raise Unsafe("a part of it is damaged or missing")


@dataclass(frozen=True)
class _Plan:
    """A plan of what is to be read.

    shown: (n,) seconds at which all wanted frames are shown. parts: those that need no decoding, in order. low: number
    of the first one to read.
    """

    shown: Floats
    parts: tuple[KnownFrames, ...]
    low: int


def _are_promising(packets: Packets) -> bool:
    """Return whether enough of these packets stand in the file more than once."""
    count = len(packets.sizes)
    if count < 2:
        return False
    different = len(np.unique(np.ascontiguousarray(packets.hashes[:, :8]).view(np.uint64)))
    return count - different >= max(1.0, FEWEST_COPIED * count)


def _left_out(part: KnownFrames, known: int, count: int) -> KnownFrames:
    """As much of it as is behind the frames that are known, and leaves frames to prove it by."""
    return KnownFrames(max(part.first, known), max(part.first, min(part.last, count - REUSE_PROOF)), part.back)


def _batch_part(frames: Frames, first: int, last: int) -> Frames:
    """Frames [first, last) of a batch, as far as it has them."""
    return frames.part(slice(max(0, first), max(0, first, last)))
