"""Two files compared by their colours: how near one comes to being somewhere in the other, and along which path."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from loopfind.comparison.dtw.parameters import (
    ALIKE_DISTANCES,
    BUSY_SECONDS,
    FARTHEST_PATH,
    KNOT_SLACK,
    LEAST_CHANGE,
    WARP_LENGTHS,
)
from loopfind.comparison.dtw.search import SHORTEST_QUERY, Search, WarpPath, cheapest_path, longest
from loopfind.comparison.dtw.series import rate_for, series_of
from loopfind.fingerprints.color import colours_of
from loopfind.model.comparison import Nearness, Warp
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.video import Span
from loopfind.settings import CompareSettings


class Warper:
    """Compares files by pairs. Holds the series of few files at a time."""

    def __init__(self, fingerprints: Sequence[Fingerprint], settings: CompareSettings) -> None:
        """fingerprints: of the kind `color`."""
        self._files, self._settings = fingerprints, settings
        self._series = lru_cache(maxsize=64)(self._make)

    def _make(self, file: int, rate: float) -> Floats:
        """Compute the series of a file."""
        fingerprint = self._files[file]
        return series_of(fingerprint.times, colours_of(fingerprint.codes), rate)

    def warp(self, one: int, other: int) -> Warp:
        """Align one file with the other, the shorter somewhere in the longer. Raises MissingExtra."""
        lengths = [file.end - float(file.times[0]) if len(file) else 0.0 for file in self._files_of(one, other)]
        rate = rate_for(min(lengths))
        if min(lengths) * rate < SHORTEST_QUERY:
            return Warp((one, other), "unclear", None, 0.0, rate)
        series = [self._series(file, rate) for file in (one, other)]
        swapped = len(series[0]) > len(series[1])
        query, long = reversed(series) if swapped else series
        size = float(np.sqrt(np.square(query).sum(axis=1).mean()))
        if size == 0.0 or len(query) < SHORTEST_QUERY:
            return Warp((one, other), "unclear", None, 0.0, rate)
        query, long = query / size, long / size
        reach = self._reach(len(query), rate)
        most = FARTHEST_PATH * FARTHEST_PATH * longest(len(query), reach)
        forth = cheapest_path(query, long, reach, most)
        back = cheapest_path(_backwards(query), long, reach, forth.found.cost if forth.found else most)
        found = back.found or forth.found
        if found is None:
            return Warp((one, other), "apart", None, _least(forth, back, len(query), reach), rate)
        turned = back.found is not None
        path = found.path.copy()
        if turned:
            path[:, 0] = len(query) - 1 - path[:, 0]
        path = path[:, ::-1] if swapped else path
        path = path[::-1] if turned and not swapped else path
        distance = distance_of(found)
        clear = min(lengths) >= WARP_LENGTHS[0] and size >= LEAST_CHANGE and busy(query, rate) >= BUSY_SECONDS
        limit = float(np.interp(min(lengths), WARP_LENGTHS, ALIKE_DISTANCES))
        nearness: Nearness = "apart" if distance > limit else "alike" if clear else "unclear"
        return self._warp_along((one, other), nearness, distance, path, turned, rate)

    def _files_of(self, one: int, other: int) -> tuple[Fingerprint, Fingerprint]:
        """Return two of the files."""
        return self._files[one], self._files[other]

    def _reach(self, samples: int, rate: float) -> int:
        """Return half the width of the band, in samples."""
        given = self._settings.band_seconds
        wanted = self._settings.band * samples if given is None else given * rate
        return max(1, min(samples // 2, round(wanted)))

    def _warp_along(
        self, files: tuple[int, int], nearness: Nearness, distance: float, path: Ints, turned: bool, rate: float
    ) -> Warp:
        """Return the warp, with its path in seconds."""
        starts = [float(file.times[0]) for file in self._files_of(*files)]
        seconds = np.stack([start + path[:, side] / rate for side, start in enumerate(starts)], axis=1)
        spans = tuple(Span(float(side.min()), float(side.max()) + 1 / rate) for side in seconds.T)
        return Warp(
            files,
            nearness,
            distance,
            distance,
            rate,
            (spans[0], spans[1]),
            turned,
            tuple((float(a), float(b)) for a, b in seconds),
            tuple((float(a), float(b)) for a, b in seconds[knots_of(path)]),
        )


def _backwards(query: Floats) -> Floats:
    """Return the changes of the same file run backwards."""
    return np.ascontiguousarray(-query[::-1])


def distance_of(found: WarpPath) -> float:
    """Return the root of the mean cost along a path: 0 for the same colours, about 1 for nothing in common, as the
    changes of the shorter file are 1 on the whole."""
    return float(np.sqrt(found.cost / len(found.path)))


def _least(forth: Search, back: Search, samples: int, reach: int) -> float:
    """Return the least distance that is possible, either way."""
    return float(np.sqrt(min(forth.least, back.least) / longest(samples, reach)))


def busy(query: Floats, rate: float) -> float:
    """Return the seconds among which the changes spread: as many as would give the same participation ratio if all were
    equal."""
    energy = np.square(query).sum(axis=1)
    step = max(1, round(rate))
    seconds = np.add.reduceat(energy, np.arange(0, len(energy), step))
    return float(seconds.sum() ** 2 / np.square(seconds).sum())


def knots_of(path: Ints) -> Ints:
    """Return the rows of a path (length, 2) at which its speed changes, with its ends: rising, at least one.

    The path is split where it is furthest from a line (Ramer 1972; Douglas & Peucker 1973), until nothing is further
    from one than KNOT_SLACK.
    """
    kept, open_spans = {0, len(path) - 1}, [(0, len(path) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        if last - first < 2:
            continue
        away = _away(path[first : last + 1].astype(float))
        worst = int(away.argmax())
        if away[worst] > KNOT_SLACK:
            kept.add(first + worst)
            open_spans += [(first, first + worst), (first + worst, last)]
    return np.array(sorted(kept), np.int64)


def _away(rows: Floats) -> Floats:
    """Return how far rows (k, 2) lie from the line between the first and the last, (k,) samples."""
    along = rows[-1] - rows[0]
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
    away: Floats = np.abs((rows - rows[0]) @ across)
    return away
