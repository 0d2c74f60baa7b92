"""The plain reader: one decoder from the first wanted frame to the last."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self

import numpy as np

from loopfind.errors import MediaError
from loopfind.media.decode.decoder import Decoder, never
from loopfind.media.decode.frame_reader import measured
from loopfind.media.decode.losses import LossAccount
from loopfind.media.ffmpeg import address, diagnosis
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.framecrc import first_whole, time_is_place
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest, check_limits
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames, Loss, Source
from loopfind.settings import STALL

_RUN_UPS = (2.0, 30.0)
"""Seconds before `start` at which to begin. Where that gave no frame at or before `start`: the next, then all."""


def open_video(
    path: str | os.PathLike[str] | Address,
    stream: int = 0,
    start: float | None = None,
    end: float | None = None,
    *,
    digests: bool = False,
    colours: bool = False,
    stall: float = STALL,
    options: DecodeOptions = DecodeOptions(),  # noqa: B008 - frozen
    stop: Callable[[], bool] = never,
    idle: float | None = None,
) -> "OnePassReader":
    """A reader of one video, to be used in a `with` statement, whose body iterates over its batches once.

    path: a file, `-` for standard input, or an address that ffmpeg takes. The other arguments but the last two are
    those of a ReadRequest, the last two those of a Decoder. Raises BadSetting, and Unreadable for a file that is not
    there or may not be read.
    """
    check_limits(stream, start, end, stall)  # what was asked for wrongly is said before the file is looked for
    where = address.resolve(path)
    request = ReadRequest(where, stream, start, end, digests, colours, stall, options)
    return OnePassReader(request, stop=stop, idle=idle)


class OnePassReader:
    """A FrameReader that decodes the wanted frames in one pass. Each batch holds 1 to 256 frames.

    stop, idle: as for a Decoder; after `idle` seconds without a picture an empty batch is given, so that whoever
    iterates is not kept waiting.
    """

    def __init__(self, request: ReadRequest, *, stop: Callable[[], bool] = never, idle: float | None = None) -> None:
        self._request, self._stop, self._idle = request, stop, idle
        self._decoder: Decoder | None = None
        self._losses = LossAccount(request.start or 0.0)
        self._begun = False
        self.source = Source(request.address.name, 0.0, 0, 0.0, 0, 0)
        self.end = 0.0
        self.losses: tuple[Loss, ...] = ()

    @classmethod
    def behind(cls, decoder: Decoder, request: ReadRequest, skipped: int, begin: float) -> Self:
        """A reader that has been entered, of what a decoder gives from now on.

        skipped: frames that the decoder gave before. begin: seconds of the frame to come.
        """
        reader = cls(request)
        reader._decoder = decoder
        reader._losses = LossAccount(begin, skipped)
        reader.source = decoder.described
        return reader

    @property
    def header(self) -> Header:
        """The header that ffmpeg wrote of the input; nothing is known before entry."""
        return Header() if self._decoder is None else self._decoder.journal.header

    @property
    def decoder(self) -> Decoder:
        """The decoder, for whoever reads on by themselves. Raises ValueError before entry."""
        if self._decoder is None:
            raise ValueError("a video is decoded inside its with statement")
        return self._decoder

    @property
    def command(self) -> list[str]:
        return [] if self._decoder is None else self._decoder.command

    @property
    def log(self) -> tuple[str, ...]:
        return () if self._decoder is None else self._decoder.journal.said

    @property
    def troubled(self) -> bool:
        return self._decoder is not None and bool(self._decoder.journal.troubles)

    @property
    def restarts(self) -> Floats:
        """Seconds (n,) at which the clock of the input began anew so far; times go on as if nothing lay between."""
        return np.zeros(0) if self._decoder is None else self._decoder.restarts

    @property
    def declared_rate(self) -> float:
        """Frames a second as the header has it; a usual rate where it has none."""
        return self.header.rate

    @property
    def origin(self) -> float:
        """Seconds at which the container starts, by its own clock."""
        return self.header.start / 1e6

    @property
    def seekable(self) -> bool:
        """Return whether it is a file on disk that can be read from the middle."""
        return self._request.address.is_on_disk and not self.header.is_picture

    def __enter__(self) -> Self:
        try:
            for seek in (*self._seeks(), None):
                self.close()
                self._decoder = decoder = Decoder(self._request, seek, stop=self._stop, idle=self._idle)
                decoder.await_first()
                if decoder.next_time is not None and (refused := self._refused(decoder)):
                    raise refused
                if seek is None or self._seek_holds(decoder, seek):
                    break
            if decoder.next_time is None and seek is None:
                self._judge(decoder, 0, 0.0)
            self.source = decoder.described
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._decoder is not None:
            self._decoder.close()

    def __iter__(self) -> Iterator[Frames]:
        decoder = self._decoder
        if decoder is None or decoder.closed or self._begun:
            raise ValueError("a video is iterated once, inside its with statement")
        self._begun = True
        try:
            yield from self._batches(decoder)
        finally:
            self.close()

    def account(self) -> tuple[Loss, ...]:
        return () if self._decoder is None else self._losses.settle(self._decoder.journal)

    def _seeks(self) -> list[float]:
        """Seconds at which to begin, the nearest to the first wanted frame first."""
        start = self._request.start or 0.0
        return [start - run_up for run_up in _RUN_UPS if self._request.address.seekable and start > run_up]

    def _seek_holds(self, decoder: Decoder, seek: float) -> bool:
        """Return whether from `start` on a decoder that began at `seek` gives what one pass does: a time means one
        place of the file, the frames have times of their own, and one before it is made of no other."""
        where, stream, start = self._request.address, self._request.stream, self._request.start or 0.0
        declared, first = decoder.journal.header.duration, decoder.next_time
        if declared is None or not (start >= declared + 1.0 if first is None else first <= start):
            return False
        if not time_is_place(where, stream):
            return False
        if first is None:
            return True
        if not decoder.keeps_time:
            return False
        if where.local is None:
            return True  # the address would be asked once more
        whole = first_whole(where, stream, seek)
        return whole is not None and whole - self.origin <= start

    def _refused(self, decoder: Decoder) -> MediaError | None:
        """Return what is wrong with an input of which a frame came; None for a video."""
        where, header = self._request.address, decoder.journal.header
        if decoder.has_one_picture and self._request.stream + 1 < header.video_count:
            return diagnosis.still_stream(where, self._request.stream)
        # Of an animation the first picture may be the only key frame.
        alone = decoder.has_one_picture and not self._request.options.keys_only
        if alone and diagnosis.is_one_picture(where, header):
            return diagnosis.still_picture(where)
        if found := diagnosis.encrypted(where, decoder.journal.said):
            return found
        return diagnosis.not_a_video(where, header)

    def _batches(self, decoder: Decoder) -> Iterator[Frames]:
        """The wanted frames. At their end the video is measured."""
        count, position, ended = 0, 0.0, False
        while not ended:
            batch = decoder.next_batch()
            times = batch.times
            if not len(times):
                if decoder.drained or decoder.fell_silent:
                    break
                yield replace(batch, first=count)
                continue
            position = float(times[-1])
            first, last = self._window(times)
            ended = last < len(times)
            self._losses.skip(first)
            if first < last:
                self._losses.add(times[first:last].copy())
                yield replace(batch.part(slice(first, last)), first=count)
                count += last - first
        self._finish(decoder, position, ended)

    def _window(self, times: Floats) -> tuple[int, int]:
        """The wanted ones of frames at `times`, as a span of their numbers."""
        start, end = self._request.start, self._request.end
        first = 0 if start is None else int(np.searchsorted(times, start))
        last = len(times) if end is None else int(np.searchsorted(times, end))
        return first, max(first, last)

    def _finish(self, decoder: Decoder, position: float, ended: bool) -> None:
        """Judge how ffmpeg ended, unless the reader stopped it, and measure. ended: the limit was reached first."""
        times = self._losses.times
        if not ended and not decoder.finishing and not decoder.fell_silent:
            self._judge(decoder, len(times) + self._losses.skipped, position)
        known, journal = self.source, decoder.journal
        self.source, gap, self.end = measured(known, times, self.declared_rate, self._request.start or 0.0)
        declared = None if ended else journal.header.vouched
        self.losses = self._losses.find(journal, gap, self.end, declared, stopped=ended)

    def _judge(self, decoder: Decoder, frames: int, position: float) -> None:
        """Raise what went wrong, once ffmpeg closed its pipes after `frames` frames, the last at `position` seconds."""
        status = decoder.wait()
        request, journal = self._request, decoder.journal
        said, header, where, hwaccel = journal.said, journal.header, request.address, request.options.hwaccel
        error: MediaError | None
        if not frames and hwaccel:
            error = diagnosis.without_hardware(where, hwaccel, header, status, said)
        elif not frames:
            error = diagnosis.without_frames(where, header, request.stream, status, said, journal.troubles)
        elif name := diagnosis.was_killed(status, said):
            error = diagnosis.killed(where.shown, name, position)
        else:
            error = diagnosis.stopped_early(where, status, said)
        if error:
            raise error
