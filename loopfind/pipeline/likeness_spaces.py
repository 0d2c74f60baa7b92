"""The space in which likeness is measured: that of the appearances themselves, or one that a library has learned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.codebook import bag, learn_words
from loopfind.comparison.metric import changed
from loopfind.comparison.neighbours import Query
from loopfind.errors import LibraryError
from loopfind.model.likeness import Appearance, AppearanceKey, Learned
from loopfind.stores import schema
from loopfind.stores.connections import Connections
from loopfind.stores.learned import LearnedTable

_GROWN = 2
"""Times as many files as a codebook was learned on, with which it is learned anew."""


@dataclass(frozen=True)
class Space:
    """Files of a library as they are compared. key: of what is compared. ranked: by which files are ranked. seen: by
    which their moments are named. words: of a codebook, metric: of a training, centre: of a network, None for none."""

    key: AppearanceKey
    ranked: Sequence[Appearance]
    seen: Sequence[Appearance]
    words: NDArray[np.float16] | None = None
    metric: NDArray[np.float16] | None = None
    centre: NDArray[np.float32] | None = None

    def asked(self, query: Query) -> Query:
        """Return a query as it is compared with `ranked`."""
        if self.words is None:
            return self.named(query)
        held = bag(query.vectors, self.words)
        return Query(held, held[:0], np.zeros(0, np.intp), query.times[:1])

    def named(self, query: Query) -> Query:
        """Return a query as its moments are compared with `seen`."""
        if self.centre is not None:
            return query._replace(vectors=unit(query.vectors - self.centre), parts=unit(query.parts - self.centre))
        if self.metric is None:
            return query
        return query._replace(vectors=changed(query.vectors, self.metric), parts=changed(query.parts, self.metric))


def metric_of(connections: Connections, by: str, key: AppearanceKey) -> Learned | None:
    """Return the metric by which files are compared, None for none. Raises LibraryError."""
    return LearnedTable(connections).held("metric", key) if by == "cnn" else None


def space_of(
    connections: Connections,
    shown: str,
    by: str,
    key: AppearanceKey,
    seen: Sequence[Appearance],
    metric: Learned | None,
    centre: NDArray[np.float32] | None,
) -> Space:
    """Return the space in which files of a library are compared. shown: the library's name. metric: see `metric_of`.
    centre: what all vectors have in common, None where nobody knows. A metric is of vectors that have it. Raises
    LibraryError."""
    if by == "bag":
        return _bags(LearnedTable(connections), shown, key, seen)
    if metric is None:
        if centre is None:
            return Space(key, seen, seen)
        if seen and seen[0].vectors.shape[1] != len(centre):
            raise LibraryError(shown, schema.DAMAGED)
        made = [Appearance(key, one.times, rounded(unit(one.vectors) - centre)) for one in seen]
        return Space(key, made, made, centre=centre)
    _check_width(metric, shown, seen)
    own, values = replace(key, model=f"{key.model}+{metric.digest}"), metric.values
    made = [Appearance(own, one.times, rounded(changed(unit(one.vectors), values))) for one in seen]
    return Space(own, made, made, metric=values)


def _bags(table: LearnedTable, shown: str, key: AppearanceKey, seen: Sequence[Appearance]) -> Space:
    """Return the space of bags. A codebook is learned where there is none, and again once the library has twice as many
    files."""
    learned = table.held("codebook", key)
    if seen and (learned is None or len(seen) >= _GROWN * learned.files):
        learned = Learned("codebook", key, len(seen), learn_words(seen))
        table.keep(learned)
    own = replace(key, way="bag", model="" if learned is None else learned.digest)
    if learned is None or not seen:
        return Space(own, seen, seen)
    _check_width(learned, shown, seen)
    words = learned.values
    bags = [Appearance(own, one.times[:1], rounded(bag(unit(one.vectors), words))) for one in seen]
    return Space(own, bags, seen, words)


def _check_width(learned: Learned, shown: str, seen: Sequence[Appearance]) -> None:
    """Raise LibraryError where something was learned of other vectors."""
    rows = len(learned.values) % 2 if learned.what == "metric" else 0
    if rows or (seen and learned.values.shape[1] != seen[0].vectors.shape[1]):
        raise LibraryError(shown, schema.DAMAGED)
