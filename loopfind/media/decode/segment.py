"""One segment of a video, decoded by an ffmpeg of its own from a key frame on, up to where the next segment begins.

Pictures just after a seek may lack what they refer to (leading pictures of an open group, a decoder that finds its
feet), so a segment runs up before the frame that it is to give first. That the run-up was long enough is proved, not
assumed: the segment before decodes the last of it too, and both must have the same frames at the same times, bit for
bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.media.decode.decoder import Decoder
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.model.video import Frames

RUN_UP_FRAMES = 48
"""Frames that a segment decodes before its own first one: more than any codec puts between a key frame and the last
picture shown before it."""
PROOF_FRAMES = 24
"""The last frames of the run-up, which the segment before must have alike."""

_COMPLAINED = "ffmpeg complained"


class Unsafe(Exception):
    """The file cannot be read in parts, and why; what was handed on before is as it should be.

    behind: whether that is the whole segment, and what is at fault comes after it.
    """

    def __init__(self, why: str, behind: bool = False) -> None:
        super().__init__(why)
        self.behind = behind


@dataclass(frozen=True)
class SegmentStart:
    """The start of a segment.

    time: seconds of its first own frame. proof: the frames before that, as this segment has them. seek: seconds near
    which it was to begin, from which the same start is found again.
    """

    time: float
    proof: Frames
    seek: float


class Segment:
    """A stretch of a video that one decoder gives.

    start: None for the first segment, which begins with the request's first frame. until: where the next segment
    begins, to read up to; None to read up to the request's end. To be set before `own_frames` is called.
    """

    def __init__(self, request: ReadRequest, decoder: Decoder, start: SegmentStart | None = None) -> None:
        self._request, self.decoder, self.start = request, decoder, start
        self.until: SegmentStart | None = None

    def begins_at(self, start: SegmentStart) -> bool:
        """Return whether this segment begins at that frame, and shows the same before it."""
        mine = self.start
        return mine is not None and mine.time == start.time and frames_agree(mine.proof, start.proof)

    def follows(self, before: "Segment", apart: float) -> bool:
        """Return whether the segment before has `apart` seconds of its own, reads the whole proof, and ends in time.

        Only for a segment that has a start.
        """
        assert self.start is not None
        low = max(-np.inf if before.start is None else before.start.time, self._request.start or 0.0)
        far = self.start.time >= low + apart and self.start.proof.times[0] > low
        return bool(far) and (self._request.end is None or self.start.time < self._request.end)

    def own_frames(self) -> Iterator[Frames]:
        """The frames of this segment. Raises Unsafe where they may not be those of one pass, and MediaError."""
        decoder, troubles, begin, until = self.decoder, self.decoder.journal.troubles, self._request.start, self.until
        tail: list[Frames] = []
        end = np.inf if self._request.end is None else self._request.end
        high = end if until is None else until.time
        count = 0 if self.start is None else RUN_UP_FRAMES
        while True:
            batch = decoder.next_batch()
            times = batch.times
            # A decoder is ahead of its reader, and complains before it hands on what it complains about.
            wanted = count + int(np.searchsorted(times, high))
            if any(trouble.first < wanted + PROOF_FRAMES for trouble in troubles):
                raise Unsafe(_COMPLAINED)
            count += len(times)
            if not decoder.keeps_time:
                raise Unsafe("its times are not in order")
            if not len(times):
                self._check_end()
                return
            first = int(np.searchsorted(times, begin)) if begin and self.start is None else 0
            last = max(first, int(np.searchsorted(times, high)))
            tail = _latest([*tail, batch.part(slice(0, last))])
            if first < last:
                yield batch.part(slice(first, last))
            if last < len(times):
                self._prove(float(times[last]), tail)
                if troubles:
                    raise Unsafe(_COMPLAINED, behind=until is not None)
                return

    def read_on(self) -> OnePassReader:
        """A reader, entered, of all wanted frames from the start of this segment on, in one pass. Only for a segment
        that has a start."""
        assert self.start is not None
        return OnePassReader.behind(self.decoder, self._request, RUN_UP_FRAMES, self.start.time)

    def _check_end(self) -> None:
        """Judge the end of the pipes, which the last segment alone may come to. Raises Unsafe."""
        if self.until is not None or self.decoder.closed or self.decoder.wait():
            raise Unsafe("a part of it ended too early")
        if self.decoder.journal.troubles:
            raise Unsafe(_COMPLAINED)

    def _prove(self, time: float, tail: Sequence[Frames]) -> None:
        """Raise Unsafe where the next segment does not begin at `time`, or has other frames than `tail` before it."""
        until = self.until
        if until is not None and (time != until.time or not frames_agree(_joined_batches(tail), until.proof)):
            raise Unsafe(f"frames before {until.time:.3f} s differ with where decoding begins")


def segment_at(request: ReadRequest, decoder: Decoder, seek: float, header: Header) -> Segment | None:
    """The segment that a decoder gives which was started at `seek` seconds; None where none can begin there.

    header: what the decoder of the first segment said of the same file.
    """
    parts: list[Frames] = []
    while sum(map(len, parts)) <= RUN_UP_FRAMES:
        parts.append(decoder.next_batch())
        if not len(parts[-1]):
            return None
    batch, mine, troubles = _joined_batches(parts), decoder.journal.header, decoder.journal.troubles
    same = (mine.start, mine.duration, mine.mapped) == (header.start, header.duration, header.mapped)
    # What a seek leaves without its references may be complained about, nothing else, and not in the proof. What is
    # complained about behind it, as a decoder is ahead, is for those who read on.
    proof = slice(RUN_UP_FRAMES - PROOF_FRAMES, RUN_UP_FRAMES)
    troubles[:] = [trouble for trouble in troubles if trouble.last >= proof.start or trouble.sort == "serious"]
    if not same or not decoder.keeps_time or any(trouble.first < RUN_UP_FRAMES for trouble in troubles):
        return None
    decoder.put_back(batch.part(slice(RUN_UP_FRAMES, None)))
    # Joined once more, so that the proof does not hold all that it was cut out of.
    start = SegmentStart(float(batch.times[RUN_UP_FRAMES]), _joined_batches([batch.part(proof)]), seek)
    return Segment(request, decoder, start)


def _joined_batches(parts: Sequence[Frames]) -> Frames:
    """Batches that follow one another, as one."""
    digests = [part.digests for part in parts if part.digests is not None]
    colours = [part.colours for part in parts if part.colours is not None]
    return Frames(
        parts[0].first,
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.pictures for part in parts]),
        np.concatenate(digests) if digests else None,
        np.concatenate(colours) if colours else None,
    )


def _latest(parts: list[Frames]) -> list[Frames]:
    """As many of the last parts as hold PROOF_FRAMES frames."""
    while len(parts) > 1 and sum(map(len, parts[1:])) >= PROOF_FRAMES:
        del parts[0]
    return parts


def frames_agree(tail: Frames, proof: Frames) -> bool:
    """Return whether the last frames of `tail` are those of `proof`."""
    if len(tail) < len(proof):
        return False
    mine = tail.part(slice(len(tail) - len(proof), None))
    pairs = (
        (mine.times, proof.times),
        (mine.pictures, proof.pictures),
        (mine.digests, proof.digests),
        (mine.colours, proof.colours),
    )
    return all(one is None or other is None or np.array_equal(one, other) for one, other in pairs)
