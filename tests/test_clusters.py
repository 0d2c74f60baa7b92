"""Clusters against the plain version: a dictionary of buckets, walked frame by frame."""

from collections import defaultdict
from itertools import pairwise

import draws
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.engine.repeats.clusters import clusters_of
from loopfind.engine.repeats.parameters import MOMENT
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.report import Clusters


def naive(codes: Bytes, times: Floats) -> list[tuple[int, ...]]:
    """The first frame of each moment of each code that has two moments or more, by first frame."""
    moments: dict[bytes, list[int]] = defaultdict(list)
    seen: dict[bytes, float] = {}
    for frame, (code, time) in enumerate(zip(codes, times, strict=True)):
        key = code.tobytes()
        if key not in seen or time - seen[key] > MOMENT:
            moments[key].append(frame)
        seen[key] = float(time)
    return sorted(tuple(frames) for frames in moments.values() if len(frames) > 1)


def listed(clusters: Clusters) -> list[tuple[int, ...]]:
    """Frames of each cluster, in the order given."""
    edges = clusters.offsets.tolist()
    return [tuple(clusters.frames[a:b].tolist()) for a, b in pairwise(edges)]


def codes_of(text: str, width: int = 9) -> Bytes:
    """One code a letter, equal where the letters are."""
    return np.stack([np.full(width, ord(letter), np.uint8) for letter in text])


@settings(max_examples=draws.examples(100))
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 30)), max_size=60),
    st.integers(1, 20),
    st.integers(0, 1000),
)
def test_clusters_equal_the_naive_ones(frames: list[tuple[int, int]], width: int, seed: int) -> None:
    """Few codes, gaps of 0.1 to 3 s: many buckets, many moments. Rows differ in one byte only, to tempt the digest."""
    palette = np.tile(np.random.default_rng(seed).integers(0, 256, (1, width), np.uint8), (7, 1))
    palette[:, seed % width] += np.arange(7, dtype=np.uint8)
    codes = palette[[code for code, _ in frames]].reshape(-1, width)
    times = np.cumsum([0.1 * gap for _, gap in frames])
    found = clusters_of(codes, times)
    assert listed(found) == naive(codes, times)
    assert np.array_equal(found.times, times[found.frames]) and len(found) == len(listed(found))


def test_frame_0_counts_like_any_other() -> None:
    found = clusters_of(codes_of("a--a"), np.array([0.0, 2.0, 2.5, 5.0]))
    assert listed(found) == [(0, 3)]


def test_neighbours_are_one_moment_however_long_they_stay() -> None:
    assert len(clusters_of(codes_of("a" * 100), np.arange(100) * 0.5)) == 0


def test_a_moment_ends_where_its_code_was_away_for_more_than_a_second() -> None:
    assert listed(clusters_of(codes_of("aba"), np.array([0.0, 0.5, 1.0]))) == []
    assert listed(clusters_of(codes_of("aba"), np.array([0.0, 0.5, 1.01]))) == [(0, 2)]


def test_every_moment_is_kept_and_not_the_last_one_only() -> None:
    found = clusters_of(codes_of("abcde" * 7), np.arange(35) * 2.0)
    assert listed(found) == [tuple(range(start, 35, 5)) for start in range(5)]


def test_next_to_nothing_has_no_clusters() -> None:
    for n in (0, 1):
        assert len(clusters_of(np.zeros((n, 8), np.uint8), np.zeros(n))) == 0
