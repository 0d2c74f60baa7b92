"""The reader: one video, batch by batch, with the exact time of each frame."""

import os
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.errors import BadSetting, MediaError
from loopfind.media.decode import losses
from loopfind.media.decode.pipes import BATCH, Digests, Means, Pictures
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg import address, diagnosis
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import PLAIN, DecodeOptions, FfmpegProcess
from loopfind.media.ffmpeg.watchdog import Silence
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames, Loss, Source
from loopfind.settings import STALL

_PATIENCE = 0.2
"""Seconds after which a batch is handed over though it is not full."""
_NAP, _FIRST_NAP = 0.016, 0.002
"""Seconds to let pictures gather in the pipe, which holds 256: waking for each one would cost more than reading it.
Shorter before the first one."""
_GRACE = 3.0
"""Seconds that ffmpeg has to hand over its last pictures once it is to end."""
_SETTLED, _UNSETTLED = 512, 1 << 16
"""Frames after a complaint behind which all is told that it is about; and frames after which that is not waited for."""
_RUN_UPS = (2.0, 30.0)
"""Seconds before `start` at which to begin. Where that gave no frame at or before `start`: the next, then all."""


def open_video(
    path: str | os.PathLike[str] | address.Address,
    stream: int = 0,
    start: float | None = None,
    end: float | None = None,
    digests: bool = False,
    colours: bool = False,
    stall: float = STALL,
    manner: DecodeOptions = PLAIN,
) -> "Video":
    """A video to be used in a `with` statement, whose body iterates over its batches once.

    path: a file, `-` for standard input, or an address that ffmpeg takes, found before or not. stream: number of the
    video stream, from 0, cover art not counted. start, end: frames with start <= time < end are read, seconds from the
    container's start. digests, colours: also give a digest of each full-size picture, its mean colour. stall: seconds
    of waiting without a byte from ffmpeg after which it is ended. manner: how to decode. Raises BadSetting here, and a
    kind of MediaError on entering; so does iterating, where ffmpeg fails later, or says nothing more.
    """
    check_limits(stream, start, end, stall)
    return Video(path, stream, start, end, digests, colours, stall, manner)


def check_limits(stream: int, start: float | None, end: float | None, stall: float) -> None:
    """Raise BadSetting for what no video has."""
    if stream < 0:
        raise BadSetting("stream", stream, "streams are numbered from 0")
    for name, value in (("start", start), ("end", end)):
        if value is not None and not 0 <= value < float("inf"):
            raise BadSetting(name, value, "give seconds from the start of the video, 0 or more")
    if not stall > 0:
        raise BadSetting("stall", stall, "give seconds above 0")


def measured(known: Source, times: Floats, declared_rate: float, start: float) -> tuple[Source, float, float]:
    """The source as the frames at `times` (n,) seconds make it, the usual seconds between two, and when the last one
    stops being shown."""
    gap = gap_of(times, 1 / declared_rate)
    end = float(times[-1]) + gap if len(times) else start
    length = end - float(times[0]) if len(times) else 0.0
    rate = 1 / gap if len(times) > 1 else 0.0
    return replace(known, duration=length, frames=len(times), fps=rate), gap, end


