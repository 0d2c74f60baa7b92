"""Retraces: what the path runs over again exactly, beside a plain search of every lag, and where it does not."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import synthetic
from samples import nothing, occurrence

from loopfind.engine.trajectory.passages import Passages, cells_of
from loopfind.engine.trajectory.retraces import Retracer
from loopfind.model.report import Repeat
from loopfind.model.video import Frames
from loopfind.pipeline.trajectory import Walk
from loopfind.settings import TrajectorySettings

RATE = 10.0
NEAREST = np.arange(64) * synthetic.SIDE // 64
SAMPLE = 1 / RATE


def drawn(timeline, scene, noise=1.0, rate=RATE, seed=0):
    """Return times (n,) and pictures (n, 64, 64) uint8 of stretches (start, end) of a scene, one after another."""
    shown = np.concatenate([start + np.arange(round((end - start) * rate)) / rate for start, end in timeline])
    cells = scene(shown).reshape(-1, synthetic.SIDE, synthetic.SIDE)[:, NEAREST][:, :, NEAREST]
    pictures = cells + np.random.default_rng((seed, 5)).normal(0, noise, cells.shape)
    return np.arange(len(shown)) / rate, np.clip(np.rint(pictures), 0, 255).astype(np.uint8)


def retraces(times, pictures, batch=64, **more):
    """Return what is found where samples come in batches of a size."""
    retracer = Retracer(**more)
    for low in range(0, len(times), batch):
        retracer.add(times[low : low + batch], pictures[low : low + batch])
    return retracer.found()


def plainly(cells, first, length, lag):
    """Return the distance of a window of cells (n, p) to the one a whole number of samples before."""
    one, other = cells[first : first + length], cells[first - lag : first - lag + length]
    one, other = one - one.mean(0), other - other.mean(0)
    return ((one - other) ** 2).sum() / ((one**2).sum() + (other**2).sum())


CAMERA = synthetic.camera(3)


@cache
def retraced():
    """A camera whose seconds 12 to 24 come again at 40."""
    return drawn([(0, 40), (12, 24), (52, 70)], CAMERA)


@pytest.mark.slow
def test_the_nearest_passage_is_that_of_a_plain_search_of_every_lag():
    times, pictures = drawn([(0, 40), (12, 24)], CAMERA)
    passages = Passages(RATE)
    passages.add(times, pictures)
    starts = [400, 420, 450]
    weighted = [*passages.windows(starts)]  # cells are weighted from here on
    cells = passages.levels(0, len(times)).astype(np.float64)
    for start, window in zip(starts, weighted, strict=True):
        plain = [plainly(cells, start, passages.length, lag) for lag in range(10, start + 1)]
        lag, nearest = 10 + int(np.argmin(plain)), window.fits[0]
        assert lag == 280
        assert abs(nearest.lag - lag) < 1
        assert nearest.distance <= plain[lag - 10] + 1e-6
        assert nearest.distance == pytest.approx(plain[lag - 10], abs=0.02)
        beyond = [each for each in window.fits if abs(each.lag - lag) > RATE]
        for each in beyond:  # the others are true distances, too
            assert each.distance <= plain[round(each.lag) - 10] + 1e-6


@pytest.mark.parametrize("phase", [0.0, 0.5])
def test_what_is_played_again_is_found_to_a_sample(phase):
    start = 12 + phase * SAMPLE
    found = retraces(*drawn([(0, 40), (start, start + 12), (52, 70)], CAMERA))
    assert len(found) == 1
    assert found[0].start == pytest.approx(40, abs=SAMPLE + 1e-6)
    assert found[0].end == pytest.approx(52, abs=SAMPLE + 1e-6)
    assert found[0].lag == pytest.approx(40 - start, abs=SAMPLE / 2)
    assert found[0].error < 0.3
    assert found[0].repeat is None


@pytest.mark.slow
def test_the_same_is_found_however_the_samples_come():
    times, pictures = retraced()
    once = retraces(times, pictures, batch=len(times))
    for batch in (7, 250):
        (one,) = retraces(times, pictures, batch)
        assert (one.start, one.end, one.lag) == pytest.approx((once[0].start, once[0].end, once[0].lag), abs=1e-3)


def test_more_samples_may_come_after_an_answer():
    times, pictures = retraced()
    retracer = Retracer()
    retracer.add(times[:480], pictures[:480])
    (going_on,) = retracer.found()
    assert going_on.end == pytest.approx(48, abs=0.5)
    retracer.add(times[480:], pictures[480:])
    (whole,) = retracer.found()
    assert whole.end == pytest.approx(52, abs=2 * SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 4))
def test_nothing_is_retraced_in_honest_footage(seed):
    scene = synthetic.camera(seed, bodies=1 + seed % 4)
    assert retraces(*drawn([(0, 120)], scene, noise=(0.3, 2.0)[seed % 2])) == []


def test_nothing_is_retraced_where_nothing_moves():
    assert retraces(*drawn([(0, 90)], synthetic.still(4))) == []


@pytest.mark.parametrize("period", [1.3, 3.7])
@pytest.mark.slow
def test_what_swings_retraces_nothing(period):
    def swing(t):
        cells = synthetic.room(2)[None].repeat(len(t), 0).reshape(-1, synthetic.SIDE, synthetic.SIDE)
        across = (np.arange(synthetic.SIDE) + 0.5) / synthetic.SIDE
        there = 0.5 + 0.3 * np.sin(2 * np.pi * t / period)
        cells[:, 4:8] += 70 * np.exp(-(((across - there[:, None]) / 0.1) ** 2))[:, None]
        return cells.reshape(len(t), -1)

    assert retraces(*drawn([(0, 60)], swing)) == []


@pytest.mark.slow
def test_a_loop_is_retraced_from_its_second_turn_on_at_the_shortest_lag():
    times, pictures = drawn([(5, 20)] * 5, CAMERA)
    found = retraces(times, pictures)
    assert {round(one.lag, 1) for one in found} == {15.0}
    assert found[0].start == pytest.approx(15, abs=2 * SAMPLE)
    assert found[-1].end == pytest.approx(75, abs=2 * SAMPLE)
    assert sum(one.end - one.start for one in found) > 55


@pytest.mark.slow
def test_what_is_played_three_times_is_found_twice_at_the_lag_to_the_time_before():
    found = retraces(*drawn([(0, 40), (12, 24), (52, 70), (12, 24), (82, 90)], CAMERA))
    assert [round(one.start) for one in found] == [40, 70]
    assert [round(one.lag) for one in found] == [28, 30]


def test_light_that_changed_and_a_clock_over_all_hide_nothing():
    times, pictures = retraced()
    pictures = np.clip(pictures + np.linspace(0, 25, len(times))[:, None, None], 0, 255).astype(np.uint8)
    digits = np.random.default_rng(8).integers(0, 256, (len(times), 1, 1, 3))
    seconds = np.arange(len(times)) // 10 * 10
    pictures[:, 2:6, 2:14] = np.kron(digits[seconds], np.ones((1, 4, 4), int)).astype(np.uint8)[:, 0]
    (found,) = retraces(times, pictures)
    assert (found.start, found.end) == pytest.approx((40, 52), abs=2 * SAMPLE)


@pytest.mark.slow
def test_samples_that_were_forgotten_are_not_found_and_others_are():
    times, pictures = drawn([(0, 60), (50, 58), (68, 90), (10, 20), (100, 130)], CAMERA)
    (found,) = retraces(times, pictures, hours=30 / 3600)
    assert (found.start, found.lag) == pytest.approx((60, 10), abs=SAMPLE)


@pytest.mark.slow
def test_a_loop_that_goes_on_for_longer_than_is_held_is_retraced_all_along():
    times, pictures = drawn([(5, 17)] * 13, CAMERA)
    found = retraces(times, pictures, hours=60 / 3600)
    assert {round(one.lag, 1) for one in found} == {12.0}
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert sum(one.end - one.start for one in found) > 0.9 * (156 - 12)


def test_another_pace_is_no_retrace():
    _, pictures = drawn([(0, 40)], CAMERA)
    faster = np.concatenate([pictures, pictures[120:300:2]])
    assert retraces(np.arange(len(faster)) / RATE, faster) == []


def test_few_samples_retrace_nothing():
    for count in (0, 1, 2, 39, 41):
        times, pictures = drawn([(0, 10)], CAMERA)
        assert retraces(times[:count], pictures[:count]) == []


def test_cells_are_means_of_sixteen_pixels():
    pictures = np.random.default_rng(1).integers(0, 256, (3, 64, 64)).astype(np.uint8)
    plain = pictures.reshape(3, 16, 4, 16, 4).mean((2, 4)).reshape(3, -1)
    assert np.abs(cells_of(pictures) - plain).max() <= 0.5


@pytest.mark.parametrize(
    ("kind", "shown", "agrees"),
    [
        ("repeat", [(11.0, 14.0, 0.0), (39.0, 14.0, 0.0)], True),
        ("repeat", [(12.0, 9.0, 0.0), (42.0, 9.0, 2.0)], True),
        ("repeat", [(12.0, 9.0, 0.0), (42.0, 9.0, 0.0)], False),
        ("repeat", [(22.0, 3.0, 0.0), (50.0, 20.0, 0.0)], False),
        ("still", [(12.0, 12.0, 0.0), (40.0, 12.0, 0.0)], False),
    ],
)
@pytest.mark.slow
def test_a_retrace_stands_beside_the_repeat_that_shows_the_same_at_its_lag(kind, shown, agrees):
    times, pictures = retraced()
    walk = Walk(TrajectorySettings())
    walk.add(Frames(0, times, pictures))
    occurrences = tuple(
        replace(occurrence(start, length), content_start=content, content_end=content + length)
        for start, length, content in shown
    )
    repeat = Repeat(7, kind, shown[0][1], None, 0.99, "replay", occurrences)
    (found,) = walk.answer(replace(nothing(), repeats=(repeat,))).retraces
    assert found.repeat == (7 if agrees else None)
