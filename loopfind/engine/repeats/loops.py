"""Loops: runs whose lag is no longer than themselves, so that the same content follows itself back to back.

In the theory of strings this is a run with a primitive period (Kolpakov & Kucherov 1999): the smallest lag that
explains the stretch. Every multiple of it matches too, and is the same loop.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from loopfind.engine.repeats.parameters import (
    ENDS_SLACK,
    LAST_TURN_SLACK,
    MORE_PICTURE,
    TANDEM_SLACK,
    TURN_DRIFT,
    WHOLE_SHARE,
)
from loopfind.engine.repeats.spans import Stretch, span_lies_inside
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats


@dataclass(frozen=True)
class Loop:
    """Frames [first, last) in which everything is shown again `period` seconds later, as far as they reach.

    cycles: the full turns, back to back. tail: the turn that is cut short, if it is long enough to name.
    """

    first: int
    last: int
    period: float
    cycles: tuple[Stretch, ...]
    tail: Stretch | None
    runs: tuple[Run, ...]

    @property
    def span(self) -> tuple[int, int]:
        return self.first, self.last


def loops_of(runs: list[Run], times: Floats, step: float) -> tuple[list[Loop], list[Run]]:
    """Return the loops among the runs, and the runs that no loop explains."""
    tandem = sorted((run for run in runs if _is_tandem(run, step)), key=lambda run: run.line.offset)
    loops: list[Loop] = []
    used: set[int] = set()
    by_start = sorted(range(len(runs)), key=lambda place: runs[place].first)
    starts = [runs[place].first for place in by_start]
    for run in tandem:
        if id(run) in used:
            continue
        low, high = bisect_left(starts, run.first - ENDS_SLACK), bisect_right(starts, run.other_last + ENDS_SLACK)
        near = [runs[place] for place in sorted(by_start[low:high])]
        members = [run]
        members += [
            other for other in near if other is not run and id(other) not in used and _explains(run, other, step)
        ]
        used.update(id(member) for member in members)
        loops.append(_loop_of(run, members, times, step))
    whole = [loop.span for loop in loops if _is_whole(loop.runs[0])]
    shown = _without_longer_parts(loops, whole)
    return shown, [run for run in runs if id(run) not in used and not _shows_part(run, whole)]


def _without_longer_parts(loops: list[Loop], whole: list[tuple[int, int]]) -> list[Loop]:
    """Return the loops without those of a part of the picture that lie where all of it goes round, but for the one
    whose turn is shortest: it says enough. whole: frames of the loops of the whole picture."""
    parts = [
        loop
        for loop in loops
        if not _is_whole(loop.runs[0]) and any(span_lies_inside(loop.span, span) for span in whole)
    ]
    longer = {
        id(loop)
        for loop in parts
        if any(other.period < loop.period and span_lies_inside(loop.span, other.span) for other in parts)
    }
    return [loop for loop in loops if id(loop) not in longer]


def _is_whole(run: Run, slack: float = 0.0) -> bool:
    """Say whether a run shows all of the picture again, or lacks no more than `slack` of it."""
    return run.picture_share is None or run.picture_share >= WHOLE_SHARE - slack


def _shows_part(run: Run, whole: list[tuple[int, int]]) -> bool:
    """Say whether a run shows a part of the picture again where all of it goes round. whole: frames of such loops."""
    return not _is_whole(run, MORE_PICTURE) and any(span_lies_inside(_reach(run), span) for span in whole)


def _reach(run: Run) -> tuple[int, int]:
    """Return the frames [first, last) from the start of the first side of a run to the end of the other."""
    return run.first, run.other_last


def _is_tandem(run: Run, step: float) -> bool:
    """Say whether the second side begins where the first one ends, or before."""
    forward = run.line.is_plain and run.line.offset > 0
    return forward and run.end - run.start >= run.line.offset - TANDEM_SLACK * step


def _explains(loop: Run, other: Run, step: float) -> bool:
    """Say whether another run lies in the frames of a loop at a multiple of its period: the same loop at another
    lag."""
    if not other.line.is_plain:
        return False
    period = loop.line.offset
    turns = round(other.line.offset / period)
    drift = abs(other.line.offset - turns * period)
    if turns < 1 or drift > (TANDEM_SLACK + TURN_DRIFT * turns) * step:
        return False
    if _is_whole(other) and not _is_whole(loop, MORE_PICTURE):
        return False  # a part of the picture goes round sooner than all of it
    return span_lies_inside(_reach(other), _reach(loop))


def _loop_of(run: Run, members: list[Run], times: Floats, step: float) -> Loop:
    """Return the loop of a primitive run. The longest lag, divided by its turns, gives the period finer than a
    frame."""
    first, last, rough = run.first, run.other_last, run.line.offset
    longest = max(members, key=lambda member: member.line.offset)
    whole = round(longest.line.offset / rough)
    measured = (longest.other_start - longest.start) / whole
    period = measured if abs(measured - rough) <= step else rough
    start, end = float(times[first]), float(times[last - 1]) + step
    # The very last frame of a turn is often undecided, so a turn may lack two frames and still be full.
    turns = int(np.floor((end - start + LAST_TURN_SLACK * step) / period))
    edges = start + period * np.arange(turns + 1)
    at = [int(np.searchsorted(times, edge - step / 2)) for edge in edges]
    at[0], at[-1] = first, min(at[-1], len(times))
    whens = [
        float(times[f]) if f < len(times) and abs(times[f] - e) < step else float(e)
        for f, e in zip(at, edges, strict=True)
    ]
    cycles = tuple(Stretch(*frames, *when) for frames, when in zip(pairwise(at), pairwise(whens), strict=True))
    tail = Stretch(at[-1], last, whens[-1], end) if last - at[-1] > ENDS_SLACK else None
    return Loop(first, last, period, cycles, tail, tuple(members))
