"""Families against the plain version, and how much work they take."""

import sys
from collections.abc import Callable

import numpy as np
import plain_families
from hypothesis import given
from hypothesis import strategies as st

from loopfind.engine.repeats.families import families_of
from loopfind.engine.repeats.loops import loops_of
from loopfind.model.candidate import Line, Run
from loopfind.model.transform import Transform

STEP = 0.04
TIMES = np.arange(3000) * STEP
VIEWS = (Transform(), Transform(mirrored=True), Transform(turned=1), Transform(mirrored=True, turned=1))


def run(
    first: int, frames: int, there: int, slope: float = 1.0, view: int = 0, viewed_first: bool = False, score=100.0
):
    """Frames [first, first + frames) are shown again from frame `there` on."""
    last, other_last = first + frames, there + max(1, round(frames * abs(slope)))
    start, end, other_start, other_end = (at * STEP for at in (first, last, there, other_last))
    # A line pairs the instants at which frames begin.
    offset = other_start - start if slope == 1 else (other_start if slope > 0 else other_end - STEP) - slope * start
    return Run(
        line=Line(slope, offset, start, end, 50, VIEWS[view], viewed_first),
        first=first,
        last=last,
        other_first=there,
        other_last=other_last,
        start=start,
        end=end,
        other_start=other_start,
        other_end=other_end,
        start_range=(start, start + STEP * (first % 3)),
        end_range=(end, end),
        score=score,
        contrast=0.7,
        residual=0.02,
        informative=frames,
    )


# Ends are drawn from few places, so that runs share, nest and cross.
places = st.builds(lambda place, off: 60 * place + off, st.integers(0, 40), st.integers(-4, 4).map(lambda off: off + 4))
runs = st.builds(
    run,
    first=places,
    frames=st.builds(lambda tens, off: 10 * tens + off, st.integers(1, 30), st.integers(-2, 2)),
    there=places,
    slope=st.sampled_from([1.0, 1.0, 1.0, 1.25, 0.8, -1.0]),
    view=st.integers(0, len(VIEWS) - 1),
    viewed_first=st.booleans(),
    score=st.sampled_from([10.0, 20.0, 30.0]),
)
turning = st.builds(
    lambda first, period, frames: [run(first, frames - lag, first + lag) for lag in range(period, frames - 4, period)],
    places,
    st.integers(5, 60),
    st.integers(60, 300),
)


def plainly(family):
    """All that a family holds, to the bit."""
    occurrences = getattr(family, "occurrences", None) or family.showings
    shown = [
        (s.first, s.last, s.start, s.end, s.opens, s.closes, one.speed, one.pose, one.offset)
        for one in occurrences
        for s in [one.stretch]
    ]
    return shown, [id(run) for run in family.runs], id(family.loop) if family.loop is not None else None


@given(st.lists(runs, max_size=14), st.lists(turning, max_size=2))
def test_families_equal_the_plain_ones_to_the_bit(single, turned) -> None:
    loops, others = loops_of([*single, *(run for turns in turned for run in turns)], TIMES, STEP)
    found = families_of(others, loops, TIMES)
    assert list(map(plainly, found)) == list(map(plainly, plain_families.families_of(others, loops, TIMES)))


def calls(work: Callable[[], object]) -> int:
    """How many functions of Python are called."""
    number, before = 0, sys.getprofile()

    def count(frame, event, arg) -> None:
        nonlocal number
        number += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def separate(count: int) -> list[Run]:
    """So many runs, none of which touches another."""
    return [run(200 * k, 60, 200 * k + 100) for k in range(count)]


def test_four_times_as_many_separate_runs_take_about_four_times_the_work() -> None:
    few, many = separate(100), separate(400)
    assert len(families_of(many, [], TIMES)) == 400
    assert calls(lambda: families_of(many, [], TIMES)) < 6 * calls(lambda: families_of(few, [], TIMES))


def test_the_turns_of_a_loop_take_work_in_proportion() -> None:
    def found(turns: int):
        loops, others = loops_of([run(0, 10 * turns - 10, 10)], np.arange(10 * turns + 10) * STEP, STEP)
        return families_of(others, loops, TIMES)

    few, many = calls(lambda: found(100)), calls(lambda: found(400))
    assert many < 6 * few
