"""Hits of an index count where enough of them lie at one lag, for two files of any number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loopfind.engine.candidates.coherence import coherent, numbered
from loopfind.engine.candidates.parameters import FEWEST_VOTES
from loopfind.model.candidate import IndexHits

NUMBERS = st.sampled_from([1, 2, 3, 1 << 29, 1 << 40, (1 << 40) + 1, 1 << 41, (1 << 62) + 5])
"""Numbers of files: entries of a library, and files that are none, of which there may be several."""


def rows(hits):
    return list(zip(*(column.tolist() for column in vars(hits).values()), strict=True))


@st.composite
def tables(draw):
    """Hits of some pairs of files: a stretch at one lag each, of a few moments or of many, and some by chance."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        question, stored, asked = draw(st.tuples(st.integers(0, 5), NUMBERS, NUMBERS))
        lag, count = draw(st.integers(-50_000, 50_000)), draw(st.integers(1, 2 * FEWEST_VOTES + 3))
        found += [(question, stored, 60_000 + 700 * n + lag, asked, 60_000 + 700 * n) for n in range(count)]
    chance = st.tuples(st.integers(0, 5), NUMBERS, st.integers(0, 99_000), NUMBERS, st.integers(0, 99_000))
    found += draw(st.lists(chance, max_size=8))
    return IndexHits(*(np.array(column, np.int64) for column in zip(*found, strict=True)))


@given(tables())
def test_each_two_files_are_judged_by_their_own_hits_alone(hits):
    alone = []
    for key in sorted({row[:2] + row[3:4] for row in rows(hits)}):
        own = (hits.question == key[0]) & (hits.stored == key[1]) & (hits.asked == key[2])
        alone += rows(coherent(hits.where(own)))
    assert sorted(rows(coherent(hits))) == sorted(alone)


def test_hits_of_two_files_that_are_no_entries_do_not_add_up():
    """Each has too few at one lag; taken for one file they would be enough."""
    half = FEWEST_VOTES // 2 + 1
    asked = np.repeat([1 << 40, 1 << 41], half)
    shown = 700 * np.arange(2 * half)
    same = np.ones(2 * half, np.int64)
    assert half < FEWEST_VOTES <= 2 * half
    assert len(coherent(IndexHits(0 * same, same, shown, asked, shown))) == 0
    assert len(coherent(IndexHits(0 * same, same, shown, same << 40, shown))) == 2 * half


@given(st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)] * 4), max_size=30))
def test_rows_have_numbers_in_their_own_order_whatever_their_values(drawn):
    columns = np.array(drawn, np.int64).reshape(-1, 4).T
    order = {row: number for number, row in enumerate(sorted(set(drawn)))}
    assert numbered(*columns).tolist() == [order[row] for row in drawn]


def test_no_hits_are_no_hits():
    assert len(coherent(IndexHits.concatenated([]))) == 0


def test_fewer_hits_than_are_needed_are_none():
    for count in range(2 * FEWEST_VOTES):
        shown, one = 700 * np.arange(count), np.ones(count, np.int64)
        assert len(coherent(IndexHits(one, one, shown, one, shown))) == 0
