"""A video that goes on in another stream of its file, as where a recorder's PID changed: read as one.

In a transport stream the times of all streams are of one clock. A stream whose first picture comes when the last one of
the stream before was shown is what that goes on as; one that was there beside it is another view.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.errors import MediaError
from loopfind.media.decode.frame_reader import FrameReader, measured
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.decode.relay import Turns
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames

_CONTAINERS = {"mpegts", "mpeg"}
_LONGEST_BREAK = 60.0
"""Seconds that may lie between the last picture of a stream and the first of the one that it goes on as."""


class StreamsInTurn:
    """The relay of the streams of a file that go on as one another.

    first: the reader of the stream that was asked for. why: which streams were read behind it, in words.
    """

    def __init__(self, request: ReadRequest, first: FrameReader[Frames]) -> None:
        self.first, self._request, self.why = first, request, ""

    def described(self, log: tuple[str, ...]) -> tuple[str, ...]:
        """The log, with the streams that were read behind the first."""
        return (*log, self.why) if self.why else log

    def frames(self, turns: Turns) -> Iterator[Frames]:
        """The frames of the stream that was asked for, and of those that it goes on as."""
        turns.give(self.first, last=True)
        known = self.first.source
        if known.container not in _CONTAINERS or not known.unread or not self._request.address.seekable:
            yield from self.first
            return
        kept: list[Floats] = []
        for frames in self.first:
            kept.append(frames.times.copy())
            yield frames
        source = self.first.source
        count, end, read_on = sum(map(len, kept)), self.first.end, list[int]()
        for stream in range(self._request.stream + 1, self._request.stream + 1 + len(source.unread)):
            reader = self._going_on(stream, end)
            if reader is None:
                continue
            with reader:
                turns.pass_on(reader)
                for frames in reader:
                    kept.append(frames.times.copy())
                    yield replace(frames, first=count)
                    count += len(frames)
            end = reader.end
            read_on.append(stream)
        if read_on:
            self.why = f"read on in video stream {', '.join(map(str, read_on))}"
            read = tuple(f"video stream {stream}:" for stream in read_on)
            unread = tuple(words for words in source.unread if not words.startswith(read))
            whole, _, end = measured(replace(source, unread=unread), np.concatenate(kept), source.fps or 25.0, 0.0)
            turns.finish(whole, end)

    def _going_on(self, stream: int, end: float) -> OnePassReader | None:
        """Return a reader, entered, of another stream where the one before goes on as it from `end` seconds."""
        reader = OnePassReader(replace(self._request, stream=stream))
        try:
            reader.__enter__()
        except MediaError:
            return None  # it is named among what was not read
        begin = reader.decoder.next_time
        if begin is None or not end - 1 / reader.declared_rate <= begin <= end + _LONGEST_BREAK:
            reader.close()
            return None
        return reader
