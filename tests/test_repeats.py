"""From hand-made runs to loops, families and the verdict."""

import numpy as np
import pytest
from samples import showing

from loopfind.engine.repeats.families import Family, families_of
from loopfind.engine.repeats.loops import loops_of
from loopfind.model.candidate import Line, Run
from loopfind.model.findings import Findings
from loopfind.model.report import Repeat, RepeatKind
from loopfind.reports.summaries import verdict_of

STEP = 0.04
TIMES = np.arange(5000) * STEP


def run(first: int, last: int, lag: int, score: float = 100.0) -> Run:
    """Frames [first, last) are shown again `lag` frames later."""
    start, end = first * STEP, last * STEP
    return Run(
        line=Line(1.0, lag * STEP, start, end, 50),
        first=first,
        last=last,
        other_first=first + lag,
        other_last=last + lag,
        start=start,
        end=end,
        other_start=start + lag * STEP,
        other_end=end + lag * STEP,
        start_range=(start, start),
        end_range=(end, end),
        score=score,
        contrast=0.7,
        residual=0.02,
        informative=last - first,
    )


def turns(first: int, period: int, frames: int) -> list[Run]:
    """Every run that a loop of that period makes in [first, first + frames): one for each multiple of the period."""
    return [run(first, first + frames - lag, lag) for lag in range(period, frames - 4, period)]


def families(runs: list[Run]) -> list[Family]:
    """The families of the runs, loops found first."""
    loops, others = loops_of(runs, TIMES, STEP)
    return families_of(others, loops, TIMES)


def shown(family: Family) -> list[tuple[int, int]]:
    """Frames of each showing."""
    return [(s.stretch.first, s.stretch.last) for s in family.occurrences]


def test_no_runs_are_no_loops_and_no_families() -> None:
    assert loops_of([], TIMES, STEP) == ([], []) and families_of([], [], TIMES) == []


@pytest.mark.parametrize("period", [7, 25, 100])
@pytest.mark.parametrize("cycles", [2, 3, 5, 12])
def test_a_loop_has_its_primitive_period_and_every_cycle(period: int, cycles: int) -> None:
    (loop,), others = loops_of(turns(300, period, period * cycles), TIMES, STEP)
    assert not others and loop.period == pytest.approx(period * STEP)
    wanted = [(300 + k * period, 300 + (k + 1) * period) for k in range(cycles)]
    assert [(c.first, c.last) for c in loop.cycles] == wanted
    assert (loop.first, loop.last, loop.tail) == (300, 300 + period * cycles, None)


def test_the_order_of_the_runs_does_not_change_the_loop() -> None:
    runs = [*turns(300, 25, 130), run(1000, 1100, 900), *turns(2000, 40, 160)]
    one = families(runs)
    for seed in range(5):
        mixed = [runs[k] for k in np.random.default_rng(seed).permutation(len(runs))]
        other = families(mixed)
        assert [shown(f) for f in other] == [shown(f) for f in one]
        assert [f.loop and f.loop.period for f in other] == [f.loop and f.loop.period for f in one]


def test_a_last_cycle_cut_short_is_the_tail() -> None:
    (loop,), others = loops_of(turns(100, 50, 50 * 3 + 20), TIMES, STEP)
    assert not others and len(loop.cycles) == 3 and loop.period == pytest.approx(2.0)
    assert loop.tail is not None and (loop.tail.first, loop.tail.last) == (250, 270)


def test_a_loop_may_begin_at_frame_0() -> None:
    (family,) = families(turns(0, 30, 120))
    assert shown(family) == [(0, 30), (30, 60), (60, 90), (90, 120)] and family.loop is not None


def test_two_loops_of_one_period_elsewhere_stay_two() -> None:
    found = families([*turns(0, 30, 120), *turns(1000, 30, 90)])
    assert [len(f.occurrences) for f in found] == [4, 3] and all(f.loop for f in found)


def test_a_lag_longer_than_the_stretch_is_no_loop() -> None:
    loops, others = loops_of([run(100, 200, 300)], TIMES, STEP)
    assert not loops and len(others) == 1


def test_two_showings_are_a_family() -> None:
    (family,) = families([run(100, 200, 1000)])
    assert shown(family) == [(100, 200), (1100, 1200)] and family.loop is None


