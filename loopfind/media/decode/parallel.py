"""A seekable file decoded in ranges side by side, and handed over as one pass would.

A decoder of one stream keeps about one core busy, so two that decode a half each are faster. Ranges are taken up in
order, and what is ahead waits in queues of bounded length, so that memory does not grow with the video. Whatever is
unusual (a complaint, times out of order, a joint at which two decoders disagree) ends that: the file is then read in
one pass, from the last joint that was sound, which goes on behind the frames handed over before.
"""

import contextlib
import os
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.errors import DecoderFailed, MediaError
from loopfind.media.decode.delegate import DelegatingReader
from loopfind.media.decode.segment import Segment, Unsafe
from loopfind.media.decode.spill import SpillQueue
from loopfind.media.decode.video import Video, check_limits, open_video
from loopfind.media.ffmpeg.process import DecodeOptions
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames
from loopfind.settings import STALL

LEAST, MOST = 40.0, 300.0
"""Seconds of a range: below, starting an ffmpeg for it costs more than it gains; above, nothing is gained any more,
but in a long file."""
_MOST_RANGES = 40
"""About as many as a long file is read in: each ffmpeg reads an index that is as long as the file."""
_SHARE = 1.5
"""A range is so much less than what its decoder is still to read, if all read as much: long ones first, as each costs a
run-up, and short ones last, so that no decoder waits long for another (guided self-scheduling, Polychronopoulos & Kuck
1987)."""
_WAITING, _FEW = 64, 16
"""Batches that wait in memory, of all ranges together and of one at least; one is 1 MB at the most, half of it as a
rule."""
_ON_DISK = 120_000
"""Frames that wait on disk, of all ranges together: 500 MB, an hour at 30 frames a second."""
_MISSES = 10
"""Places in a row at which no range can begin, after which no more are tried."""

_ONE_THREAD = DecodeOptions(threads=1)


def open_split(
    path: str | os.PathLike[str],
    stream: int = 0,
    start: float | None = None,
    end: float | None = None,
    digests: bool = False,
    colours: bool = False,
    stall: float = STALL,
    jobs: int = 2,
    least: float = LEAST,
    threads: int | None = None,
) -> "Video | ParallelReader":
    """A video to be used as open_video's, and with the same frames, decoded by `jobs` decoders side by side.

    What cannot be sought in, or is short, is read in one pass. least: seconds of a range. threads: of a single decoder,
    None for as many as it likes. Raises as open_video does.
    """
    if jobs < 2:
        return open_video(path, stream, start, end, digests, colours, stall, DecodeOptions(threads))
    check_limits(stream, start, end, stall)
    return ParallelReader(path, stream, start, end, digests, colours, stall, jobs, least)


