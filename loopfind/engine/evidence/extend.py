"""Follow a candidate line to the ends of the repeat, frame by frame, against what the same file shows beside the line.

A frame speaks for the line by log(b / n) + d / b - d / n nats, where d is the difference along the line, b the
difference beside it and n what the codec alone explains: the log-likelihood ratio of two exponential-tailed models of
d. Where nothing moves, b is n and the frame says nothing, however alike the pictures are. The stretch is the maximal
scoring segment (Ruzzo & Tompa 1999), grown until the score drops for good.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.candidates.tuning import LEAST_LAG
from loopfind.engine.evidence.align import align, refine
from loopfind.engine.evidence.differences import Fit, along, beside
from loopfind.engine.evidence.photometry import fit_of
from loopfind.engine.evidence.sharpness import contrast
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal

NATS_A_SECOND = 25.0
"""Nats that one second of evidence may weigh: neighbouring frames are not independent, so seconds count, not frames."""

BEST, WORST = 2.0, -1.0
"""Bounds of one frame's say, before scaling: one bright flash or one damaged frame must not decide."""

DROP = 12.0
"""Nats by which the score must fall behind its best before a stretch is given up: about half a second of clear
contradiction."""

OPEN = 1.5
"""Nats within which two ends are as likely as each other: the content leaves open which one it is."""

SHARP = 0.1
"""Contrast that the seed of a line must show to be followed at all; a claim needs four times as much over the whole
stretch."""

GROW = 2.0
"""Seconds looked at past a seed, doubled while the stretch goes on; after so many without gain its end is behind."""

_MOST_CORE, _AT_ONCE = 2000, 1 << 16
_SEED = 0.4  # seconds that a seed must have to show how sharp it is
_COARSE, _FINE = (
    0.06,
    0.006,
)  # shares by which speed and zoom are fitted: first past the grid of candidates, then within it


@dataclass(frozen=True)
class Trace:
    """A followed line: per-frame scores, and which of the frames belong to the stretch.

    frames: (m,) int64 consecutive. score: (m,) nats. along, off: (m,) squared grey levels on the line and beside it.
    low, high: the stretch is frames[low:high]. opens, closes: ranges of low and of high that the content allows.
    """

    line: Line
    fit: Fit
    noise: float
    frames: Ints
    score: NDArray[np.float64]
    along: NDArray[np.float32]
    off: NDArray[np.float32]
    low: int
    high: int
    opens: tuple[int, int]
    closes: tuple[int, int]

    @property
    def total(self) -> float:
        """Score of the stretch, nats."""
        return float(self.score[self.low : self.high].sum())


