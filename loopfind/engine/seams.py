"""The moments of footage that lead into one another, so that it goes round.

After "Video Textures" (Schödl, Szeliski, Salesin and Essa, SIGGRAPH 2000): the distance of two frames, filtered along
the diagonal with binomial weights so that motion goes on as it was, and its local minima. Departures: distances are
worked out in a band, of turns that are neither too short nor too long, which takes little memory however long the
footage is. They are measured against the change that is usual from frame to frame at the calmer side of both moments,
as that is what an eye is used to there. There is no future cost, by which a random walk avoids moments that lead
nowhere good: a turn that is played round and round takes the same seam each time, so the cost of its future is a
multiple of its own. Instead a turn in which hardly anything moves counts less, as any two moments of a still view
agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopfind.engine.seam_distances import Band, bands, between, usual_changes
from loopfind.engine.seam_parameters import (
    LEAST_MOVING,
    LEAST_SEAM_SCORE,
    LEAST_TURNS,
    MOST_JUMP,
    MOST_USUAL_CHANGE,
    SAME_JUMP,
    SEAM_WINDOW,
    SEAMS_APART,
)
from loopfind.model.dtypes import Floats, Ints, Rows
from loopfind.model.report import Repeat
from loopfind.model.seam import Seam

_OF_A_BLOCK = 48
"""Pairs of a block of frames that are measured again."""
_MEASURED = 600
"""Pairs that are measured again, the best ones."""
_SAMPLES = 8
"""Moments of a turn at which it is measured how much moves in it."""
_MULTIPLE = 0.02
"""Share by which a length may differ from a multiple of a period to be one."""


@dataclass(frozen=True)
class _Pair:
    start: int
    lag: int
    jump: float


def find_seams(
    pictures: Rows, times: Floats, lengths: tuple[float, float], most: int, loops: Sequence[Repeat] = ()
) -> tuple[Seam, ...]:
    """Return the best seams, those of footage that goes round by itself first, then by their scores.

    pictures: (n, 4096) uint8, small and grey. times: (n,) seconds, at an even rate. lengths: seconds that a turn may
    last, shortest and longest. most: how many are returned. loops: that are known, of the same frames: something that
    lies over them may hide from these pictures that they go round.
    """
    if len(times) < 4:
        return ()
    gap = float(np.median(np.diff(times)))
    taps = 2 * max(2, round(SEAM_WINDOW / 2 / gap))
    lags = max(2, round(lengths[0] / gap)), min(len(times) - taps, int(lengths[1] / gap + 0.5)) + 1
    if lags[1] <= lags[0] or lags[0] + taps > len(times):
        return ()
    usual = usual_changes(pictures, 1 / gap)
    rounds = _Rounds(lags)
    pairs: list[_Pair] = []
    for band in bands(pictures, lags, taps):
        jumps = _jumps(band, usual)
        rounds.add(band, jumps)
        pairs += _minima(band, jumps)
    measure = _Measure(pictures, times, lags, taps)
    known = [
        measure.seam(pair, float(len(loop.occurrences)))
        for loop in loops
        if loop.period and measure.fits(pair := _turn_of(loop, round(loop.period / gap), taps // 2))
    ]
    periodic = [measure.seam(pair, turns) for pair, turns in rounds.periods()]
    periodic = [one for one in periodic if one.moving >= LEAST_MOVING and not _is_multiple(one, known)]
    periodic = _without_multiples([*known, *periodic])
    best = sorted(pairs, key=lambda pair: pair.jump)[:_MEASURED]
    measured = [seam for seam in map(measure.nearby, best) if seam.score >= LEAST_SEAM_SCORE]
    measured = [seam for seam in measured if not _is_multiple(seam, periodic)]
    others = sorted(measured, key=lambda seam: (-round(seam.score, 2), seam.jump))
    return tuple(_apart([*periodic, *others], most))


def _turn_of(loop: Repeat, period: int, before: int) -> _Pair:
    """Return the first turn of a loop that has so many frames before it. period: in frames."""
    return _Pair(max(loop.occurrences[0].start_frame, before), period, 0.0)


def _jumps(band: Band, usual: Floats) -> Floats:
    """Return how many usual changes each pair of a band is apart, (m, lags)."""
    rows, lags = band.values.shape
    starts = usual[band.first : band.first + rows]
    later = np.minimum(band.first + band.shortest + np.arange(rows)[:, None] + np.arange(lags), len(usual) - 1)
    found: Floats = np.sqrt(band.values / np.minimum(starts[:, None], usual[later]))
    return found


def _minima(band: Band, jumps: Floats) -> list[_Pair]:
    """Return the best pairs of a band that are better than all around them; its first and last row belong to others."""
    padded = np.pad(jumps, 1, constant_values=np.inf)
    least = np.ones(jumps.shape, np.bool_)
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            if (down, right) != (1, 1):
                least &= jumps <= padded[down : down + jumps.shape[0], right : right + jumps.shape[1]]
    rows, columns = np.nonzero(least & (jumps < MOST_JUMP))
    order = np.argsort(jumps[rows, columns], kind="stable")[:_OF_A_BLOCK]
    return [
        _Pair(band.first + int(row), band.shortest + int(column), float(jumps[row, column]))
        for row, column in zip(rows[order], columns[order], strict=True)
    ]


class _Rounds:
    """For each length of a turn the longest stretch of frames that all show what was shown so long before."""

    def __init__(self, lags: tuple[int, int]) -> None:
        self._lags = np.arange(*lags)
        self._run, self._sum = np.zeros(len(self._lags), np.int64), np.zeros(len(self._lags))
        self._longest: Ints = np.zeros(len(self._lags), np.int64)
        self._end: Ints = np.zeros(len(self._lags), np.int64)
        self._mean: Floats = np.full(len(self._lags), np.inf)
        self._next = 0

    def add(self, band: Band, jumps: Floats) -> None:
        """Take in a band; rows that were taken in before are passed over."""
        for number, row in enumerate(jumps, band.first):
            if number < self._next:
                continue
            self._next = number + 1
            same = row <= SAME_JUMP
            self._run = np.where(same, self._run + 1, 0)
            self._sum = np.where(same, self._sum + np.where(same, row, 0.0), 0.0)
            longer = self._run > self._longest
            self._longest[longer], self._end[longer] = self._run[longer], number + 1
            self._mean[longer] = self._sum[longer] / self._run[longer]

    def periods(self) -> list[tuple[_Pair, float]]:
        """Return a pair for each length at which footage goes round by itself, the shortest first, and how often it
        does."""
        padded = np.pad(self._mean, 2, constant_values=np.inf)
        around = np.min([padded[shift : shift + len(self._mean)] for shift in (0, 1, 3, 4)], axis=0)
        good = (self._longest >= LEAST_TURNS * self._lags) & (self._mean <= around)
        return [
            (
                _Pair(int(self._end[at] - self._longest[at]), int(self._lags[at]), float(self._mean[at])),
                1.0 + float(self._longest[at] / self._lags[at]),
            )
            for at in np.flatnonzero(good)
        ]


class _Measure:
    """Measures pairs again, on pictures of full size."""

    def __init__(self, pictures: Rows, times: Floats, lags: tuple[int, int], taps: int) -> None:
        self._pictures, self._times, self._lags, self._taps = pictures, times, lags, taps
        usual = usual_changes(pictures, 1 / float(np.median(np.diff(times))), full=True)
        self._usual = np.minimum(usual, MOST_USUAL_CHANGE**2)

    def nearby(self, pair: _Pair) -> Seam:
        """Return the best seam of a pair and of those that are a frame longer or shorter."""
        found = [
            replace(pair, lag=pair.lag + more) for more in (-1, 0, 1) if self.fits(replace(pair, lag=pair.lag + more))
        ]
        return max((self.seam(one) for one in found), key=lambda seam: (seam.score, -seam.jump))

    def seam(self, pair: _Pair, turns: float = 0.0) -> Seam:
        """Return a pair as a seam, with its score."""
        start, end = pair.start, pair.start + pair.lag
        apart = between(self._pictures, start, end, self._taps)
        jump = float(np.sqrt(apart / min(self._usual[start], self._usual[end])))
        alive = self._alive(start, pair.lag)
        moving = max(0.0, 1.0 - apart / alive) if alive > 0 else 0.0
        score = moving * min(1.0, 1 / max(jump, 1e-9))
        return Seam(float(self._times[start]), float(self._times[end]), start, end, score, jump, moving, turns)

    def fits(self, pair: _Pair) -> bool:
        """Return whether a turn is neither too short nor too long, and has frames behind it."""
        return self._lags[0] <= pair.lag < self._lags[1] and pair.start + pair.lag + self._taps // 2 <= len(self._times)

    def _alive(self, start: int, lag: int) -> float:
        """Return how much changes within a turn: the mean square difference of moments that are a quarter and a half of
        it apart, whichever is more."""
        found = []
        for part in (4, 2):
            firsts = start + (np.arange(_SAMPLES) * (lag - lag // part)) // _SAMPLES
            found.append(
                np.mean(
                    [
                        np.square(self._one(at).astype(np.float32) - self._one(at + lag // part)).mean()
                        for at in firsts.tolist()
                    ]
                )
            )
        return float(max(found))

    def _one(self, at: int) -> Floats:
        row: Floats = self._pictures[at : at + 1][0]
        return row


def _without_multiples(seams: Sequence[Seam]) -> list[Seam]:
    """Return the seams whose length is no multiple of that of another one, the shortest first."""
    left: list[Seam] = []
    for seam in sorted(seams, key=lambda one: one.length):
        if not _is_multiple(seam, left):
            left.append(seam)
    return left


def _is_multiple(seam: Seam, periods: Sequence[Seam]) -> bool:
    """Return whether a turn is one of these, or several in a row."""
    times = [seam.length / one.length for one in periods]
    return any(each > 1 - _MULTIPLE and abs(each - round(each)) <= _MULTIPLE * each for each in times)


def _apart(seams: Sequence[Seam], most: int) -> list[Seam]:
    """Return the first seams, without those that are nearly the same as one before them."""
    left: list[Seam] = []
    for seam in seams:
        if len(left) == most:
            break
        alike = (
            abs(seam.length - one.length) < SEAMS_APART
            and abs(seam.start - one.start) < max(SEAMS_APART, one.turns * one.length)
            for one in left
        )
        if not any(alike):
            left.append(seam)
    return left