class ParallelReader(DelegatingReader):
    """Made by open_split. Attributes as of a Video.

    ranges: how many the file was read in. why: why it was read in one pass after all, "" if it was not.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        stream: int,
        start: float | None,
        end: float | None,
        digests: bool,
        colours: bool,
        stall: float,
        jobs: int,
        least: float,
    ) -> None:
        self._asked = (path, stream, start, end, digests, colours, stall)
        self._start, self._end, self._jobs, self._least = start, end, jobs, least
        self._first = Segment(*self._asked)
        super().__init__(self._first)
        self.ranges, self.why = 1, ""
        self._since = -np.inf

    @property
    def log(self) -> tuple[str, ...]:
        """What ffmpeg said of the first range, and how it was read."""
        if self.why:
            since = f" from {self._since:.3f} s on" if self._since > -np.inf else ""
            return (f"read in one pass after all{since}: {self.why}", *self._now.log)
        if self.ranges > 1:
            return (*self._now.log, f"read in {self.ranges} ranges, {self._jobs} at a time")
        return self._now.log

    def __iter__(self) -> Iterator[Frames]:
        marks = self._marks()
        if not marks:
            self._alone = True
            yield from self._first
            return
        self._begin_anew()
        team = _Team(self._first, self._asked, marks, self._jobs, self._least)
        kept: list[Floats] = []
        count = 0
        try:
            for frames in team.batches():
                kept.append(frames.times.copy())
                yield replace(frames, first=count)
                count += len(frames)
        except (Unsafe, MediaError) as error:
            self.why = str(error)
        finally:
            team.close()
        self.ranges = team.ranges
        if self.why:
            for frames in self._rest(np.concatenate(kept) if kept else np.zeros(0), team.reading):
                kept.append(frames.times.copy())
                yield frames
        times = np.concatenate(kept) if kept else np.zeros(0)
        self._measure(self._now.source, times, self._first.declared_rate, self._start or 0.0)

    def _begin_anew(self) -> None:
        """Let one thread decode the first range as well: threads of one decoder cost more than they gain where others
        keep the cores busy."""
        self._first.close()
        self._first = self._now = Segment(*self._asked, _ONE_THREAD)
        self._first.__enter__()

    def _marks(self) -> list[float]:
        """Seconds near which ranges after the first are to begin; none where one pass is to do."""
        declared = self._first.source.declared
        if declared is None or not self._first.seekable:
            return []
        start, end = self._start or 0.0, declared if self._end is None else min(declared, self._end)
        # A decoder that is ahead stops where no more may wait.
        waiting = _ON_DISK // (self._jobs - 1) / self._first.declared_rate
        most = min(max(MOST, (end - start) / _MOST_RANGES), waiting)
        return marks_of(start, end, self._jobs, self._least, most)

    def _rest(self, known: Floats, last: Segment) -> Iterator[Frames]:
        """The frames after those at `known` times, out of one pass: from where the last range began, which the one
        before has proved to be sound, or else over all."""
        with contextlib.ExitStack() as stack:
            again = Segment(*self._asked)
            stack.callback(again.close)
            if last.joint is not None and again.begin_at(self._first, last.mark) and again.begins_as(last):
                self._since = last.joint.time
                video: Video = again
            else:
                again.close()
                video = stack.enter_context(open_video(*self._asked))
            self._now, self._alone = video, True
            before = int(np.searchsorted(known, self._since))
            for frames in video:
                first = frames.first + before
                passed = known[first : first + len(frames)]
                if not np.array_equal(passed, frames.times[: len(passed)]):
                    shown = video.source.path
                    raise DecoderFailed(shown, "decodes differently each time it is read: read it with --jobs 1")
                if len(passed) < len(frames):
                    yield replace(frames, first=first).part(slice(len(passed), None))


def marks_of(start: float, end: float, jobs: int, least: float, most: float) -> list[float]:
    """Where ranges after the first begin, so that decoders that are equally fast end together; seconds.

    least, most: seconds of a range; the last may be longer, by less than `least`.
    """
    marks: list[float] = []
    taken = [0.0] * jobs
    while (left := end - start) >= 2 * least:
        soonest = min(range(jobs), key=taken.__getitem__)
        share = (sum(taken) + left) / jobs - taken[soonest]
        length = min(most, share / _SHARE)
        if share - length < least:
            length = share / max(1, share // least)
        length = max(length, least)
        if left - length < least:
            break
        taken[soonest] += length
        start += length
        marks.append(start)
    return marks


class _Team:
    """Threads that each take up the next range and fill its queue."""

    def __init__(
        self,
        first: Segment,
        asked: "tuple[str | os.PathLike[str], int, float | None, float | None, bool, bool, float]",
        marks: list[float],
        jobs: int,
        least: float,
    ) -> None:
        self._first, self._asked, self._marks = first, asked, marks
        self._apart = least / 2
        self._waiting = max(_FEW, _WAITING // (jobs - 1)), _ON_DISK // (jobs - 1)
        self._turn, self._stopped = threading.Lock(), threading.Event()
        self._next: Segment | None = first
        self._open: list[Segment] = []
        self._begun: queue.SimpleQueue[tuple[Segment, SpillQueue] | None] = queue.SimpleQueue()
        self.ranges, self.reading = 0, first
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def batches(self) -> Iterator[Frames]:
        """All frames in order. Raises Unsafe where that is all that can be had in ranges, and what a range raises."""
        while (begun := self._begun.get()) is not None:
            self.reading, line = begun
            while (item := line.get()) is not None:
                if isinstance(item, Unsafe) and item.behind and (begun := self._begun.get()) is not None:
                    self.reading = begun[0]
                if isinstance(item, BaseException):
                    raise item
                yield item

    def close(self) -> None:
        """End every ffmpeg and thread."""
        self._stopped.set()
        for part in list(self._open):
            part.halt()
        for thread in self._threads:
            thread.join()
        self._first.close()
        for part in self._open:
            part.close()

    def _work(self) -> None:
        while True:
            line = SpillQueue(*self._waiting)
            with self._turn:
                part = self._next
                if part is None or self._stopped.is_set():
                    self._begun.put(None)
                    return
                self._begun.put((part, line))
                self.ranges += 1
                try:
                    self._next = self._after(part)
                    part.following = None if self._next is None else self._next.joint
                except BaseException as error:  # handed on, to be raised where the frames are asked for
                    self._next = None
                    line.put(error, self._stopped)
                    continue
            try:
                for batch in part.own():
                    line.put(batch, self._stopped)
                    if self._stopped.is_set():
                        break
                line.put(None, self._stopped)
            except BaseException as error:  # likewise
                line.put(error, self._stopped)
            finally:
                part.halt()
                part.close()
                if part in self._open:  # what it holds would add up
                    self._open.remove(part)

    def _after(self, part: Segment) -> Segment | None:
        """The next range, begun; None where there is no place for one."""
        misses = 0
        while self._marks and misses < _MISSES and not self._stopped.is_set():
            found = Segment(*self._asked, _ONE_THREAD)
            self._open.append(found)
            if found.begin_at(self._first, self._marks.pop(0)) and found.follows(part, self._apart):
                return found
            found.close()
            self._open.remove(found)
            misses += 1
        self._marks.clear()
        return None
