"""Neighbours: likeness of appearances, and how alike strangers are."""

import numpy as np
import pytest
from likeness_samples import drawn

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.neighbours import Query, alike_moments, query_of, rank


def test_likeness_is_the_mean_of_the_better_half_of_nearest_moments():
    mine, others = drawn(1), [drawn(seed, moments=3 + seed) for seed in range(2, 30)]
    plain = [np.sort((unit(mine.vectors) @ unit(other.vectors).T).max(1))[-3:].mean() for other in others]
    assert np.allclose(rank(query_of(mine), others).likenesses, plain, atol=1e-6)
    assert np.allclose(rank(query_of(mine), [mine]).likenesses, 1, atol=1e-6)
    assert len(rank(query_of(mine), []).likenesses) == 0


def test_a_part_of_a_moment_that_is_nearer_than_the_whole_counts():
    mine, other = drawn(1), drawn(2)
    whole, theirs = unit(mine.vectors), unit(other.vectors)
    parts = Query(whole, theirs[[5]], np.array([3]), mine.times)
    products = whole @ theirs.T
    products[3] = np.maximum(products[3], theirs @ theirs[5])
    assert np.isclose(rank(parts, [other]).likenesses[0], np.sort(products.max(1))[-3:].mean(), atol=1e-6)
    first = alike_moments(parts, other)[0]
    assert (first.time, first.other, first.likeness) == (3.0, 5.0, 1.0)


def test_each_moment_is_named_once_and_the_best_first():
    found = alike_moments(query_of(drawn(1)), drawn(2))
    assert len({one.time for one in found}) == len({one.other for one in found}) == len(found) == 5
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


@pytest.mark.slow
def test_strangers_are_as_alike_as_the_chance_says_and_copies_are_not():
    library = [drawn(seed, width=64) for seed in range(100)]
    strangers = [drawn(seed, width=64) for seed in range(1000, 1080)]
    said = []
    for one in strangers:
        ranking = rank(query_of(one), library)
        said.append(ranking.chances[np.argmax(ranking.likenesses)])
    assert np.mean(said) > 0.4 and np.mean(np.array(said) <= 0.1) < 0.2
    assert rank(query_of(library[7]), library).chances[7] == pytest.approx(1 / 31)
    assert rank(query_of(library[7]), library[:19]).chances is None


@pytest.mark.parametrize("width", [8, 300, 1704])
def test_a_direction_that_is_rounded_is_the_same_but_for_a_thousandth(width):
    exact = unit(np.random.default_rng(1).normal(size=(40, width)))
    assert np.abs(unit(rounded(exact)) @ exact.T - exact @ exact.T).max() < 0.01
    assert not rounded(np.zeros((2, width))).any() and not unit(rounded(np.full((1, width), np.nan))).any()
