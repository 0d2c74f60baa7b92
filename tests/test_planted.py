"""Passages made unusual: a pair of videos differs in its passage alone, and in the way that the edit says."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fixed_camera import Footage, reduced
from planted import EDITS, passages, plant

RATE, HIGH, WIDE = 10.0, 60, 80
START = 20.0


@cache
def crossing(seconds=40, period=5.0):
    """A square that crosses the picture from left to right, 16 pixels a second, once in each period."""
    rng = np.random.default_rng(3)
    scene = np.repeat(np.linspace(60, 120, HIGH)[:, None], WIDE, 1)
    pictures = np.empty((round(seconds * RATE), HIGH, WIDE), np.uint8)
    for k in range(len(pictures)):
        picture = scene + rng.normal(0, 1, scene.shape)
        left = round((k / RATE % period) * 16)
        picture[20:32, left : left + 12] = 220
        pictures[k] = np.clip(picture, 0, 255)
    return Footage("crossing", RATE, pictures)


def whole(timeline):
    return np.concatenate(list(timeline.batches()))


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.slow
def test_a_pair_is_the_same_before_its_passage_and_follows_from_its_seed(edit):
    pair = plant(crossing(), edit, START, 5)
    edited, unedited = whole(pair.edited), whole(pair.unedited)
    first = crossing().frame(pair.passage.start)
    assert (edited[:first] == unedited[:first]).all()
    inside = slice(first, crossing().frame(pair.passage.end))
    assert (edited[inside] != unedited[inside]).any()
    assert (whole(plant(crossing(), edit, START, 5).edited) == edited).all()
    if len(edited) == len(unedited):
        assert (edited[inside.stop + 1 :] == unedited[inside.stop + 1 :]).all()


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.slow
def test_small_pictures_are_those_of_the_whole_ones(edit):
    pair = plant(crossing(), edit, START, 5)
    assert (pair.edited.small() == reduced(whole(pair.edited))).all()


def test_a_faster_passage_shows_all_of_what_was_sped_up():
    for times, edit in ((2, "faster 2x"), (3, "faster 3x")):
        pair = plant(crossing(), edit, START)
        assert (np.diff(pair.edited.order[200:240]) == times).all()
        assert pair.edited.order[240] == 200 + 40 * times
        assert pair.against[1].length == pytest.approx(4.0 * times)


def test_what_runs_backwards_never_jumps():
    pair = plant(crossing(), "backwards", START)
    assert (np.abs(np.diff(pair.edited.order)) == 1).all()
    assert pair.passage.start == START + 4 and pair.against[0].start == START


def test_a_held_picture_keeps_the_noise_of_the_camera_and_goes_on_where_it_stood():
    pair = plant(crossing(), "stands still", START)
    edited = whole(pair.edited)
    steps = np.abs(np.diff(edited[200:240].astype(int), axis=0)).mean((1, 2))
    quiet = np.abs(np.diff(crossing().pictures[:, 50:].astype(int), axis=0)).mean()
    assert quiet / 3 < steps.mean() < 3 * quiet
    assert (edited[240:] == crossing().pictures[200:]).all()


def test_what_goes_the_wrong_way_comes_from_the_other_side_over_the_same_background():
    edited = whole(plant(crossing(), "wrong way", START).edited)
    bright = [np.flatnonzero(edited[k, 22:30].mean(0) > 180).mean() for k in (205, 215, 225, 235)]
    assert (np.diff(bright) < -10).all()
    background = np.abs(edited[200:240, 40:] - crossing().background[40:])
    assert background.mean() < 3


def test_a_body_is_as_high_as_is_said():
    for edit, least, most in (("foreign object", 0.06, 0.15), ("object left", 0.05, 0.12)):
        for seed in range(6):
            pair = plant(crossing(), edit, START, seed)
            (body,) = pair.edited.layers
            assert least * HIGH - 1 <= body.texture.shape[0] - 2 <= max(5, most * HIGH + 1)


def test_passages_are_lively_spread_and_held_out():
    found = passages(crossing(), 3)
    assert len(found) == 3
    assert found[0] >= crossing().seconds / 2 and found[-1] + 4 <= crossing().seconds
    assert (np.diff(found) >= 4).all()
