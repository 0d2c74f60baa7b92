"""Pairs of similar codes: what the search by words promises, and all pairs, the plain truth that it is held to."""

import tracemalloc
from collections.abc import Callable

import draws
import numpy as np
import pytest
from all_pairs import RADIUS, all_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.engine.candidates import lsh
from loopfind.engine.candidates.lsh import similar_pairs
from loopfind.engine.candidates.parameters import BUCKET_REACH, CROWDED_REACH, WORD_DRAWS
from loopfind.model.candidate import Matches
from loopfind.model.dtypes import Words

Match = Callable[..., Matches]
APART = 0.3

both_ways = pytest.mark.parametrize("match", [similar_pairs, all_pairs])


def random_codes(n: int, seed: int) -> Words:
    """Codes that have nothing to do with one another."""
    return np.random.default_rng(seed).integers(0, 1 << 64, n, np.uint64)


def spoiled(codes: Words, bits: int, seed: int) -> Words:
    """The codes with `bits` of 64 turned over in each."""
    rng = np.random.default_rng(seed)
    flips = [np.bitwise_or.reduce(np.uint64(1) << rng.choice(64, bits, False).astype(np.uint64)) for _ in codes]
    return codes ^ np.array(flips, np.uint64)


def pairs_of(matches: Matches) -> set[tuple[int, int]]:
    return set(zip(matches.first.tolist(), matches.second.tolist(), strict=True))


def planted(n: int, at: int, again: int, length: int, bits: int, seed: int = 1) -> Words:
    """n codes, of which [at, at + length) come again at `again`, each with `bits` wrong bits."""
    codes = random_codes(n, seed)
    codes[again : again + length] = spoiled(codes[at : at + length], bits, seed + 1)
    return codes


@both_ways
@pytest.mark.parametrize("n", [0, 1, 2])
def test_next_to_nothing_gives_no_matches(match: Match, n: int) -> None:
    found = match(random_codes(n, 1), np.arange(n) * 1.0, np.ones(n, bool), APART)
    assert len(found) == 0 and found.first.dtype == found.second.dtype == np.int64


@both_ways
def test_nothing_usable_gives_no_matches(match: Match) -> None:
    assert len(match(np.zeros(50, np.uint64), np.arange(50) * 1.0, np.zeros(50, bool), APART)) == 0


@both_ways
def test_frames_with_equal_codes_match_frame_0_too(match: Match) -> None:
    found = match(planted(400, 0, 300, 60, bits=0), np.arange(400) / 25, np.ones(400, bool), APART)
    assert {(k, 300 + k) for k in range(60)} <= pairs_of(found)


@both_ways
@settings(max_examples=draws.examples(20), deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 150), st.sampled_from([0.04, 0.1, 1.0]))
@pytest.mark.slow
def test_matches_are_usable_apart_and_in_order(match: Match, seed: int, n: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    codes = random_codes(4, seed)[rng.integers(0, 4, n)]  # four codes shared by all: every bucket is crowded
    times, usable = np.cumsum(rng.uniform(0.5, 1.5, n)) * gap, rng.random(n) < 0.7
    found = match(codes, times, usable, APART)
    assert (times[found.second] - times[found.first] >= APART).all() and (found.first < found.second).all()
    assert usable[found.first].all() and usable[found.second].all()


@both_ways
def test_a_second_way_to_see_the_frames_pairs_across(match: Match) -> None:
    """The codes of a mirrored copy: a frame's code against another's other code, either of them first."""
    n, length = 500, 80
    codes, other = random_codes(n, 3), random_codes(n, 4)
    other[400 : 400 + length] = codes[20 : 20 + length]
    found = match(codes, np.arange(n) / 25, np.ones(n, bool), APART, other)
    wanted = {(20 + k, 400 + k) for k in range(length)}
    assert wanted <= pairs_of(found)
    assert (np.abs(found.first - found.second) >= APART * 25).all()


@both_ways
def test_the_same_input_gives_the_same_matches(match: Match) -> None:
    codes, times, usable = planted(600, 50, 400, 100, bits=3), np.arange(600) / 25, np.ones(600, bool)
    one, other = (match(codes, times, usable, APART) for _ in range(2))
    assert np.array_equal(one.first, other.first) and np.array_equal(one.second, other.second)


@settings(max_examples=draws.examples(10), deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 1500), st.sampled_from([1, 4, 60, 1000]), st.booleans())
@pytest.mark.slow
def test_few_codes_are_paired_as_many_are(seed: int, n: int, different: int, changed: bool) -> None:
    """In the same order too, in buckets of all sizes and where there are more pairs than a draw may give."""
    rng = np.random.default_rng(seed)
    codes, other = random_codes(different, seed)[rng.integers(0, different, (2, n))]
    given = codes, np.cumsum(rng.uniform(0.5, 1.5, n)) / 25, rng.random(n) < 0.9, APART, other if changed else None
    few = similar_pairs(*given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "FEW_CODES", 0)
        many = similar_pairs(*given)
    assert np.array_equal(few.first, many.first) and np.array_equal(few.second, many.second)


