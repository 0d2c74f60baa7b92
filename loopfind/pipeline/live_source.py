"""The footage of a source that goes on: a file that is still written, a pipe, an address. An address is read over as
many connections as it takes, on one timeline."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import gap_of, nearest
from loopfind.errors import DecoderFailed, MediaError, Unreadable
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.luma import sketch
from loopfind.fingerprints.window import SlidingWindow
from loopfind.media.decode.growing_file import Tail, is_file
from loopfind.media.decode.losses import CUT_OFF
from loopfind.media.decode.one_pass import OnePassReader, open_video
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.request import DecodeOptions, check_limits
from loopfind.media.ffmpeg.signatures import unsigned
from loopfind.model.dtypes import Floats
from loopfind.model.events import Why
from loopfind.model.video import Frames, Loss, Source, Watch
from loopfind.pipeline.live_clock import CLOCK_SLACK, Arrival, LiveClock, connected, reconcile
from loopfind.settings import Decoding, Settings

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before the first, second ... try to connect again; the last one before every further try."""

TRIES = 4
"""A source is given up after so many tries at the least. A connection is given up after one part in so many of the time
without a byte after which the source is."""

IDLE = 1.0
"""Seconds after which the reader reports that nothing comes."""

_WAKE = 0.2  # seconds between two looks at whether to stop
_CUT = 2.0  # seconds at the end of which a cut packet may spoil something


@dataclass(frozen=True)
class LiveRequest:
    """A request to follow a source, as `follow` documents it.

    watch: called with progress. log: called with each line that ffmpeg said. halted: called now and then; once it
    returns True, the footage ends. note: called with a line for each connection that was lost.
    """

    path: str
    settings: Settings
    window: float
    decoding: Decoding
    watch: Watch | None
    log: Callable[[str], None] | None
    halted: Callable[[], bool]
    note: Callable[[str], None]


