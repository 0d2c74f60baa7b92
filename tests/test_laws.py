"""Laws of the answer, which hold for every video, on drawn fingerprints."""

import tracemalloc
from dataclasses import replace

import draws
import numpy as np
import pytest
import synthetic as s
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from loopfind.arrays.disk import Scratch
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Repeat, Report
from loopfind.model.video import Frames
from loopfind.registry import load

LAW = settings(max_examples=draws.examples(2), deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
"""Few examples, always the same ones, not made smaller when one fails: each is a whole analysis."""

seeds = st.integers(1, 900)
rates = st.sampled_from([10, 12, 24, 25, 30, 60])
scenes = st.builds(lambda draw, seed: draw(seed), st.sampled_from([s.film, s.camera]), seeds)


def claimed(report: Report) -> list[Repeat]:
    """The repeats and loops; a still is no claim of a replay."""
    return [repeat for repeat in report.repeats if repeat.kind != "still"]


def spans(report: Report) -> list[tuple[str, list[tuple[float, float]]]]:
    """Kind and occurrences of each claim, in seconds to the microsecond."""
    return [
        (repeat.kind, [(round(o.start, 6), round(o.end, 6)) for o in repeat.occurrences]) for repeat in claimed(report)
    ]


def only(report: Report, kind: str = "repeat") -> Repeat:
    """The one claim of a report."""
    assert [repeat.kind for repeat in claimed(report)] == [kind], spans(report)
    return claimed(report)[0]


def held(repeat: Repeat, wanted: list[tuple[float, float]], fps: float) -> None:
    """The occurrences are the wanted ones: each end within a frame, or the report says that it is open and holds it."""
    assert len(repeat.occurrences) == len(wanted), (repeat.occurrences, wanted)
    for found, (start, end) in zip(repeat.occurrences, wanted, strict=True):
        for time, true, open_ in ((found.start, start, found.start_range), (found.end, end, found.end_range)):
            inside = open_ is not None and open_[0] - 1e-6 <= true <= open_[1] + 1e-6
            assert abs(time - true) <= 1.01 / fps or inside, (repeat.occurrences, wanted)


@pytest.mark.slow
@LAW
@given(scenes, rates, seeds)
def test_frame_0_counts(scene: s.Scene, fps: int, noise: int) -> None:
    file = s.shown([(scene, 0, 3), (scene, 30, 36), (scene, 0, 3), (scene, 50, 54)], fps, seed=noise)
    repeat = only(s.answer(file))
    held(repeat, [(0, 3), (9, 12)], fps)
    assert repeat.occurrences[0].start_frame == 0 and repeat.occurrences[0].start == 0


@pytest.mark.slow
@LAW
@given(scenes, st.floats(0.001, 90_000), seeds)
def test_times_count_from_wherever_the_clock_starts(scene: s.Scene, by: float, noise: int) -> None:
    file = s.shown([(scene, 0, 12), (scene, 2, 5), (scene, 12, 16)], seed=noise)
    alone, after = s.answer(file), s.answer(s.later(file, by))
    assert len(claimed(alone)) == 1
    for one, other in zip(claimed(alone), claimed(after), strict=True):
        for here, there in zip(one.occurrences, other.occurrences, strict=True):
            assert (here.start_frame, here.end_frame) == (there.start_frame, there.end_frame)
            assert (there.start, there.end) == pytest.approx((here.start + by, here.end + by), abs=1e-5)


@pytest.mark.slow
@LAW
@given(scenes, seeds, st.floats(0.5, 0.9))
def test_a_variable_rate_makes_no_difference(scene: s.Scene, seed: int, share: float) -> None:
    """Frames left out at random, never two in a row: the repeat stays where it was."""
    file = s.shown([(scene, 0, 14), (scene, 3, 7), (scene, 14, 20)], 30, seed=seed)
    chosen = np.random.default_rng(seed).random(len(file)) < share
    chosen[::2] = True
    held(only(s.answer(s.kept(file, np.flatnonzero(chosen)))), [(3, 7), (14, 18)], 15)


@pytest.mark.slow
@LAW
@given(seeds, rates)
def test_noise_alone_gives_nothing(seed: int, fps: int) -> None:
    assert not s.answer(s.shown([(s.static(seed), 0, 20)], fps, seed=seed)).repeats


@pytest.mark.slow
@LAW
@given(seeds, rates)
def test_a_film_that_shows_nothing_twice_gives_no_repeat(seed: int, fps: int) -> None:
    report = s.answer(s.shown([(s.film(seed), 0, 45)], fps, seed=seed))
    assert not report.repeats and not report.cuts


@pytest.mark.slow
@LAW
@given(scenes, rates, seeds, st.integers(1, 6))
def test_black_and_title_cards_are_not_claimed(scene: s.Scene, fps: int, noise: int, seconds: int) -> None:
    card = s.still(7)
    pieces = [(scene, 0, 6), (card, 0, seconds), (scene, 6, 12), (s.black, 0, seconds), (scene, 12, 18)]
    pieces += [(card, 0, seconds), (scene, 18, 22), (s.black, 0, seconds), (scene, 22, 25)]
    report = s.answer(s.shown(pieces, fps, seed=noise))
    assert not claimed(report) and not report.cuts


@pytest.mark.slow
def test_an_hour_of_one_frozen_picture_is_bounded() -> None:
    """Whatever the matches of a still scene, memory stays near the signal's own: 100 bytes a frame."""
    file = s.frozen(90_000)
    tracemalloc.start()
    try:
        report = s.answer(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not report.repeats and report.verdict.coverage == 0
    assert peak < 48 << 20


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.0, s.NOISE])
def test_minutes_of_one_noisy_picture_is_bounded(noise: float) -> None:
    file = s.shown([(s.still(3), 0, 300)], 25, noise)
    tracemalloc.start()
    try:
        report = s.answer(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not claimed(report)
    assert peak < 40 << 20


@pytest.mark.slow
@LAW
@given(scenes, rates, seeds)
def test_the_same_fingerprint_gives_the_same_answer_from_memory_and_from_disk(
    scene: s.Scene, fps: int, noise: int
) -> None:
    file = s.shown([(scene, 0, 12), (scene, 2, 5), (scene, 12, 16)], fps, seed=noise)
    disk = Scratch(s.CELLS)
    for low in range(0, len(file), 37):
        disk.append(file.sketches[low : low + 37])
    one = s.answer(file)
    for other in (s.answer(file), s.answer(replace(file, sketches=disk))):
        assert (other.repeats, other.cuts, other.verdict) == (one.repeats, one.cuts, one.verdict)
        assert other.unjudged == one.unjudged
    disk.close()


def gathered(pictures: np.ndarray, times: np.ndarray, size: int) -> Fingerprint:
    """The fingerprint of pictures that came in batches of `size`."""
    gatherer = FingerprintBuilder(load("kind", "ahash", KINDS), 16)
    for low in range(0, len(times), size):
        gatherer.add(Frames(low, times[low : low + size], pictures[low : low + size]))
    return gatherer.fingerprint(float(times[-1]) + 0.04)


@pytest.mark.parametrize("size", [1, 7, 64, 200])
def test_batches_make_no_difference(size: int) -> None:
    pictures = np.random.default_rng(5).integers(0, 256, (200, 64, 64), np.uint8)
    times = np.arange(200) * 0.04
    one, other = gathered(pictures, times, 256), gathered(pictures, times, size)
    for name in ("times", "codes", "detail"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(one.sketches[0:200], other.sketches[0:200])
    assert one.end == other.end
