"""Two files compared by their colours or tones: how near one comes to being in the other, and along which path."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from loopfind.comparison.dtw.parameters import (
    ALIKE_DISTANCES,
    ALIKE_SOUNDS,
    BUSY_SECONDS,
    FARTHEST_PATH,
    FARTHEST_SOUND,
    KNOT_SLACK,
    LEAST_CHANGE,
    LEAST_SOUND,
    TRANSPOSED,
    WARP_LENGTHS,
)
from loopfind.comparison.dtw.search import SHORTEST_QUERY, WarpPath, cheapest_path, longest
from loopfind.comparison.dtw.series import chroma_series, rate_for, series_of
from loopfind.fingerprints.color import colours_of
from loopfind.model.comparison import Nearness, Warp
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.sound import CHROMA_HOP, SOUND_RATE, Chroma
from loopfind.model.video import Span
from loopfind.settings import CompareSettings


@dataclass(frozen=True)
class WarpLimits:
    """Limits of distances. alike: up to which two files are called so, at either of WARP_LENGTHS. farthest: up to which
    a path is looked for. least: changes of the shorter file under which nothing is said."""

    alike: tuple[float, float]
    farthest: float
    least: float


class WarpedFile(Protocol):
    """A file whose course in time can be warped. start, end: seconds."""

    limits: WarpLimits

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...

    def series(self, rate: float) -> Floats:
        """Return its course, (m, d) float64, C-contiguous; sample k is of the second start + k / rate."""
        ...

    def variants(self, rate: float) -> Iterator[tuple[Floats, bool]]:
        """Yield the courses that a copy of it may have, with whether it runs backwards; its own first."""
        ...


class ColouredFile:
    """A file by its mean colours. fingerprint: of the kind `color`."""

    limits = WarpLimits(ALIKE_DISTANCES, FARTHEST_PATH, LEAST_CHANGE)

    def __init__(self, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint

    @property
    def start(self) -> float:
        return float(self._fingerprint.times[0]) if len(self._fingerprint) else 0.0

    @property
    def end(self) -> float:
        return self._fingerprint.end if len(self._fingerprint) else 0.0

    def series(self, rate: float) -> Floats:
        """Return the changes of its colours."""
        return series_of(self._fingerprint.times, colours_of(self._fingerprint.codes), rate)

    def variants(self, rate: float) -> Iterator[tuple[Floats, bool]]:
        """Yield its changes forwards and backwards."""
        forth = self.series(rate)
        yield forth, False
        yield np.ascontiguousarray(-forth[::-1]), True


class HeardFile:
    """A file by the tones of its sound."""

    limits = WarpLimits(ALIKE_SOUNDS, FARTHEST_SOUND, LEAST_SOUND)

    def __init__(self, chroma: Chroma) -> None:
        self._chroma = chroma

    @property
    def start(self) -> float:
        return self._chroma.start

    @property
    def end(self) -> float:
        return self._chroma.start + len(self._chroma.energies) * CHROMA_HOP / SOUND_RATE

    def series(self, rate: float) -> Floats:
        """Return the changes of its tones."""
        return chroma_series(self._chroma, rate)

    def variants(self, rate: float) -> Iterator[tuple[Floats, bool]]:
        """Yield its changes at some pitches: a copy at another speed mostly has another one."""
        for turned in TRANSPOSED:
            yield chroma_series(self._chroma, rate, turned), False


class Warper:
    """Compares files by pairs. Holds the series of few files at a time."""

    def __init__(self, files: Sequence[WarpedFile], settings: CompareSettings) -> None:
        self._files, self._settings = files, settings
        self._series = lru_cache(maxsize=64)(lambda file, rate: files[file].series(rate))

    def warp(self, one: int, other: int) -> Warp:
        """Align one file with the other, the shorter somewhere in the longer. Raises MissingExtra."""
        lengths = [self._files[file].end - self._files[file].start for file in (one, other)]
        rate = rate_for(min(lengths))
        if min(lengths) * rate < SHORTEST_QUERY:
            return Warp((one, other), "unclear", None, 0.0, rate)
        series = [self._series(file, rate) for file in (one, other)]
        swapped = len(series[0]) > len(series[1])
        query, long = reversed(series) if swapped else series
        size = float(np.sqrt(np.square(query).sum(axis=1).mean())) if len(query) else 0.0
        if size == 0.0 or len(query) < SHORTEST_QUERY:
            return Warp((one, other), "unclear", None, 0.0, rate)
        shorter = self._files[other if swapped else one]
        reach = self._reach(len(query), rate)
        longest_path = longest(len(query), reach)
        most, least = shorter.limits.farthest**2 * longest_path, math.inf
        found: WarpPath | None = None
        turned = False
        for variant, backwards in shorter.variants(rate):
            search = cheapest_path(variant / size, long / size, reach, most)
            least = min(least, search.least)
            if search.found is not None:
                found, turned, most = search.found, backwards, search.found.cost
        if found is None:
            return Warp((one, other), "apart", None, float(np.sqrt(least / longest_path)), rate)
        path = found.path.copy()
        if turned:
            path[:, 0] = len(query) - 1 - path[:, 0]
        path = path[:, ::-1] if swapped else path
        path = path[::-1] if turned and not swapped else path
        distance = distance_of(found)
        limits = shorter.limits
        clear = min(lengths) >= WARP_LENGTHS[0] and size >= limits.least and busy(query / size, rate) >= BUSY_SECONDS
        limit = float(np.interp(min(lengths), WARP_LENGTHS, limits.alike))
        nearness: Nearness = "apart" if distance > limit else "alike" if clear else "unclear"
        return self._warp_along((one, other), nearness, distance, path, turned, rate)

    def _reach(self, samples: int, rate: float) -> int:
        """Return half the width of the band, in samples."""
        given = self._settings.band_seconds
        wanted = self._settings.band * samples if given is None else given * rate
        return max(1, min(samples // 2, round(wanted)))

    def _warp_along(
        self, files: tuple[int, int], nearness: Nearness, distance: float, path: Ints, turned: bool, rate: float
    ) -> Warp:
        """Return the warp, with its path in seconds."""
        starts = [self._files[file].start for file in files]
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


def distance_of(found: WarpPath) -> float:
    """Return the root of the mean cost along a path: 0 for the same colours, about 1 for nothing in common, as the
    changes of the shorter file are 1 on the whole."""
    return float(np.sqrt(found.cost / len(found.path)))


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
