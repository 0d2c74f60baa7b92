"""Points of a path for a picture of it: as many as a person can see, with every excursion that the whole path has."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints
from loopfind.model.trajectory import Trajectory

Points = NDArray[np.float64]


def stretches_of(found: Trajectory, camera_map: int, start: float = -np.inf, end: float = np.inf) -> Iterator[slice]:
    """Yield the unbroken stretches of the path in a map, between two seconds, as slices of its samples."""
    there = (found.map_ids == camera_map) & np.isfinite(found.positions).all(axis=1)
    there &= (found.times >= start) & (found.times < end)
    edges = np.flatnonzero(np.diff(there, prepend=False, append=False)).tolist()
    yield from (slice(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True))


def thinned(points: NDArray[np.floating], most: int) -> Ints:
    """Return the places (m,) of points (n, d) to draw, rising, about `most` of them.

    Of each of many equal parts the first point is kept, and in each direction the farthest points: the drawn line
    reaches wherever the whole one does (the M4 aggregation of Jugel and others, VLDB 2014, in each direction).
    """
    count, directions = points.shape
    if count <= most:
        return np.arange(count)
    parts = max(1, most // (2 * directions + 1))
    size = -(-count // parts)
    padded = np.concatenate([points, np.repeat(points[-1:], -count % size, axis=0)]).reshape(-1, size, directions)
    starts = np.arange(len(padded)) * size
    kept = [starts, *(starts + padded[..., one].argmin(1) for one in range(directions))]
    kept += [starts + padded[..., one].argmax(1) for one in range(directions)]
    return np.unique(np.minimum(np.concatenate([*kept, [count - 1]]), count - 1))


def path_points(found: Trajectory, camera_map: int, most: int) -> list[Ints]:
    """Return the samples of each unbroken stretch in a map that are drawn, about `most` of them in all."""
    stretches = [np.arange(one.start, one.stop) for one in stretches_of(found, camera_map)]
    whole = sum(map(len, stretches))
    shares = (max(2, most * len(one) // max(1, whole)) for one in stretches)
    return [one[thinned(found.positions[one], share)] for one, share in zip(stretches, shares, strict=True)]


def highest_scores(found: Trajectory, columns: int) -> tuple[Floats, Floats]:
    """Return the seconds and the highest scores of at most `columns` parts of the timeline; not a number where a part
    has none."""
    count = len(found.times)
    size = max(1, -(-count // columns))
    starts = np.arange(0, count, size)
    if not count:
        return np.zeros(0), np.zeros(0)
    known = np.where(np.isfinite(found.scores), found.scores, -np.inf)
    highest = np.maximum.reduceat(known, starts)
    return found.times[starts], np.where(np.isfinite(highest), highest, np.nan)


def turned(points: NDArray[np.floating], around: float, tilt: float) -> Points:
    """Return points (n, 3) as seen from the side, as x (rightwards), y (upwards) and depth (towards the eye).

    around: radians by which the map is turned around its third direction. tilt: radians by which it is seen from above.
    """
    x, y, z = np.asarray(points, np.float64).T
    across, away = x * np.cos(around) - y * np.sin(around), x * np.sin(around) + y * np.cos(around)
    upwards, towards = z * np.cos(tilt) + away * np.sin(tilt), z * np.sin(tilt) - away * np.cos(tilt)
    return np.stack([across, upwards, towards], axis=1)
