"""The parts of a confidence, of which look-alikes do not get a high one."""

import math
from dataclasses import replace

import draws
import numpy as np
import pytest
import synthetic as s
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.engine.evidence.claim_parameters import (
    LEAST_BARE_SEAMS,
    LEAST_CONFIDENCE,
    LEAST_CONFIDENCE_OF_BARE,
    LEAST_CONFIDENCE_OF_CROWDED,
    LEAST_CONTRAST,
    LEAST_CROWDED_LAG,
    LEAST_CROWDED_SCORE,
    LEAST_RIM_SEAMS,
    LEAST_SEAMED_CONTRAST,
    SHORT_CLAIM,
    SMALL_PART,
)
from loopfind.engine.evidence.claims import believed, confidence, may_hold, measures, replays
from loopfind.engine.evidence.region import Regions
from loopfind.engine.evidence.splices import NO_SEAMS, Seams
from loopfind.engine.evidence.uniqueness import Rivals
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import Line, Run
from loopfind.model.transform import PLAIN, Transform

SIGNAL = signal_of(s.shown([(s.camera(1), 0, 8)]))
"""Any file: of it the confidence asks the noise and the length."""

OTHERS = np.geomspace(2.0, 40.0, 60)


def rivals(own: float = 0.1, farther: float = 1.0) -> Rivals:
    return Rivals(own, farther * OTHERS, 0.02)


def regions(replayed: int = 60, covered: int = 20, along: float = 0.05) -> Regions:
    """Cells of which so many are replayed, so many covered, and the others silent; a telling one differs by 1 beside
    the line. along: what a replayed one differs by on it."""
    share = np.zeros(s.CELLS, np.float32)
    share[:replayed], share[replayed : replayed + covered] = along, 1.0
    telling = np.arange(s.CELLS) < replayed + covered
    return Regions(share, np.ones(s.CELLS, np.float32), share, telling)


def run(
    length: float = 2.0,
    contrast: float = 0.7,
    slope: float = 1.0,
    score: float = 80.0,
    residual: float = 0.1,
    view: Transform = PLAIN,
) -> Run:
    """Some run; only what the confidence looks at matters."""
    return Run(
        line=Line(slope, 4.0, 0, length, 9, view),
        first=0,
        last=round(25 * length),
        other_first=100,
        other_last=100 + round(25 * length),
        start=0.0,
        end=length,
        other_start=4.0,
        other_end=4.0 + length,
        start_range=(0.0, 0.0),
        end_range=(length, length),
        score=score,
        contrast=contrast,
        residual=residual,
        informative=round(25 * length),
    )


def sure(one: Run, others: Rivals | None = None, cells: Regions | None = None) -> float:
    return confidence(one, SIGNAL, others or rivals(0.5), cells or regions(), NO_SEAMS)


more = st.floats(1.05, 3.0)


@settings(max_examples=draws.examples(25), deadline=None, derandomize=True)
@given(st.floats(0.1, 0.4), st.floats(0.25, 0.7), st.floats(0.6, 2.5), st.floats(0.1, 0.3), more)
def test_confidence_rises_with_each_measure(
    own: float, contrast: float, length: float, residual: float, by: float
) -> None:
    known = {"length": length, "contrast": contrast, "residual": residual}
    base = sure(run(**known), rivals(own))
    better = {"length": length * by, "contrast": min(1, contrast * by), "residual": residual / by}
    for name, value in better.items():
        assert sure(run(**{**known, name: value}), rivals(own)) > base, name
    assert sure(run(**known), rivals(own, by)) > base
    assert sure(run(**known), rivals(own / by)) > base
    assert confidence(run(**known), SIGNAL, rivals(own), regions(), Seams(0.2 * by, 3.0)) > base
    for cells in (regions(60, 10), regions(80, 20), regions(along=0.05 / by)):
        assert sure(run(**known), rivals(own), cells) > base
    assert sure(run(**known, slope=0.8), rivals(own)) < base
    assert sure(run(**known, view=Transform(mirrored=True)), rivals(own)) < base


def test_confidence_spans_from_hardly_to_almost_certain() -> None:
    assert sure(run(0.6, 0.3, score=25, residual=0.3), rivals(1.0), regions(8, 60, 0.2)) < 0.05
    assert sure(run(4.0, 0.98, score=400, residual=0.01), rivals(0.05, 10), regions(140, 0, 0.01)) > 0.995


@pytest.mark.parametrize(
    ("length", "replayed", "seams", "least"),
    [
        (SHORT_CLAIM, 60, NO_SEAMS, LEAST_CONFIDENCE),
        (1.0, 60, NO_SEAMS, LEAST_CONFIDENCE_OF_BARE),
        (1.0, 60, Seams(0.0, 3.0), LEAST_CONFIDENCE_OF_BARE),
        (1.0, 60, Seams(LEAST_BARE_SEAMS, 3.0), LEAST_CONFIDENCE),
        (9.0, SMALL_PART - 1, NO_SEAMS, LEAST_CONFIDENCE_OF_BARE),
        (9.0, SMALL_PART, NO_SEAMS, LEAST_CONFIDENCE),
        (9.0, SMALL_PART - 1, Seams(LEAST_BARE_SEAMS, 3.0), LEAST_CONFIDENCE),
    ],
)
def test_a_claim_must_be_likely_and_a_little_one_surer_or_cut_out(
    length: float, replayed: int, seams: Seams, least: float
) -> None:
    cells, among_others = regions(replayed, 0), regions(replayed, 144 - replayed)
    assert believed(max(least, LEAST_CONFIDENCE_OF_CROWDED), length, among_others, seams)
    assert believed(LEAST_CONFIDENCE_OF_CROWDED - 0.001, length, among_others, seams) == (replayed >= SMALL_PART)
    assert believed(least, length, cells, seams) and not believed(least - 0.001, length, cells, seams)
    assert LEAST_CONFIDENCE_OF_BARE > LEAST_CONFIDENCE > 0.5


