"""Scores of likeness on labelled files: how often the nearest ones are of the same class.

Each file is asked for among those of other groups: two takes of one scene in both halves of a data set make any way
look good.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.comparison.likeness_groups import likeness_rows
from loopfind.model.dtypes import Floats
from loopfind.model.knn import ClassScore, NearestScore
from loopfind.model.likeness import Appearance


def nearest_scores(
    appearances: Sequence[Appearance], classes: Sequence[str], groups: Sequence[str], counts: Sequence[int]
) -> tuple[tuple[NearestScore, ...], tuple[ClassScore, ...], int]:
    """Return the scores at each count of neighbours, those of each class, and how many files could be asked for: those
    of a class that another group has too."""
    names, kinds = np.unique(np.asarray(classes, str), return_inverse=True)
    owners = np.unique(np.asarray(groups, str), return_inverse=True)[1]
    recalls, accuracies, leaky = (np.zeros((len(kinds), len(counts)), bool) for _ in range(3))
    judged = np.zeros(len(kinds), bool)
    for numbers, rows in likeness_rows(appearances):
        for number, row in zip(numbers, rows, strict=True):
            others = owners != owners[number]
            judged[number] = (kinds[others] == kinds[number]).any()
            near = _nearest(np.where(others, row, -np.inf), max(counts))
            recalls[number], accuracies[number] = _right(near, row, kinds, kinds[number], counts)
            row[number] = -np.inf
            leaky[number] = _right(_nearest(row, max(counts)), row, kinds, kinds[number], counts)[0]
    scores = tuple(
        NearestScore(
            count, _mean(recalls[judged, place]), _mean(accuracies[judged, place]), _mean(leaky[judged, place])
        )
        for place, count in enumerate(counts)
    )
    each = tuple(
        ClassScore(str(name), int(mine.sum()), _mean(recalls[mine, 0]), _mean(accuracies[mine, -1]))
        for kind, name in enumerate(names)
        if (mine := judged & (kinds == kind)).any()
    )
    return scores, each, int(judged.sum())


def _nearest(row: Floats, count: int) -> NDArray[np.intp]:
    """Return the numbers of the nearest files, the nearest first; files of -inf are none."""
    order = np.argsort(-row, kind="stable")[:count]
    return order[np.isfinite(row[order])]


def _right(
    near: NDArray[np.intp], row: Floats, kinds: NDArray[np.intp], kind: int, counts: Sequence[int]
) -> tuple[list[bool], list[bool]]:
    """Return for each count of neighbours whether one is of the class, and whether most are, by their likeness."""
    found, voted = [], []
    for count in counts:
        chosen = near[:count]
        votes = np.bincount(kinds[chosen], np.maximum(row[chosen], 0), minlength=kinds.max() + 1)
        # Of classes with as many votes the one of the nearer file wins.
        best = next((int(kinds[one]) for one in chosen if votes[kinds[one]] >= votes.max()), -1)
        found.append(bool((kinds[chosen] == kind).any()))
        voted.append(best == kind)
    return found, voted


def _mean(hits: NDArray[np.bool_]) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0
