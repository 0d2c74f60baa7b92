"""Arithmetic of frame spans: which are the same stretch, and where a run carries one."""

from dataclasses import dataclass, field

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats

APART_ENDS = 0.5
"""Seconds by which either end of one showing may be found apart."""

SAME = 0.85
"""Intersection over union at which two spans are one showing whose ends were found slightly apart."""


Open = tuple[float, float] | None


@dataclass(frozen=True, order=True)
class Stretch:
    """Frames [first, last) of the file, and when they are shown: [start, end) seconds.

    On a variable rate content may begin between two frames; start and end then say when, the frames which come first
    and last. opens, closes: the instants that the content allows for either end, None where it leaves no doubt.
    """

    first: int
    last: int
    start: float = field(compare=False)
    end: float = field(compare=False)
    opens: Open = field(default=None, compare=False)
    closes: Open = field(default=None, compare=False)

    @property
    def frames(self) -> int:
        return self.last - self.first


def sides(run: Run) -> tuple[Stretch, Stretch]:
    """The two stretches that a run matches with one another."""
    opens, closes = _doubt(run.start_range), _doubt(run.end_range)
    there = [range_ and _carried(range_, run) for range_ in (opens, closes)]
    if run.line.slope < 0:
        there.reverse()
    return (
        Stretch(run.first, run.last, run.start, run.end, opens, closes),
        Stretch(run.other_first, run.other_last, run.other_start, run.other_end, *there),
    )


def _doubt(span: tuple[float, float]) -> Open:
    """A range of instants, None where it is one instant."""
    return span if span[1] > span[0] else None


def _carried(span: tuple[float, float], run: Run) -> tuple[float, float]:
    """A range of instants of the run's first side, on its other side."""
    ends = sorted(run.line.slope * t + run.line.offset for t in span)
    return ends[0], ends[1]


def alike(a: Stretch, b: Stretch) -> bool:
    """Whether two stretches are the same showing."""
    shared = min(a.last, b.last) - max(a.first, b.first)
    near = abs(a.start - b.start) <= APART_ENDS and abs(a.end - b.end) <= APART_ENDS
    return near and shared > 0 and shared >= SAME * (max(a.last, b.last) - min(a.first, b.first))


def inside(small: Stretch, large: Stretch, slack: int = 2) -> bool:
    """Whether a stretch lies within another, give or take `slack` frames."""
    return small.first >= large.first - slack and small.last <= large.last + slack


def carried(stretch: Stretch, run: Run, times: Floats, back: bool) -> Stretch:
    """Where the run shows a stretch again: from its first side to the other, or `back`."""
    slope, offset = run.line.slope, run.line.offset
    start, end = sorted((t - offset) / slope if back else slope * t + offset for t in (stretch.start, stretch.end))
    first, last = frames_between(times, start, end)
    return Stretch(first, last, start, end)


def frames_between(times: Floats, start: float, end: float) -> tuple[int, int]:
    """Frames [first, last) that are shown in [start, end) seconds, give or take half a frame."""
    half = gap_of(times) / 2
    first, last = np.searchsorted(times, [start - half, end - half])
    return int(first), max(int(last), int(first) + 1)
