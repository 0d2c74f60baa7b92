"""Across files: copies that others edited, files of unlike rhythm and noise, and what only repeats inside one file."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import synthetic as s

from loopfind.engine.candidates.parameters import INSETS
from loopfind.engine.candidates.plan import candidates_of
from loopfind.engine.cross_file import across
from loopfind.engine.signal.concat import joint_timeline_of
from loopfind.engine.signal.extract import signal_of
from loopfind.engine.signal.per_file import local_signal
from loopfind.model.candidate import Line
from loopfind.model.transform import Transform, matrix
from loopfind.settings import CompareSettings

FINE = 60


def drawn(seed):
    """A film drawn finer than cells: pictures (n, 60, 60) at instants (n,); a shot lasts 3 s and has five bodies."""
    far = np.hypot(np.fft.fftfreq(FINE)[:, None], np.fft.fftfreq(FINE)[None, :]) + 1 / FINE
    y = (np.arange(FINE) + 0.5) / FINE
    made = {}

    def shot(number):
        rng = np.random.default_rng((seed, number))
        ways = [
            (s.path(rng, 0.3), s.path(rng, 0.3), rng.uniform(0.05, 0.2), rng.uniform(0.05, 0.2), rng.uniform(-80, 80))
            for _ in range(5)
        ]
        ground = np.fft.ifft2(np.fft.fft2(rng.standard_normal((FINE, FINE))) / far**1.5).real
        return 120 + 28 * ground / ground.std(), ways

    def at(t):
        pictures = []
        for instant in t.tolist():
            number = int(instant // 3)
            ground, ways = made.setdefault(number, shot(number))
            picture = ground.copy()
            for down, side, tall, wide, bright in ways:
                one = np.array([instant])
                rows = np.exp(-(((y - 0.5 - down(one)) / tall) ** 2))
                picture += bright * np.outer(rows, np.exp(-(((y - 0.5 - side(one)) / wide) ** 2)))
            pictures.append(picture)
        return np.stack(pictures) if pictures else np.zeros((0, FINE, FINE))

    return at


def cells(pictures):
    """Pictures (n, 12 k, 12 k) as cells (n, 144)."""
    size = pictures.shape[1] // 12
    return pictures.reshape(len(pictures), 12, size, 12, size).mean((2, 4)).reshape(-1, 144)


def cropped(pictures):
    """The middle of the pictures, 80 % as wide and as high."""
    return pictures[:, 6:-6, 6:-6]


def boxed(pictures):
    """The pictures 5/6 as high and as wide, amid black."""
    return np.pad(pictures, ((0, 0), (6, 6), (6, 6)))


@pytest.mark.slow
@pytest.mark.parametrize("edit", [cropped, boxed])
def test_a_crop_and_a_box_are_found_to_the_frame(edit):
    film = drawn(1)
    files = [
        s.shown([(lambda t: cells(film(t)), 0, 15)], 25, seed=1),
        s.shown([(lambda t: cells(edit(film(t))), 6, 14)], 25, seed=2),
    ]
    (repeat,), (pair,) = across(files, CompareSettings())
    first, second = repeat.occurrences
    assert pair.files == (0, 1)
    assert (first.start, first.end) == pytest.approx((6, 14), abs=0.05)
    assert (second.start, second.end) == pytest.approx((0, 8), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("down", "right"), [(0, 0), (6, 0)])
def test_a_copy_in_a_corner_of_another_film_is_found(down, right):
    film, host = s.film(3), s.film(90)

    def both(t):
        picture = host(t).reshape(-1, 12, 12)
        small = film(t).reshape(-1, 6, 2, 6, 2).mean((2, 4))
        picture[:, down : down + 6, right : right + 6] = small
        return picture.reshape(-1, 144)

    files = [
        s.shown([(film, 0, 15)], 25, seed=1),
        s.shown([(both, 5, 13)], 25, seed=2),
        s.shown([(host, 2, 14)], 25, seed=3),
    ]
    repeats, pairs = across(files, CompareSettings())
    assert {pair.files for pair in pairs} >= {(0, 1)} and (0, 2) not in {pair.files for pair in pairs}
    first, second = next(repeat for repeat in repeats if repeat.occurrences[0].file == 0).occurrences
    assert (first.start, first.end) == pytest.approx((5, 13), abs=0.05)
    assert (second.start, second.end) == pytest.approx((0, 8), abs=0.05)


def test_a_rough_picture_is_what_a_corner_shows_of_it():
    picture, host = np.random.default_rng(1).random((2, 12, 12)) * 200
    for view in INSETS:
        size = int(view.across)
        small = picture.reshape(12 // size, size, 12 // size, size).mean((1, 3))
        down = 0 if view.below > 0 else 12 - 12 // size
        right = 0 if view.right > 0 else 12 - 12 // size
        shown = host.copy()
        shown[down : down + 12 // size, right : right + 12 // size] = small
        seen = matrix(view) @ shown.ravel()
        assert np.abs(seen - matrix(replace(view, rough=True)) @ picture.ravel()).max() < 6


def test_a_zoom_is_told_with_less_error_than_by_sharing_cells_out():
    pictures = drawn(7)(np.arange(0, 30, 0.5))
    wanted, known = cells(cropped(pictures)), cells(pictures)
    edges = ((np.arange(13) / 12 - 0.5) * 0.8 + 0.5) * 12
    shared = np.array([[max(0, min(high, k + 1) - max(low, k)) for k in range(12)] for low, high in pairwise(edges)])
    shared /= shared.sum(1, keepdims=True)
    plain = np.einsum("ui,vj,nij->nuv", shared, shared, known.reshape(-1, 12, 12)).reshape(-1, 144)
    told = known @ matrix(Transform(across=1.25, down=1.25)).T
    assert np.square(told - wanted).mean() < 0.8 * np.square(plain - wanted).mean()


@pytest.mark.parametrize(
    "view", [Transform(across=1.3, down=1.1), Transform(across=0.75), Transform(down=0.6), *INSETS[:5:4]]
)
def test_an_even_picture_stays_even_through_a_zoom(view):
    seen = matrix(view) @ np.full(144, 90.0)
    inside = seen[matrix(view).sum(1) > 0.999]
    assert len(inside) and np.allclose(inside, 90, atol=0.01) and (seen < 90.01).all()


@pytest.mark.slow
def test_a_slow_file_is_found_among_fast_ones():
    """At 12.5 frames a second no two frames lie 0.2 s apart, nor as far as the frames of the other files."""
    film = s.film(11)
    files = [s.shown([(s.film(k), 0, 10)], 30, seed=k) for k in range(20, 23)]
    files += [s.shown([(film, 0, 12)], 12.5, seed=1), s.shown([(film, 2.4, 9.6)], 12.5, seed=2)]
    _, (pair,) = across(files, CompareSettings())
    assert pair.files == (3, 4) and pair.whole == (False, True)


def test_each_file_keeps_its_own_step_and_noise():
    files = [
        s.shown([(s.still(1), 0, 10)], 25, noise=0.1, seed=1),
        s.shown([(s.still(1), 0, 10)], 60, noise=0.6, seed=2),
        s.shown([(s.still(2), 0, 10)], 10, noise=0.1, seed=3),
    ]
    joint = joint_timeline_of(files)
    signal = signal_of(joint.track, joint.parts(False))
    assert signal.parts is not None
    assert signal.parts.step == pytest.approx([1 / 25, 1 / 60, 1 / 10])
    assert signal.parts.noise[1] > 2 * max(signal.parts.noise[0], signal.parts.noise[2])
    begin, later = float(joint.shift[0]), float(joint.shift[1])
    near = local_signal(signal, Line(1.0, later - begin, begin, begin + 2, 1))
    assert near.step == pytest.approx(1 / 60)
    assert near.noise == pytest.approx((signal.parts.noise[0] + signal.parts.noise[1]) / 2)
    assert local_signal(signal_of(files[0]), Line(1.0, 3.0, 0.0, 1.0, 1)).step == pytest.approx(1 / 25)


@pytest.mark.parametrize("own", [False, True])
def test_what_repeats_inside_a_file_is_looked_for_only_where_asked(own):
    film = s.film(12)
    files = [
        s.shown([(film, 0, 3), (film, 0, 3), (film, 0, 3)], 25, seed=1),
        s.shown([(s.film(13), 0, 6), (film, 0, 2)], 25, seed=2),
    ]
    joint = joint_timeline_of(files)
    signal = signal_of(joint.track, joint.parts(own))
    lines = next(candidates_of(signal, True)).lines
    middles = [(line.start + line.end) / 2 for line in lines]
    ends = [line.slope * middle + line.offset for line, middle in zip(lines, middles, strict=True)]
    edge = float(joint.shift[1])
    inside = [(a < edge) == (b < edge) for a, b in zip(middles, ends, strict=True)]
    assert lines and any(inside) == own


@pytest.mark.slow
def test_nearly_equal_rates_are_followed_to_the_end_of_both():
    """As an editor converts rates: each instant shows the frame that is nearest to it."""
    film, rate = s.film(14), 29.83
    files = [
        s.shown([(film, 0, 14)], rate, seed=1),
        s.shown([(lambda t: film(np.round(t * rate) / rate), 3, 11)], 30, seed=2),
    ]
    (repeat,), (pair,) = across(files, CompareSettings())
    first, second = repeat.occurrences
    assert (first.start, first.end) == pytest.approx((3, 11), abs=0.07)
    assert (second.start, second.end) == pytest.approx((0, 8), abs=0.07) and pair.whole == (False, True)
