"""One ffmpeg, and the frames that come out of its pipes, whole and each with its time."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from loopfind.errors import FellSilent
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.child import DecodingChild
from loopfind.media.decode.pictures import BATCH_FRAMES
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg.container_start import start_of
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.ffmpeg.watchdog import SilenceWatch
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames, Source

_BATCH_PATIENCE = 0.2
"""Seconds after which a batch is handed over though it is not full."""
_GRACE = 3.0
"""Seconds that ffmpeg has to hand over its last pictures once it is to end."""
_LONGEST_WAIT = 60.0
"""Seconds that one wait for ffmpeg may take; its silence is judged in shorter ones."""


def never() -> bool:
    """Not now: what is asked whether to stop, where nothing stops."""
    return False


class Decoder:
    """An ffmpeg that was started for a request, and what it has given so far. To be closed by whoever made it.

    seek: seconds at which it begins, None for the start of the video. stop: asked about once a second; once it returns
    True, ffmpeg is asked to end with the pictures that it has at hand. idle: seconds without a picture after which
    `next_batch` gives an empty batch, None to wait for as long as it takes.

    command: of ffmpeg. journal: what ffmpeg said. fell_silent: whether the source did, a pipe or an address, so that no
    more is given than what had come. Making one raises DecoderFailed where there is no ffmpeg.
    """

    def __init__(
        self,
        request: ReadRequest,
        seek: float | None = None,
        *,
        stop: Callable[[], bool] = never,
        idle: float | None = None,
    ) -> None:
        self._request, self._stop, self._idle = request, stop, idle
        self._clock: Clock | None = None
        self._settled: Floats = np.zeros(0)
        """Times of the frames to come, seconds."""
        self._ahead: Frames | None = None
        self._silence, self._reached = SilenceWatch(request.address.shown, request.stall), 0.0
        self._budget = PixelBudget(request.address, request.options.unbounded)
        self._finishing: float | None = None
        self._abandoned = self._closed = self.fell_silent = False
        self._given = 0
        self._child = child = DecodingChild(request, seek)
        self.command, self.journal = list(child.command), child.journal

    @property
    def next_time(self) -> float | None:
        """Seconds at which the next frame is shown; None while that is not known."""
        return float(self._settled[0]) if self._settled.size else None

    @property
    def restarts(self) -> Floats:
        """Seconds (n,) at which the clock of the input began anew so far; times go on as if nothing lay between."""
        return np.zeros(0) if self._clock is None else self._clock.seconds(self._clock.restarts)

    @property
    def keeps_time(self) -> bool:
        """Return whether the times of all frames so far are what the file says."""
        return self._clock is None or not self._clock.altered

    @property
    def drained(self) -> bool:
        """Return whether ffmpeg has closed its pipes."""
        return self._child.drained

    @property
    def closed(self) -> bool:
        """Return whether `close` was called."""
        return self._closed

    @property
    def finishing(self) -> bool:
        """Return whether ffmpeg was asked to end before the end of the video."""
        return self._finishing is not None

    @property
    def described(self) -> Source:
        """The video as its header describes it; nothing is measured yet."""
        header = self.journal.header
        width, height = header.size
        name, codec = self._request.address.name, header.video.codec
        declared = header.duration
        source = Source(name, declared or 0.0, 0, 0.0, width, height, codec, header.container, declared)
        return replace(source, unread=header.unread, sounds=header.sounds)

    def await_first(self) -> None:
        """Read until the first frame is there, or nothing will come; of what may be a single picture, until the second
        one is."""
        wanted, child = 1, self._child
        while not (child.drained or self.fell_silent) and (
            len(self._settled) < wanted or child.pictures.count < wanted
        ):
            self._pump(_LONGEST_WAIT)
            if self._settled.size and (self.journal.header.is_picture or self._request.address.seekable):
                # What ends after one picture may be a picture and no video
                wanted = 2

    @property
    def has_one_picture(self) -> bool:
        """Return whether the whole input is a single frame, after `await_first`."""
        return self._settled.size == 1 and self._child.drained

    def next_batch(self) -> Frames:
        """The next 1 to 256 frames that are whole, counted from 0. Empty at the end, and after `idle` seconds."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return ahead
        child, deadline = self._child, time.monotonic() + _BATCH_PATIENCE
        while True:
            ready = self._ready()
            late = time.monotonic() - deadline
            if ready >= BATCH_FRAMES // 2 or child.drained or (ready and late > 0):
                break
            if self._abandoned or (self._idle is not None and late > self._idle):
                break
            self._pump(max(0.001, -late) if ready else _LONGEST_WAIT)
        self._budget.take(ready, self.journal.header.size)
        times, self._settled = self._settled[:ready], self._settled[ready:]
        self._reached, self._given = float(times[-1]) if ready else self._reached, self._given + ready
        digests = None if child.digests is None else child.digests.take(ready)
        colours = None if child.colours is None else child.colours.take(ready)
        return Frames(0, times, child.pictures.take(ready), digests, colours)

    def put_back(self, frames: Frames) -> None:
        """Give these frames first, when the next batch is asked for."""
        self._ahead = frames

    def wait(self) -> int:
        """Wait for the end of an ffmpeg that closed its pipes; its exit status, negative for a signal."""
        return self._child.exit_status()

    def abandon(self) -> None:
        """End ffmpeg at once, from any thread. Whoever waits for a batch is given an empty one within about a second,
        even where something else holds the pipes open."""
        self._abandoned = True
        self._child.end()

    def close(self) -> None:
        """End ffmpeg, if it runs, and reap it. May be called twice."""
        if not self._closed:
            self._child.close()
            self._closed = True

    def _pump(self, patience: float) -> None:
        """Take in all that has come; where nothing has, wait for ffmpeg at most `patience` seconds."""
        if self._stop():
            self._finish_soon(time.monotonic())
        if not self._child.take_in():
            try:
                if not self._silence.broken(self._child.wait_for, patience, self._reached):
                    return
            except FellSilent:
                self._settle(last=True)
                # A live source is asked once more, and a file on disk can be.
                if self._idle is not None or self._request.address.is_on_disk or not self._given + self._ready():
                    raise
                self.journal.note_silence()
                self.fell_silent = True
                self.abandon()
                return
            self._child.take_in()
        self._settle()

    def _ready(self) -> int:
        """Return how many frames can be handed over as one batch."""
        child = self._child
        parts = [part.count for part in (child.pictures, child.digests, child.colours) if part is not None]
        return min(len(self._settled), BATCH_FRAMES, *parts)

    def _finish_soon(self, now: float) -> None:
        """Ask ffmpeg to end, and kill it where it does not: while it waits for its input it hears nothing."""
        if self._finishing is None:
            self._finishing = now
            self._child.finish()
        elif now - self._finishing > _GRACE:
            self._child.end()

    def _settle(self, last: bool = False) -> None:
        """Turn the marks that have come into times of frames. last: whether no more will come."""
        journal = self.journal
        if self._clock is None:
            if not journal.marks:
                return
            self._clock = Clock(
                start_of(journal.header, self._request.address),
                1 / journal.header.rate,
                sparse=self._request.options.keys_only,
            )
        times = self._clock.read(journal.marks, last=last or self._child.said_all)
        journal.marks.clear()
        if len(times):
            self._settled = np.concatenate((self._settled, times))
