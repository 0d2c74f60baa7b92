"""Neighbours by likeness: the nearest of many appearances to one. All are compared: up to a million vectors that takes
less time than an index is worth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats
from loopfind.model.likeness import AlikeMoments, Appearance, KeptVectors, Vectors

_BLOCK = 1 << 12
"""Vectors that are compared at a time."""
_BEST_SHARE = 0.5
"""Share of the moments of a query that count, the best ones: an edit of a video may leave out the others."""
_SAMPLED, _SAMPLED_MOMENTS, _FEWEST = 40, 6, 20
"""Files by which a library tells how alike strangers are, moments of each, and files that it takes at the least."""
_SEED = 20170528
_MOST_MOMENTS = 5


class Query(NamedTuple):
    """An appearance to search with.

    vectors: (n, d), of each moment as a whole. parts: (m, d), of parts of some moments' pictures; of these the nearest
    counts. owners: (m,) the moment that each part is of. times: (n,) seconds.
    """

    vectors: Vectors
    parts: Vectors
    owners: NDArray[np.intp]
    times: Floats


def query_of(appearance: Appearance) -> Query:
    """Return an appearance as a query, each moment seen as a whole."""
    vectors = appearance.vectors.astype(np.float32)
    return Query(vectors, vectors[:0], np.zeros(0, np.intp), appearance.times)


def likenesses(query: Query, appearances: Sequence[Appearance]) -> Floats:
    """Return the likeness (k,) of each of k appearances to a query: the mean over the best half of its moments of the
    likeness of the nearest moment."""
    count = len(query.vectors)
    nearest = _nearest(np.concatenate([query.vectors, query.parts]), appearances)
    best = nearest[:, :count]
    np.maximum.at(best.T, query.owners, nearest[:, count:].T)
    return _best_half(best)


def chances(query: Query, nearest: Sequence[Appearance], appearances: Sequence[Appearance]) -> list[float | None]:
    """Return for each of the nearest the chance of a stranger to be as alike: the share of files of the library, of
    some that are drawn, whose own nearest is. Files are compared by a few moments as a whole, both times. None in a
    library of few."""
    if len(appearances) < _FEWEST:
        return [None] * len(nearest)
    rng = np.random.default_rng(_SEED)
    chosen = rng.choice(len(appearances), min(_SAMPLED, len(appearances)), replace=False)
    samples = [_some(appearances[number].vectors) for number in chosen]
    products = _nearest(np.concatenate(samples).astype(np.float32), appearances)
    levels = np.empty(len(chosen))
    place = 0
    for row, (number, sample) in enumerate(zip(chosen, samples, strict=True)):
        scores = _best_half(products[:, place : place + len(sample)])
        scores[number] = -np.inf  # a file is no stranger to itself
        levels[row] = scores.max()
        place += len(sample)
    own = _best_half(_nearest(_some(query.vectors), nearest)) if nearest else np.zeros(0)
    return [float((np.count_nonzero(levels >= score) + 1) / (len(levels) + 1)) for score in own]


def alike_moments(query: Query, appearance: Appearance) -> tuple[AlikeMoments, ...]:
    """Return the moments of a query and of an appearance that are most alike, the best first, each moment once."""
    other = appearance.vectors.astype(np.float32).T
    products = query.vectors @ other
    np.maximum.at(products, query.owners, query.parts @ other)
    found = list[AlikeMoments]()
    while len(found) < min(_MOST_MOMENTS, *products.shape):
        row, column = divmod(int(np.argmax(products)), products.shape[1])
        likeness = round(float(products[row, column]), 4)
        found.append(AlikeMoments(float(query.times[row]), float(appearance.times[column]), likeness))
        products[row], products[:, column] = -np.inf, -np.inf
    return tuple(found)


def _some(vectors: KeptVectors) -> KeptVectors:
    """Return the vectors of a few moments, spread evenly."""
    return vectors[np.linspace(0, len(vectors) - 1, min(_SAMPLED_MOMENTS, len(vectors))).round().astype(np.intp)]


def _best_half(nearest: Floats) -> Floats:
    """Return the mean (k,) over the best half of the moments (k, n)."""
    count = max(1, round(_BEST_SHARE * nearest.shape[1]))
    means: Floats = np.sort(nearest, axis=1)[:, -count:].mean(1)
    return means


def _nearest(vectors: KeptVectors, appearances: Sequence[Appearance]) -> Floats:
    """Return the likeness (k, n) of the nearest moment of each of k appearances to each of n vectors."""
    wanted = np.ascontiguousarray(vectors.T, np.float32)
    rows = np.cumsum([0, *(len(one.vectors) for one in appearances)])
    found = np.empty((len(appearances), len(vectors)))
    first = 0
    while first < len(appearances):
        last = max(first + 1, int(np.searchsorted(rows, rows[first] + _BLOCK, "right")) - 1)
        block = np.concatenate([one.vectors for one in appearances[first:last]]).astype(np.float32)
        found[first:last] = np.maximum.reduceat(block @ wanted, rows[first:last] - rows[first], axis=0)
        first = last
    return found