@both_ways
def test_most_of_a_noisy_copy_is_found(match: Match) -> None:
    """Three wrong bits of 64 in every frame: no equal code, and yet a line of matches."""
    codes = planted(3000, 100, 2000, 200, bits=3)
    found = pairs_of(match(codes, np.arange(3000) / 25, np.ones(3000, bool), APART))
    assert sum((100 + k, 2000 + k) in found for k in range(200)) >= 150


def test_all_pairs_are_just_those_within_the_radius() -> None:
    codes = np.concatenate([planted(60, 5, 40, 10, bits=4), random_codes(3, 9)])
    times = np.arange(len(codes)) * 0.2
    wanted = {
        (a, b)
        for a in range(len(codes))
        for b in range(a + 1, len(codes))
        if int(codes[a] ^ codes[b]).bit_count() <= RADIUS and times[b] - times[a] >= APART
    }
    assert pairs_of(all_pairs(codes, times, np.ones(len(codes), bool), APART)) == wanted != set()


@settings(max_examples=draws.examples(8), deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 4))
@pytest.mark.slow
def test_words_find_no_pair_by_chance_that_shares_few_bits(seed: int, bits: int) -> None:
    """A shared word is ten bits or more, so pairs that share none are never there; true pairs are."""
    n = 800
    codes, times = planted(n, 30, 500, 100, bits, seed), np.arange(n) / 25
    found = similar_pairs(codes, times, np.ones(n, bool), APART)
    apart = np.bitwise_count(codes[found.first] ^ codes[found.second])
    assert apart.max() <= 64 - 10
    oracle = pairs_of(all_pairs(codes, times, np.ones(n, bool), APART))
    hit = len(oracle & pairs_of(found)) / max(1, len(oracle))
    assert hit >= (1.0 if bits == 0 else 0.85 if bits <= 2 else 0.6)


@pytest.mark.parametrize("n", [2_000, 20_000])
def test_matches_of_a_still_scene_are_bounded(n: int) -> None:
    """One code for all frames: no more matches a frame than each table's reach, and no n squared anywhere."""
    codes, times = np.full(n, 0x0123456789ABCDEF, np.uint64), np.arange(n) * 1.0
    tracemalloc.start()
    try:
        found = similar_pairs(codes, times, np.ones(n, bool), APART)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0 < len(found) <= WORD_DRAWS * CROWDED_REACH * n
    assert peak < 4000 * n


def test_a_crowded_bucket_keeps_its_frames() -> None:
    """More frames of one code than a bucket's reach: each frame but the last still has a partner."""
    n = 5 * BUCKET_REACH
    found = similar_pairs(np.zeros(n, np.uint64), np.arange(n) * 1.0, np.ones(n, bool), APART)
    assert set(found.first.tolist()) | set(found.second.tolist()) == set(range(n))
    assert set(found.first.tolist()) == set(range(n - 1))


def test_a_stretch_shown_five_times_is_matched_at_every_showing() -> None:
    codes = random_codes(1000, 5)
    for again in (200, 400, 600, 900):
        codes[again : again + 50] = codes[:50]
    found = pairs_of(similar_pairs(codes, np.arange(1000) / 25, np.ones(1000, bool), APART))
    shown = (0, 200, 400, 600, 900)
    assert all((a + k, b + k) in found for i, a in enumerate(shown) for b in shown[i + 1 :] for k in range(50))
