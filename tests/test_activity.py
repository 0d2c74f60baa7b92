"""Steps taken again on a recorded screen: where all stands still in between, a claim asks for several events."""

import numpy as np
import pytest
import synthetic as s

from loopfind.engine.evidence.activity import eventful
from loopfind.engine.signal.extract import signal_of
from loopfind.model.dtypes import Floats

FPS = 25.0


def screen(instants: list[float], lasts: float = 0.4) -> s.Scene:
    """A screen on which a window appears or goes at each of the instants, within so many seconds."""
    page, window = s.room(1), np.zeros((s.SIDE, s.SIDE))
    window[2:9, 3:10] = 60.0

    def at(t: Floats) -> np.ndarray:
        steps = np.concatenate([[-10.0], instants])
        number = np.searchsorted(steps, t, side="right") - 1
        part = np.clip((t - steps[number]) / lasts, 0, 1)
        there = np.where(number % 2 == 1, part, 1 - part)
        return np.asarray(page + there[:, None] * window.ravel())

    return at


def held(scene: s.Scene, start: float, end: float, noise: float = 0.0) -> bool:
    signal = signal_of(s.shown([(scene, 0, 30)], FPS, noise))
    return eventful(signal, round(start * FPS), round(end * FPS))


def test_one_step_is_not_enough_and_several_are() -> None:
    scene = screen([2.0, 4.1, 6.9, 9.2, 12.0])
    assert not held(scene, 1.0, 3.0)
    assert not held(scene, 1.0, 8.0)
    assert held(scene, 1.0, 11.0)


def test_what_never_stands_still_to_the_pixel_is_not_counted() -> None:
    assert held(screen([2.0]), 1.0, 3.0, noise=s.NOISE)
    assert held(s.camera(1), 1.0, 1.6)


def test_unbroken_motion_counts_for_as_long_as_it_lasts() -> None:
    scene = s.camera(2)
    assert held(lambda t: scene(np.clip(t, 5, 8)), 3.0, 10.0)
    assert not held(lambda t: scene(np.clip(t, 5, 6)), 3.0, 8.0)


def test_a_caret_that_blinks_is_no_event_beside_windows_that_open() -> None:
    scene, caret = screen([2.0, 4.5, 5.5], 0.04), np.arange(s.CELLS) == 40
    blinking = lambda t: scene(t) + 2.5 * caret * (t // 0.5 % 2)[:, None]  # noqa: E731 - a scene
    steps, beside = (signal_of(s.shown([(one, 0, 8)], FPS, 0.0)) for one in (scene, blinking))
    assert not eventful(steps, 0, 200) and not eventful(beside, 0, 200)


def test_events_are_looked_for_past_the_first_minute() -> None:
    scene = screen([70.0, 73.1, 75.0, 78.2])
    assert eventful(signal_of(s.shown([(scene, 0, 80)], FPS, 0.0)), 0, round(80 * FPS))


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.02])
def test_a_screen_that_does_one_thing_twice_is_not_claimed(noise: float) -> None:
    steps = [3.0, 4.0, 11.3, 12.3, 19.0, 26.0, 27.9]
    report = s.answer(s.shown([(screen(steps), 0, 30)], FPS, noise))
    assert not [repeat for repeat in report.repeats if repeat.kind != "still"]


@pytest.mark.slow
def test_a_screen_whose_steps_are_shown_again_is_claimed() -> None:
    rng = np.random.default_rng(5)
    scene = screen(np.cumsum(rng.uniform(0.5, 1.6, 30)).tolist())
    report = s.answer(s.shown([(scene, 0, 25), (scene, 8, 16)], FPS, 0.02))
    (claim,) = [repeat for repeat in report.repeats if repeat.kind != "still"]
    assert claim.occurrences[0].start == pytest.approx(8, abs=1.0) and claim.length == pytest.approx(8, abs=1.5)
