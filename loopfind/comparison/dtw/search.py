"""The cheapest warping path of a query anywhere in a series, without trying everywhere.

The query is aligned with the series at places half a band apart. At each, a path may wander within the band about the
diagonal (Sakoe & Chiba 1978) and begin and end anywhere in it, so any alignment that strays from a diagonal by no more
than a quarter of the band's width is tried. Places are tried in the order of their lower bounds. One is given up as
soon as its bound, or the cost of its first samples and the bound of the rest, is above the best so far (the cascade of
Rakthanmanon et al. 2012). What is given up could not have won.

The lower bound is LB_Keogh (Keogh & Ratanamahatana 2005), for series of several channels. A sample of the query is
matched to some sample within the band. Without trying, it is known to cost at least the square of how far it lies
outside all values that the band holds, channel by channel.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from loopfind.comparison.dtw.parameters import FIRST_SHARES, STALL_PENALTY
from loopfind.errors import MissingExtra
from loopfind.model.dtypes import Floats, Ints

SHORTEST_QUERY = 3
"""Samples that a query must have: the library's matrix is wrong for two."""

_OUTSIDE = 1e4
"""Value before the first and after the last sample: dearer than anything, and small enough to be added."""

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
    """The outcome of a search. found: the cheapest path, None where none costs `most` or less. least: no path costs
    less. aligned: how many places were aligned from end to end, of how many."""

    found: WarpPath | None
    least: float
    aligned: int
    places: int


@cache
def dtw_library() -> Any:
    """Load dtaidistance's alignment of series of several channels, compiled. Raises MissingExtra."""
    try:
        from dtaidistance import dtw, dtw_ndim
    except ImportError:
        raise MissingExtra("time warping", "dtaidistance", "dtw") from None
    if dtw.dtw_cc is None:
        raise MissingExtra("time warping", "dtaidistance with its compiled part", "dtw")
    return dtw_ndim


def longest(n: int, reach: int) -> int:
    """Return the most rows that a path of a query of n samples may have."""
    return 2 * n - 1 + 2 * reach


def places_of(n: int, m: int, reach: int) -> Ints:
    """Return the places in a series of m >= n samples at which a query of n samples is aligned, rising."""
    last = m - n
    return np.unique(np.append(np.arange(0, last + 1, reach), last))


def cheapest_path(query: Floats, series: Floats, reach: int, most: float) -> Search:
    """Find the cheapest path of `query` (n, d) in `series` (m, d), if it costs `most` or less.

    n is at least SHORTEST_QUERY and at most m; reach, the half-width of the band, is from 1 to n // 2 samples. Takes
    time n * m at worst, n * reach for each place that is aligned to the end, and memory n * (n + 2 * reach) floats.
    Raises MissingExtra.
    """
    n, m = len(query), len(series)
    if not (SHORTEST_QUERY <= n <= m and 1 <= reach <= n // 2):
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


def envelope(series: Floats, reach: int) -> tuple[Floats, Floats]:
    """Return the least and the greatest of each sample and `reach` on either side, as far as there are any: two of the
    shape (n, d).

    By windows of twice the length each time: n * log(reach) steps.
    """
    padding = ((reach, reach), (0, 0))
    low = np.pad(series, padding, constant_values=np.inf)
    high = np.pad(series, padding, constant_values=-np.inf)
    width, wanted = 1, 2 * reach + 1
    while width < wanted:
        step = min(width, wanted - width)
        low, high = np.minimum(low[:-step], low[step:]), np.maximum(high[:-step], high[step:])
        width += step
    return low, high


def bounds_at(query: Floats, low: Floats, high: Floats, places: Ints) -> Floats:
    """Return what each sample of the query costs at least, at each place: (places, n) float64.

    query: (n, d). low, high: (m, d), envelopes of the series as wide as the band. places: (p,), from 0 to m - n: sample
    i of the query may be matched to samples within the band about place + i. Costs are squared distances. The sum of a
    row bounds every path from below, as a path has each sample of the query in it.
    """
    n = len(query)
    costs = np.empty((len(places), n))
    for row, place in enumerate(places.tolist()):
        over = np.maximum(query - high[place : place + n], 0)
        under = np.maximum(low[place : place + n] - query, 0)
        costs[row] = np.square(over + under).sum(axis=1)
    return costs


def _cost(query: Floats, wide: Floats, reach: int, bounds: Floats, best: float) -> float | None:
    """Return the cost of the cheapest path at one place, None as soon as it must be above `best`."""
    n = len(query)
    for share in FIRST_SHARES:
        # Where the first samples alone and the bound of the others cost too much, so does every whole path.
        part = round(share * n)
        if part >= SHORTEST_QUERY:
            cost = cost_of(query[:part], wide[: part + 2 * reach], reach)
            if (cost + float(bounds[part:].sum())) * (1 - _SLACK) > best:
                return None
    return cost_of(query, wide[: n + 2 * reach], reach)


def cost_of(query: Floats, window: Floats, reach: int) -> float:
    """Return the cost of the cheapest path of `query` (n, d) in `window` (n + 2 * reach, d): sample i of the query may
    meet i to i + 2 * reach of the window, and the ends are free."""
    # No max_dist: with free ends the library (2.5.1) then gives up on paths that are cheap enough.
    distance = dtw_library().distance_fast(query, np.ascontiguousarray(window), use_pruning=False, **_limits(reach))
    return float(distance) ** 2


def path_of(query: Floats, window: Floats, reach: int) -> Ints:
    """Return the cheapest path itself, (length, 2) int64; see cost_of. Of equally cheap steps it takes the diagonal."""
    _, costs = dtw_library().warping_paths_fast(
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
            (costs[i - 1, j] + STALL_PENALTY, 1, i - 1, j),
            (costs[i, j - 1] + STALL_PENALTY, 2, i, j - 1),
        )
        path.append((i, j))
    return np.array(path[::-1], np.int64) - 1


def _limits(reach: int) -> dict[str, Any]:
    """Return the band, its free ends and the penalty, as the library takes them."""
    return {"window": 1, "psi": (0, 0, 2 * reach, 2 * reach), "penalty": math.sqrt(STALL_PENALTY)}
