"""How short a copy would have been found: what the answer promises, and what counts as judged."""

import draws
import numpy as np
import pytest
import synthetic as s

from loopfind.engine.evidence import findable
from loopfind.engine.evidence.claim_parameters import FINDABLE_LENGTHS, FINDABLE_SHARE
from loopfind.engine.evidence.coverage import Coverage, coverage_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Report

SECONDS, FPS = 30.0, 25.0


def coverage(file: Fingerprint) -> Coverage:
    return coverage_of(signal_of(file), file.detail, file.end)


def bursts(seed: int, every: float = 10) -> s.Scene:
    """A camera whose bodies move for three of every so many seconds."""
    scene = s.camera(seed, where=seed, bodies=3)
    return lambda t: scene(3 * np.floor(t / every) + np.minimum(t % every, 3))


def spliced(scene: s.Scene, start: float, length: float, seed: int) -> Report:
    """The report on the scene with [start, start + length) shown again after its end, for what it finds: of what it
    promises little is asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findable, "MOMENTS_TRIED", 3)
        return s.answer(s.shown([(scene, 0, SECONDS), (scene, start, start + length)], FPS, seed=seed))


@pytest.mark.every_moment
@pytest.mark.slow
def test_most_copies_of_the_answered_length_are_found_more_of_twice_and_few_of_a_third_of_it() -> None:
    found = {1 / 3: 0, 1.0: 0, 2.0: 0}
    asked = 0
    for draw in (s.film, s.camera):
        shortest = coverage(s.shown([(draw(21), 0, SECONDS)], FPS, seed=21)).shortest
        assert shortest is not None
        for start in draws.some((5.0, 22.0, 13.0, 27.0), 1):
            asked += 1
            for share in found:
                report = spliced(draw(21), start, round(share * shortest * FPS) / FPS, 100 + asked)
                found[share] += any(repeat.kind != "still" for repeat in report.repeats)
    assert found[1.0] >= FINDABLE_SHARE * asked - 1
    assert found[2.0] >= found[1.0]
    assert found[1 / 3] <= asked / 2


@pytest.mark.every_moment
@pytest.mark.slow
def test_a_longer_file_asks_for_longer_copies() -> None:
    """More moments could be alike by chance. Of two lengths next to each other the answer may waver by one."""
    scene = s.film(33)
    short, long = (coverage(s.shown([(scene, 0, length)], FPS, seed=33)).shortest for length in (20, 200))
    assert short is not None and long is not None and long >= short / 1.21


@pytest.mark.every_moment
@pytest.mark.parametrize("noise", [0.0, s.NOISE, 0.7])
def test_nothing_is_findable_where_nothing_moves(noise: float) -> None:
    found = coverage(s.shown([(s.still(1), 0, SECONDS)], FPS, noise))
    assert (found.share, found.shortest) == (0.0, None)


@pytest.mark.every_moment
@pytest.mark.parametrize("seed", [41, 42])
@pytest.mark.slow
def test_a_rest_is_not_judged_and_what_moves_beside_it_is(seed: int) -> None:
    file = s.shown([(bursts(seed), 0, SECONDS)], FPS, seed=seed)
    found = coverage(file)
    assert 0.25 <= found.share <= 0.5 and found.shortest is not None and found.shortest <= 3
    rests = [(4.5 + 10 * k, 9.0 + 10 * k) for k in range(3)]
    assert all(any(gap.start <= low and high <= gap.end for gap in found.unjudged) for low, high in rests)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [41, 42])
def test_a_rest_belongs_to_a_copy_that_moves_on_both_sides_of_it(seed: int) -> None:
    scene = bursts(seed, 18)
    report = s.answer(s.shown([(scene, 0, 45), (scene, 17, 40)], FPS, seed=seed))
    (repeat,) = [r for r in report.repeats if r.kind != "still"]
    assert [o.start for o in repeat.occurrences] == pytest.approx([17.5, 45.5], abs=0.6)
    assert [o.end for o in repeat.occurrences] == pytest.approx([39.5, 67.5], abs=0.6)


@pytest.mark.slow
def test_a_rest_in_another_place_joins_nothing() -> None:
    """Between the two copies of a movement the second showing rests in front of another background."""
    scene, other = bursts(43), s.still(7)
    file = s.shown([(scene, 0, SECONDS), (scene, 10, 13.2), (other, 0, 6.6), (scene, 19.8, 23)], FPS, seed=43)
    claims = [r for r in s.answer(file).repeats if r.kind != "still"]
    assert claims and all(o.end - o.start < 5 for r in claims for o in r.occurrences)


def test_the_lengths_asked_about_rise() -> None:
    assert list(FINDABLE_LENGTHS) == sorted(set(FINDABLE_LENGTHS))
