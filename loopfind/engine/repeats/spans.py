"""Arithmetic of frame spans: which of them are the same occurrence, and where a run carries one."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.engine.repeats.parameters import ENDS_SLACK, SAME_ENDS, SAME_OCCURRENCE_SHARE
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats

Doubt = tuple[float, float] | None
"""The instants between which an end lies; None where it leaves no doubt."""


@dataclass(frozen=True, order=True)
class Stretch:
    """Frames [first, last) of the file, and when they are shown: [start, end) seconds.

    On a variable rate content may begin between two frames. start and end then say when; first and last are the frames
    that follow. opens, closes: the instants that the content allows for either end.
    """

    first: int
    last: int
    start: float = field(compare=False)
    end: float = field(compare=False)
    opens: Doubt = field(default=None, compare=False)
    closes: Doubt = field(default=None, compare=False)

    @property
    def frames(self) -> int:
        return self.last - self.first


@dataclass(frozen=True)
class FrameTimes:
    """When the frames of a file are shown. times: (n,) seconds, rising."""

    times: Floats

    @cached_property
    def gap(self) -> float:
        """Seconds between two frames, as a rule."""
        return gap_of(self.times)

    def between(self, start: float, end: float) -> tuple[int, int]:
        """Return the frames [first, last) that are shown in [start, end) seconds, give or take half a frame."""
        first, last = np.searchsorted(self.times, [start - self.gap / 2, end - self.gap / 2])
        return int(first), max(int(last), int(first) + 1)


def sides_of(run: Run) -> tuple[Stretch, Stretch]:
    """Return the two stretches that a run matches with one another."""
    opens, closes = _doubt(run.start_range), _doubt(run.end_range)
    there = [span and _carry_doubt(span, run) for span in (opens, closes)]
    if run.line.slope < 0:
        there.reverse()
    return (
        Stretch(run.first, run.last, run.start, run.end, opens, closes),
        Stretch(run.other_first, run.other_last, run.other_start, run.other_end, *there),
    )


def _doubt(span: tuple[float, float]) -> Doubt:
    """Return a range of instants, None where it is a single one."""
    return span if span[1] > span[0] else None


def _carry_doubt(span: tuple[float, float], run: Run) -> tuple[float, float]:
    """Return a range of instants of the run's first side as one of its other side."""
    ends = sorted(run.line.slope * t + run.line.offset for t in span)
    return ends[0], ends[1]


def same_occurrence(a: Stretch, b: Stretch) -> bool:
    """Say whether two stretches are one occurrence, its ends found slightly apart."""
    shared = min(a.last, b.last) - max(a.first, b.first)
    near = abs(a.start - b.start) <= SAME_ENDS and abs(a.end - b.end) <= SAME_ENDS
    return near and shared > 0 and shared >= SAME_OCCURRENCE_SHARE * (max(a.last, b.last) - min(a.first, b.first))


def lies_inside(small: Stretch, large: Stretch) -> bool:
    """Say whether a stretch lies within another, give or take ENDS_SLACK frames."""
    return span_lies_inside((small.first, small.last), (large.first, large.last))


def span_lies_inside(small: tuple[int, int], large: tuple[int, int]) -> bool:
    """Say whether frames [first, last) lie within others, give or take ENDS_SLACK frames."""
    return small[0] >= large[0] - ENDS_SLACK and small[1] <= large[1] + ENDS_SLACK


def carry(stretch: Stretch, run: Run, frames: FrameTimes, back: bool) -> Stretch:
    """Return where a run shows a stretch again: from its first side to the other, or from the other to the first for
    `back`."""
    slope, offset = run.line.slope, run.line.offset
    start, end = sorted((t - offset) / slope if back else slope * t + offset for t in (stretch.start, stretch.end))
    return Stretch(*frames.between(start, end), start, end)


def carry_instant(instant: float, run: Run, frames: FrameTimes, back: bool) -> float:
    """Return where a run shows again what it shows at an instant, both in seconds: from its first side to the other, or
    from the other to the first for `back`."""
    slope, offset = run.line.slope, run.line.offset
    # A line pairs the instants at which frames begin. Backwards, the first instant of a frame is the last of its copy.
    offset += frames.gap if slope < 0 else 0.0
    return (instant - offset) / slope if back else slope * instant + offset
