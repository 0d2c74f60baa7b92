"""Coordinates that are kept up by differences alone, beside those of whole pictures."""

import numpy as np
import pytest

from loopfind.engine.trajectory.differences import DifferenceWay

PIXELS, DIRECTIONS = 16 * 16, 6
RNG = np.random.default_rng(5)
BASIS = np.linalg.qr(RNG.normal(size=(PIXELS, DIRECTIONS)))[0].T.astype(np.float32)
CENTRE = RNG.uniform(50, 200, PIXELS).astype(np.float32)


def footage(count, noise=0.0, drift=0.0):
    """Return times (n,) at 10 a second, and pictures (n, p) float32 over which a bright body moves."""
    rng = np.random.default_rng(7)
    pictures = np.repeat(CENTRE[None], count, axis=0).reshape(count, 16, 16)
    for number, picture in enumerate(pictures):
        left = number // 2 % 12
        picture[5:9, left : left + 4] = 230
    pictures += rng.normal(0, noise, pictures.shape) + drift * np.arange(count)[:, None, None]
    return np.arange(count) / 10, pictures.reshape(count, PIXELS).astype(np.float32)


def exactly(pictures):
    return (pictures.astype(np.float64) - CENTRE) @ BASIS.T


def plainly(times, pictures, threshold, refresh):
    """Return the coordinates with every pixel looked at, and all in float64."""
    known, since, places = None, 0.0, []
    for time, picture in zip(times, pictures.astype(np.float64), strict=True):
        if known is None or time - since >= refresh:
            known, since = picture.copy(), time
        else:
            known = np.where(np.abs(picture - known) >= threshold, picture, known)
        places.append(BASIS @ (known - CENTRE))
    return np.array(places)


def test_without_a_threshold_the_differences_give_the_coordinates_of_the_pictures():
    times, pictures = footage(120, noise=3.0)
    way = DifferenceWay(BASIS, CENTRE, threshold=0.0, refresh_seconds=1e9)
    assert way.follow(times, pictures) == pytest.approx(exactly(pictures), abs=0.02)


@pytest.mark.parametrize("threshold", [1.0, 2.0, 6.0])
def test_differences_follow_as_the_plain_way_does(threshold):
    times, pictures = footage(150, noise=2.0, drift=0.05)
    way = DifferenceWay(BASIS, CENTRE, threshold, refresh_seconds=3.0)
    assert way.follow(times, pictures) == pytest.approx(plainly(times, pictures, threshold, 3.0), abs=0.02)


def test_it_goes_on_from_one_call_to_the_next():
    times, pictures = footage(100, noise=2.0)
    whole = DifferenceWay(BASIS, CENTRE).follow(times, pictures)
    parts = DifferenceWay(BASIS, CENTRE)
    cuts = [slice(0, 1), slice(1, 1), slice(1, 47), slice(47, 100)]
    assert np.array_equal(np.concatenate([parts.follow(times[one], pictures[one]) for one in cuts]), whole)


def test_pictures_of_whole_levels_are_followed_as_their_numbers_are():
    times, pictures = footage(40, noise=2.0)
    levels = np.clip(pictures, 0, 255).astype(np.uint8)
    whole = DifferenceWay(BASIS, CENTRE).follow(times, levels)
    assert np.array_equal(whole, DifferenceWay(BASIS, CENTRE).follow(times, levels.astype(np.float32)))


def test_light_that_fades_below_the_threshold_a_picture_does_not_add_up():
    """Each picture is a tenth of a level brighter: no two that follow one another differ by the threshold."""
    times, pictures = footage(600, drift=0.1)
    way = DifferenceWay(BASIS, CENTRE, threshold=2.0, refresh_seconds=1e9)
    off = np.linalg.norm(way.follow(times, pictures) - exactly(pictures), axis=1)
    assert off.max() <= 2.0 * np.sqrt(PIXELS)  # each pixel is known to within the threshold
    assert off[-100:].max() < 1.2 * off[100:200].max()


def test_a_whole_picture_takes_away_what_was_left_out():
    times, pictures = footage(120, noise=1.5)
    off = np.linalg.norm(DifferenceWay(BASIS, CENTRE, 4.0, 5.0).follow(times, pictures) - exactly(pictures), axis=1)
    assert off[[0, 50, 100]].max() < 1e-2
    assert off[[25, 75]].min() > 1e-2


def test_a_clock_that_falls_back_or_leaps_takes_a_whole_picture():
    _, pictures = footage(5, noise=3.0)
    times = np.array([0.0, 0.1, 60.0, 60.1, 3.0])
    off = np.linalg.norm(DifferenceWay(BASIS, CENTRE, 8.0).follow(times, pictures) - exactly(pictures), axis=1)
    assert off[[0, 2, 4]].max() < 1e-2
    assert off[[1, 3]].min() > 1e-2
