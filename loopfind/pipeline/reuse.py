"""Read a video without decoding again what its packets show to be copied within it.

The packets are hashed first: those that a decoder can start at, which costs next to nothing, and all of them where
enough of these come twice. Frames whose packets were decoded before are then handed on as what they repeat. That they
are the same is proved, not assumed: at both ends of what is left out PROOF frames are decoded as well, by the decoder
that comes from before it and by the one that goes on behind it, and every frame that is decoded must be shown when its
packet says. Whatever is unusual ends that: the video is then read plainly.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.engine.packets.reuse import KnownFrames, known_frames
from loopfind.engine.packets.runs import PacketSequence, sequence_of
from loopfind.errors import MediaError
from loopfind.media.decode.delegate import DelegatingReader
from loopfind.media.decode.parallel import ParallelReader, open_split
from loopfind.media.decode.segment import Unsafe
from loopfind.media.decode.video import Video, open_video
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import Packets, read_packets
from loopfind.model.dtypes import Floats
from loopfind.model.video import CheckFrames, Frames, RepeatedFrames, Watch
from loopfind.settings import Decoding, Settings

SHORTEST = 120.0
"""Seconds of a video from which on its packets are looked at."""
LEAST = 30.0
"""Seconds that are left out at a time at least: less costs more than it gains."""
WORTH = 0.02
"""Share of the packets that a decoder can start at that must come again: hashing all packets takes less than decoding a
fiftieth of them."""
PROOF = 48
"""Frames decoded at each end of what is left out: more than any decoder keeps to make others from."""

_ABOUT = 300
"""Frames before the first ones left out: about as many as a group of pictures has at most."""
_AT_ONCE = 4096


class Skipping(DelegatingReader):
    """A reader used as Video and Split are, which gives Again and Proof among its Frames; attributes as of a Video.

    begin: seconds of the frame to begin at, where `known` frames are known from another reading. watch: told of the
    packets. skipped: frames that were not decoded. Iterating raises Unsafe where the frames may not be those of a plain
    reading.
    """

    def __init__(
        self,
        path: str,
        settings: Settings,
        digests: bool,
        colours: bool,
        decoding: Decoding,
        begin: float | None,
        known: int,
        watch: Watch | None = None,
    ) -> None:
        self._path, self._settings, self._more, self._decoding = path, settings, (digests, colours), decoding
        self._begin, self._known, self._watch = begin, known, watch
        self._first = self._opened(settings.start if begin is None else begin, settings.end)
        super().__init__(self._first)
        self.skipped = 0

    @property
    def log(self) -> tuple[str, ...]:
        """What ffmpeg said, of the last part alone where some were left out; and how much was."""
        if not self.skipped:
            return self._now.log
        return (*self._now.log, f"{self.skipped} frames not decoded: their packets are copies of earlier ones")

    def __iter__(self) -> Iterator[Frames | RepeatedFrames | CheckFrames]:
        try:
            plan = self._plan()
        except MediaError:  # what is wrong will be told of the pictures
            plan = None
        if plan is None:
            self._alone = True
            yield from self._first
            return
        known = self._first.source
        self._first.close()
        shown, parts, low = plan
        try:
            yield from self._parts(shown, parts, low)
        except MediaError as error:
            raise Unsafe(str(error)) from None
        self._measure(known, shown[low:], 1.0, 0.0)

    def _plan(self) -> tuple[Floats, list[KnownFrames], int] | None:
        """When all wanted frames are shown, those that need no decoding, and the number of the first one to read; None
        where little or nothing can be left out."""
        declared = self._now.source.declared
        limits = (self._settings.start or 0.0, np.inf if self._settings.end is None else self._settings.end)
        if declared is None or min(declared, limits[1]) - limits[0] < SHORTEST:
            return None
        if not _promising(self._packets(keys=True)):
            return None
        stream = self._stream()
        shown = np.sort(stream.times)
        begin, end = (int(place) for place in np.searchsorted(shown, limits))
        if (np.diff(shown) <= 0).any() or end - begin < 2:
            return None
        wanted = shown[begin:end]
        low = 0 if self._begin is None else int(np.searchsorted(wanted, self._begin))
        if self._begin is not None and not np.array_equal(wanted[low : low + 1], [self._begin]):
            return None
        found = (_within(part, self._known, len(wanted)) for part in known_frames(stream, begin, end, LEAST))
        parts = [
            part
            for part in found
            if part.last - part.first >= PROOF and wanted[part.last] - wanted[part.first] >= LEAST
        ]
        return (wanted, parts, low) if parts and self._keeps_time(wanted, parts[0].first, low) else None

    def _keeps_time(self, shown: Floats, joint: int, low: int) -> bool:
        """Whether the frames about the first joint are shown when their packets say: joints are mostly alike, and where
        they are not sound, all that was decoded before them would be decoded once more."""
        first = max(low, joint - _ABOUT)
        times = [np.zeros(0)]
        with open_video(
            self._path, self._settings.stream, float(shown[first]), float(shown[joint]), stall=self._settings.stall
        ) as video:
            times += [frames.times for frames in video]
        return np.array_equal(np.concatenate(times), shown[first:joint]) and not video.losses

    def _packets(self, keys: bool = False) -> Packets:
        with Demux(self._path, self._settings.stream, self._settings.stall, keys) as demux:
            return read_packets(demux, self._watch)

    def _stream(self) -> PacketSequence:
        packets = self._packets()
        source = packets.source
        return sequence_of(packets.hashes, packets.sizes, packets.keys, packets.times, source.width * source.height)

    def _opened(self, start: float | None, end: float | None) -> Video | ParallelReader:
        stream, stall = self._settings.stream, self._settings.stall
        return open_split(
            self._path,
            stream,
            start,
            end,
            *self._more,
            stall,
            jobs=self._decoding.jobs or 1,
            threads=self._decoding.threads,
        )

    def _parts(
        self, shown: Floats, parts: list[KnownFrames], low: int
    ) -> Iterator[Frames | RepeatedFrames | CheckFrames]:
        """What is decoded and what is not, in turn."""
        before = low
        for part in [*parts, None]:
            first = max(low, before - PROOF) if before > low else low
            last = len(shown) if part is None else part.first + PROOF
            ahead: list[Frames] = []
            for frames in self._decoded(shown, first, last, low):
                own = before - frames.first, (len(shown) if part is None else part.first) - frames.first
                again, new, later = (_cut(frames, *span) for span in ((0, own[0]), own, (own[1], len(frames))))
                if len(again):
                    yield CheckFrames(again)
                if len(new):
                    yield new
                if len(later):
                    ahead.append(later)
            if part is None:
                return
            for place in range(part.first, part.last, _AT_ONCE):
                yield RepeatedFrames(place, shown[place : min(part.last, place + _AT_ONCE)], part.back)
            for frames in ahead:
                yield CheckFrames(frames)
            self.skipped += part.last - part.first
            before = part.last

    def _decoded(self, shown: Floats, first: int, last: int, low: int) -> Iterator[Frames]:
        """The frames [first, last), decoded. Raises Unsafe."""
        start = float(shown[first]) if first > low or self._begin is not None else self._settings.start
        end = float(shown[last]) if last < len(shown) else self._settings.end
        place = first
        with self._opened(start, end) as self._now:
            for frames in self._now:
                if not np.array_equal(frames.times, shown[place : place + len(frames)]):
                    raise Unsafe("its packets are not shown one by one")
                yield replace(frames, first=place)
                place += len(frames)
        if place != last or self._now.losses:
            raise Unsafe("a part of it is damaged or missing")


def _promising(packets: Packets) -> bool:
    """Whether enough of these packets stand in the file more than once."""
    count = len(packets.sizes)
    if count < 2:
        return False
    different = len(np.unique(np.ascontiguousarray(packets.hashes[:, :8]).view(np.uint64)))
    return count - different >= max(1.0, WORTH * count)


def _within(part: KnownFrames, known: int, count: int) -> KnownFrames:
    """As much of it as is behind the frames that are known, and leaves frames to prove it by."""
    return KnownFrames(max(part.first, known), max(part.first, min(part.last, count - PROOF)), part.back)


def _cut(frames: Frames, first: int, last: int) -> Frames:
    """Frames [first, last) of a batch, as far as it has them."""
    return frames.part(slice(max(0, first), max(0, first, last)))
