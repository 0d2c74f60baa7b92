"""Loops: runs whose lag is no longer than themselves, so that the same content follows itself back to back.

In the theory of strings this is a run with a primitive period (Kolpakov & Kucherov 1999): the smallest lag that
explains the stretch. Every multiple of it matches too, and is the same loop.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from loopfind.engine.repeats.spans import Stretch
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


def loops_of(runs: list[Run], times: Floats, step: float) -> tuple[list[Loop], list[Run]]:
    """The loops among the runs, and the runs that no loop explains."""
    tandem = sorted((r for r in runs if _tandem(r, step)), key=lambda r: r.line.offset)
    loops: list[Loop] = []
    used: set[int] = set()
    for run in tandem:
        if id(run) in used:
            continue
        first, last = run.first, run.other_last
        members = [run]
        for other in runs:
            if other is not run and id(other) not in used and _explained(other, run.line.offset, first, last, step):
                members.append(other)
        used.update(id(m) for m in members)
        loops.append(_loop(run, members, times, step))
    return loops, [r for r in runs if id(r) not in used]


def _tandem(run: Run, step: float) -> bool:
    """Whether the second showing begins where, or before, the first one ends."""
    forward = run.line.is_plain and run.line.offset > 0
    return forward and run.end - run.start >= run.line.offset - 1.5 * step


def _explained(run: Run, period: float, first: int, last: int, step: float) -> bool:
    """Whether a run lies in the loop's frames at a multiple of its period: the same loop seen at another lag."""
    if not run.line.is_plain:
        return False
    turns = round(run.line.offset / period)
    drift = abs(run.line.offset - turns * period)
    return turns >= 1 and drift <= (1.5 + 0.5 * turns) * step and run.first >= first - 2 and run.other_last <= last + 2


def _loop(run: Run, members: list[Run], times: Floats, step: float) -> Loop:
    """The loop of a primitive run; the longest lag, divided by its turns, gives the period finer than a frame."""
    first, last, rough = run.first, run.other_last, run.line.offset
    longest = max(members, key=lambda r: r.line.offset)
    whole = round(longest.line.offset / rough)
    measured = (longest.other_start - longest.start) / whole
    period = measured if abs(measured - rough) <= step else rough
    start, end = float(times[first]), float(times[last - 1]) + step
    # The very last frame of a turn is often undecided, so a turn may lack two frames and still be full.
    turns = int(np.floor((end - start + 2.5 * step) / period))
    edges = start + period * np.arange(turns + 1)
    at = [int(np.searchsorted(times, edge - step / 2)) for edge in edges]
    at[0], at[-1] = first, min(at[-1], len(times))
    whens = [
        float(times[f]) if f < len(times) and abs(times[f] - e) < step else float(e)
        for f, e in zip(at, edges, strict=True)
    ]
    cycles = tuple(Stretch(*frames, *when) for frames, when in zip(pairwise(at), pairwise(whens), strict=True))
    tail = Stretch(at[-1], last, whens[-1], end) if last - at[-1] > 2 else None
    return Loop(first, last, period, cycles, tail, tuple(members))
