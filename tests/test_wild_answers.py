"""Streams under several overlays, layers, exact rhythms, and what is said of them, at small size."""

from dataclasses import replace

import draws
import numpy as np
import pytest
import synthetic as s
from test_edited_copies import boxed, cells, cropped, drawn
from test_laws import claimed, only
from test_overlays import FPS, chat, looped, mark, ticker, under

from loopfind.engine.candidates.plan import candidates_of
from loopfind.engine.evidence.differences import Fit
from loopfind.engine.evidence.extend import follow_line, grown
from loopfind.engine.evidence.parameters import ISLAND_REST
from loopfind.engine.evidence.photometry import fit_of
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.signal.extract import motion_within, signal_of
from loopfind.model.candidate import CandidateBatch, Line
from loopfind.model.dtypes import Floats
from loopfind.model.transform import Transform

_RHYTHM = "whose motion repeats itself exactly"


def part_of(scene: s.Scene, other: s.Scene, rows: slice) -> s.Scene:
    """The scene with some rows of another one."""

    def at(t: Floats) -> np.ndarray:
        cells = scene(t).reshape(-1, s.SIDE, s.SIDE).copy()
        cells[:, rows] = other(t).reshape(-1, s.SIDE, s.SIDE)[:, rows]
        return cells.reshape(-1, s.CELLS)

    return at


@pytest.mark.parametrize("seed", draws.some([31, 32, 33], 1))
@pytest.mark.slow
def test_a_loop_under_a_chat_and_a_wandering_mark_is_one_loop(seed: int) -> None:
    scene = under(under(looped(s.camera(seed), 200), mark), chat)
    repeat = only(s.answer(s.shown([(scene, 0, 40)], FPS)), "loop")
    assert repeat.period == pytest.approx(8, abs=0.01) and len(repeat.occurrences) == 5
    assert repeat.picture_share is not None and 0.3 < repeat.picture_share < 1


@pytest.mark.slow
def test_a_repeat_of_the_whole_picture_says_so() -> None:
    assert only(s.answer(s.shown([(looped(s.film(34), 150), 0, 24)], FPS)), "loop").picture_share == 1.0


@pytest.mark.parametrize("quadrant", ["upper left", "upper right", "lower left", "lower right"])
def test_the_codes_of_a_quadrant_know_nothing_of_the_others(quadrant: str) -> None:
    rows = slice(6) if "upper" in quadrant else slice(6, 12)
    columns = slice(6) if "left" in quadrant else slice(6, 12)
    one, other = s.camera(35), s.camera(36)

    def mixed(t: Floats) -> np.ndarray:
        cells = other(t).reshape(-1, s.SIDE, s.SIDE).copy()
        cells[:, rows, columns] = one(t).reshape(-1, s.SIDE, s.SIDE)[:, rows, columns]
        return cells.reshape(-1, s.CELLS)

    alone, among = (signal_of(s.shown([(scene, 0, 8)], FPS, noise=0)) for scene in (one, mixed))
    wanted = np.arange(200) >= 10
    assert np.array_equal(motion_within(alone, quadrant, wanted), motion_within(among, quadrant, wanted))
    assert not np.array_equal(alone.motion, among.motion)


@pytest.mark.slow
def test_two_layers_are_a_loop_of_what_both_need_and_their_own() -> None:
    """The upper half goes round every 14 frames, the lower one every 15: all of it after 210."""
    layers = part_of(looped(s.camera(37), 14), looped(s.camera(38), 15), slice(6, 12))
    report = s.answer(s.shown([(layers, 0, 30)], FPS))
    loops = {round(FPS * (repeat.period or 0)): repeat for repeat in claimed(report) if repeat.kind == "loop"}
    assert {14, 210} <= loops.keys()
    assert (loops[210].picture_share or 0) > 0.95 > 0.9 > (loops[14].picture_share or 1)


def test_boxes_over_a_copy_do_not_pass_for_other_brightness() -> None:
    film = s.film(39)

    def boxed(t: Floats) -> np.ndarray:
        cells = film(t).reshape(-1, s.SIDE, s.SIDE).copy()
        cells[:, 1:4, 8:11], cells[:, 9:11, 2:9] = 70, 250
        return cells.reshape(-1, s.CELLS)

    signal = signal_of(s.shown([(film, 0, 12), (boxed, 4, 10), (film, 12, 16)], FPS))
    fit = fit_of(signal, Line(1.0, 8.0, 4, 10, 9), np.arange(100, 250))
    assert (fit.gain, fit.offset) == (Fit().gain, Fit().offset)
    assert 20 <= (fit.weights == 0).sum() <= 40


