"""What the colours of two files say: how near the one comes to being somewhere in the other, and on which way."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from loopfind.comparison.dtw.knots import knots_of
from loopfind.comparison.dtw.search import SHORTEST, Search, WarpPath, longest, search
from loopfind.comparison.dtw.series import rate_for, series_of
from loopfind.fingerprints.color import colours_of
from loopfind.model.comparison import Nearness, Warp
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.video import Span
from loopfind.settings import CompareSettings

LENGTHS, ALIKE = (5.0, 15.0), (0.25, 0.35)
"""Seconds of the shorter file, and how near two files are called alike then; between them along a line, and no further
beyond. The longer the files, the further away are look-alikes. See the README for what that is worth."""

NEAR = 0.4
"""Distance up to which a path is told. What is further away is not aligned to the end."""

BUSY = 2.5
"""Seconds among which the changes of the shorter file must spread: one flash is like any other, and takes up two."""

LEAST = 0.005
"""Changes of the shorter file on the whole, of the logarithm of light, under which its colours say nothing: half a
hundredth, where codecs alone make a quarter of that."""


class Warper:
    """Compares files by pairs. Holds the series of few files at a time."""

    def __init__(self, fingerprints: Sequence[Fingerprint], settings: CompareSettings) -> None:
        """fingerprints: of the kind `color`."""
        self._files, self._settings = fingerprints, settings
        self._series = lru_cache(maxsize=64)(self._make)

    def _make(self, file: int, rate: float) -> Floats:
        fingerprint = self._files[file]
        return series_of(fingerprint.times, colours_of(fingerprint.codes), rate)

    def warp(self, one: int, other: int) -> Warp:
        """How one file lies in the other, whichever is shorter in whichever is longer. Raises MissingExtra."""
        lengths = [file.end - float(file.times[0]) if len(file) else 0.0 for file in self._files_of(one, other)]
        rate = rate_for(min(lengths))
        if min(lengths) * rate < SHORTEST:
            return Warp((one, other), "unclear", None, 0.0, rate)
        series = [self._series(file, rate) for file in (one, other)]
        swapped = len(series[0]) > len(series[1])
        query, long = reversed(series) if swapped else series
        size = float(np.sqrt(np.square(query).sum(axis=1).mean()))
        if size == 0.0 or len(query) < SHORTEST:
            return Warp((one, other), "unclear", None, 0.0, rate)
        query, long = query / size, long / size
        reach = self._reach(len(query), rate)
        most = NEAR * NEAR * longest(len(query), reach)
        forth = search(query, long, reach, most)
        back = search(_backwards(query), long, reach, forth.found.cost if forth.found else most)
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
        clear = min(lengths) >= LENGTHS[0] and size >= LEAST and busy(query, rate) >= BUSY
        limit = float(np.interp(min(lengths), LENGTHS, ALIKE))
        nearness: Nearness = "apart" if distance > limit else "alike" if clear else "unclear"
        return self._told((one, other), nearness, distance, path, turned, rate)

    def _files_of(self, one: int, other: int) -> tuple[Fingerprint, Fingerprint]:
        return self._files[one], self._files[other]

    def _reach(self, samples: int, rate: float) -> int:
        """Half the width of the band, in samples."""
        given = self._settings.band_seconds
        wanted = self._settings.band * samples if given is None else given * rate
        return max(1, min(samples // 2, round(wanted)))

    def _told(
        self, files: tuple[int, int], nearness: Nearness, distance: float, path: Ints, turned: bool, rate: float
    ) -> Warp:
        """The warp with its path in seconds."""
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
    """The changes of a file that runs backwards."""
    return np.ascontiguousarray(-query[::-1])


def distance_of(found: WarpPath) -> float:
    """The root of the mean cost along a path: 0 for the same colours, about 1 for nothing in common, as the changes of
    the shorter file are 1 on the whole."""
    return float(np.sqrt(found.cost / len(found.path)))


def _least(forth: Search, back: Search, samples: int, reach: int) -> float:
    """What the distance is at least, either way."""
    return float(np.sqrt(min(forth.least, back.least) / longest(samples, reach)))


def busy(query: Floats, rate: float) -> float:
    """Seconds among which the changes spread: as many as would give the same participation ratio if all were equal."""
    energy = np.square(query).sum(axis=1)
    step = max(1, round(rate))
    seconds = np.add.reduceat(energy, np.arange(0, len(energy), step))
    return float(seconds.sum() ** 2 / np.square(seconds).sum())
