"""Laws on drawn fingerprints that are easy to break: low rates, shot changes near an end, crowded cameras."""

import pytest
import synthetic as s
from hypothesis import given
from hypothesis import strategies as st
from test_laws import LAW, claimed, held, only, rates, scenes, seeds


@pytest.mark.slow
@LAW
@given(scenes, rates, st.integers(0, 8), st.integers(2, 12), st.integers(2, 10), seeds)
def test_a_planted_stretch_is_found_to_the_frame(
    scene: s.Scene, fps: int, start: int, halves: int, lag: int, noise: int
) -> None:
    end = start + halves / 2
    again = end + lag
    file = s.shown([(scene, 0, again), (scene, start, end), (scene, again, again + 5)], fps, seed=noise)
    held(only(s.answer(file)), [(start, end), (again, again + end - start)], fps)


@pytest.mark.slow
@LAW
@given(scenes, rates, st.integers(2, 12), seeds)
def test_a_video_twice_in_a_row_is_one_loop_of_its_own_length(
    scene: s.Scene, fps: int, length: int, noise: int
) -> None:
    repeat = only(s.answer(s.shown([(scene, 0, length)] * 2, fps, seed=noise)), "loop")
    assert repeat.period == pytest.approx(length, abs=1e-6)
    edges = [edge for o in repeat.occurrences for edge in (o.start, o.end)]
    assert edges == pytest.approx([0, length, length, 2 * length])


@pytest.mark.slow
@LAW
@given(seeds, rates, st.integers(0, 5), st.floats(0.05, 0.6))
def test_a_fixed_camera_with_fresh_motion_gives_no_repeat(seed: int, fps: int, bodies: int, noise: float) -> None:
    """Three recordings from one place, empty or busy, quiet or noisy: the room is the same and nothing else is."""
    recordings = [(s.camera(seed + k, where=seed, bodies=bodies), 0.0, 15.0) for k in range(3)]
    report = s.answer(s.shown(recordings, fps, noise, seed))
    assert not claimed(report) and not report.cuts


# ---- minimal cases ----


@pytest.mark.slow
def test_small_a_second_at_10_fps_is_found():
    film = s.film(1)
    held(only(s.answer(s.shown([(film, 0, 3), (film, 0, 1), (film, 3, 8)], 10, seed=1))), [(0, 1), (3, 4)], 10)


@pytest.mark.slow
def test_small_a_loop_whose_turn_ends_just_after_a_shot_change():
    """film(68) cuts 7 frames before its turn ends: the loop is reported as a repeat that ends at that cut."""
    repeat = only(s.answer(s.shown([(s.film(68), 0, 3)] * 2, 60, seed=613)), "loop")
    assert repeat.period == pytest.approx(3)


@pytest.mark.slow
def test_small_two_bodies_on_a_fixed_camera():
    recordings = [(s.camera(377 + k, where=377, bodies=2), 0.0, 15.0) for k in range(3)]
    assert not claimed(s.answer(s.shown(recordings, 24, 0.06601505541222981, 377)))


@pytest.mark.slow
def test_small_no_line_slides_onto_lag_0():
    """10 frames a second: align() moves a line of 0.3 s by up to 4 frames, onto the identity; loops_of divides by
    it."""
    s.answer(s.shown([(s.film(1), 0, 45)], 10, seed=1))


@pytest.mark.slow
def test_small_cuts_of_a_fixed_camera_at_10_fps():
    film = s.camera(1)
    report = s.answer(s.shown([(film, 0, 20), (film, 5, 9), (film, 30, 40)], 10))
    assert [cut.time for cut in report.cuts] == pytest.approx([20, 24])


@pytest.mark.slow
def test_small_a_still_ends_where_black_begins():
    """The card is shown from 8 to 12 and from 31 to 35, then black to 38: the second still is said to last to 38."""
    film, card = s.film(1), (s.still(5), 0, 4)
    pieces = [(film, 0, 8), card, (film, 8, 16), (s.black, 0, 3), (film, 16, 24), card, (s.black, 0, 3), (film, 24, 30)]
    stills = [[(o.start, o.end) for o in r.occurrences] for r in s.answer(s.shown(pieces)).repeats if r.kind == "still"]
    assert stills == [[(8, 12), (31, 35)]]


@pytest.mark.slow
def test_small_two_moments_of_one_shot_are_no_repeat():
    """Within one shot of slow bodies; it passed until the engine of 17:36."""
    assert not claimed(s.answer(s.shown([(s.film(864), 0, 45)], 60, seed=864)))