class Video:
    """Made by open_video. Each batch holds 1 to 256 frames.

    source: what is known; its duration, frames and fps are measured once the last batch was read, its duration is the
    declared one (0.0 if unknown) before. end: when the last frame read stops being shown, seconds. losses: what could
    not be read, after the last batch. log: what ffmpeg said, at most 400 lines. command: the ffmpeg command.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | address.Address,
        stream: int,
        start: float | None,
        end: float | None,
        digests: bool,
        colours: bool,
        stall: float = STALL,
        manner: DecodeOptions = PLAIN,
    ) -> None:
        self._manner = manner
        self._path, self._stream, self._start, self._end = path, stream, start, end
        self._digested, self._coloured = digests, colours
        shown = path.shown if isinstance(path, address.Address) else address.printable(os.fspath(path))
        self._silence, self._reached = Silence(shown, stall), 0.0
        self.source = Source(shown, 0.0, 0, 0.0, 0, 0)
        self.end = 0.0
        self.losses: tuple[Loss, ...] = ()
        self.command: list[str] = []
        self._child: FfmpegProcess | None = None
        self._journal = Journal()
        self._begun = False
        self._kept: list[Floats] = []
        self._skipped, self._begins = 0, start or 0.0
        self.halted: Callable[[], bool] = lambda: False
        """Asked about once a second; once it is so, the video ends with the pictures that are at hand."""
        self.idle: float | None = None
        """Seconds without a picture after which an empty batch is given: whoever iterates is not kept waiting."""
        self._finishing: float | None = None

    @property
    def log(self) -> tuple[str, ...]:
        return self._journal.said

    @property
    def troubled(self) -> bool:
        """Whether ffmpeg has complained of the input so far."""
        return bool(self._journal.troubles)

    @property
    def restarts(self) -> Floats:
        """Seconds (n,) at which the clock of the input began anew so far; times go on as if nothing lay between."""
        return np.zeros(0) if self._clock is None else self._clock.seconds(self._clock.restarts)

    @property
    def declared_rate(self) -> float:
        """Frames a second as the header has it; a usual rate where it has none."""
        return self._journal.header.video.rate

    @property
    def origin(self) -> float:
        """When the container starts, by its own clock, seconds."""
        return self._journal.header.start / 1e6

    @property
    def seekable(self) -> bool:
        """Whether it is a file on disk that can be read from the middle."""
        return self._address.seekable and self._address.local is not None and not self._journal.header.is_picture

    def __enter__(self) -> Self:
        self._address = self._path if isinstance(self._path, address.Address) else address.find(self._path)
        try:
            for seek in (*self._seeks(), None):
                self._launch(seek)
                self._await_first()
                if seek is None or self._seek_holds():
                    break
            if not self._settled.size and seek is None:
                self._judge(0, 0.0)
            self._source_from_header()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End ffmpeg, if it runs, and reap it. May be called at any time, and twice."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __iter__(self) -> Iterator[Frames]:
        if self._child is None or self._begun:
            raise ValueError("a video is iterated once, inside its with statement")
        self._begun = True
        try:
            yield from self._batches()
        finally:
            self.close()

    def _seeks(self) -> list[float]:
        start = self._start or 0.0
        return [start - run_up for run_up in _RUN_UPS if self._address.seekable and start > run_up]

    def _launch(self, seek: float | None) -> None:
        self.close()
        self._child = child = FfmpegProcess(
            self._address, self._stream, seek, self._digested, self._coloured, self._manner
        )
        self.command = list(child.command)
        self._journal = Journal()
        self._pictures, self._hashes, self._means = Pictures(), Digests(), Means()
        self._clock: Clock | None = None
        self._settled: Floats = np.zeros(0)
        self._poll = select.poll()
        self._open = {fd for fd in (child.pictures, child.journal, child.digests, child.colours) if fd is not None}
        for fd in self._open:
            self._poll.register(fd, select.POLLIN | select.POLLHUP)

    def _await_first(self) -> None:
        """Read until the first frame is there, or nothing will come; raise what is wrong with the input."""
        wanted = 1
        while self._open and (len(self._settled) < wanted or self._pictures.count < wanted):
            self._pump(60.0)
            if self._settled.size and self._journal.header.is_picture:
                wanted = 2
        header = self._journal.header
        if self._settled.size:
            refused = diagnosis.not_a_video(self._address, header)
            if header.is_picture and self._settled.size == 1 and not self._open:
                refused = diagnosis.still_picture(self._address)
            if refused:
                raise refused

    def _seek_holds(self) -> bool:
        """Whether decoding began early enough, on a clock that counts from the container's start."""
        header = self._journal.header
        if not self._settled.size or header.duration is None:
            return header.duration is not None and (self._start or 0.0) >= header.duration + 1.0
        return bool(self._settled[0] <= (self._start or 0.0))

    def _pump(self, patience: float) -> None:
        """Wait for ffmpeg at most `patience` seconds, then take in all that has come."""
        child, journal = self._child, self._journal
        assert child is not None
        if self.halted():
            self._finish_soon(time.monotonic())
        if not self._silence.broken(self._poll, patience, self._reached):
            return
        time.sleep(_FIRST_NAP if self._clock is None else _NAP)
        # The journal first: a picture is never older than its mark.
        for fd, read in (
            (child.journal, self._read_journal),
            (child.pictures, self._pictures.read),
            (child.digests, self._hashes.read),
            (child.colours, self._means.read),
        ):
            if fd in self._open and fd is not None and not read(fd):
                self._open.discard(fd)
                self._poll.unregister(fd)
        if child.journal not in self._open:
            journal.close()
        self._settle()

    def _finish_soon(self, now: float) -> None:
        """Ask ffmpeg to end, and end it where it does not: what blocks in a read hears nothing."""
        assert self._child is not None
        if self._finishing is None:
            self._finishing = now
            self._child.finish()
        elif now - self._finishing > _GRACE:
            self._child.end()

    def _read_journal(self, fd: int) -> bool:
        """Take in what is there; False once the pipe has ended."""
        while True:
            try:
                data = os.read(fd, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._journal.feed(data)

    def _settle(self) -> None:
        journal, child = self._journal, self._child
        assert child is not None
        last = child.journal not in self._open
        if self._clock is None:
            if not journal.marks:
                return
            self._clock = Clock(journal.header.start, 1 / journal.header.video.rate)
        times = self._clock.read(journal.marks, last)
        journal.marks.clear()
        if len(times):
            self._settled = np.concatenate((self._settled, times))

    def _batches(self) -> Iterator[Frames]:
        """The wanted frames; at the end, what was measured."""
        count, position, ended = 0, 0.0, False
        while not ended:
            batch = self._next_batch()
            times = batch.times
            if not len(times):
                if not self._open:
                    break
                yield replace(batch, first=count)
                continue
            position = float(times[-1])
            first, last = self._window(times)
            ended = last < len(times)
            self._skipped += first
            if first < last:
                self._kept.append(times[first:last].copy())
                yield replace(batch.part(slice(first, last)), first=count)
                count += last - first
        self._finish(np.concatenate(self._kept) if self._kept else np.zeros(0), position, ended)

    def _next_batch(self) -> Frames:
        """The next frames that are whole, counted from 0. Empty at the end."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            ready = min(len(self._settled), self._pictures.count)
            if self._digested:
                ready = min(ready, self._hashes.count)
            if self._coloured:
                ready = min(ready, self._means.count)
            late = time.monotonic() - deadline
            if ready >= BATCH // 2 or not self._open or (ready and late > 0):
                break
            if self.idle is not None and late > self.idle:
                break
            self._pump(max(0.001, -late) if ready else 60.0)
        times, self._settled = self._settled[:ready], self._settled[ready:]
        self._reached = float(times[-1]) if ready else self._reached
        digests = self._hashes.take(ready) if self._digested else None
        colours = self._means.take(ready) if self._coloured else None
        return Frames(0, times, self._pictures.take(ready), digests, colours)

    def _window(self, times: Floats) -> tuple[int, int]:
        first = 0 if self._start is None else int(np.searchsorted(times, self._start))
        last = len(times) if self._end is None else int(np.searchsorted(times, self._end))
        return first, max(first, last)

    def _source_from_header(self) -> None:
        header = self._journal.header
        width, height = header.video.size
        self.source = Source(
            self.source.path,
            header.duration or 0.0,
            0,
            0.0,
            width,
            height,
            header.video.codec,
            header.container,
            header.duration,
        )

    def account(self) -> tuple[Loss, ...]:
        """What could not be read so far, if that can be told by now; then it is not told at the end, and what it was
        told by is forgotten, times of frames included: source and end are measured without them. So memory does not
        grow with what was read."""
        journal, times = self._journal, np.concatenate(self._kept or [np.zeros(0)])
        latest = max((trouble.last - self._skipped for trouble in journal.troubles), default=0)
        if len(times) < 2 * _SETTLED or (latest > len(times) - _SETTLED and len(times) < _UNSETTLED):
            return ()
        gap = gap_of(times)
        found = self._losses(times, gap, float(times[-1]) + gap, None)
        journal.troubles.clear()
        journal.seen -= self._skipped + len(times) - _SETTLED
        self._kept, self._skipped, self._begins = [times[-_SETTLED:]], 0, float(times[-_SETTLED])
        return found

    def _losses(self, times: Floats, gap: float, end: float, whole: float | None) -> tuple[Loss, ...]:
        skipped, journal = self._skipped, self._journal
        troubles = [trouble for trouble in journal.troubles if not skipped or trouble.last > skipped]
        for trouble in troubles:
            trouble.first, trouble.last = max(0, trouble.first - skipped), trouble.last - skipped
        return losses.find(times, gap, end, troubles, whole, self._begins)

    def _finish(self, times: Floats, position: float, ended: bool) -> None:
        """Judge how ffmpeg ended, unless the reader stopped it, and measure."""
        journal = self._journal
        if not ended and self._finishing is None:
            self._judge(len(times) + self._skipped, position)
        known = self.source
        self.source, gap, self.end = measured(known, times, journal.header.video.rate, self._start or 0.0)
        self.losses = self._losses(times, gap, self.end, None if ended else known.declared)

    def _judge(self, frames: int, position: float) -> None:
        """Raise what went wrong, once ffmpeg closed its pipes after `frames` frames, the last at `position` seconds."""
        assert self._child is not None
        status = self._child.wait()
        said, header, where = self._journal.said, self._journal.header, self._address
        error: MediaError | None
        if not frames and self._manner.hwaccel:
            error = diagnosis.without_hardware(where, self._manner.hwaccel, header, status, said)
        elif not frames:
            error = diagnosis.without_frames(where, header, self._stream, status, said, self._journal.troubles)
        elif name := diagnosis.was_killed(status, said):
            error = diagnosis.killed(where.shown, name, position)
        else:
            error = diagnosis.stopped_early(where, status, said)
        if error:
            raise error
