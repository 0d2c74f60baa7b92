"""The shortlist of a large library: few numbers for each moment lead to the files that all numbers find."""

from dataclasses import replace

import numpy as np
import pytest

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.likeness_parameters import COMPACT_NUMBERS, FEWEST_TO_SHORTLIST, SHORTLISTED
from loopfind.comparison.neighbours import Query, query_of, rank
from loopfind.comparison.projection import compacted
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.pipeline.likeness_shortlist import shortlist_of
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library

KEY = AppearanceKey("cnn", "drawn", 0)
WIDTH = 2 * COMPACT_NUMBERS


def test_a_projection_keeps_products_and_is_the_same_each_time():
    rng = np.random.default_rng(1)
    one = unit(rng.random((40, 1704)))
    other = unit(one + rng.normal(0, 0.02, one.shape))
    exact, near = one @ other.T, compacted(one) @ compacted(other).T
    assert near.shape == (40, 40) and np.abs(near - exact).max() < 0.3 and (near.argmax(1) == np.arange(40)).all()
    assert np.array_equal(compacted(one), compacted(one.copy()))
    assert np.flatnonzero(compacted(np.eye(1, 300)) > 0)[:6].tolist() == [0, 2, 4, 5, 6, 7]


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(2)
    middles = rng.random((60, WIDTH))
    return [
        Appearance(KEY, np.arange(2.0), rounded(middles[rng.integers(60, size=2)] + rng.normal(0, 0.2, (2, WIDTH))))
        for _ in range(FEWEST_TO_SHORTLIST)
    ]


@pytest.fixture(scope="module")
def library(drawn, tmp_path_factory):
    with open_library(tmp_path_factory.mktemp("shortlist") / "library.sqlite") as held:
        table = Appearances(held.connections)
        for number, one in enumerate(drawn):
            table.add(File(b"/drawn/%04d.mp4" % number, 1 + number, 0, number.to_bytes(16, "big")), one)
        yield held


def asked(appearance, rng):
    return query_of(replace(appearance, vectors=rounded(unit(appearance.vectors) + rng.normal(0, 0.01, (2, WIDTH)))))


@pytest.mark.slow
def test_the_nearest_of_a_large_library_are_those_of_a_search_of_all(library, drawn):
    table, rng = Appearances(library.connections), np.random.default_rng(3)
    for number in (5, 500, 700):
        query = asked(drawn[number], rng)
        for _ in range(2):  # what the first search keeps, the second finds
            few = shortlist_of(table, KEY, query, b"", 5)
            assert len(few.files) == SHORTLISTED == len(few.chances) and few.searched == len(drawn) and not few.itself
            best = few.files[int(np.argmax(rank(query, [one for _, one in few.files])[0]))]
            assert best[0].path == b"/drawn/%04d.mp4" % number
            assert np.array_equal(best[1].vectors, drawn[number].vectors)
    assert table.count(replace(KEY, model=f"drawn/{COMPACT_NUMBERS}")) == len(drawn)


def test_the_file_itself_is_left_out_of_a_shortlist_and_more_are_listed_where_more_are_wanted(library, drawn):
    query, own = asked(drawn[7], np.random.default_rng(4)), (7).to_bytes(16, "big")
    few = shortlist_of(Appearances(library.connections), KEY, query, own, SHORTLISTED)
    assert few.itself and few.searched == len(drawn) - 1 and len(few.files) == 2 * SHORTLISTED
    assert own not in {file.digest for file, _ in few.files}


def test_vectors_of_few_numbers_are_compared_as_they_are(library):
    table = Appearances(library.connections)
    narrow = Query(np.ones((1, 9), np.float32), np.ones((0, 9), np.float32), np.zeros(0, np.intp), np.zeros(1))
    assert shortlist_of(table, KEY, narrow, b"", 5) is None
    few = AppearanceKey("cnn", "another", 0)
    wide = Query(np.ones((1, WIDTH), np.float32), np.ones((0, WIDTH), np.float32), np.zeros(0, np.intp), np.zeros(1))
    assert shortlist_of(table, few, wide, b"", 5) is None
