"""The footage of a source that goes on: a file that is still written, a pipe, an address. Of an address as one
timeline, over as many connections as it takes."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from loopfind.arrays.time_index import gap_of, nearest
from loopfind.errors import MediaError, Unreadable
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.luma import sketch
from loopfind.fingerprints.window import SlidingWindow
from loopfind.media.decode.growing_file import Tail, is_file
from loopfind.media.decode.video import Video, check_limits, open_video
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.process import DecodeOptions
from loopfind.model.dtypes import Floats
from loopfind.model.events import Why
from loopfind.model.video import Frames, Loss, Source
from loopfind.settings import Decoding, Settings

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before the first, second ... try to connect again; the last one before every further try."""

TRIES = 4
"""A source is given up after so many tries at the least, and a connection after one part in so many of the time without
a byte after which the source is."""

SLACK = 60.0
"""Seconds by which a source's own clock may be ahead of the time that passed, after a connection was lost, and is still
believed: what a server keeps is sent faster than it was shown."""

IDLE = 1.0
"""Seconds after which it is told that nothing comes."""

_GLANCE = 0.2
_LATELY = 8  # batches that tell how far what is shown is behind the clock on the wall
_SAME = 0.5  # share of frames shown before that must be the same to the bit
_HOLE = 1.75  # usual gaps from which something is missing
_CUT = 2.0  # seconds at the end of which a cut packet may spoil something


