"""One range of a video, decoded by an ffmpeg of its own from a key frame on, up to where the next range begins.

Pictures just after a seek may lack what they refer to (leading pictures of an open group, a decoder that finds its
feet), so a range runs up before the frame that it is to give first. That the run-up was long enough is proved, not
assumed: the range before decodes the last of it too, and both must have the same frames at the same times, bit for bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.media.decode.video import Video
from loopfind.model.video import Frames

RUN_UP = 48
"""Frames that a range decodes before its own first one: more than any codec puts between a key frame and the last
picture shown before it."""
PROOF = 24
"""The last frames of the run-up, which the range before must have alike."""

_COMPLAINED = "ffmpeg complained"


class Unsafe(Exception):
    """The file cannot be read in ranges, and why; what was handed on before is as it should be.

    behind: whether that is the whole range, and what is at fault comes after it.
    """

    def __init__(self, why: str, behind: bool = False) -> None:
        super().__init__(why)
        self.behind = behind


@dataclass(frozen=True)
class Joint:
    """Where a range begins. time: seconds of its first own frame. proof: the frames before that, as it has them."""

    time: float
    proof: Frames


class Segment(Video):
    """A Video entered as any other, which is the first range; or begun in the middle, which is another.

    joint: where it begins, None for the first range. mark: seconds near which it was to begin. Either its `own` frames
    are read, or, as of any Video, all from where it begins.
    """

    joint: Joint | None = None
    mark = 0.0
    following: Joint | None = None
    """Where the next range begins, to read up to; None to read up to the end. To be set before `own` is called."""
    _ahead: Frames | None = None

    def begin_at(self, first: Video, seek: float) -> bool:
        """Start decoding `first`'s file at the key frame before `seek` seconds; whether the range can begin there."""
        self._address, self.mark = first._address, seek
        self._launch(seek)
        parts: list[Frames] = []
        while sum(map(len, parts)) <= RUN_UP:
            parts.append(self._next_batch())
            if not len(parts[-1]):
                return False
        batch = _joined(parts)
        header, other = self._journal.header, first._journal.header
        same = (header.start, header.duration, header.mapped) == (other.start, other.duration, other.mapped)
        # What a seek leaves without its references may be complained about, nothing else, and not in the proof. What
        # is complained about behind it, as a decoder is ahead, is for those who read on.
        troubles = self._journal.troubles
        troubles[:] = [t for t in troubles if t.last >= RUN_UP - PROOF or t.sort == "serious"]
        sound = all(t.first >= RUN_UP for t in troubles)
        self.joint = Joint(float(batch.times[RUN_UP]), _copied(batch.part(slice(RUN_UP - PROOF, RUN_UP))))
        self._ahead = batch.part(slice(RUN_UP, None))
        self._source_from_header()
        self._skipped, self._begins = RUN_UP, self.joint.time
        return same and sound and self._keeps_time()

    def begins_as(self, other: "Segment") -> bool:
        """Whether both begin at the same frame, and show the same before it."""
        mine, theirs = self.joint, other.joint
        return mine is not None and theirs is not None and mine.time == theirs.time and _alike(mine.proof, theirs.proof)

    def follows(self, before: "Segment", apart: float) -> bool:
        """Whether the range before has `apart` seconds of its own, reads all of this one's proof, and ends in time."""
        assert self.joint is not None
        low = max(-np.inf if before.joint is None else before.joint.time, self._start or 0.0)
        far = self.joint.time >= low + apart and self.joint.proof.times[0] > low
        return bool(far) and (self._end is None or self.joint.time < self._end)

    def own(self) -> Iterator[Frames]:
        """The frames of this range. Raises Unsafe where they may not be those of one pass, and MediaError."""
        tail: list[Frames] = []
        end = np.inf if self._end is None else self._end
        high = end if self.following is None else self.following.time
        count = 0 if self.joint is None else RUN_UP
        while True:
            batch = self._next_batch()
            times = batch.times
            # A decoder is ahead of its reader, and complains before it hands on what it complains about.
            until = count + int(np.searchsorted(times, high))
            if any(trouble.first < until + PROOF for trouble in self._journal.troubles):
                raise Unsafe(_COMPLAINED)
            count += len(times)
            if not self._keeps_time():
                raise Unsafe("its times are not in order")
            if not len(times):
                self._ended()
                return
            first = int(np.searchsorted(times, self._start)) if self._start and self.joint is None else 0
            last = max(first, int(np.searchsorted(times, high)))
            tail = _latest([*tail, batch.part(slice(0, last))])
            if first < last:
                yield batch.part(slice(first, last))
            if last < len(times):
                self._prove(float(times[last]), tail)
                if self._journal.troubles:
                    raise Unsafe(_COMPLAINED, behind=self.following is not None)
                return

    def halt(self) -> None:
        """End the decoder, from any thread."""
        child = self._child
        if child is not None:
            child.end()

    def _next_batch(self) -> Frames:
        ahead, self._ahead = self._ahead, None
        return super()._next_batch() if ahead is None else ahead

    def _keeps_time(self) -> bool:
        return self._clock is None or not self._clock.altered

    def _ended(self) -> None:
        """Judge the end of the pipes, which the last range alone may come to."""
        if self.following is not None or self._child is None or self._child.wait():
            raise Unsafe("a part of it ended too early")
        if self._journal.troubles:
            raise Unsafe(_COMPLAINED)

    def _prove(self, time: float, tail: Sequence[Frames]) -> None:
        following = self.following
        if following is not None and (time != following.time or not _alike(_joined(tail), following.proof)):
            raise Unsafe(f"frames before {following.time:.3f} s differ with where decoding begins")


def _joined(parts: Sequence[Frames]) -> Frames:
    digests = [part.digests for part in parts if part.digests is not None]
    colours = [part.colours for part in parts if part.colours is not None]
    return Frames(
        parts[0].first,
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.pictures for part in parts]),
        np.concatenate(digests) if digests else None,
        np.concatenate(colours) if colours else None,
    )


def _copied(frames: Frames) -> Frames:
    """The frames without what they were cut out of."""
    return _joined([frames])


def _latest(parts: list[Frames]) -> list[Frames]:
    """As many of the last parts as hold PROOF frames."""
    while len(parts) > 1 and sum(map(len, parts[1:])) >= PROOF:
        del parts[0]
    return parts


def _alike(tail: Frames, proof: Frames) -> bool:
    """Whether the last frames of `tail` are those of `proof`."""
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
