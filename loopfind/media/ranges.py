"""One range of a video, decoded by an ffmpeg of its own from a key frame on, up to where the next range begins.

Pictures just after a seek may lack what they refer to (leading pictures of an open group, a decoder that finds its
feet), so a range runs up before the frame that it is to give first. That the run-up was long enough is proved, not
assumed: the range before decodes the last of it too, and both must have the same frames at the same times, bit for bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.media.video import Video
from loopfind.model import Bytes, Colours, Floats

Batch = tuple[Floats, Bytes, Bytes | None, Colours | None]
"""Frames in order: times, pictures, digests, colours, as of Frames."""

RUN_UP = 48
"""Frames that a range decodes before its own first one: more than any codec puts between a key frame and the last
picture shown before it."""
PROOF = 24
"""The last frames of the run-up, which the range before must have alike."""


class Unsafe(Exception):
    """The file cannot be read in ranges, and why; what was handed on before is as it should be."""


@dataclass(frozen=True)
class Joint:
    """Where a range begins. time: seconds of its first own frame. proof: the frames before that, as it has them."""

    time: float
    proof: Batch


class Range(Video):
    """A Video entered as any other, which is the first range; or begun in the middle, which is another.

    joint: where it begins, None for the first range.
    """

    joint: Joint | None = None
    following: Joint | None = None
    """Where the next range begins, to read up to; None to read up to the end. To be set before `own` is called."""
    _ahead: Batch | None = None

    def begin_at(self, first: Video, seek: float) -> bool:
        """Start decoding `first`'s file at the key frame before `seek` seconds; whether the range can begin there."""
        self._address = first._address
        self._launch(seek)
        parts: list[Batch] = []
        while sum(len(part[0]) for part in parts) <= RUN_UP:
            parts.append(self._next_batch())
            if not len(parts[-1][0]):
                return False
        batch = _joined(parts)
        header, other = self._journal.header, first._journal.header
        same = (header.start, header.duration, header.mapped) == (other.start, other.duration, other.mapped)
        # What a seek leaves without its references may be complained about, nothing else, and not in the proof.
        early = all(t.last < RUN_UP - PROOF and t.sort != "serious" for t in self._journal.troubles)
        self._journal.troubles.clear()
        self.joint = Joint(float(batch[0][RUN_UP]), _copied(_cut(batch, RUN_UP - PROOF, RUN_UP)))
        self._ahead = _cut(batch, RUN_UP, len(batch[0]))
        return same and early and self._keeps_time()

    def follows(self, before: "Range", apart: float) -> bool:
        """Whether the range before has `apart` seconds of its own, reads all of this one's proof, and ends in time."""
        assert self.joint is not None
        low = max(-np.inf if before.joint is None else before.joint.time, self._start or 0.0)
        far = self.joint.time >= low + apart and self.joint.proof[0][0] > low
        return bool(far) and (self._end is None or self.joint.time < self._end)

    def own(self) -> Iterator[Batch]:
        """The frames of this range. Raises Unsafe where they may not be those of one pass, and MediaError."""
        tail: list[Batch] = []
        end = np.inf if self._end is None else self._end
        high = end if self.following is None else self.following.time
        while True:
            batch = self._ahead or self._next_batch()
            self._ahead = None
            times = batch[0]
            if self._journal.troubles:
                raise Unsafe("ffmpeg complained")
            if not self._keeps_time():
                raise Unsafe("its times are not in order")
            if not len(times):
                self._ended(high)
                return
            first = int(np.searchsorted(times, self._start)) if self._start and self.joint is None else 0
            last = max(first, int(np.searchsorted(times, high)))
            tail = _latest([*tail, _cut(batch, 0, last)])
            if first < last:
                yield _cut(batch, first, last)
            if last < len(times):
                self._prove(float(times[last]), tail)
                return

    def halt(self) -> None:
        """End the decoder, from any thread."""
        child = self._child
        if child is not None:
            child.end()

    def _keeps_time(self) -> bool:
        return self._clock is None or not self._clock.altered

    def _ended(self, high: float) -> None:
        """Judge the end of the pipes, which the last range alone may come to."""
        if self.following is not None or self._child is None or self._child.wait():
            raise Unsafe("a part of it ended too early")
        if self._journal.troubles:
            raise Unsafe("ffmpeg complained")

    def _prove(self, time: float, tail: Sequence[Batch]) -> None:
        following = self.following
        if following is not None and (time != following.time or not _alike(_joined(tail), following.proof)):
            raise Unsafe(f"frames before {following.time:.3f} s differ with where decoding begins")


def _joined(parts: Sequence[Batch]) -> Batch:
    times, pictures, digests, colours = zip(*parts, strict=True)
    return (
        np.concatenate(times),
        np.concatenate(pictures),
        None if digests[0] is None else np.concatenate(digests),
        None if colours[0] is None else np.concatenate(colours),
    )


def _cut(batch: Batch, first: int, last: int) -> Batch:
    times, pictures, digests, colours = batch
    kept = slice(first, last)
    return (
        times[kept],
        pictures[kept],
        None if digests is None else digests[kept],
        None if colours is None else colours[kept],
    )


def _copied(batch: Batch) -> Batch:
    """The batch without what it was cut out of."""
    times, pictures, digests, colours = batch
    return (
        times.copy(),
        pictures.copy(),
        None if digests is None else digests.copy(),
        None if colours is None else colours.copy(),
    )


def _latest(parts: list[Batch]) -> list[Batch]:
    """As many of the last parts as hold PROOF frames."""
    while len(parts) > 1 and sum(len(part[0]) for part in parts[1:]) >= PROOF:
        del parts[0]
    return parts


def _alike(tail: Batch, proof: Batch) -> bool:
    """Whether the last frames of `tail` are those of `proof`."""
    first = len(tail[0]) - len(proof[0])
    return first >= 0 and all(
        mine is None or other is None or np.array_equal(mine[first:], other)
        for mine, other in zip(tail, proof, strict=True)
    )
