"""Freezes: one decoded frame in a row, named to the frame and apart from what is merely calm."""

from dataclasses import replace

import numpy as np
import pytest
import synthetic as s
from test_laws import claimed

from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Freeze

FPS = 25


def held_at(file: Fingerprint, first: int, last: int) -> Fingerprint:
    """The file with frames [first, last) replaced by the one at `first`, to the last bit."""
    sketches = np.asarray(file.sketches[0 : len(file)]).copy()
    sketches[first:last] = sketches[first]
    return replace(file, sketches=sketches)


def plain_rows(file: Fingerprint) -> list[tuple[int, int]]:
    """Rows of two frames and more that equal each other, by looking at one frame after the other."""
    rows, first = [], 0
    for frame in range(1, len(file) + 1):
        if frame == len(file) or (file.sketches[frame] != file.sketches[frame - 1]).any():
            if frame - first > 1:
                rows.append((first, frame))
            first = frame
    return rows


@pytest.mark.parametrize(("first", "last"), [(100, 106), (100, 400), (3, 60), (440, 500)])
@pytest.mark.slow
def test_a_freeze_is_named_to_the_frame(first: int, last: int) -> None:
    file = held_at(s.shown([(s.film(21), 0, 20)], FPS), first, last)
    assert plain_rows(file) == [(first, last)]
    (found,) = s.answer(file).frozen
    assert (found.start_frame, found.end_frame) == (first, last)
    assert (found.start, found.end) == pytest.approx((first / FPS, last / FPS))


@pytest.mark.slow
def test_what_an_encoder_refines_belongs_to_the_freeze() -> None:
    file = held_at(s.shown([(s.film(21), 0, 20)], FPS), 100, 160)
    sketches = np.asarray(file.sketches[0 : len(file)]).copy()
    sketches[101:130] += np.arange(29, dtype=np.uint16)[:, None]  # 29 256ths of a grey level, one a frame
    sketches[130:160] += 28
    (found,) = s.answer(replace(file, sketches=sketches)).frozen
    assert (found.start_frame, found.end_frame) == (100, 160)


@pytest.mark.slow
def test_a_freeze_is_no_repeat_and_no_still() -> None:
    """The film is held twice, and goes on between."""
    report = s.answer(held_at(held_at(s.shown([(s.film(22), 0, 30)], FPS), 200, 300), 400, 480))
    assert [(one.start_frame, one.end_frame) for one in report.frozen] == [(200, 300), (400, 480)]
    assert not report.repeats


@pytest.mark.parametrize("frames", [2, 4])
@pytest.mark.slow
def test_frames_that_a_rate_conversion_repeats_are_no_freeze(frames: int) -> None:
    assert s.answer(held_at(s.shown([(s.film(21), 0, 20)], FPS), 100, 100 + frames)).frozen == ()


@pytest.mark.slow
def test_a_calm_scene_a_slide_and_black_are_no_freeze() -> None:
    film = s.film(23)
    slide = s.shown([(s.still(1), 0, 4)], FPS, noise=0)
    file = s.joined(s.joined(s.shown([(film, 0, 10)], FPS), slide), s.shown([(s.still(2), 0, 4)], FPS))
    black = s.joined(file, s.shown([(s.black, 0, 2), (film, 10, 20)], FPS, noise=0))
    assert s.answer(black).frozen == ()


@pytest.mark.slow
def test_rows_that_an_encoder_skips_all_the_time_are_no_freeze() -> None:
    file = s.shown([(s.film(24), 0, 40)], FPS)
    for first in range(0, 1000, 8):
        file = held_at(file, first, first + 4)
    assert s.answer(file).frozen == ()
    (one,) = s.answer(held_at(file, 500, 560)).frozen
    assert one == Freeze(20.0, 22.4, 500, 560)


@pytest.mark.slow
def test_a_freeze_does_not_hide_a_replay() -> None:
    film = s.film(25)
    file = s.shown([(film, 0, 12), (film, 4, 9), (film, 12, 20)], FPS)
    report = s.answer(held_at(file, 460, 520))
    assert len(claimed(report)) == 1 and len(report.frozen) == 1