class Receiver:
    """Iterated once: batches of frames on one timeline, the losses between them, and None now and then while nothing
    comes.

    held: the footage so far, which whoever iterates adds the batches to. halted: asked now and then; once it is so, the
    footage ends. note: called with a line for each connection that was lost.
    source, rate: what is known of the source, and frames a second as declared, once there was a frame. why, said: why
    the footage ended. Iterating raises MediaError for a source of which not one frame came.
    """

    def __init__(
        self,
        path: str,
        settings: Settings,
        kind: Kind,
        decoding: Decoding,
        held: SlidingWindow,
        halted: Callable[[], bool],
        note: Callable[[str], None],
        log: Callable[[str], None] | None,
    ) -> None:
        """Raises BadSetting for limits that no video has."""
        check_limits(settings.stream, settings.start, settings.end, settings.stall)
        self._path, self._settings, self._kind, self._held = path, settings, kind, held
        self._halted, self._note, self._log = halted, note, log
        self._manner = DecodeOptions(hwaccel=decoding.hwaccel, apart=True)
        self.source, self.rate = Source(address.printable(path), 0.0, 0, 0.0, 0, 0), 25.0
        self.why: Why = "end"
        self.said = ""
        self._origin = self._shift = 0.0
        self._last: float | None = None
        self._count, self._full, self._came = 0, False, time.monotonic()
        self._behind = deque[float](maxlen=_LATELY)
        self._joining, self._again, self._whole = True, False, True

    def __iter__(self) -> Iterator[Frames | Loss | None]:
        return self._file() if is_file(self._path) else self._source()

    def _file(self) -> Iterator[Frames | Loss | None]:
        stall = self._settings.stall
        with Tail(self._path, stall) as tail:

            def halted() -> bool:
                if self._halted():
                    tail.finish()
                return False

            # The file's silence is the tail's to judge: of ffmpeg, more than that is asked.
            video = self._video(address.fed(self._path, tail.fd), 2 * stall + SLACK, halted)
            try:
                yield from self._connection(video)
            except MediaError as error:
                if tail.place:
                    raise
                raise Unreadable(error.path, f"an empty file: nothing was written to it for {stall:g} s") from None
            if self.why == "end" and not self._full:
                self.why, self.said = tail.ended or "end", tail.said

    def _source(self) -> Iterator[Frames | Loss | None]:
        """A pipe until it ends; an address, tried again and again."""
        place = address.find(self._path)
        once = self._whole = place.is_stdin or place.local is not None
        stall, tries = self._settings.stall, 0
        while True:
            count, lost = self._count, "it ended"
            try:
                patience = stall if once or self._last is None else stall / TRIES
                yield from self._connection(self._video(self._path, patience, self._halted))
            except MediaError as error:
                if self._last is None:
                    raise
                lost = error.what
                self.why, self.said = ("silent", lost) if once else (self.why, "")
            if once or self._full or self.why == "asked":
                return
            tries = 0 if self._count > count else tries
            silent = time.monotonic() - self._came
            if silent >= stall and tries >= TRIES:  # a process that was stopped has not tried yet
                self.why, self.said = "silent", f"nothing new came for {stall:g} s ({lost})"
                return
            pause = min(PAUSES[min(tries, len(PAUSES) - 1)], max(stall - silent, _GLANCE))
            self._note(f"{self.source.path}: the connection was lost ({lost}); trying again in {pause:.0f} s")
            tries += 1
            until = time.monotonic() + pause
            while time.monotonic() < until:
                if self._halted():
                    self.why = "asked"
                    return
                yield None
                time.sleep(_GLANCE)

    def _video(self, path: str | address.Address, stall: float, halted: Callable[[], bool]) -> Video:
        wanted = (self._kind.needs_digests, self._kind.needs_colours)
        video = open_video(path, self._settings.stream, None, None, *wanted, stall, self._manner)
        video.halted, video.idle = halted, IDLE
        return video

    def _connection(self, video: Video) -> Iterator[Frames | Loss | None]:
        """What one connection gives that is new. Raises MediaError."""
        self._joining, self._again, offset = True, False, 0.0
        try:
            with video:
                for batch in video:
                    if not len(batch):
                        yield None
                        continue
                    if self._last is None:
                        self.source, self.rate, self._origin = video.source, video.declared_rate, video.origin
                    own = video.origin - self._origin
                    for part, anew in _parted(batch, video.restarts):
                        yield from self._new(replace(part, times=part.times + (own + self._shift)), anew)
                    offset = own + self._shift
                    yield from _moved(video.account(), offset)
                    if self._full:
                        return
        except MediaError as error:
            if not self._halted():
                raise
            if self._last is None:
                raise Unreadable(error.path, "it was stopped before the first picture came") from None
        finally:
            if self._log is not None:
                for line in (" ".join(video.command), *video.log):
                    self._log(line)
        if self._halted():
            self.why = "asked"
        for loss in _moved(video.losses, offset):
            # Where it was asked to end, or a connection broke, the last packet was cut in two: what is missing behind
            # that is told by what comes next.
            if (self.why != "asked" and self._whole) or self._last is None or loss.start < self._last - _CUT:
                yield loss

    def _new(self, frames: Frames, anew: bool) -> Iterator[Frames | Loss | None]:
        """What of a batch was not read before, and what is missing before it. anew: the source's clock began anew with
        it, as that of a camera that was started again."""
        last, gap = self._last, gap_of(frames.times, 1 / self.rate)
        why = "the connection was lost"
        if last is not None and anew and not self._joining:
            # Its clock does not tell for how long it was away, nor do the last frames before, which may come late.
            by = time.monotonic() - float(frames.times[0]) - min(self._behind)
            if by >= IDLE:
                self._shift += by
                frames = replace(frames, times=frames.times + by)
                why = "the source began anew, and times go on by the clock on the wall"
                yield Loss(last + gap, float(frames.times[0]), why)
        elif last is not None and (self._joining or self._again):
            silent, ahead = time.monotonic() - self._came, float(frames.times[0]) - last
            self._again = ahead <= 0
            # The source sends what it sent before, or its clock is another one.
            if ahead > silent + SLACK or (self._again and not self._known(frames, gap)):
                by = last + max(silent, gap) - float(frames.times[0])
                self._shift, self._again = self._shift + by, False
                frames = replace(frames, times=frames.times + by)
                why += ", and times go on by the clock on the wall"
            frames = frames.part(slice(int(np.searchsorted(frames.times, last, "right")), None))
            if not len(frames):
                return
            if frames.times[0] - last > _HOLE * gap:
                yield Loss(last + gap, float(frames.times[0]), why)
        self._joining = self._again = False
        self._last, self._came = float(frames.times[-1]), time.monotonic()
        self._behind.append(self._came - self._last)
        low, high = (
            0 if limit is None else int(np.searchsorted(frames.times, limit))
            for limit in (self._settings.start, self._settings.end)
        )
        if self._settings.end is None:
            high = len(frames)
        self._full = high < len(frames)
        if low < high:
            yield replace(frames.part(slice(low, high)), first=self._count)
            self._count += high - low

    def _known(self, frames: Frames, gap: float) -> bool:
        """Whether most of the frames that were to be shown before are held, bit for bit."""
        times = self._held.times()
        old = frames.part(slice(0, int(np.searchsorted(frames.times, self._last or 0.0, "right"))))
        if not len(times):
            return False
        rows = nearest(times, old.times)
        low = int(rows[0])
        there = self._held.cells[low : int(rows[-1]) + 1][rows - low]
        same = (there == sketch(old.pictures)).all(1) & (np.abs(times[rows] - old.times) < gap / 2)
        return bool(same.mean() >= _SAME)


def _parted(frames: Frames, restarts: Floats) -> Iterator[tuple[Frames, bool]]:
    """The frames, parted where the source's clock began anew, and of each part whether it begins there."""
    low, anew = 0, False
    for place in np.flatnonzero(np.isin(frames.times, restarts)).tolist():
        if place > low:
            yield frames.part(slice(low, place)), anew
        low, anew = place, True
    yield frames.part(slice(low, None)), anew


def _moved(losses: tuple[Loss, ...], by: float) -> Iterator[Loss]:
    for loss in losses:
        yield Loss(loss.start + by, loss.end + by, loss.what)
