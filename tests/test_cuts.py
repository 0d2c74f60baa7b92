"""Suspect cuts and their kinds, on drawn fingerprints."""

import draws
import numpy as np
import pytest
import synthetic as s
from hypothesis import given
from test_laws import LAW, held, only, scenes, seeds

FPS = 25


def mixed(one: s.Scene, other: s.Scene, start: float, end: float) -> s.Scene:
    """One scene until `start`, the other from `end`, a steady mix of both between them."""

    def at(t: np.ndarray) -> np.ndarray:
        share = np.clip((t - start) / (end - start), 0, 1)[:, None]
        return np.asarray((1 - share) * one(t) + share * other(t))

    return at


def moved(scene: s.Scene, by: float) -> s.Scene:
    """The scene, so many seconds later."""
    return lambda t: scene(t - by)


@pytest.mark.slow
@LAW
@given(scenes, seeds)
def test_where_a_recording_turns_back_on_itself_is_a_seamless_splice(scene: s.Scene, noise: int) -> None:
    """The last frame is shown twice and the motion turns: nothing jumps, and no camera does that."""
    pieces = [(scene, 0, 9), (s.backwards(scene), -9 + 1 / FPS, -3 + 1 / FPS), (scene, 40, 48)]
    report = s.answer(s.shown(pieces, FPS, seed=noise))
    only(report)
    turn = [cut for cut in report.cuts if abs(cut.time - 9) <= 1.01 / FPS]
    assert [cut.kind for cut in turn] == ["seamless"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", draws.some([1, 2, 4, 3, 5], 1))
def test_every_turn_of_a_loop_begins_at_a_splice_that_need_not_show(seed: int) -> None:
    """The turn's end glides back to its beginning as fast as anything moves there."""
    camera = s.camera(seed, bodies=6, size=0.2)
    turn = mixed(camera, moved(camera, 4), 3, 4)
    pieces = [(s.film(seed), 0, 5), *[(turn, 0, 4)] * 4, (s.film(seed), 5, 9)]
    report = s.answer(s.shown(pieces, FPS, seed=seed))
    only(report, "loop")
    assert [cut.time for cut in report.cuts] == pytest.approx([5, 9, 13, 17, 21])
    assert {cut.kind for cut in report.cuts[1:-1]} == {"seamless"}


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "through_black"), [(1, False), (2, True)])
def test_a_copy_that_is_faded_in_and_out_is_a_fade_at_both_ends(seed: int, through_black: bool) -> None:
    """A minute's shot, and its seconds 4 to 12 again, laid into other pictures by fades of 0.6 s."""
    shot, other = s.camera(seed, seed), s.camera(seed + 50, seed + 50)
    copy = moved(shot, 16)
    if through_black:
        into = mixed(mixed(other, s.black, 19.4, 20), copy, 20, 20.6)
        whole = mixed(mixed(into, s.black, 27.4, 28), other, 28, 28.6)
    else:
        whole = mixed(mixed(other, copy, 19.7, 20.3), other, 27.7, 28.3)
    report = s.answer(s.shown([(shot, 0, 16), (whole, 16, 36)], FPS, seed=seed))
    repeat = only(report)
    second = repeat.occurrences[1]
    assert abs(second.start - 20) <= 0.7 and abs(second.end - 28) <= 0.7
    assert [cut.time for cut in report.cuts] == pytest.approx([second.start, second.end])
    assert [cut.kind for cut in report.cuts] == ["fade", "fade"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", draws.some([1, 3, 2], 1))
def test_a_few_frames_of_another_picture_before_a_cut_are_no_part_of_the_repeat(seed: int) -> None:
    """Behind the copy three frames show another picture that resembles it, and then comes a hard cut."""
    film, other = s.camera(seed, seed), s.film(seed + 50)
    alike = lambda t: 0.6 * film(t + 5.0) + 0.4 * other(t)  # noqa: E731 - a scene
    pieces = [(film, 0, 15), (film, 3, 9), (alike, 4, 4 + 3 / FPS), (other, 10, 20)]
    held(only(s.answer(s.shown(pieces, FPS, seed=seed))), [(3, 9), (15, 21)], FPS)


def quiet(seed: int, share: float) -> s.Scene:
    """A fixed camera on which bodies stand out by a share of what they usually do, but never rest."""
    camera, room = s.camera(seed, seed, 8, 0.1), s.room(seed)
    return lambda t: room + share * (camera(t) - room)


@pytest.mark.parametrize(("seed", "share"), draws.some([(2, 0.1), (5, 0.15), (4, 0.1), (1, 0.15)], 1))
@pytest.mark.slow
def test_a_loop_on_a_quiet_camera_is_found_and_begins_where_its_turns_do(seed: int, share: float) -> None:
    """By its content the loop may begin a few frames earlier; the small jump between its turns says where."""
    scene = quiet(seed, share)
    report = s.answer(s.shown([(scene, 0, 8), *[(scene, 20, 24)] * 3, (scene, 40, 48)], FPS, seed=seed))
    held(only(report, "loop"), [(8, 12), (12, 16), (16, 20)], FPS)
    assert [cut.time for cut in report.cuts] == pytest.approx([8, 12, 16, 20])


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.1])
def test_a_quiet_camera_that_shows_nothing_twice_gives_no_repeat(share: float) -> None:
    seed = round(100 * share)
    report = s.answer(s.shown([(quiet(seed, share), 0, 45)], FPS, seed=seed))
    assert all(repeat.kind == "still" for repeat in report.repeats) and not report.cuts


@pytest.mark.slow
def test_a_subtitle_on_one_showing_does_not_part_a_repeat() -> None:
    """Seconds 5 to 15 of a film are shown again, the second time with two rows of white for two seconds."""
    scene = s.film(3)

    def titled(t: np.ndarray) -> np.ndarray:
        cells = scene(t).reshape(-1, s.SIDE, s.SIDE)
        cells[(t >= 9) & (t < 11), -3:-1, 2:-2] = 235
        return cells.reshape(len(cells), -1)

    report = s.answer(s.shown([(scene, 0, 20), (titled, 5, 15), (scene, 20, 30)]))
    (repeat,) = report.repeats
    assert [(o.start, o.end) for o in repeat.occurrences] == [(5.0, 15.0), (20.0, 30.0)]
