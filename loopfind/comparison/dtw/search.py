"""The cheapest warping path of a query anywhere in a series, without trying everywhere.

The query is laid on the series at places half a band apart. At each, a path may wander within the band about the
diagonal (Sakoe & Chiba 1978) and begin and end anywhere in it, so any alignment that strays from a diagonal by no more
than a quarter of the band's width is looked at. Places are tried in the order of their lower bounds, and given up as
soon as their bound, or the cost of their first samples and the bound of the rest, is above the best so far (the cascade
of Rakthanmanon et al. 2012). What is given up could not have won.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from loopfind.comparison.dtw.lb_keogh import bounds_at, envelope
from loopfind.errors import MissingExtra
from loopfind.model.dtypes import Floats, Ints

SHORTEST = 3
"""Samples that a query must have: the library's matrix is wrong for two."""

PENALTY = 0.1
"""Cost of a step on which one side stands still, beside what its samples cost: without it a path dwells wherever the
two are alike, and wanders to look-alikes."""

PARTS = (1 / 8, 3 / 8)
"""Shares of the query that are aligned before all of it is."""

_OUTSIDE = 1e4
"""What stands before the first and after the last sample: dearer than anything, and small enough to be added."""

_SLACK = 1e-9
"""Share by which sums of the same costs in another order may differ."""


@dataclass(frozen=True)
class WarpPath:
    """The cheapest path. cost: the sum of squared distances along it, and of penalties. path: (length, 2) int64, a
    sample of the query and a sample of the series in each row, both rising."""

    cost: float
    path: Ints


@dataclass(frozen=True)
class Search:
    """found: the cheapest path, None where none costs `most` or less. least: no path costs less. aligned: how many
    places were aligned from end to end, of how many."""

    found: WarpPath | None
    least: float
    aligned: int
    places: int


@cache
def library() -> Any:
    """dtaidistance's alignment of series of several channels, compiled. Raises MissingExtra."""
    try:
        from dtaidistance import dtw, dtw_ndim
    except ImportError:
        raise MissingExtra("time warping", "dtaidistance", "dtw") from None
    if dtw.dtw_cc is None:
        raise MissingExtra("time warping", "dtaidistance with its compiled part", "dtw")
    return dtw_ndim


def longest(n: int, reach: int) -> int:
    """Rows that a path of a query of n samples has at most."""
    return 2 * n - 1 + 2 * reach


def places_of(n: int, m: int, reach: int) -> Ints:
    """Where a query of n samples is laid on a series of m >= n."""
    last = m - n
    return np.unique(np.append(np.arange(0, last + 1, reach), last))


def search(query: Floats, series: Floats, reach: int, most: float) -> Search:
    """The cheapest path of `query` (n, d) in `series` (m, d), if it costs `most` or less.

    n is at least SHORTEST and at most m; reach, the half-width of the band, is from 1 to n // 2 samples. Takes time
    n * m at worst, n * reach for each place that is aligned to the end, and memory n * (n + 2 * reach) floats.
    Raises MissingExtra.
    """
    n, m = len(query), len(series)
    if not (SHORTEST <= n <= m and 1 <= reach <= n // 2):
        raise ValueError(f"a query of {n} samples cannot be sought in {m} with a band of {reach}")
    places = places_of(n, m, reach)
    bounds = bounds_at(query, *envelope(series, reach), places)
    totals = bounds.sum(axis=1)
    wide = np.pad(series, ((reach, reach), (0, 0)), constant_values=_OUTSIDE)
    best, where, aligned = most, None, 0
    for row in np.argsort(totals, kind="stable").tolist():
        if totals[row] * (1 - _SLACK) > best:
            break
        cost = _cost(query, wide[places[row] :], reach, bounds[row], best)
        if cost is None:
            continue
        aligned += 1
        if cost < best or (where is None and cost <= best):
            best, where = cost, int(places[row])
    if where is None:
        return Search(None, min(float(totals.min()), most), aligned, len(places))
    path = path_of(query, wide[where : where + n + 2 * reach], reach)
    path[:, 1] += where - reach
    return Search(WarpPath(best, path), best, aligned, len(places))


def _cost(query: Floats, wide: Floats, reach: int, bounds: Floats, best: float) -> float | None:
    """The cost of the cheapest path, None as soon as it must be above `best`."""
    n = len(query)
    for share in PARTS:
        # Where the first samples alone and the bound of the others cost too much, so does every whole path.
        part = round(share * n)
        if part >= SHORTEST:
            cost = cost_of(query[:part], wide[: part + 2 * reach], reach)
            if (cost + float(bounds[part:].sum())) * (1 - _SLACK) > best:
                return None
    return cost_of(query, wide[: n + 2 * reach], reach)


def cost_of(query: Floats, window: Floats, reach: int) -> float:
    """The cost of the cheapest path of `query` (n, d) in `window` (n + 2 * reach, d): sample i of the query meets i to
    i + 2 * reach of the window, and the ends are free."""
    # No max_dist: with free ends the library (2.5.1) then gives up on paths that are cheap enough.
    distance = library().distance_fast(query, np.ascontiguousarray(window), use_pruning=False, **_limits(reach))
    return float(distance) ** 2


def path_of(query: Floats, window: Floats, reach: int) -> Ints:
    """The cheapest path itself, (length, 2) int64; see cost_of. Of equally cheap steps it takes the diagonal."""
    _, costs = library().warping_paths_fast(
        query,
        np.ascontiguousarray(window),
        psi_neg=False,
        keep_int_repr=True,
        **_limits(reach),
    )
    i, j = len(query), int(np.argmin(costs[-1]))
    path = [(i, j)]
    while i > 1:
        # The library's own walk back (2.5.1) leaves out rows where ends are free.
        _, _, i, j = min(
            (costs[i - 1, j - 1], 0, i - 1, j - 1),
            (costs[i - 1, j] + PENALTY, 1, i - 1, j),
            (costs[i, j - 1] + PENALTY, 2, i, j - 1),
        )
        path.append((i, j))
    return np.array(path[::-1], np.int64) - 1


def _limits(reach: int) -> dict[str, Any]:
    """The band, its free ends and the penalty, as the library takes them."""
    return {"window": 1, "psi": (0, 0, 2 * reach, 2 * reach), "penalty": math.sqrt(PENALTY)}