def follow(signal: Signal, line: Line) -> Trace | None:
    """The stretch around a candidate line on which the file repeats itself, or None where there is none."""
    seed = _seed(signal, line)
    if len(seed) < 3:
        return None
    aligned = align(signal, line, seed)
    if aligned is None:
        return None
    line = aligned
    if line.is_shift and line.offset < LEAST_LAG:
        return None
    refined = refine(signal, line, seed, _COARSE)
    fit = fit_of(signal, refined, seed)
    if contrast(signal, refined, fit, seed) < SHARP:
        return None
    trace = _grown(signal, refined, fit, seed)
    if trace is None or refined == line:
        return trace
    inside = trace.frames[trace.low : trace.high]
    finer = refine(signal, refined, inside, _FINE)
    core = inside[len(inside) // 4 : -(len(inside) // 4) or None][:_MOST_CORE]
    better = _grown(signal, finer, fit_of(signal, finer, core), core)
    return better if better is not None and better.total > trace.total else trace


def _grown(signal: Signal, line: Line, fit: Fit, seed: Ints) -> Trace | None:
    """The stretch around the seed frames, looked at ever further out while it goes on."""
    first, last, reach = int(seed[0]), int(seed[-1]) + 1, round(GROW / signal.step)
    low, high = max(0, first - reach), min(len(signal.times), last + reach)
    while True:
        trace = _trace(signal, line, fit, np.arange(low, high), first, last)
        if trace is None:
            return None
        # A still scene neither speaks for the line nor against it: after GROW seconds without gain the end is behind
        # us.
        further_low = trace.low < reach and trace.frames[0] == low and low > 0
        further_high = (
            len(trace.frames) - trace.high < reach and trace.frames[-1] == high - 1 and high < len(signal.times)
        )
        if not (further_low or further_high):
            return trace
        grown = high - low
        low = max(0, low - grown) if further_low else low
        high = min(len(signal.times), high + grown) if further_high else high


def _seed(signal: Signal, line: Line) -> Ints:
    """Frames around those that voted for the candidate, whose partners lie inside the file."""
    low, high = np.searchsorted(signal.times, [line.start, line.end])
    short = max(10, round(_SEED / signal.step)) - (high - low)
    if short > 0:
        low, high = max(0, low - short // 2), min(len(signal.times), high + short - short // 2)
    return _within(signal, line, np.arange(low, high))


def _within(signal: Signal, line: Line, frames: Ints) -> Ints:
    """The frames whose partners lie inside the file, and after them: where a line of another speed, or a backward one,
    crosses its own first side, every frame is its own partner."""
    times = signal.times
    inside = np.empty(len(frames), bool)
    for low in range(0, len(frames), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        there = line.slope * times[frames[part]] + line.offset
        inside[part] = (there >= times[0] - signal.step / 2) & (there <= times[-1] + signal.step / 2)
        if not line.is_shift:
            inside[part] &= there - times[frames[part]] >= (LEAST_LAG if line.slope > 0 else 0)
    return frames if inside.all() else np.asarray(frames[inside])


def _trace(signal: Signal, line: Line, fit: Fit, frames: Ints, first: int, last: int) -> Trace | None:
    """Scores of the frames along the line, and the best stretch that touches frames [first, last)."""
    frames = _within(signal, line, frames)
    core = (frames >= first) & (frames < last)
    if core.sum() < 3:
        return None
    gap, real = along(signal, line, frames, fit)
    off = beside(signal, line, frames, fit)
    if (core & real).sum() < 3:
        return None
    noise = max(2 * float(np.percentile(gap[core & real], 20)), signal.noise)
    low, high = 0, 0
    for turn in range(3):
        score = _scores(gap, off, real, noise, signal.step)
        stretch = _best_stretch(score, core)
        if stretch is None:
            return None
        low, high = stretch
        inside = real[low:high]
        level = max(float(np.percentile(gap[low:high][inside], 60)), signal.noise) if inside.any() else noise
        if abs(level - noise) < 0.05 * noise:
            break
        noise = level
        if turn < 2:
            del score  # as large as all else, for a day that goes round
    opens, closes = _open_ends(score, low, high)
    return Trace(line, fit, noise, frames, score, gap, off, low, high, opens, closes)


def _scores(gap: np.ndarray, off: np.ndarray, real: np.ndarray, noise: float, step: float) -> NDArray[np.float64]:
    """Nats (m,) that each frame speaks for the line; 0 for a frame without a partner."""
    scores = np.empty(len(gap))
    for low in range(0, len(gap), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        other = np.maximum(off[part], noise).astype(np.float64)
        score = np.log(other / noise) + gap[part] / other - gap[part] / noise
        scores[part] = np.where(real[part], np.clip(score, WORST, BEST), 0) * min(1.0, NATS_A_SECOND * step)
    return scores


def _best_stretch(score: NDArray[np.float64], core: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The stretch [low, high) grown both ways from the core's best frame until the score falls DROP behind its best."""
    cores = np.flatnonzero(core)
    middle = int(cores[np.argmax(score[cores])])
    after, before = _grow(score[middle:]), _grow(score[:middle][::-1])
    return (middle - before, middle + after) if after + before >= 2 else None


def _grow(score: NDArray[np.float64]) -> int:
    """How many leading elements reach the largest sum before it drops by DROP; 0 where no sum is positive."""
    if not len(score):
        return 0
    total = np.cumsum(score)
    behind = np.maximum(total, 0)
    np.maximum.accumulate(behind, out=behind)
    behind -= total
    fallen = behind > DROP
    total = total[: int(np.argmax(fallen))] if fallen.any() else total
    return int(np.argmax(total)) + 1 if len(total) and total.max() > 0 else 0


def _open_ends(score: NDArray[np.float64], low: int, high: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Ranges of starts and of ends whose stretches score within OPEN of the best."""
    return (
        (low - _slack(score[:low][::-1]), low + _slack(-score[low:high])),
        (high - _slack(-score[low:high][::-1]), high + _slack(score[high:])),
    )


def _slack(change: NDArray[np.float64]) -> int:
    """How far an end may move outward along `change` before OPEN nats are lost."""
    lost = np.cumsum(change) < -OPEN
    return int(np.argmax(lost)) if lost.any() else len(change)
