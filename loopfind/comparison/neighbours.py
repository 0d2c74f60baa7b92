"""Neighbours by likeness: the nearest of many appearances to one. All are compared: up to a million vectors that takes
less time than an index is worth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.likeness_parameters import (
    BEST_SHARE,
    FEWEST_FILES,
    MOST_MOMENTS,
    STRANGER_MOMENTS,
    STRANGERS,
)
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import AlikeMoments, Appearance, Vectors

_BLOCK = 1 << 12
"""Vectors that are compared at a time."""
_SEED = 20170528


class Query(NamedTuple):
    """An appearance to search with.

    vectors: (n, d), of each moment as a whole. parts: (m, d), of parts of some moments' pictures; of these the nearest
    counts. owners: (m,) the moment that each part is of. times: (n,) seconds.
    """

    vectors: Vectors
    parts: Vectors
    owners: NDArray[np.intp]
    times: Floats


class Ranking(NamedTuple):
    """How alike files are to a query.

    likenesses: (k,), each the mean over the better half of the query's moments of the likeness of the nearest moment.
    chances: (k,), each the share of files of the library, of some that are drawn, whose own nearest file is as alike;
    by a few moments as a whole, both times. None in a library of few.
    """

    likenesses: Floats
    chances: Floats | None


def query_of(appearance: Appearance) -> Query:
    """Return an appearance as a query, each moment seen as a whole."""
    vectors = unit(appearance.vectors)
    return Query(vectors, vectors[:0], np.zeros(0, np.intp), appearance.times)


def rank(query: Query, appearances: Sequence[Appearance]) -> Ranking:
    """Return how alike appearances are to a query. All of them are read once."""
    count, asked = len(query.vectors), len(query.vectors) + len(query.parts)
    chosen = np.zeros(0, np.intp)
    if len(appearances) >= FEWEST_FILES:
        rng = np.random.default_rng(_SEED)
        chosen = rng.choice(len(appearances), min(STRANGERS, len(appearances)), replace=False)
    drawn = [appearances[int(number)] for number in chosen]
    samples = [unit(one.vectors[_some(len(one.times))]) for one in drawn]
    nearest = _nearest(np.concatenate([query.vectors, query.parts, *samples]), appearances)
    best = nearest[:, :count].copy()
    np.maximum.at(best.T, query.owners, nearest[:, count:asked].T)
    likenesses = _best_half(best)
    if not samples:
        return Ranking(likenesses, None)
    levels, place = np.empty(len(samples)), asked
    for row, (number, sample) in enumerate(zip(chosen, samples, strict=True)):
        scores = _best_half(nearest[:, place : place + len(sample)])
        scores[number] = -np.inf  # a file is no stranger to itself
        levels[row] = scores.max()
        place += len(sample)
    own = _best_half(nearest[:, _some(count)])
    above = len(levels) - np.searchsorted(np.sort(levels), own, "left")
    return Ranking(likenesses, (above + 1) / (len(levels) + 1))


def best_half(query: Query, likenesses: Floats) -> float:
    """Return the likeness of one file as `rank` has it, of the likenesses (n + m,) of its nearest moments to the
    vectors and then to the parts of a query."""
    count = len(query.vectors)
    best = likenesses[:count].copy()
    np.maximum.at(best, query.owners, likenesses[count:])
    return float(_best_half(best[None])[0])


def alike_moments(query: Query, appearance: Appearance) -> tuple[AlikeMoments, ...]:
    """Return the moments of a query and of an appearance that are most alike, the best first, each moment once."""
    other = unit(appearance.vectors).T
    products = query.vectors @ other
    np.maximum.at(products, query.owners, query.parts @ other)
    found = list[AlikeMoments]()
    while len(found) < min(MOST_MOMENTS, *products.shape):
        row, column = divmod(int(np.argmax(products)), products.shape[1])
        likeness = round(float(products[row, column]), 4)
        here, there = round(float(query.times[row]), 3), round(float(appearance.times[column]), 3)
        found.append(AlikeMoments(here, there, likeness))
        products[row], products[:, column] = -np.inf, -np.inf
    return tuple(found)


def _some(count: int) -> NDArray[np.intp]:
    """Return a few of so many moments, spread evenly."""
    return np.linspace(0, count - 1, min(STRANGER_MOMENTS, count)).round().astype(np.intp)


def _best_half(nearest: Floats) -> Floats:
    """Return the mean (k,) over the best half of the moments (k, n)."""
    count = max(1, round(BEST_SHARE * nearest.shape[1]))
    means: Floats = np.sort(nearest, axis=1)[:, -count:].mean(1)
    return means


def _nearest(vectors: Vectors, appearances: Sequence[Appearance]) -> Floats:
    """Return the likeness (k, n) of the nearest moment of each of k appearances to each of n vectors."""
    wanted = np.ascontiguousarray(vectors.T, np.float32)
    rows = np.cumsum([0, *(len(one.vectors) for one in appearances)])
    found = np.empty((len(appearances), len(vectors)))
    first = 0
    while first < len(appearances):
        last = max(first + 1, int(np.searchsorted(rows, rows[first] + _BLOCK, "right")) - 1)
        block = np.empty((rows[last] - rows[first], vectors.shape[1]), np.float32)
        np.concatenate([one.vectors for one in appearances[first:last]], out=block, casting="unsafe")
        lengths = np.sqrt(np.einsum("nd,nd->n", block, block))[:, None]
        products = (block @ wanted) / np.maximum(lengths, 1e-9)
        found[first:last] = np.maximum.reduceat(products, rows[first:last] - rows[first], axis=0)
        first = last
    return found
