"""Repeats beside what covers a part of the picture, in drifting light and between black and dissolves."""

from collections.abc import Callable

import draws
import numpy as np
import pytest
import synthetic as s
from test_cuts import mixed, moved
from test_laws import claimed, held, only

from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence.closure import implied_candidates
from loopfind.engine.evidence.differences import Fit
from loopfind.engine.evidence.parameters import COVERED_SHARE, HOP, LAGS_BESIDE, OUTLIER_CAP, OUTLIER_SHARE
from loopfind.engine.evidence.region import measure_regions
from loopfind.engine.findings import runs_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats
from loopfind.model.fingerprint import Signal

FPS = 25
Overlay = Callable[[np.ndarray, Floats], None]
"""Draws over pictures (n, 12, 12) that are shown at instants (n,) of the file."""


def scrolled(rows: np.ndarray, at: Floats, count: int) -> np.ndarray:
    """The rows (n, count, ...) of a long roll that are in view at each place (n,), between two rows mixed."""
    whole = np.floor(at).astype(int)[:, None] + np.arange(count)
    part = (at - np.floor(at)).reshape(-1, *[1] * rows.ndim)
    return (1 - part) * rows[whole] + part * rows[whole + 1]


def chat(cells: np.ndarray, t: Floats) -> None:
    """A quarter of the picture, on the right, whose lines scroll and never come again."""
    lines = np.random.default_rng(91).uniform(40, 220, (2000, 3))
    cells[:, :, -3:] = scrolled(lines, 3 * t, s.SIDE)


def ticker(cells: np.ndarray, t: Floats) -> None:
    """The bottom row, whose text runs and never comes again."""
    text = np.random.default_rng(92).uniform(40, 220, 4000)
    cells[:, -1] = scrolled(text, 4 * t, s.SIDE)


def mark(cells: np.ndarray, t: Floats) -> None:
    """A bright mark that bounces from side to side."""
    y = (np.arange(s.SIDE) + 0.5) / s.SIDE
    down, across = (np.abs((speed * t) % 2 - 1) for speed in (0.233, 0.377))
    spot = np.exp(-(((y - down[:, None]) / 0.08) ** 2))[:, :, None]
    cells += 60 * spot * np.exp(-(((y - across[:, None]) / 0.08) ** 2))[:, None, :]


OVERLAYS = [chat, ticker, mark]


def under(scene: s.Scene, overlay: Overlay) -> s.Scene:
    """The scene with an overlay, which goes by the time of the file."""

    def at(t: Floats) -> np.ndarray:
        cells = scene(t).reshape(-1, s.SIDE, s.SIDE).copy()
        overlay(cells, t)
        return cells.reshape(-1, s.CELLS)

    return at


def looped(scene: s.Scene, frames: int) -> s.Scene:
    """The scene's first frames over and over."""
    return lambda t: scene(np.rint(t * FPS) % frames / FPS)


# ---- cells ----


def plain_change(signal: Signal, frame: int, earlier: int) -> list[float]:
    """The change of each cell between two frames that no gain and offset of the whole picture explains."""
    now, before = ([float(cell) / 256 for cell in signal.cells[f : f + 1][0]] for f in (frame, earlier))
    later, former = ([cell - sum(cells) / len(cells) for cell in cells] for cells in (now, before))
    square = sum(cell * cell for cell in former)
    gain = max(0.0, sum(a * b for a, b in zip(later, former, strict=True)) / max(square, 1e-3))
    return [a - gain * b for a, b in zip(later, former, strict=True)]


def plain_energies(signal: Signal, line: Line, frames: np.ndarray, lag: float) -> list[float]:
    """Mean squared grey levels by which each cell's change differs from its partner's, outliers cut."""
    hop = round(HOP / signal.step)
    squares: list[list[float]] = []
    for frame in frames[hop:].tolist():
        pair = [
            int(nearest(signal.times, np.array([signal.times[f] + line.offset + lag]))[0]) for f in (frame, frame - hop)
        ]
        ours, theirs = plain_change(signal, frame, frame - hop), plain_change(signal, *pair)
        squares.append([(a - b) ** 2 for a, b in zip(ours, theirs, strict=True)])
    found = []
    for cell in zip(*squares, strict=True):
        typical = sorted(cell)[int(OUTLIER_SHARE * (len(cell) - 1))]
        found.append(sum(min(q, OUTLIER_CAP * typical + 1e-3) for q in cell) / len(cell) / 2)
    return found


