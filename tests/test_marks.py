"""A mark that wanders over a picture that stands still comes round, and shows nothing again."""

import draws
import numpy as np
import pytest
import synthetic as s
from test_laws import claimed, only
from test_overlays import FPS, chat, looped, mark, under

from loopfind.engine.evidence.marks import is_wandering, wave_share
from loopfind.engine.signal.extract import signal_of

ALL = np.ones(s.CELLS, bool)


def is_marked(scene: s.Scene, seconds: float = 60) -> bool:
    signal = signal_of(s.shown([(scene, 0, seconds)], FPS))
    return is_wandering(signal, 0, len(signal.times), ALL)


@pytest.mark.parametrize("seed", [1])
@pytest.mark.slow
def test_a_mark_over_a_still_view_is_no_repeat(seed: int) -> None:
    assert is_marked(under(s.still(seed), mark))
    assert claimed(s.answer(s.shown([(under(s.still(seed), mark), 0, 60)], FPS))) == []


@pytest.mark.every_moment
@pytest.mark.slow
def test_nothing_is_promised_where_a_mark_is_all_that_moves() -> None:
    assert s.answer(s.shown([(under(s.still(5), mark), 0, 60)], FPS)).verdict.shortest_findable is None


@pytest.mark.slow
def test_nor_is_it_beside_a_chat() -> None:
    assert claimed(s.answer(s.shown([(under(under(s.still(3), mark), chat), 0, 60)], FPS))) == []


@pytest.mark.parametrize("seed", draws.some(range(70, 76), 2))
@pytest.mark.parametrize("bodies", [1, 3])
@pytest.mark.slow
def test_what_a_camera_films_is_no_mark(seed: int, bodies: int) -> None:
    assert not is_marked(s.camera(seed, bodies=bodies))
    assert not is_marked(looped(s.camera(seed, bodies=bodies), 250))


@pytest.mark.slow
def test_a_loop_under_a_mark_is_found() -> None:
    scene = under(looped(s.camera(77), 200), mark)
    assert only(s.answer(s.shown([(scene, 0, 40)], FPS)), "loop").period == pytest.approx(8, abs=0.01)


@pytest.mark.slow
def test_a_small_body_that_loops_under_a_mark_is_found_though_the_mark_moves_most() -> None:
    body = looped(s.camera(78, bodies=1, size=0.08), 230)
    scene = under(body, lambda cells, t: mark(cells, 1.1 * t))
    assert is_marked(scene)
    assert only(s.answer(s.shown([(scene, 0, 46)], FPS)), "loop").period == pytest.approx(9.2, abs=0.01)


def test_a_course_to_and_fro_is_one_wave_and_any_other_is_not() -> None:
    seconds = np.arange(0, 60, 0.2)
    assert wave_share(seconds, np.abs((0.2 * seconds) % 2 - 1)) > 0.96
    assert wave_share(seconds, (0.1 * seconds) % 1) < 0.7  # goes by again and again, as cars do
    assert wave_share(seconds, 0.01 * seconds) < 0.7
    assert wave_share(seconds, np.random.default_rng(4).normal(size=len(seconds)).cumsum()) < 0.7
    assert wave_share(seconds, np.zeros(len(seconds))) == 0