def test_all_showings_of_one_content_are_one_family() -> None:
    at = (100, 700, 1500, 2300, 4000)
    runs = [run(a, a + 100, b - a) for k, a in enumerate(at) for b in at[k + 1 :]]
    (family,) = families(runs)
    assert shown(family) == [(a, a + 100) for a in at]


def test_ends_a_frame_apart_are_one_showing() -> None:
    (family,) = families([run(100, 200, 1000), run(101, 200, 2000), run(1100, 1201, 1000)])
    assert len(family.occurrences) == 3


def test_a_nested_stretch_is_a_family_of_its_own_with_a_showing_in_each_whole_one() -> None:
    """Frames 100 to 400 come again at 1000, and 200 to 250 of them a third time at 2000."""
    found = families([run(100, 400, 900), run(200, 250, 1800), run(1100, 1150, 900)])
    assert sorted(map(shown, found)) == [[(100, 400), (1000, 1300)], [(200, 250), (1100, 1150), (2000, 2050)]]


def test_a_part_shown_a_third_time_is_found_in_both_whole_showings_though_one_run_is_missing() -> None:
    found = families([run(100, 400, 900), run(200, 250, 1800)])
    assert [(200, 250), (1100, 1150), (2000, 2050)] in [shown(f) for f in found]


def test_crossing_stretches_stay_apart() -> None:
    """Frames 100 to 200 come again at 1000, frames 150 to 250 at 2000: neither lies in the other."""
    found = families([run(100, 200, 900), run(150, 250, 1850)])
    assert sorted(map(shown, found)) == [[(100, 200), (1000, 1100)], [(150, 250), (2000, 2100)]]


def test_overlaps_make_no_daisy_chain() -> None:
    """Each run overlaps the next by half; the first and the last have nothing in common, and are never one family."""
    runs = [run(1000 * k + 50 * k, 1000 * k + 50 * k + 100, 1000) for k in range(4)]
    for family in families(runs):
        lengths = [last - first for first, last in shown(family)]
        assert max(lengths) - min(lengths) <= 2 and len(lengths) == 2


def repeat(kind: RepeatKind, *spans: tuple[float, float], period: float | None = None) -> Repeat:
    """A repeat with the given occurrences, seconds."""
    shown = tuple(showing(a, b, round(25 * a), round(25 * b)) for a, b in spans)
    return Repeat(1, kind, spans[0][1] - spans[0][0], period, 0.99, "replay", shown)


def test_the_verdict_counts_each_second_once() -> None:
    repeats = (repeat("repeat", (0, 10), (50, 60)), repeat("repeat", (5, 8), (55, 58), (80, 83)))
    verdict = verdict_of(Findings(2500, repeats, coverage=0.9, shortest_findable=0.5), 100.0)
    assert verdict.repeated_seconds == 23 and verdict.repeated_share == 0.23 and not verdict.looped


def test_stills_are_not_counted_as_repeated() -> None:
    stills = (repeat("still", (0, 10), (50, 60)),)
    verdict = verdict_of(Findings(2500, stills, coverage=0.8, shortest_findable=0.5), 100.0)
    assert verdict.repeated_seconds == 0 and not verdict.looped


def test_a_loop_makes_the_verdict_looped() -> None:
    loops = (repeat("loop", (0, 10), (10, 20), period=10.0),)
    verdict = verdict_of(Findings(500, loops, coverage=1.0, shortest_findable=0.5), 20.0)
    assert verdict.looped and verdict.repeated_share == 1 and "10" in verdict.summary


@pytest.mark.parametrize(("coverage", "shortest"), [(0.0, None), (1.0, 0.4), (0.5, 12.0)])
def test_a_verdict_without_repeats_says_how_sure_it_is(coverage: float, shortest: float | None) -> None:
    verdict = verdict_of(Findings(1500, coverage=coverage, shortest_findable=shortest), 60.0)
    assert (verdict.repeated_seconds, verdict.repeated_share, verdict.coverage) == (0, 0, coverage)
    assert verdict.summary.endswith(".") and "\n" not in verdict.summary


def test_a_video_of_no_length_has_a_verdict() -> None:
    assert verdict_of(Findings(0), 0.0).repeated_share == 0
