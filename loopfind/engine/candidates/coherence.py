"""Hits of an index that agree in their lag: chance finds a moment here and there, a copy many at one lag."""

import numpy as np

from loopfind.engine.candidates.library import QUESTIONS, IndexQuestion
from loopfind.engine.candidates.parameters import (
    FEWEST_VOTES,
    HIT_CHANGED_MS,
    HIT_LAG_MS,
    HIT_OPEN_LAG_MS,
    HIT_PART_MS,
    HIT_PLAIN_MS,
    OPEN_SPEED_HITS,
)
from loopfind.model.candidate import IndexHits
from loopfind.model.dtypes import Ints

_NEEDED = ((False, FEWEST_VOTES), (True, OPEN_SPEED_HITS * FEWEST_VOTES))
"""How many hits must lie at one lag: where the speed is known, and where it is open."""

_LARGEST = (1 << 62) - 1


def coherent(hits: IndexHits) -> IndexHits:
    """Return the hits of which enough lie at one lag, for one question and two files.

    Where the speed is open, so many must lie at about one lag in one part of the file that was asked about.

    In slow motion neighbouring moments are alike, so that one chance finds several: these count as one. Of the many
    ways in which a copy may be changed each would find something by chance, so that more of them count as one.
    """
    pair = numbered(hits.question, hits.asked, hits.stored)
    enough = np.bincount(pair, minlength=1)[pair] >= FEWEST_VOTES
    hits, pair = hits.where(enough), pair[enough]
    open_speed = np.array([question.picture for question in QUESTIONS])[hits.question]
    backwards = np.array([question.backwards for question in QUESTIONS])[hits.question]
    often = np.array([question.picture or question == IndexQuestion() for question in QUESTIONS])[hits.question]
    alone = np.where(often, HIT_PLAIN_MS, HIT_CHANGED_MS)
    lag = np.where(backwards, -1, 1) * hits.stored_ms - hits.asked_ms
    group = numbered(pair, np.where(open_speed, hits.asked_ms // HIT_PART_MS, 0))
    wide = np.where(open_speed, HIT_OPEN_LAG_MS, HIT_LAG_MS)
    first = np.unique(numbered(group, lag // wide, hits.asked_ms // alone), return_index=True)[1]
    order = first[np.lexsort((lag[first], group[first]))]
    runs = [_at_one_lag(order[open_speed[order] == each], fewest, group, lag, wide) for each, fewest in _NEEDED]
    cells = group * (1 << 32) + lag // wide
    found = cells[np.concatenate(runs)]
    return hits.where(np.isin(cells, [found + by for by in (-1, 0, 1)]))


def _at_one_lag(order: Ints, fewest: int, group: Ints, lag: Ints, wide: Ints) -> Ints:
    """Those of `order`, which is sorted by group and lag, of which `fewest` or more of one group lie at one lag."""
    last = fewest - 1
    low, high = order[: max(0, len(order) - last)], order[last:]
    # Sorted by lag: so many in a row lie within the width if the first and the last do.
    near = (group[high] == group[low]) & (lag[high] - lag[low] <= wide[high])
    return np.asarray(order[np.unique(np.flatnonzero(near)[:, None] + np.arange(fewest))])


def numbered(*columns: Ints) -> Ints:
    """Number each different row of some columns, (m,) int64 each: (m,) int64, from 0, in rising order of the rows.

    Any values will do: where the columns are too wide to be digits of one int64, their values are numbered first.
    """
    key, size = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        digit, base = _digit(column)
        if size * base > _LARGEST:
            key, size = _dense(key)
        if size * base > _LARGEST:
            digit, base = _dense(column)
        key, size = key * base + digit, size * base
    return _dense(key)[0]


def _digit(column: Ints) -> tuple[Ints, int]:
    """The values from 0 on, and how far they reach."""
    if not len(column):
        return column, 1
    low = int(column.min())
    base = int(column.max()) - low + 1
    return (column - low, base) if base <= _LARGEST else _dense(column)


def _dense(column: Ints) -> tuple[Ints, int]:
    """A number (m,) for each different value, from 0, and how many there are."""
    values, numbers = np.unique(column, return_inverse=True)
    return np.asarray(numbers.ravel(), np.int64), max(1, len(values))