def test_regions_are_those_that_a_plain_loop_over_frames_and_cells_counts() -> None:
    signal = signal_of(s.shown([(under(looped(s.camera(4), 100), chat), 0, 10)], FPS))
    line, frames = Line(1.0, 4.0, 1.0, 2.5, 9), np.arange(25, 65)
    regions = measure_regions(signal, line, frames, Fit())
    assert regions is not None
    along = plain_energies(signal, line, frames, 0.0)
    beside = np.median([plain_energies(signal, line, frames, lag) for lag in LAGS_BESIDE], axis=0)
    assert regions.along == pytest.approx(along, rel=0.01, abs=0.01)
    assert regions.beside == pytest.approx(beside, rel=0.01, abs=0.01)
    covered = np.array(along) > COVERED_SHARE * beside
    assert np.array_equal(regions.covered, regions.telling & covered)
    picture = regions.covered.reshape(s.SIDE, s.SIDE)
    assert picture[:, -3:].mean() > 0.5 and picture[:, :-3].mean() < 0.05


# ---- whole answers ----


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.slow
def test_a_covered_corner_does_not_cost_a_find(overlay: Overlay) -> None:
    report = s.answer(s.shown([(under(looped(s.camera(5), 150), overlay), 0, 30)], FPS))
    repeat = only(report, "loop")
    assert repeat.period == pytest.approx(6, abs=0.01) and len(repeat.occurrences) == 5


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.slow
def test_an_overlay_alone_gives_no_repeat(overlay: Overlay) -> None:
    assert not claimed(s.answer(s.shown([(under(s.camera(6), overlay), 0, 40)], FPS)))


@pytest.mark.slow
def test_ends_never_lie_in_black() -> None:
    """A spot is aired three times, after black of 0.4 s, of 0.2 s, and after none."""
    film, spot = s.film(11), (s.film(12), 0, 5)
    pieces = [(film, 0, 8), (s.black, 0, 0.4), spot, (film, 8, 16), (s.black, 0, 0.2), spot, (film, 16, 24), spot]
    report = s.answer(s.shown([*pieces, (film, 24, 30)], FPS))
    held(only(report), [(8.4, 13.4), (21.6, 26.6), (34.6, 39.6)], FPS)


@pytest.mark.parametrize("seed", draws.some([1, 3, 2], 1))
@pytest.mark.slow
def test_dissolves_end_in_the_middle(seed: int) -> None:
    """Seconds 4 to 12 of a shot are shown again within other pictures, by dissolves of a second."""
    shot, other = s.camera(seed, seed), s.camera(seed + 50, seed + 50)
    whole = mixed(mixed(other, moved(shot, 16), 19.5, 20.5), other, 27.5, 28.5)
    second = only(s.answer(s.shown([(shot, 0, 16), (whole, 16, 36)], FPS, seed=seed))).occurrences[1]
    assert (second.start, second.end) == pytest.approx((20, 28), abs=0.2)


@pytest.mark.slow
def test_a_loop_in_light_that_drifts_by_a_quarter_is_one_loop() -> None:
    film = looped(s.film(13), 200)
    lit = lambda t: film(t) * (1 + 0.25 * np.sin(2 * np.pi * t / 47))[:, None]  # noqa: E731 - a scene
    repeat = only(s.answer(s.shown([(lit, 0, 40)], FPS)), "loop")
    assert repeat.period == pytest.approx(8, abs=0.01) and len(repeat.occurrences) == 5


# ---- what runs imply ----


@pytest.mark.slow
def test_two_runs_imply_a_third() -> None:
    """Of a stretch that is shown three times, the runs from the first to the others imply the run between these."""
    film = s.film(16)
    signal = signal_of(s.shown([(film, 0, 12), (film, 4, 8), (film, 12, 20), (film, 4, 8), (film, 20, 24)], FPS))
    runs = [run for run in runs_of(signal) if run.start == pytest.approx(4, abs=0.1)]
    assert sorted(round(run.line.offset) for run in runs) == [8, 20]
    lags = [(line.start, line.offset) for line in implied_candidates(runs, signal).lines]
    assert any(12 <= start < 16 and lag == pytest.approx(12, abs=0.1) for start, lag in lags)


@pytest.mark.slow
def test_one_run_implies_nothing_new() -> None:
    film = s.film(16)
    signal = signal_of(s.shown([(film, 0, 12), (film, 4, 8), (film, 12, 20)], FPS))
    (run,) = runs_of(signal)
    assert all(line.offset == pytest.approx(run.line.offset) for line in implied_candidates([run], signal).lines)
