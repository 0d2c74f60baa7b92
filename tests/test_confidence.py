"""The parts of a confidence, of which look-alikes do not get a high one."""

import math
from dataclasses import replace

import numpy as np
import pytest
import synthetic as s
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.engine.evidence.claims import believed, confidence
from loopfind.engine.evidence.uniqueness import Rivals, stands_alone
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import Line, Run

SIGNAL = signal_of(s.shown([(s.camera(1), 0, 8)]))
"""Any file: of it the confidence asks the noise and the length."""

OTHERS = np.geomspace(2.0, 40.0, 60)


def rivals(own: float = 0.1, farther: float = 1.0) -> Rivals:
    return Rivals(own, farther * OTHERS, 1.0, 0.02)


def run(length: float = 2.0, contrast: float = 0.7, slope: float = 1.0) -> Run:
    """Some run; only what the confidence looks at matters."""
    return Run(
        line=Line(slope, 4.0, 0, length, 9),
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
        score=80.0,
        contrast=contrast,
        residual=0.0,
        informative=round(25 * length),
    )


more = st.floats(1.05, 3.0)


@pytest.mark.slow
@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(0.06, 0.4), st.floats(0.3, 0.8), st.floats(0.6, 2.5), more)
def test_confidence_grows_with_all_that_speaks_for_a_replay(
    own: float, contrast: float, length: float, by: float
) -> None:
    sure = confidence(run(length, contrast), SIGNAL, rivals(own))
    assert confidence(run(length * by, contrast), SIGNAL, rivals(own)) >= sure
    assert confidence(run(length, min(1.0, contrast * by)), SIGNAL, rivals(own)) > sure
    assert confidence(run(length, contrast), SIGNAL, rivals(own, by)) > sure
    assert confidence(run(length, contrast), SIGNAL, rivals(own / by)) > sure
    assert confidence(run(length, contrast, 0.8), SIGNAL, rivals(own)) < sure


def test_a_difference_that_the_noise_explains_is_held_against_no_one() -> None:
    quiet, loud = (replace(SIGNAL, noise=noise) for noise in (0.1, 0.4))
    assert confidence(run(), loud, rivals(0.5)) > confidence(run(), quiet, rivals(0.5))


def test_confidence_spans_from_hardly_to_almost_certain() -> None:
    assert confidence(run(0.6, 0.45), SIGNAL, rivals(1.0)) < 0.01
    assert confidence(run(4.0, 0.98), SIGNAL, rivals(0.05, 10)) > 0.999


@pytest.mark.parametrize(
    ("length", "sure", "enough"), [(1, 0.49, False), (1, 0.5, True), (6, 0.2, True), (6, 0.1, False)]
)
def test_a_claim_must_be_likely(length: float, sure: float, enough: bool) -> None:
    assert believed(run(length), sure) == enough


def test_a_gap_is_measured_past_all_that_agree_as_well() -> None:
    alike = np.array([0.1, 0.12, 5.0, 6.0])
    assert Rivals(0.1, alike, 1.0, 0.02).gap == pytest.approx(5 / 0.12)
    assert math.isnan(Rivals(0.1, alike[:2], 1.0, 0.02).gap)
    assert not stands_alone(Rivals(0.1, np.array([0.3, 0.9, 2.0]), 1.0, 0.02), run())


def test_the_rest_tells_how_unlikely_chance_is() -> None:
    """Of moments whose difference grows as the k-th power of their rank, the chance falls as own to the power 1 / k."""
    steep, flat = (np.arange(1, 61) ** k * 1.0 for k in (0.2, 1.0))
    assert Rivals(0.01, steep, 1.0, 0.001).tail > Rivals(0.01, flat, 1.0, 0.001).tail > 0
    twice = replace(Rivals(0.01, flat, 1.0, 0.001), every=2.0)
    assert twice.tail == pytest.approx(Rivals(0.01, flat, 1.0, 0.001).tail - math.log(2))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
def test_alike_cars_are_not_claimed_at_99(seed: int) -> None:
    """Nothing on this road is shown twice."""
    report = s.answer(s.shown([(s.lanes(seed), 0, 45)], seed=seed))
    assert all(repeat.confidence < 0.99 for repeat in report.repeats)


@pytest.mark.slow
@pytest.mark.parametrize("draw", [s.film, s.camera, s.lanes])
def test_a_plain_repeat_of_four_seconds_reaches_99(draw: type) -> None:
    scene = draw(3)
    report = s.answer(s.shown([(scene, 0, 20), (scene, 6, 10), (scene, 20, 30)], seed=3))
    claims = [repeat for repeat in report.repeats if repeat.kind != "still"]
    assert len(claims) == 1 and claims[0].confidence >= 0.99