@pytest.mark.parametrize(
    ("onset", "then", "wanted"),
    [
        ([1.0] * 5, [-1.0] * 40, 20),  # another motion begins in the same place
        ([1.0] * 12, [-1.0] * 40, 72),  # too much for that
        ([1.0] * 5, [0.0] * 40, 65),  # and the rest goes on
        ([1.0] * 5, [-1.0] * 6, 20),  # the file ends before it fell by as much
        ([1e-3], [-1.0] * 40, 20),  # a rest, and then other footage
    ],
)
def test_the_onset_of_another_motion_is_no_part_of_a_stretch(
    onset: list[float], then: list[float], wanted: int
) -> None:
    score = np.array([1.0] * 20 + [0.0] * 40 + onset + then)
    assert grown(score, round(ISLAND_REST * FPS)) == wanted


# ---- words ----


@pytest.mark.slow
def test_a_rhythm_over_most_of_a_file_is_said_to_be_possible() -> None:
    short = s.answer(s.shown([(looped(s.film(46, 1.0), 50), 0, 30)], FPS))
    assert only(short, "loop") and _RHYTHM in short.verdict.summary
    film = s.film(47)
    planted = s.answer(s.shown([(film, 0, 20), (film, 4, 9), (film, 20, 40)], FPS))
    assert only(planted) and _RHYTHM not in planted.verdict.summary
    long = s.answer(s.shown([(looped(film, 300), 0, 60)], FPS))
    assert only(long, "loop") and _RHYTHM not in long.verdict.summary


@pytest.mark.slow
def test_several_loops_are_counted() -> None:
    films = [s.film(50 + k, 1.0) for k in range(3)]
    pieces = [(looped(film, 50), 0, 4) for film in films]
    gaps = [(s.film(60 + k), 0, 4) for k in range(4)]
    report = s.answer(s.shown([gaps[0], pieces[0], gaps[1], pieces[1], gaps[2], pieces[2], gaps[3]], FPS))
    assert "3 loops of 2 s, each 2 times in a row." in report.verdict.summary
    twice = s.answer(s.shown([gaps[0], (films[0], 0, 4), gaps[1], (films[0], 0, 4), gaps[2]], FPS))
    assert twice.verdict.summary.endswith("is shown more than once: 1 repeat of 4 s.")


@pytest.mark.parametrize("seed", [70, 71, 72])
def test_chance_votes_beside_a_short_repeat_do_not_hide_it(seed: int) -> None:
    scene = s.film(seed)
    signal = signal_of(s.shown([(scene, 0, 20), (scene, 7, 7.48), (scene, 40, 44)], FPS))
    trace = follow_line(signal, Line(1.0, 13.0, 6.4, 8.1, 9))
    assert trace is not None
    inside = signal.times[trace.frames[trace.low : trace.high]]
    assert (inside[0], inside[-1]) == pytest.approx((7.0, 7.44))


@pytest.mark.parametrize("seed", draws.some([70, 71, 72], 1))
@pytest.mark.slow
def test_half_a_second_at_a_slow_rate_is_found(seed: int) -> None:
    scene = s.film(seed)
    repeat = only(s.answer(s.shown([(scene, 0, 20), (scene, 7, 7.5), (scene, 40, 44)], 12)))
    assert [(o.start, o.end) for o in repeat.occurrences] == [(7.0, 7.5), (20.0, 20.5)]


@pytest.mark.parametrize("pace", [0.04, 0.1])
@pytest.mark.slow
def test_what_changes_too_little_within_a_hop_is_compared_over_a_longer_one(pace: float) -> None:
    scene = s.camera(90, bodies=3)
    repeat = only(
        s.answer(s.shown([(lambda t: scene(pace * t), start, end) for start, end in ((0, 30), (5, 20))], FPS))
    )
    assert [(o.start, o.end) for o in repeat.occurrences] == [(5.0, 20.0), (30.0, 45.0)]


@pytest.mark.parametrize("speed", [0.8, 1.25])
@pytest.mark.slow
def test_a_copy_at_another_speed_is_a_candidate_by_its_motion_alone(speed: float) -> None:
    scene = s.camera(80, bodies=2, size=0.07)
    signal = signal_of(s.shown([(scene, 0, 14), (lambda t: scene(speed * t), 3 / speed, 11 / speed)], FPS))
    blind = replace(signal, picture=np.zeros_like(signal.picture))
    lines = [line for batch in candidates_of(blind) for line in batch.lines if line.slope == 1 / speed]
    assert any(line.slope * 7 + line.offset == pytest.approx(14 + 4 / speed, abs=0.1) for line in lines)


