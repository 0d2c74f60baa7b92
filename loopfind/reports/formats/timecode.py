"""The frame grid of an editor: one rate, and a number on it for each moment of the video.

EDL, OTIO and FCPXML count frames at one rate. Where the video keeps one, a moment's number is the number of its frame.
Where it does not (a variable rate, dropped frames), the grid is the usual rate nearest to the median gap between
frames, and a moment's number is that of the nearest instant of the grid, as editors conform such a file: at most half
a frame of the grid away.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from loopfind.model.comparison import Comparison
from loopfind.model.report import Cut, Repeat, Report
from loopfind.model.video import Source

_NTSC = tuple(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 120))
_USUAL = tuple(sorted((*map(Fraction, (5, 8, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120)), *_NTSC)))
_CONSTANT = tuple(sorted((*map(Fraction, range(1, 241)), Fraction(15, 2), Fraction(25, 2), *_NTSC)))
_UNKNOWN = Fraction(25)
_DROPPING = (Fraction(30000, 1001), Fraction(60000, 1001))

_MOST_IN_TIMECODE = 60
"""Frames a second that timecode holds at the most (SMPTE ST 12-1)."""
_OF_TIMECODE = {*map(Fraction, (24, 25, 30, 48, 50, 60)), *_NTSC[:-1]}

_SLACK = 1.0
"""Frames by which the count of a whole file may be off at a constant rate."""
_NEAR = 0.05
"""Share by which the median gap may be off at a constant rate, where a clock of a thousandth of a second rounds it."""
_ALIKE = 0.02
"""A rate this near to a usual one is that one: in Matroska, whose clock ticks a thousand times a second, gaps of
1 / 59.94 s look like 1 / 58.8 s."""


@dataclass(frozen=True)
class Grid:
    """A numbering of a video's moments at one rate.

    rate: frames a second. constant: whether the video keeps it. shift: number on the grid of the report's frame 0.
    part_of: the rate that the grid is a part of, where timecode cannot hold that.
    """

    rate: Fraction
    constant: bool
    shift: int
    part_of: Fraction | None = None

    def number(self, seconds: float, frame: int) -> int:
        """Return the number on the grid, from 0, of a moment of the report, given by its time and its frame."""
        return max(0, frame + self.shift if self.constant else self.nearest(seconds))

    def nearest(self, seconds: float) -> int:
        """Return the number of the instant of the grid that is nearest to `seconds`."""
        return round(seconds * self.rate) if math.isfinite(seconds) else 0

    @property
    def drops(self) -> bool:
        """Return whether timecode at this rate leaves numbers out, to keep up with the clock."""
        return self.rate in _DROPPING

    def in_timecode(self) -> "Grid":
        """Return the grid itself, or one at a part of its rate where timecode cannot hold it: it has two digits for
        frames."""
        if round(self.rate) <= _MOST_IN_TIMECODE:
            return self
        least = math.ceil(round(self.rate) / _MOST_IN_TIMECODE)
        usual = (self.rate / parts for parts in range(least, 2 * least + 1) if self.rate / parts in _OF_TIMECODE)
        return Grid(next(usual, self.rate / least), False, 0, self.rate)

    def timecode(self, number: int) -> str:
        """Return hh:mm:ss:ff; hh:mm:ss;ff where numbers are dropped (SMPTE ST 12-1: two a minute at 29.97, four
        at 59.94, but none in every tenth minute). Hours go on beyond 23."""
        base = max(1, round(self.rate))
        if self.drops:
            dropped = base // 15
            minute, ten = base * 60 - dropped, base * 600 - 9 * dropped
            tens, rest = divmod(number, ten)
            number += 9 * dropped * tens + (dropped * ((rest - dropped) // minute) if rest >= dropped else 0)
        seconds, frames = divmod(number, base)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02}:{minutes:02}:{seconds:02}{';' if self.drops else ':'}{frames:02}"


def grid_of(report: Report) -> Grid:
    """Return the grid that fits a report's video."""
    return _grid(report.source, list(_moments(report.repeats, report.cuts)))


def grids_of(comparison: Comparison) -> list[Grid]:
    """Return the grid that fits each of several files, by its occurrences."""
    found: list[list[tuple[float, int]]] = [[] for _ in comparison.sources]
    for repeat in comparison.repeats:
        for one in repeat.occurrences:
            found[one.file or 0] += [(one.start, one.start_frame), (one.end, one.end_frame)]
    return [_grid(source, moments) for source, moments in zip(comparison.sources, found, strict=True)]


def common(grids: Sequence[Grid]) -> Grid:
    """Return the grid of a list of several files: that of the fastest, so that no instant of another is far off."""
    return replace(max(grids, key=lambda grid: grid.rate), constant=False, shift=0)


def _grid(source: Source, moments: Sequence[tuple[float, int]]) -> Grid:
    if source.frames > 1 and source.duration > 0:
        rate = min(_CONSTANT, key=lambda rate: abs(source.frames - source.duration * rate))
        shifts = [time * rate - frame for time, frame in moments]
        off = abs(source.frames - source.duration * rate)
        near = abs(source.fps / rate - 1) <= _NEAR
        if near and off <= _SLACK and (not shifts or max(shifts) - min(shifts) < 0.5):
            return Grid(rate, True, round((max(shifts) + min(shifts)) / 2) if shifts else 0)
    if not (source.fps > 0 and math.isfinite(source.fps)):
        return Grid(_UNKNOWN, False, 0)
    rate = min(_USUAL, key=lambda rate: abs(math.log(source.fps / rate)))
    if abs(source.fps / rate - 1) > _ALIKE:
        rate = max(Fraction(1, 1001), Fraction(source.fps).limit_denominator(1001))
    return Grid(rate, False, 0)


def _moments(repeats: Sequence[Repeat], cuts: Sequence[Cut]) -> Iterator[tuple[float, int]]:
    for repeat in repeats:
        for one in repeat.occurrences:
            yield one.start, one.start_frame
            yield one.end, one.end_frame
    for cut in cuts:
        yield cut.time, cut.frame
