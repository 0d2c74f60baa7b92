"""Promises, stretch by stretch of the timeline and cell by cell of the picture."""

from itertools import pairwise

import numpy as np
import pytest
import synthetic as s

from loopfind.engine.evidence.claim_parameters import FINDABLE_LENGTHS, LEAST_PROMISED, STRETCH_WORTH
from loopfind.engine.evidence.coverage import Coverage, coverage_of
from loopfind.engine.evidence.findable import Tried
from loopfind.engine.evidence.overlays import overlaid_cells
from loopfind.engine.evidence.promises import promises_of, shortest_in
from loopfind.engine.signal.extract import signal_of
from loopfind.model.findings import Findings
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Findable
from loopfind.reports.summaries import verdict_of

pytestmark = pytest.mark.every_moment

FPS = 25.0
ALL = np.ones(s.CELLS, bool)


def coverage(file: Fingerprint) -> Coverage:
    return coverage_of(signal_of(file), file.detail, file.end)


def tried(lengths: list[int]) -> list[Tried]:
    """Moments a second apart, the first at 1."""
    return [Tried(1.0 + at, length, ALL) for at, length in enumerate(lengths)]


def columns(low: int, high: int) -> np.ndarray:
    """The cells (144,) bool of some columns of the picture."""
    mask = np.zeros((s.SIDE, s.SIDE), bool)
    mask[:, low:high] = True
    return mask.ravel()


def chat(scene: s.Scene, cells: np.ndarray, every: float = 1.2, seed: int = 5) -> s.Scene:
    """A scene in some cells of which text moves on now and then, from one frame to the next."""

    def over(t: np.ndarray) -> np.ndarray:
        lines = np.floor(t / every).astype(int)
        drawn = {line: np.random.default_rng([seed, line]).uniform(20, 220, cells.sum()) for line in set(lines)}
        picture = scene(t).copy()
        picture[:, cells] = [drawn[line] for line in lines]
        return picture

    return over


def inside(scene: s.Scene, cells: np.ndarray) -> s.Scene:
    """A scene that moves in some cells alone."""

    def only(t: np.ndarray) -> np.ndarray:
        return np.where(cells, scene(t), scene(np.zeros(1)))

    return only


def parts_by_hand(lengths: list[int]) -> list[list[int]]:
    """The parts for which the least is lost, of all ways to part the lengths."""
    best, least = [lengths], float("inf")
    for ways in range(1 << (len(lengths) - 1)):
        edges = [0, *(k + 1 for k in range(len(lengths) - 1) if ways >> k & 1), len(lengths)]
        parts = [lengths[a:b] for a, b in pairwise(edges)]
        if any(len(part) < min(LEAST_PROMISED, len(lengths)) for part in parts):
            continue
        lost = 0.0
        for part in parts:
            promised = sorted(part)[-1 - len(part) // 10]
            lost += STRETCH_WORTH + sum(promised - length for length in part if length < promised)
        if lost < least:
            best, least = parts, lost
    return best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.slow
def test_the_stretches_are_those_for_which_the_least_is_lost(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = np.repeat(rng.integers(0, len(FINDABLE_LENGTHS) + 1, 3), [5, 4, 5]) + rng.integers(-2, 1, 14)
    wanted = np.clip(lengths, 0, len(FINDABLE_LENGTHS)).tolist()
    found, at = promises_of(tried(wanted), 20.0), 0
    assert [found[0].start, found[-1].end] == [0.0, 20.0]
    assert all(a.end == b.start for a, b in pairwise(found))
    for stretch, part in zip(found, parts_by_hand(wanted), strict=True):
        shortest = shortest_in(tried(part))
        assert stretch.shortest == (None if shortest is None else round(shortest, 2))
        at += len(part)
        assert stretch.end in (at + 0.5, 20.0)


def test_one_in_ten_moments_may_need_more() -> None:
    assert shortest_in(tried([3] * 9 + [20])) == FINDABLE_LENGTHS[3]
    assert shortest_in(tried([3] * 8 + [20] * 2)) == FINDABLE_LENGTHS[20]
    assert shortest_in(tried([3] * 8 + [len(FINDABLE_LENGTHS)] * 2)) is None


@pytest.mark.slow
def test_lively_and_calm_parts_of_a_file_are_promised_what_each_allows() -> None:
    calm = inside(s.camera(61, bodies=1), columns(0, 4))
    lively = coverage(s.shown([(s.film(62), 0, 60)], FPS)).shortest
    both = coverage(s.shown([(s.film(62), 0, 60), (calm, 0, 60)], FPS)).findable
    assert len(both) >= 2 and lively is not None
    assert (both[0].shortest or 99) <= 2.5 * lively < (both[-1].shortest or 99)
    assert any(abs(stretch.end - 60) < 8 for stretch in both[:-1])
    assert both[0].picture_coverage > 2 * both[-1].picture_coverage


@pytest.mark.slow
def test_the_map_shows_where_something_moves() -> None:
    rows = np.array(coverage(s.shown([(inside(s.camera(63), columns(0, 6)), 0, 40)], FPS)).map)
    assert rows.shape == (s.SIDE, s.SIDE)
    assert rows[:, :6].mean() > 0.5 and not rows[:, 6:].any()


def test_nothing_is_mapped_where_nothing_moves() -> None:
    found = coverage(s.shown([(s.still(1), 0, 20)], FPS))
    assert (found.map, found.findable) == ((), ())


@pytest.mark.parametrize("noise", [0.0, s.NOISE])
def test_a_chat_is_an_overlay_and_what_a_camera_films_is_none(noise: float) -> None:
    cells = columns(9, 12)
    plain = s.shown([(s.camera(64), 0, 40)], FPS, noise)
    assert not overlaid_cells(signal_of(plain)).any()
    assert not overlaid_cells(signal_of(s.shown([(s.film(64), 0, 40)], FPS, noise))).any()
    found = overlaid_cells(signal_of(s.shown([(chat(s.camera(64), cells), 0, 40)], FPS, noise)))
    assert (found == cells).all()


def test_a_screen_of_nothing_but_text_and_doubled_frames_have_no_overlay() -> None:
    screen = s.shown([(chat(s.still(65), ALL), 0, 40)], FPS)
    doubled = s.shown([(lambda t: s.camera(65)(np.floor(t * FPS / 2) * 2 / FPS), 0, 40)], FPS)
    assert not overlaid_cells(signal_of(screen)).any()
    assert not overlaid_cells(signal_of(doubled)).any()


@pytest.mark.slow
def test_a_promise_does_not_rest_on_a_chat() -> None:
    """Of a copy the chat is another one, and the footage beside it must be enough."""
    calm = inside(s.camera(66, bodies=4), columns(0, 5))
    alone = coverage(s.shown([(calm, 0, 60)], FPS)).shortest
    under = coverage(s.shown([(chat(calm, columns(6, 12)), 0, 60)], FPS))
    assert alone is not None and (under.shortest is None or under.shortest >= alone / 1.21)
    assert not np.array(under.map)[:, 6:].any()


def test_a_video_of_which_only_a_part_is_promised_anything_says_so() -> None:
    stretches = (Findable(0.0, 60.0, 1.0, 0.5), Findable(60.0, 80.0, 4.0, 0.5), Findable(80.0, 100.0, None, 0.01))
    summary = verdict_of(Findings(2500, coverage=1.0, findable=stretches), 100.0).summary
    assert "in 80% of that a plain repeat of 4 s or longer would have been found" in summary
    none = (Findable(0.0, 100.0, None, 0.01),)
    assert "too little" in verdict_of(Findings(2500, coverage=1.0, findable=none), 100.0).summary