def test_a_run_that_chance_gives_is_not_measured_further() -> None:
    assert may_hold(run(), SIGNAL)
    poor = [run(score=10), run(residual=0.7), run(contrast=-0.1), replace(run(), informative=2), run(0.8, slope=0.5)]
    assert not any(may_hold(one, SIGNAL) for one in poor)
    across_itself = replace(run(slope=0.5), other_start=1.0)
    assert may_hold(run(slope=0.5), SIGNAL) and not may_hold(across_itself, SIGNAL)


def test_cells_that_agree_by_half_alone_are_no_replay() -> None:
    assert replays(run(), regions(along=0.1), NO_SEAMS) and not replays(run(), regions(along=0.4), NO_SEAMS)


@pytest.mark.parametrize("rows", [slice(0, 2), slice(10, 12)])
def test_what_comes_round_at_the_rim_alone_is_no_replay(rows: slice) -> None:
    """A ticker or a clock repeats itself over whatever is shown; a picture that repeats does so elsewhere as well."""
    share = np.ones((s.SIDE, s.SIDE), np.float32)
    share[rows] = 0.02
    one = replace(regions(144, 0), along=share.ravel())
    assert not replays(run(), one, NO_SEAMS)
    alone = replace(one, telling=share.ravel() < 1)
    assert not replays(run(), alone, NO_SEAMS)
    assert replays(run(), alone, Seams(0.0, LEAST_RIM_SEAMS))  # footage that was put in
    digits = replace(run(), line=Line(1.0, 20.0, 0, 2.0, 9))
    assert not replays(digits, alone, Seams(2.0, 2.0))
    share[4:7] = 0.02
    assert replays(run(), replace(one, along=share.ravel()), NO_SEAMS)


def test_a_stretch_without_rivals_is_measured_against_itself() -> None:
    alone = Rivals(0.1, np.zeros(0), 0.02)
    assert all(math.isfinite(value) for value in measures(run(), SIGNAL, alone, regions(), NO_SEAMS))


def test_a_gap_is_measured_past_all_that_agree_as_well() -> None:
    alike = np.array([0.1, 0.12, 5.0, 6.0])
    assert Rivals(0.1, alike, 0.02).gap == pytest.approx(5 / 0.12)
    assert math.isnan(Rivals(0.1, alike[:2], 0.02).gap)


def test_a_match_among_many_that_come_close_is_less_sure() -> None:
    crowd = Rivals(0.1, np.array([0.3, 0.9, 2.0]), 0.02)
    assert crowd.gap < rivals(0.1).gap and sure(run(), crowd) < sure(run(), rivals(0.1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", draws.some([2, 1, *range(3, 9)], 1))
def test_alike_cars_are_not_claimed_at_99(seed: int) -> None:
    """Nothing on this road is shown twice."""
    report = s.answer(s.shown([(s.lanes(seed), 0, 30)], seed=seed))
    assert all(repeat.confidence < 0.99 for repeat in report.repeats)


@pytest.mark.slow
@pytest.mark.parametrize("draw", [s.film, s.camera, s.lanes])
def test_a_plain_repeat_of_four_seconds_reaches_99(draw: type) -> None:
    scene = draw(3)
    report = s.answer(s.shown([(scene, 0, 14), (scene, 6, 10), (scene, 14, 20)], seed=3))
    claims = [repeat for repeat in report.repeats if repeat.kind != "still"]
    assert len(claims) == 1 and claims[0].confidence >= 0.99


def test_a_rhythm_in_a_small_part_of_what_moves_is_no_replay() -> None:
    """The dashes of a road come round evenly while all else goes by: only a repeat from far off is believed."""
    share = np.ones((s.SIDE, s.SIDE), np.float32)
    share[5:8, 4:9] = 0.02
    crowded = replace(regions(144, 0), along=share.ravel())
    far = replace(run(), line=replace(run().line, offset=2 * LEAST_CROWDED_LAG))
    assert not replays(run(), crowded, NO_SEAMS) and replays(far, crowded, NO_SEAMS)
    share[7] = 1.0
    few = replace(crowded, along=share.ravel())
    assert not replays(far, few, NO_SEAMS)  # and one of more than a few cells
    assert replays(replace(far, score=LEAST_CROWDED_SCORE), few, NO_SEAMS)  # or one that moved for long


def test_calm_footage_is_believed_where_the_picture_jumps_at_both_ends() -> None:
    calm = run(contrast=LEAST_SEAMED_CONTRAST)
    assert may_hold(calm, SIGNAL) and not may_hold(run(contrast=LEAST_SEAMED_CONTRAST - 0.01), SIGNAL)
    assert not replays(calm, regions(), Seams(LEAST_RIM_SEAMS - 0.1, 3.0))
    assert replays(calm, regions(), Seams(LEAST_RIM_SEAMS, 3.0))
    assert replays(run(contrast=LEAST_CONTRAST), regions(), NO_SEAMS)
