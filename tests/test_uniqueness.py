"""Rivals of a stretch in its file: a quick look at every place, against aligning the stretch with all of them."""

import numpy as np
import pytest
import synthetic as s

from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence import uniqueness, verify
from loopfind.engine.evidence.claim_parameters import ALIKE_FACTOR
from loopfind.engine.evidence.differences import cells_at, views_of
from loopfind.engine.evidence.uniqueness import rivals_of
from loopfind.engine.findings import runs_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.transform import matrix

FILES = {
    "film": [(s.film(1), 0, 60), (s.film(1), 5, 12), (s.film(1), 60, 90), (s.film(1), 40, 43)],
    "camera": [(s.camera(1), 0, 60), (s.camera(1), 30, 40)],
    "road": [(s.lanes(2), 0, 60), (s.lanes(2), 20, 50)],
    "mirrored": [(s.film(3), 0, 40), (s.mirrored(s.film(3)), 5, 15)],
    "loop": [(s.film(5), 0, 4)] * 9 + [(s.film(6), 0, 60)],
}


def every_place(signal, run, frames, weights):
    """Differences of the stretch's frames and those of every half second elsewhere, rising."""
    ours = cells_at(signal, frames, views_of(run.line)[0])
    after = run.line.slope * (signal.times[frames] - signal.times[frames[0]])
    start = run.line.slope * signal.times[frames[0]] + run.line.offset
    view = matrix(views_of(run.line)[1])
    best = {}
    for place in np.arange(signal.times[0] - after.min(), signal.times[-1] - after.max(), signal.step):
        if min(abs(place - start), abs(place - signal.times[frames[0]])) <= 0.5:
            continue
        theirs = signal.cells[0 : len(signal.times)][nearest(signal.times, place + after)] / 256
        gap = ours - theirs @ view.T
        value = float((np.square(gap - gap.mean(0)).mean(0) * weights).sum())
        half = int(place // 0.5)
        best[half] = min(value, best.get(half, np.inf))
    return np.sort(list(best.values()))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_quick_look_overlooks_nothing_that_is_alike_and_ranks_the_rest_well(name, monkeypatch):
    signal = signal_of(s.shown(FILES[name], 12))
    seen = []

    def watched(signal, run, weights, left_out=0):
        if run.line.keeps_speed and not left_out:  # every_place leaves neither ends nor cells out
            seen.append((run, weights))
        return rivals_of(signal, run, weights, left_out=left_out)

    monkeypatch.setattr(verify, "rivals_of", watched)
    lines = [(run.line.offset, run.line.view) for run in runs_of(signal)]
    monkeypatch.undo()
    kept = [(run, weights) for run, weights in seen if (run.line.offset, run.line.view) in lines]
    assert kept
    for run, weights in kept[:2]:
        monkeypatch.setattr(
            "loopfind.engine.evidence.uniqueness.informative_frames",
            lambda signal, line, frames: frames[:: len(frames) // 8],
        )
        rivals = rivals_of(signal, run, weights)
        frames = np.arange(run.first, run.last)
        truth = every_place(signal, run, frames[:: len(frames) // 8], weights)
        alike = truth <= ALIKE_FACTOR * rivals.own
        assert rivals.others[: alike.sum()] == pytest.approx(truth[alike], abs=0.05, rel=0.01)
        if weights.min() == 0:  # a cell that is left out leaves its block out of the first look, which sees less then
            monkeypatch.undo()
            continue
        rest = rivals.others[alike.sum() :][:10]
        assert rest == pytest.approx(truth[~alike][: len(rest)], rel=0.25)
        monkeypatch.undo()


@pytest.mark.parametrize("left_out", [1, 20, 60])
@pytest.mark.slow
def test_cells_that_differ_most_do_not_count_in_a_match_nor_in_a_rival(left_out: int, monkeypatch) -> None:
    signal = signal_of(s.shown([(s.film(1), 0, 20), (s.film(1), 5, 12), (s.film(1), 20, 30)], 25))
    (run,) = runs_of(signal)
    frames, weights = np.arange(run.first, run.last, 20), np.full(s.CELLS, 1 / s.CELLS, np.float32)
    monkeypatch.setattr(uniqueness, "informative_frames", lambda signal, line, frames: frames[::20])
    cells = np.asarray(signal.cells[0 : len(signal.times)], np.float64) / 256
    ours = cells[frames]

    def least(start: float) -> float:
        """The mean over all cells but the worst, as a plain sort has it."""
        there = nearest(signal.times, start + signal.times[frames] - signal.times[frames[0]])
        return float(np.sort((ours - cells[there]).var(0))[: s.CELLS - left_out].mean())

    rivals = rivals_of(signal, run, weights, left_out=left_out)
    start = float(signal.times[frames[0]])
    assert rivals.own == pytest.approx(least(start + run.line.offset), rel=0.01)
    reach = float(signal.times[frames[-1]]) - start
    elsewhere = np.arange(0, signal.times[-1] - reach, signal.step)
    apart = [place for place in elsewhere if min(abs(place - start), abs(place - start - run.line.offset)) > 0.5]
    assert rivals.others[0] >= 0.99 * min(map(least, apart))


@pytest.mark.parametrize("spread", [30, 3_000_000])
def test_different_frames_are_told_as_sorting_tells_them(spread: int) -> None:
    frames = np.random.default_rng(3).integers(7, 7 + spread, (40, 24))
    wanted, rows = np.unique(frames, return_inverse=True)
    found, places = uniqueness.distinct_frames(frames)
    assert np.array_equal(found, wanted) and np.array_equal(places, rows.reshape(frames.shape))
