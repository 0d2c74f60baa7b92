"""Laws of every planted stretch and of every loop, on drawn fingerprints."""

import pytest
import synthetic as s
from hypothesis import given
from hypothesis import strategies as st
from test_laws import LAW, held, only, rates, scenes, seeds, spans


@pytest.mark.slow
@LAW
@given(scenes, rates, seeds)
def test_a_stretch_shown_five_times_has_five_occurrences(scene: s.Scene, fps: int, noise: int) -> None:
    pieces, wanted, at = [], [], 0
    for fresh in (4, 3, 5, 2, 6):
        pieces += [(scene, 10 + at, 10 + at + fresh), (scene, 2, 4)]
        wanted.append((at + fresh, at + fresh + 2))
        at += fresh + 2
    held(only(s.answer(s.shown(pieces, fps, seed=noise))), wanted, fps)


@pytest.mark.slow
@LAW
@given(scenes, rates, st.integers(3, 9), st.integers(2, 12), seeds)
def test_n_times_in_a_row_is_a_loop_of_n_cycles(scene: s.Scene, fps: int, n: int, halves: int, noise: int) -> None:
    length = halves / 2
    file = s.shown([(scene, 20, 24), *[(scene, 0, length)] * n, (scene, 40, 44)], fps, seed=noise)
    repeat = only(s.answer(file), "loop")
    assert repeat.period == pytest.approx(length, abs=0.5 / fps / n)
    held(repeat, [(4 + k * length, 4 + (k + 1) * length) for k in range(n)], fps)


@pytest.mark.slow
@LAW
@given(scenes, rates, st.integers(1, 3), seeds)
def test_a_prefix_moves_every_time_by_its_length(scene: s.Scene, fps: int, seconds: int, noise: int) -> None:
    file = s.shown([(scene, 0, 12), (scene, 2, 5), (scene, 12, 20)], fps, seed=noise)
    # A scene of its own kind: a prefix must not make the whole file noisier or livelier than it was.
    prefix = s.shown([(scene, 100, 100 + 4 * seconds)], fps, seed=noise + 1)
    alone, after = s.answer(file), s.answer(s.joined(prefix, file))
    by = prefix.end
    assert spans(after) == [(kind, [(round(a + by, 6), round(b + by, 6)) for a, b in at]) for kind, at in spans(alone)]
    assert [cut.time for cut in after.cuts] == pytest.approx([cut.time + by for cut in alone.cuts])


@pytest.mark.slow
@LAW
@given(st.sampled_from([s.film, s.camera]), seeds, seeds)
def test_the_frame_rate_makes_no_difference(draw: type, seed: int, noise: int) -> None:
    scene = draw(seed)
    pieces = [(scene, 0.0, 14.0), (scene, 3.0, 7.0), (scene, 14.0, 20.0)]
    for fps in (10, 25, 60):
        held(only(s.answer(s.shown(pieces, fps, seed=noise))), [(3, 7), (14, 18)], fps)