class LiveSource:
    """The footage of a request, iterated once: batches of frames on one timeline, the losses between them, and None now
    and then while nothing comes.

    held: the footage so far, to which whoever iterates adds the batches.
    source, rate: what is known of the source, and frames a second as declared, once there was a frame. why, said: why
    the footage ended. Iterating raises MediaError for a source of which not one frame came.
    """

    def __init__(self, request: LiveRequest, kind: Kind, held: SlidingWindow) -> None:
        """Raise BadSetting for limits that no video has."""
        settings = request.settings
        check_limits(settings.stream, settings.start, settings.end, settings.stall)
        self._request, self._settings, self._kind, self._held = request, settings, kind, held
        self.source, self.rate = Source(address.printable(request.path), 0.0, 0, 0.0, 0, 0), 25.0
        self.why: Why = "end"
        self.said = ""
        self._clock = LiveClock(came=time.monotonic())
        self._first_origin, self._count, self._full = 0.0, 0, False

    def __iter__(self) -> Iterator[Frames | Loss | None]:
        return self._file() if is_file(self._request.path) else self._connections()

    def _file(self) -> Iterator[Frames | Loss | None]:
        """Read a file, until it is not written any more."""
        stall, path = self._settings.stall, self._request.path
        with Tail(path, stall) as tail:

            def halted() -> bool:
                if self._request.halted():
                    tail.finish()
                return False

            # The tail judges the silence of the file, so ffmpeg is given more time than that.
            video = self._video(address.fed_address(path, tail.fd), 2 * stall + CLOCK_SLACK, halted)
            try:
                yield from self._connection(video, whole=True)
            except MediaError as error:
                if tail.place or isinstance(error, DecoderFailed):
                    raise
                raise Unreadable(error.path, f"an empty file: nothing was written to it for {stall:g} s") from None
            if self.why == "end" and not self._full:
                self.why, self.said = tail.ended or "end", tail.said

    def _connections(self) -> Iterator[Frames | Loss | None]:
        """Read a pipe until it ends, or an address over and over until it is given up."""
        place = address.resolve(self._request.path)
        once = place.is_stdin or place.local is not None
        stall, tries = self._settings.stall, 0
        while True:
            count, lost = self._count, "it ended"
            try:
                patience = stall if once or self._clock.last is None else stall / TRIES
                video = self._video(self._request.path, patience, self._request.halted)
                yield from self._connection(video, whole=once)
                if any(CUT_OFF in loss.what for loss in video.losses):
                    lost = "it was cut"
            except MediaError as error:
                if self._clock.last is None:
                    raise
                lost = error.what
                self.why, self.said = ("silent", lost) if once else (self.why, "")
            if once or self._full or self.why == "asked":
                return
            tries = 0 if self._count > count else tries
            silent = time.monotonic() - self._clock.came
            if silent >= stall and tries >= TRIES:  # a process that was stopped has not tried yet
                self.why, self.said = "silent", f"nothing new came for {stall:g} s ({lost})"
                return
            pause = min(PAUSES[min(tries, len(PAUSES) - 1)], max(stall - silent, _WAKE))
            self._request.note(f"{self.source.path}: the connection was lost ({lost}); trying again in {pause:.0f} s")
            tries += 1
            until = time.monotonic() + pause
            while time.monotonic() < until:
                if self._request.halted():
                    self.why = "asked"
                    return
                yield None
                time.sleep(_WAKE)

    def _video(self, path: str | address.Address, stall: float, halted: Callable[[], bool]) -> OnePassReader:
        """Make the reader of one connection."""
        decoding = self._request.decoding
        return open_video(
            path,
            self._settings.stream,
            digests=self._kind.needs_digests,
            colours=self._kind.needs_colours,
            stall=stall,
            options=DecodeOptions(hwaccel=decoding.hwaccel, apart=True, unbounded=decoding.unbounded),
            stop=halted,
            idle=IDLE,
        )

    def _connection(self, video: OnePassReader, whole: bool) -> Iterator[Frames | Loss | None]:
        """Read what is new on one connection. whole: whether its end is that of the source. Raises MediaError."""
        began = False
        try:
            with video:
                for batch in video:
                    if not len(batch):
                        yield None
                        continue
                    if self._clock.last is None:
                        self.source, self.rate = video.source, video.declared_rate
                        self._first_origin = video.origin
                    if not began:
                        self._clock, began = connected(self._clock, video.origin - self._first_origin), True
                    now = time.monotonic()
                    for part, restarted in _split_at_restarts(batch, video.restarts):
                        yield from self._new(part, now, restarted)
                    yield from _moved(video.account(), self._clock.offset)
                    if self._full:
                        return
        except MediaError as error:
            if not self._request.halted():
                raise
            if self._clock.last is None:
                raise Unreadable(error.path, "it was stopped before the first picture came") from None
        finally:
            if self._request.log is not None:
                for line in (unsigned(" ".join(video.command)), *video.log):
                    self._request.log(line)
        if self._request.halted():
            self.why = "asked"
        last = self._clock.last
        for loss in _moved(video.losses, self._clock.offset if began else 0.0):
            # Where it was halted, or a connection broke, the last packet was cut in two. What is missing behind
            # that shows in what comes next.
            if (self.why != "asked" and whole) or last is None or loss.start < last - _CUT:
                yield loss

    def _new(self, frames: Frames, now: float, restarted: bool) -> Iterator[Frames | Loss]:
        """Yield the losses before a batch, and its frames that were not read before and lie within the limits."""
        gap = gap_of(frames.times, 1 / self.rate)

        def seen(times: Floats) -> NDArray[np.bool_]:
            return self._seen(frames.part(slice(0, len(times))), times, gap)

        known = reconcile(self._clock, frames.times, Arrival(now, gap, restarted), seen)
        self._clock = known.clock
        yield from known.losses
        if not len(known.times):
            return
        frames = replace(frames.part(slice(known.dropped, None)), times=known.times)
        start, end = self._settings.start, self._settings.end
        low = 0 if start is None else int(np.searchsorted(frames.times, start))
        high = len(frames) if end is None else int(np.searchsorted(frames.times, end))
        self._full = high < len(frames)
        if low < high:
            yield replace(frames.part(slice(low, high)), first=self._count)
            self._count += high - low

    def _seen(self, frames: Frames, times: Floats, gap: float) -> NDArray[np.bool_]:
        """Return of frames that claim `times` whether they are held already, bit for bit: (n,) bool."""
        held = self._held.times()
        if not len(held):
            return np.zeros(len(times), bool)
        rows = nearest(held, times)
        low = int(rows[0])
        there = self._held.cells[low : int(rows[-1]) + 1][rows - low]
        same: NDArray[np.bool_] = (there == sketch(frames.pictures)).all(1) & (np.abs(held[rows] - times) < gap / 2)
        return same


def _split_at_restarts(frames: Frames, restarts: Floats) -> Iterator[tuple[Frames, bool]]:
    """Split frames where the source's clock began anew. Yield each part, and whether it begins at such a place."""
    low, anew = 0, False
    for place in np.flatnonzero(np.isin(frames.times, restarts)).tolist():
        if place > low:
            yield frames.part(slice(low, place)), anew
        low, anew = place, True
    yield frames.part(slice(low, None)), anew


def _moved(losses: tuple[Loss, ...], by: float) -> Iterator[Loss]:
    """Yield losses, moved later by so many seconds."""
    for loss in losses:
        yield Loss(loss.start + by, loss.end + by, loss.what)