@pytest.mark.parametrize(("top", "left"), [(6, 6), (1, 7), (11, 2)])
@pytest.mark.slow
def test_a_crop_is_followed_wherever_it_was_taken(top: int, left: int) -> None:
    film, side = drawn(1), 48
    pieces: list[s.Piece] = [
        (lambda t: cells(film(t)), 0, 10),
        (s.film(51), 0, 3),
        (lambda t: cells(film(t)[:, top : top + side, left : left + side]), 1, 8),
    ]
    view = Transform(across=1.2, down=1.2)
    trace = follow_line(signal_of(s.shown(pieces, FPS)), Line(1.0, 12.0, 2, 7, 9, view=view, viewed_first=True))
    assert trace is not None and (trace.low, trace.high) == pytest.approx(trace.high - np.array([175, 0]), abs=1)
    found = trace.line.view
    assert (found.below, found.right) == pytest.approx(((30 - top) / side - 0.5, (30 - left) / side - 0.5), abs=0.04)


@pytest.mark.parametrize("scene", [s.film(61), s.camera(60, bodies=3)])
def test_an_end_that_lies_on_a_frame_takes_no_frame_past_it(scene: s.Scene) -> None:
    signal = signal_of(s.shown([(scene, 0, 20), (scene, 7, 7 + 17 / 24), (s.film(560), 40, 44)], 24))
    last = 7 * 24 + 16
    end = float(signal.times[last]) + signal.step
    assert end > signal.times[last + 1]  # for a rounding
    trace = follow_line(signal, Line(1.0, 13.0, float(signal.times[last - 11]), end, 9))
    assert trace is not None and trace.line.offset == pytest.approx(13.0, abs=signal.step / 4)


# ---- copies that were changed in two ways ----

_FILM = drawn(1)
_TWICE_CHANGED = {
    "mirrored and smaller": (lambda t: cells(boxed(_FILM(t))[:, :, ::-1]), 2.0, 8.0, (True, False, 1.0)),
    "mirrored and faster": (lambda t: cells(_FILM(1.25 * t)[:, :, ::-1]), 1.6, 6.4, (True, False, 1.25)),
    "backwards and cropped": (lambda t: cells(cropped(_FILM(8 - t))), 0.0, 6.0, (False, True, 1.0)),
}


@pytest.mark.parametrize("way", _TWICE_CHANGED)
@pytest.mark.slow
def test_a_copy_that_was_changed_in_two_ways_is_found(way: str) -> None:
    scene, start, end, (mirrored, backwards, speed) = _TWICE_CHANGED[way]
    repeat = only(s.answer(s.shown([(lambda t: cells(_FILM(t)), 0, 10), (s.film(51), 0, 3), (scene, start, end)], FPS)))
    first, second = repeat.occurrences
    assert (first.start, first.end) == pytest.approx((2, 8), abs=0.05)
    assert (second.start, second.end) == pytest.approx((13, 13 + end - start), abs=0.05)
    assert (second.mirrored, second.reversed) == (mirrored, backwards)
    assert second.speed == pytest.approx(speed, abs=0.01)


def test_of_all_speeds_the_lines_with_most_votes_come_first() -> None:
    scene = s.film(81)
    signal = signal_of(s.shown([(scene, 0, 12), (lambda t: scene(1.25 * t), 1.6, 8)], FPS))
    batch = next(batch for batch in candidates_of(signal) if any(not line.keeps_speed for line in batch.lines))
    votes = [line.votes for line in batch.lines]
    assert votes == sorted(votes, reverse=True) and batch.lines[0].slope == pytest.approx(0.8, abs=0.04)


# ---- little that moves, and little that changes ----


def twitching(seed: int) -> s.Scene:
    """A room in which four cells in the middle change, and nothing else."""
    rng = np.random.default_rng(seed)
    ways = [s.path(rng, 30.0) for _ in range(4)]

    def at(t: Floats) -> np.ndarray:
        shown = np.repeat(s.room(0).reshape(1, s.CELLS), len(t), 0)
        shown[:, [65, 66, 77, 78]] += np.stack([way(t) for way in ways], 1)
        return shown

    return at


@pytest.mark.parametrize(("turns", "found"), [(20, True), (1000, False)])
def test_a_small_mover_beside_a_ticker_is_believed_if_it_moves_for_long(turns: int, found: bool) -> None:
    scene = under(looped(twitching(1), 25 * turns), ticker)
    finder = RunFinder(signal_of(s.shown([(scene, 0, 50)], FPS)))
    finder.search(CandidateBatch((Line(1.0, 20.0, 5, 25, 9),), 1))
    assert bool(finder.runs) == found
