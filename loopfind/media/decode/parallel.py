"""A seekable file decoded in segments side by side, and handed over as one pass would.

A decoder of one stream keeps about one core busy, so two that decode a half each are faster. Segments are taken up in
order, and what is ahead waits in queues of bounded length, so that memory does not grow with the video. Whatever is
unusual (a complaint, times out of order, a joint at which two decoders disagree) ends that: the file is then read in
one pass, from the last joint that was sound, which goes on behind the frames handed over before.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from dataclasses import replace

import numpy as np

from loopfind.errors import DecoderFailed, MediaError
from loopfind.media.decode.decoder import Decoder
from loopfind.media.decode.frame_reader import FrameReader, measured
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.decode.relay import RelayReader, Turns
from loopfind.media.decode.segment import Segment, SegmentStart, Unsafe, segment_at
from loopfind.media.decode.spill import SpillQueue
from loopfind.media.ffmpeg.framecrc import time_is_place
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.process import LONGEST_FAREWELL
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.ffmpeg.watchdog import LOOK_SECONDS
from loopfind.model.dtypes import Floats
from loopfind.model.video import Frames

SHORTEST_SEGMENT, LONGEST_SEGMENT = 40.0, 300.0
"""Seconds of a segment: below, starting an ffmpeg for it costs more than it gains; above, nothing is gained any more,
but in a long file."""
_MOST_SEGMENTS = 40
"""About as many as a long file is read in: each ffmpeg reads an index that is as long as the file."""
_LENGTH_DIVISOR = 1.5
"""A segment is so much shorter than what its decoder is still to read, if all read as much: long ones first, as each
costs a run-up, and short ones last, so that no decoder waits long for another (guided self-scheduling, Polychronopoulos
& Kuck 1987)."""
WAITING_BATCHES, FEWEST_WAITING = 64, 16
"""Batches that wait in memory, of all segments together and of one at least; one is 1 MB at the most, half of it as a
rule."""
WAITING_ON_DISK = 120_000
"""Frames that wait on disk, of all segments together: 500 MB, an hour at 30 frames a second."""
_STARTS_KEPT = 2
"""Segments, the latest, at whose starts one pass may begin where no more can be read in segments. On a busy machine a
decoder may be ahead of its reader by so much that its complaints forbid the last start, but not the one before."""
_MOST_MISSES = 10
"""Places in a row at which no segment can begin, after which no more are tried."""


def open_parallel(
    request: ReadRequest, jobs: int, shortest: float = SHORTEST_SEGMENT
) -> "OnePassReader | RelayReader[Frames]":
    """A reader that gives what a OnePassReader does, decoded by `jobs` decoders side by side.

    What cannot be sought in, or is short, is read in one pass. shortest: seconds of a segment. The threads of the
    request are those of a single decoder; of several each has one.
    """
    return OnePassReader(request) if jobs < 2 else RelayReader(ParallelDecoding(request, jobs, shortest))


class ParallelDecoding:
    """The relay of decoders that read segments of a file side by side.

    first: the reader that is entered first. segments: how many the file was read in. why: why it was read in one pass
    after all, "" if it was not.
    """

    def __init__(self, request: ReadRequest, jobs: int, shortest: float) -> None:
        self._request = replace(request, options=replace(request.options, threads=None))
        # Threads of one decoder cost more than they gain where others keep the cores busy.
        self._beside = replace(request, options=replace(request.options, threads=1))
        self._jobs, self._shortest = jobs, shortest
        self.first = OnePassReader(self._request)
        self.segments, self.why = 1, ""
        self._since = -np.inf

    def described(self, log: tuple[str, ...]) -> tuple[str, ...]:
        """The log, with how many segments the file was read in, or why it was not."""
        if self.why:
            since = f" from {self._since:.3f} s on" if self._since > -np.inf else ""
            return (f"read in one pass after all{since}: {self.why}", *log)
        if self.segments > 1:
            return (*log, f"read in {self.segments} ranges, {self._jobs} at a time")
        return log

    def frames(self, turns: Turns) -> Iterator[Frames]:
        """All frames, out of segments as long as all is usual, else out of one pass."""
        marks = self._marks()
        if not marks:
            turns.give(self.first, last=True)
            yield from self.first
            return
        self.first.close()
        first = OnePassReader(self._beside)
        turns.give(first)
        first.__enter__()
        team = _Team(self._beside, first, marks, self._jobs, self._shortest)
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
        self.segments = team.segments
        if self.why:
            for frames in self._rest(turns, np.concatenate(kept) if kept else np.zeros(0), team.starts, first.header):
                kept.append(frames.times.copy())
                yield frames
        times = np.concatenate(kept) if kept else np.zeros(0)
        source, _, end = measured(turns.reader.source, times, first.declared_rate, self._request.start or 0.0)
        turns.finish(source, end)

    def _marks(self) -> list[float]:
        """Seconds near which segments after the first are to begin; none where one pass is to do."""
        declared = self.first.source.declared
        if declared is None or not self.first.seekable:
            return []
        request = self._request
        start, end = request.start or 0.0, declared if request.end is None else min(declared, request.end)
        # A decoder that is ahead stops where no more may wait.
        waiting = WAITING_ON_DISK // (self._jobs - 1) / self.first.declared_rate
        longest = min(max(LONGEST_SEGMENT, (end - start) / _MOST_SEGMENTS), waiting)
        marks = marks_of(start, end, self._jobs, self._shortest, longest)
        return marks if marks and time_is_place(request.address, request.stream) else []

    def _rest(self, turns: Turns, known: Floats, starts: Sequence[SegmentStart], header: Header) -> Iterator[Frames]:
        """Yield the frames after those at `known` times, (n,) seconds, out of one pass.

        starts, header: as for `_open_rest`.
        """
        with contextlib.ExitStack() as stack:
            reader = self._open_rest(stack, starts, header)
            turns.give(reader, last=True)
            before = int(np.searchsorted(known, self._since))
            for frames in reader:
                first = frames.first + before
                passed = known[first : first + len(frames)]
                if not np.array_equal(passed, frames.times[: len(passed)]):
                    shown = self._request.address.shown
                    raise DecoderFailed(shown, "decodes differently each time it is read: read it with --jobs 1")
                if len(passed) < len(frames):
                    yield replace(frames, first=first).part(slice(len(passed), None))

    def _open_rest(
        self, stack: contextlib.ExitStack, starts: Sequence[SegmentStart], header: Header
    ) -> FrameReader[Frames]:
        """Enter a reader of one pass, from the first of the starts at which a segment can begin again; else over all.

        starts: of segments that those before them have proved to be sound. header: of the first segment.
        """
        for start in starts:
            decoder = stack.enter_context(contextlib.closing(Decoder(self._request, start.seek)))
            again = segment_at(self._request, decoder, start.seek, header)
            if again is not None and again.begins_at(start):
                self._since = start.time
                return again.read_on()
            decoder.close()
        return stack.enter_context(OnePassReader(self._request))


def marks_of(start: float, end: float, jobs: int, shortest: float, longest: float) -> list[float]:
    """Seconds at which segments after the first begin, so that decoders that are equally fast end together.

    shortest, longest: seconds of a segment; the last may be longer, by less than `shortest`.
    """
    marks: list[float] = []
    taken = [0.0] * jobs
    while (left := end - start) >= 2 * shortest:
        soonest = min(range(jobs), key=taken.__getitem__)
        share = (sum(taken) + left) / jobs - taken[soonest]
        length = min(longest, share / _LENGTH_DIVISOR)
        if share - length < shortest:
            length = share / max(1, share // shortest)
        length = max(length, shortest)
        if left - length < shortest:
            break
        taken[soonest] += length
        start += length
        marks.append(start)
    return marks


class _Team:
    """Threads that each take up the next segment and fill its queue.

    first: the reader of the first segment, entered. segments: number of those taken up. starts: where the segments
    begin whose frames were handed over last, the latest first.
    """

    def __init__(
        self, request: ReadRequest, first: OnePassReader, marks: list[float], jobs: int, shortest: float
    ) -> None:
        self._request, self._marks, self._header = request, marks, first.header
        self._apart = shortest / 2
        self._waiting = max(FEWEST_WAITING, WAITING_BATCHES // (jobs - 1)), WAITING_ON_DISK // (jobs - 1)
        self._turn, self._stopped = threading.Lock(), threading.Event()
        self.segments, self.starts = 0, list[SegmentStart]()
        self._next: Segment | None = Segment(request, first.decoder)
        self._decoders = [first.decoder]
        self._begun: queue.SimpleQueue[tuple[Segment, SpillQueue] | None] = queue.SimpleQueue()
        work = ((copy_context().run, (self._work,)) for _ in range(min(jobs, len(marks) + 1)))
        self._threads = [threading.Thread(target=run, args=args, daemon=True) for run, args in work]
        for thread in self._threads:
            thread.start()

    def batches(self) -> Iterator[Frames]:
        """All frames in order. Raises Unsafe where no more can be had in segments, and what a segment raises."""
        while (begun := self._next_begun()) is not None:
            segment, waiting = begun
            self._note_start(segment)
            while (item := waiting.get()) is not None:
                if isinstance(item, Unsafe) and item.behind and (begun := self._next_begun()) is not None:
                    self._note_start(begun[0])
                if isinstance(item, BaseException):
                    raise item
                yield item

    def close(self) -> None:
        """End every ffmpeg and thread.

        A thread that hangs, in a disk that does not answer, is left behind after a while: it is a daemon, holds one
        decoder, whose ffmpeg was killed, and closes that itself if it ever wakes.
        """
        self._stopped.set()
        for decoder in list(self._decoders):
            decoder.abandon()
        latest = time.monotonic() + LONGEST_FAREWELL
        for thread in self._threads:
            thread.join(max(0.0, latest - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            for decoder in self._decoders:
                decoder.close()

    def _next_begun(self) -> tuple[Segment, SpillQueue] | None:
        """Return the segment that was begun next, None behind the last one. Windows hears Ctrl-C between two looks."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._begun.get(timeout=LOOK_SECONDS)

    def _note_start(self, segment: Segment) -> None:
        """Note where a segment begins. The one before has been handed over as a whole, and so has proved it."""
        if segment.start is not None:
            self.starts = [segment.start, *self.starts][:_STARTS_KEPT]

    def _work(self) -> None:
        """Read segment after segment, until there are no more."""
        while True:
            waiting = SpillQueue(*self._waiting)
            with self._turn:
                segment = self._next
                if segment is None or self._stopped.is_set():
                    self._begun.put(None)
                    return
                self._begun.put((segment, waiting))
                self.segments += 1
                try:
                    self._next = self._begin_after(segment)
                    segment.until = None if self._next is None else self._next.start
                except BaseException as error:  # handed on, to be raised where the frames are asked for
                    self._next = None
                    waiting.put(error, self._stopped)
                    continue
            try:
                for batch in segment.own_frames():
                    waiting.put(batch, self._stopped)
                    if self._stopped.is_set():
                        break
                waiting.put(None, self._stopped)
            except BaseException as error:  # likewise
                waiting.put(error, self._stopped)
            finally:
                segment.decoder.abandon()
                self._drop(segment.decoder)

    def _begin_after(self, segment: Segment) -> Segment | None:
        """The next segment, begun; None where there is no place for one."""
        misses = 0
        while self._marks and misses < _MOST_MISSES and not self._stopped.is_set():
            mark = self._marks.pop(0)
            decoder = Decoder(self._request, mark)
            self._decoders.append(decoder)
            found = segment_at(self._request, decoder, mark, self._header)
            if found is not None and found.follows(segment, self._apart):
                return found
            self._drop(decoder)
            misses += 1
        self._marks.clear()
        return None

    def _drop(self, decoder: Decoder) -> None:
        """Close a decoder, and forget it: what decoders hold would add up."""
        decoder.close()
        self._decoders.remove(decoder)
