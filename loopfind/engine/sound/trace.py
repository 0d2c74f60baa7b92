"""A candidate followed to its ends in the samples themselves.

Along a line the two showings are compared window by window. Samples of a white sound are as good as independent, so the
odds of one recording, against two sounds that are alike in loudness alone, follow from their correlation r. With n
samples of correlation rho expected, two normal signals speak with n (-log(1 - rho^2) / 2 - rho (rho - r) / (1 - rho^2))
nats for it. The stretch in which most speaks for it is the run (the highest-scoring segment, as in BLAST, Altschul et
al. 1990).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from loopfind.engine.sound.correlation import TAPS, best_shift, moved
from loopfind.engine.sound.parameters import (
    END_WINDOW,
    FIND_WINDOW,
    GIVEN_UP,
    INDEPENDENT,
    LEAST_CORRELATION,
    LEAST_SCORE,
    MASKED,
    REFINE,
    SAME_LAG,
    SHORTEST,
)
from loopfind.engine.sound.white import White, WhiteSound
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats
from loopfind.model.sound import SOUND_RATE

_STEP = 1 << 17
"""Samples that a run is followed at a time, 12 s."""
_SEED = 2 * SOUND_RATE
_LONGEST_SILENCE, _SILENT_ENERGY = SOUND_RATE // 2, 0.05
_MOMENT, _HEARD, _LONGEST_LOOK = 1024, 0.3, 60 * SOUND_RATE
_SHARE = 1 << 11
_LEAST_ENERGY = 0.02
"""Energy of a white sample below which nothing is heard."""


@dataclass(frozen=True)
class SoundRun:
    """Two showings of one sound: [start, end) and the same `lag` later, in samples.

    score: nats in favour of one recording. correlation: of the samples along it. rival: the highest correlation at
    other lags nearby. peak: the correlation that a fifth of its moments exceed, as another sound may cover the rest.
    heard: samples along it at which anything is heard.
    """

    start: int
    end: int
    lag: float
    score: float
    correlation: float
    rival: float
    peak: float
    heard: float

    @property
    def length(self) -> int:
        return self.end - self.start

    def other_at(self, sample: float) -> float:
        """Return the sample at which is heard again what is heard at one."""
        return sample + self.lag

    @property
    def contrast(self) -> float:
        """How much better it agrees than beside its lag: 1 where nothing else agrees, 0 or less where as much does."""
        return 1 - self.rival / max(self.correlation, 0.01)


@dataclass(frozen=True)
class _Agreement:
    """Windows along a line. begin: the first sample. r: (n,) correlation of each. weight: (n,) 0 to 1, how much is
    heard."""

    begin: int
    window: int
    r: Floats
    weight: Floats

    def nats(self, expected: float) -> Floats:
        """Return what each window says for one recording, (n,)."""
        rest = 1 - expected**2
        per_sample = -0.5 * np.log(rest) - expected * (expected - self.r) / rest
        return np.asarray(self.weight * INDEPENDENT * self.window * per_sample)


def runs_along(white: WhiteSound, line: Line) -> Iterator[SoundRun]:
    """Yield the runs on a line."""
    found = list[SoundRun]()
    for at, lag, r in _seeds(white, line):
        if any(run.start <= at + _SEED // 2 < run.end and abs(run.lag - lag) < SAME_LAG * SOUND_RATE for run in found):
            continue
        run = _follow_seed(white, at, lag, r)
        if run is not None:
            found.append(run)
            yield run


def agreement_on(white: WhiteSound, line: Line) -> float:
    """Return the correlation of the two sides of a line, of two seconds in its middle; 0 where there is none."""
    return max((r for _, _, r in _seeds(white, line)), default=0.0)


def whole_turns(white: WhiteSound, run: SoundRun) -> SoundRun:
    """Return a run that goes round with its last turn whole, where only silence is missing of it: silence agrees with
    nothing, and belongs to the turn."""
    turns = round((run.end - run.start) / run.lag)
    missing = round(run.start + turns * run.lag) - run.end
    if turns < 1 or not 0 < missing <= _LONGEST_SILENCE:
        return run
    for at in (run.end, run.end + round(run.lag)):
        part = white.part(at, min(at + missing, len(white)))
        if np.square(part).sum() > _SILENT_ENERGY * missing:
            return run
    return replace(run, end=run.end + missing)


def _seeds(white: WhiteSound, line: Line) -> Iterator[tuple[int, float, float]]:
    """Yield (sample, lag in samples, correlation) of the stretches of a line that agree best, of each part of it."""
    low, high = (max(0, round(t * SOUND_RATE)) for t in (line.start, line.end))
    lag, reach = line.offset * SOUND_RATE, round(REFINE * SOUND_RATE)
    high = min(high, int(len(white) - lag))
    if high - low < SHORTEST * SOUND_RATE:
        low = max(0, high - _SEED)
    if high - low > 4 * _SEED:
        places = _best_places(white, low, high, round(lag))
    else:
        places = [max(0, min((low + high) // 2 - _SEED // 2, high - _SEED))]
    taken = list[int]()
    for at in places:
        there = round(at + lag)
        shift, r = best_shift(white.part(at, at + _SEED), white.part(there - reach, there + _SEED + reach), reach)
        if r < LEAST_CORRELATION / 2:
            continue
        if all(abs(at - other) > _SEED for other in taken):
            taken.append(at)
            yield at, there - at + shift, r


def _best_places(white: WhiteSound, low: int, high: int, lag: int) -> list[int]:
    """Return the samples from which on two seconds agree best at a lag, the best first."""
    count = (high - low) // _SHARE
    if count < 1:
        return []
    one = white.part(low, low + count * _SHARE).reshape(count, _SHARE)
    other = white.part(low + lag, low + lag + count * _SHARE).reshape(count, _SHARE)
    product, energy = (one * other).sum(1), np.square(one).sum(1) + np.square(other).sum(1)
    # A loud moment says no more than a soft one.
    agree = np.convolve(product / (energy + _SHARE * 0.1), np.ones(_SEED // _SHARE), "full")[: max(1, count)]
    found = list[int]()
    for _ in range(3):
        last = int(np.argmax(agree))
        found.append(max(0, low + (last + 1) * _SHARE - _SEED))
        agree[max(0, last - 2 * _SEED // _SHARE) : last + 2 * _SEED // _SHARE] = -np.inf
        if not np.isfinite(agree.max()):
            break
    return found


def _follow_seed(white: WhiteSound, at: int, lag: float, r: float) -> SoundRun | None:
    """Return the run through the seed at a sample, None where there is none."""
    expected = min(0.9, max(0.3, 0.85 * r))
    low, high = at - _SEED // 2, at + _SEED + _SEED // 2
    agreement = _agreement(white, lag, low, high, FIND_WINDOW)
    for _ in range(2):
        nats = np.maximum(agreement.nats(expected), -MASKED)
        first, last, score = best_stretch(nats)
        if score <= 0:
            return None
        kept = slice(first, last)
        weight = agreement.weight[kept]
        r = float((agreement.r[kept] * weight).sum() / max(weight.sum(), 1e-9))
        expected = min(0.9, max(0.3, 0.85 * r))
    start = agreement.begin + first * FIND_WINDOW
    end = agreement.begin + last * FIND_WINDOW
    start, end, score = _extended(white, lag, start, end, expected)
    start, end = _fine_ends(white, lag, start, end, expected)
    lag, r = _measured(white, start, end, lag)
    if score < LEAST_SCORE or end - start < SHORTEST * SOUND_RATE or r < LEAST_CORRELATION:
        return None
    peak, heard = _clearest(white, start, end, lag)
    return SoundRun(start, end, lag, score, r, _rival(white, start, end, lag), peak, heard)


def _agreement(white: WhiteSound, lag: float, low: int, high: int, window: int, backwards: bool = False) -> _Agreement:
    """Compare the samples [low, high) with those `lag` later, window by window; backwards, windows end at `high`."""
    low = max(low, 0)
    whole = int(np.floor(lag))
    high = min(high, len(white) - whole - 1)
    count = max(0, (high - low) // window)
    low = high - count * window if backwards else low
    one = white.part(low, low + count * window)
    other = _later(white, low, count * window, lag)
    one, other = one.reshape(count, window), other.reshape(count, window)
    product = (one * other).sum(1)
    a, b = np.square(one).sum(1), np.square(other).sum(1)
    r = product / np.sqrt(np.maximum(a * b, 1e-9))
    quieter = np.minimum(a, b) / window
    weight = np.clip(quieter, 0, 1) * (quieter > _LEAST_ENERGY)
    return _Agreement(low, window, r.astype(np.float64), weight.astype(np.float64))


def _later(white: WhiteSound, at: int, count: int, lag: float) -> White:
    """Return `count` samples from `lag` after `at` on, the lag with its fraction."""
    whole = int(np.floor(lag))
    part = white.part(at + whole - TAPS, at + whole + count + TAPS)
    return moved(part, lag - whole)[TAPS : TAPS + count]


def best_stretch(gains: Floats) -> tuple[int, int, float]:
    """Return the stretch [first, last) whose sum is the highest, and the sum."""
    if not len(gains):
        return 0, 0, 0.0
    total = np.concatenate([[0.0], np.cumsum(gains)])
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    return first, last, float(total[last] - total[first])


def _extended(white: WhiteSound, lag: float, start: int, end: int, expected: float) -> tuple[int, int, float]:
    """Return the run with its ends as far out as speaks for it, and its nats."""
    middle = start + (end - start) // 2 // FIND_WINDOW * FIND_WINDOW
    first, before = _reach(white, lag, middle, expected, -1)
    last, after = _reach(white, lag, middle, expected, 1)
    return first, last, before + after


def _reach(white: WhiteSound, lag: float, at: int, expected: float, way: int) -> tuple[int, float]:
    """Return the end of a run from a sample on, forwards or backwards, and the nats up to there. It is followed until
    too much speaks against it (X-drop, as in BLAST)."""
    end, best, total, size = at, 0.0, 0.0, _STEP // 8
    while True:
        low, high = (at, at + size) if way > 0 else (max(0, at - size), at)
        agreement = _agreement(white, lag, low, high, FIND_WINDOW, backwards=way < 0)
        nats = np.maximum(agreement.nats(expected), -MASKED)
        if not len(nats):
            return end, best
        along = total + np.cumsum(nats if way > 0 else nats[::-1])
        fallen = np.flatnonzero(np.maximum.accumulate(np.maximum(along, best)) - along > GIVEN_UP)
        along = along[: int(fallen[0])] if len(fallen) else along
        if len(along) and along.max() > best:
            top = int(np.argmax(along))
            best, end = float(along[top]), at + way * (top + 1) * FIND_WINDOW
        if len(fallen):
            return end, best
        total, at = float(along[-1]), at + way * len(nats) * FIND_WINDOW
        size = min(2 * size, _STEP * 4)


def _fine_ends(white: WhiteSound, lag: float, start: int, end: int, expected: float) -> tuple[int, int]:
    """Return the ends where the sum is highest over short windows."""
    around = 6 * FIND_WINDOW
    head = _agreement(white, lag, start - around, start + around, END_WINDOW)
    tail = _agreement(white, lag, end - around, end + around, END_WINDOW)
    if len(head.r):
        inward = np.cumsum(head.nats(expected)[::-1])
        start = head.begin + (len(inward) - 1 - int(np.argmax(inward))) * END_WINDOW
    if len(tail.r):
        outward = np.cumsum(tail.nats(expected))
        end = tail.begin + (int(np.argmax(outward)) + 1) * END_WINDOW
    return start, end


def _measured(white: WhiteSound, start: int, end: int, lag: float) -> tuple[float, float]:
    """Return the lag to a fraction of a sample, and the correlation there."""
    middle, reach = (start + end) // 2, 24
    half = min(end - start, 8 * SOUND_RATE) // 2
    low, whole = middle - half, round(lag)
    shift, r = best_shift(
        white.part(low, low + 2 * half), white.part(low + whole - reach, low + whole + 2 * half + reach), reach
    )
    return (whole + shift, r) if abs(whole + shift - lag) < 6 else (lag, 0.0)


def _clearest(white: WhiteSound, start: int, end: int, lag: float) -> tuple[float, float]:
    """Return the correlation that a fifth of the moments exceed, and how many samples are heard."""
    middle, half = (start + end) // 2, min(end - start, _LONGEST_LOOK) // 2
    wide = _agreement(white, lag, middle - half, middle + half, _MOMENT)
    heard = wide.weight > _HEARD
    share = float(heard.mean()) if len(heard) else 0.0
    return (float(np.percentile(wide.r[heard], 80)) if heard.any() else 0.0), share * (end - start)


def _rival(white: WhiteSound, start: int, end: int, lag: float) -> float:
    """Return the highest correlation at lags beside the run's."""
    middle, reach = (start + end) // 2, round(0.25 * SOUND_RATE)
    half = min(end - start, 8 * SOUND_RATE) // 2
    low, whole = middle - half, round(lag)
    one = white.part(low, low + 2 * half)
    best = 0.0
    for away in (-1, 1):
        there = low + whole + away * (reach + 30)
        best = max(best, best_shift(one, white.part(there - reach, there + 2 * half + reach), reach)[1])
    return best
