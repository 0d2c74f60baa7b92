"""A candidate line followed to the ends of its repeat, against what the same file shows beside the line.

A frame speaks for the line by log(b / n) + d / b - d / n nats, where d is the difference along the line, b the
difference beside it and n what the codec alone explains: the log-likelihood ratio of two exponential-tailed models of
d. Where nothing moves, b is n and the frame says nothing, however alike the pictures are. The stretch is the maximal
scoring segment (Ruzzo & Tompa 1999), grown until the score drops for good.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import nearest
from loopfind.engine.candidates.parameters import LEAST_LAG
from loopfind.engine.evidence.align import align, refine, snapped
from loopfind.engine.evidence.differences import Fit, along, beside
from loopfind.engine.evidence.parameters import (
    COARSE_SPREAD,
    FINE_SPREAD,
    FOREIGN_LEVEL,
    FOREIGN_TIMES,
    GO_ON_SECONDS,
    GROW_SECONDS,
    ISLAND_NATS,
    ISLAND_REST,
    LAST_DROP,
    LEAST_FIRST_NATS,
    LEAST_FRAME_NATS,
    LEAST_SAY,
    LEAST_SEED_CONTRAST,
    LEAST_WEIGHT,
    MOST_FRAME_NATS,
    NATS_A_SECOND,
    OPEN_NATS,
    PASSING,
    SCORE_DROP,
    SEED_BITS,
    SEED_FEWEST,
    SEED_PART,
    SEED_SECONDS,
    SPARED_OF_TELLING,
    SPARED_SHARE,
)
from loopfind.engine.evidence.photometry import fit_of
from loopfind.engine.evidence.region import agreeing, goes_on, measure_regions, telling_level
from loopfind.engine.evidence.sharpness import contrast
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import shown

_MOST_CORE, _AT_ONCE = 2000, 1 << 16


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


def follow_line(signal: Signal, line: Line) -> Trace | None:
    """Follow a candidate line to the stretch on which the file repeats itself, None where there is none."""
    seed = _seed_frames(signal, line)
    trace = _follow_from(signal, line, seed)
    if trace is not None:
        return trace
    part = _telling_part(signal, line, seed)
    return _follow_from(signal, line, part) if len(part) < len(seed) else None


def _follow_from(signal: Signal, line: Line, seed: Ints) -> Trace | None:
    """Follow a line from the frames of its seed."""
    if len(seed) < 3:
        return None
    aligned = align(signal, line, seed)
    # Under what passes over the picture no lag stands out, so a plain line is taken as it was voted.
    line = snapped(signal, line, seed) if aligned is None else aligned
    if (aligned is None and not line.is_plain) or (line.is_shift and line.offset < LEAST_LAG):
        return None
    refined = refine(signal, line, seed, COARSE_SPREAD)
    fit = _seed_fit(signal, refined, seed, aligned is not None)
    trace = None if fit is None else _stretch_around(signal, refined, fit, seed)
    if trace is None or trace.total < LEAST_FIRST_NATS:
        return None
    trace = _with_regions(signal, trace)
    if refined == line:
        return trace
    inside = trace.frames[trace.low : trace.high]
    finer = refine(signal, refined, inside, FINE_SPREAD)
    core = _core(inside)[:_MOST_CORE]
    better = _stretch_around(signal, finer, fit_of(signal, finer, core), core)
    return better if better is not None and better.total > trace.total else trace


def _seed_fit(signal: Signal, line: Line, seed: Ints, aligned: bool) -> Fit | None:
    """Return the fit by which the seed of a line is sharp in time, None where there is none.

    aligned: whether the whole picture agrees best on the line, and not only what something leaves uncovered.
    """
    fit = Fit(weights=shown(line.view))
    if aligned:
        fit = fit_of(signal, line, seed)
        if contrast(signal, line, fit, seed) >= LEAST_SEED_CONTRAST:
            return fit
    fit = _uncovered(signal, line, fit, seed)
    if fit.levels is None and (fit.weights > 0).all():
        return None
    return fit if contrast(signal, line, fit, seed) >= LEAST_SEED_CONTRAST else None


def _uncovered(signal: Signal, line: Line, fit: Fit, frames: Ints) -> Fit:
    """Return the fit without the cells that are covered, or as it is where too few others are replayed."""
    regions = measure_regions(signal, line, frames, fit)
    if regions is None:
        return fit
    if fit.graded:
        fit = replace(fit, drifts=True)  # light that differs between two moments goes on changing
    agree = agreeing(regions.telling, regions.share)
    if agree is None:
        return fit
    weights = np.where(regions.covered, 0, fit.weights)
    if weights.sum() < LEAST_WEIGHT * fit.weights.sum():
        return fit
    fit = replace(fit, weights=np.asarray(weights / weights.sum(), np.float32))
    if regions.plain_along[agree].sum() <= PASSING * regions.along[agree].sum():
        return fit
    spared = min(SPARED_SHARE * (weights > 0).sum(), SPARED_OF_TELLING * (regions.telling & (weights > 0)).sum())
    levels = np.maximum(regions.beside, telling_level(signal.noise))
    return replace(fit, levels=np.asarray(levels, np.float32), spared=int(spared))


def _with_regions(signal: Signal, trace: Trace) -> Trace:
    """Return the trace, grown anew without its covered cells.

    Where its content goes on past its ends, it is grown once more with the brightness fitted all along.
    """
    for _ in range(2):
        inside = trace.frames[trace.low : trace.high]
        fit = _uncovered(signal, trace.line, trace.fit, inside)
        if np.array_equal(fit.weights, trace.fit.weights) and (fit.levels is None) == (trace.fit.levels is None):
            break
        again = _stretch_around(signal, trace.line, fit, _core(inside))
        if again is None or again.total <= trace.total:
            break
        trace = again
    if not trace.fit.drifts and _goes_on(signal, trace):
        again = _stretch_around(
            signal, trace.line, replace(trace.fit, drifts=True), _core(trace.frames[trace.low : trace.high])
        )
        if again is not None and again.total > trace.total + SCORE_DROP:
            trace = again
    return trace


def _core(inside: Ints) -> Ints:
    """Return the inner half of the frames, or all of them where that is too few."""
    core = inside[len(inside) // 4 : -(len(inside) // 4) or None]
    return core if len(core) >= 3 else inside


def _goes_on(signal: Signal, trace: Trace) -> bool:
    """Say whether what moves just past either end of the trace still agrees along its line."""
    reach = round(GO_ON_SECONDS / signal.step)
    low, high = int(trace.frames[trace.low]), int(trace.frames[trace.high - 1]) + 1
    beyond = (np.arange(max(0, low - reach), low), np.arange(high, min(len(signal.times), high + reach)))
    return any(goes_on(signal, trace.line, part, trace.fit) for part in beyond)


def _stretch_around(signal: Signal, line: Line, fit: Fit, seed: Ints) -> Trace | None:
    """Return the stretch around the seed frames, searched ever further out while it goes on."""
    first, last, reach = int(seed[0]), int(seed[-1]) + 1, round(GROW_SECONDS / signal.step)
    low, high = max(0, first - reach), min(len(signal.times), last + reach)
    bottom, top = _limits(signal, line, seed)
    while True:
        trace = _trace(signal, line, fit, np.arange(low, high), first, last)
        if trace is None:
            return None
        # A still scene says nothing either way: after GROW_SECONDS without gain the end is behind.
        further_low = trace.low < reach and trace.frames[0] == low and low > bottom
        further_high = len(trace.frames) - trace.high < reach and trace.frames[-1] == high - 1 and high < top
        if not (further_low or further_high):
            return trace
        grown = high - low
        low = max(0, low - grown) if further_low else low
        high = min(len(signal.times), high + grown) if further_high else high


def _limits(signal: Signal, line: Line, seed: Ints) -> tuple[int, int]:
    """Return the frames between which a stretch around the seed may be searched: of several files those of the two that
    the line joins, with what stands beside them. A line between two unlike files agrees with nothing, nor does it
    disagree, and would be followed through all of the others."""
    count = len(signal.times)
    if signal.parts is None:
        return 0, count
    middle = float(signal.times[seed[len(seed) // 2]])
    low, high = signal.parts.around(middle, count)
    there = signal.parts.around(line.slope * middle + line.offset, count)
    back = sorted((float(signal.times[min(edge, count - 1)]) - line.offset) / line.slope for edge in there)
    bottom, top = np.searchsorted(signal.times, back).tolist()
    return max(low, bottom), min(high, top)


def _seed_frames(signal: Signal, line: Line) -> Ints:
    """Return frames around those that voted for the candidate, whose partners lie inside the file."""
    # By half a frame, as an end that lies on a frame must not take that frame in for a rounding.
    low, high = np.searchsorted(signal.times, np.array([line.start, line.end]) - signal.step / 2)
    short = max(10, round(SEED_SECONDS / signal.step)) - (high - low)
    if short > 0:
        low, high = max(0, low - short // 2), min(len(signal.times), high + short - short // 2)
    return _keep_paired(signal, line, np.arange(low, high))


def _telling_part(signal: Signal, line: Line, frames: Ints) -> Ints:
    """Return the part of a seed in which motion codes agree along a plain line, all of it where that is most of it.

    Chance votes beside a short repeat make its seed longer than the repeat is.
    """
    if not line.is_plain or len(frames) < 2 * SEED_FEWEST:
        return frames
    best, part = 0, (0, len(frames))
    for shift in (0.0, -signal.step, signal.step):
        there = nearest(signal.times, signal.times[frames] + line.offset + shift)
        bits = np.bitwise_count(signal.motion[frames] ^ signal.motion[there]).astype(np.int64)
        total = np.concatenate([[0], np.cumsum(np.where(signal.moving[frames], SEED_BITS - bits, 0))])
        before = np.minimum.accumulate(total)
        last = int(np.argmax(total - before))
        if total[last] - before[last] > best:
            best, part = int(total[last] - before[last]), (int(np.argmin(total[: last + 1])), last)
    short = part[1] - part[0] <= SEED_PART * len(frames)
    return frames[part[0] : part[1]] if short and part[1] - part[0] >= SEED_FEWEST else frames


def _keep_paired(signal: Signal, line: Line, frames: Ints) -> Ints:
    """Return the frames whose partners lie inside the file and after them. Where a line of another speed, or a backward
    one, crosses its own first side, every frame is its own partner."""
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
    """Score the frames along the line, and find the best stretch that touches frames [first, last)."""
    frames = _keep_paired(signal, line, frames)
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
        stretch = _best_stretch(score, core, round(ISLAND_REST / signal.step))
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
    """Return the nats (m,) that each frame speaks for the line; 0 for a frame without a partner."""
    scores = np.empty(len(gap))
    for low in range(0, len(gap), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        other = np.maximum(off[part], noise).astype(np.float64)
        score = np.log(other / noise) + gap[part] / other - gap[part] / noise
        # Where nothing moves beside the line, what moves in one of the two occurrences alone speaks against it.
        score[gap[part] > np.maximum(FOREIGN_TIMES * other, FOREIGN_LEVEL)] = LEAST_FRAME_NATS
        scores[part] = np.where(real[part], np.clip(score, LEAST_FRAME_NATS, MOST_FRAME_NATS), 0) * min(
            1.0, NATS_A_SECOND * step
        )
    return scores


def _best_stretch(score: NDArray[np.float64], core: NDArray[np.bool_], rest: int) -> tuple[int, int] | None:
    """Grow a stretch [low, high) both ways from the core's best frame until the score falls SCORE_DROP behind its
    best. rest: frames without a say after which little that agrees is no part of it."""
    cores = np.flatnonzero(core)
    middle = int(cores[np.argmax(score[cores])])
    after, before = grown(score[middle:], rest), grown(score[:middle][::-1], rest)
    return (middle - before, middle + after) if after + before >= 2 else None


def grown(score: NDArray[np.float64], rest: int) -> int:
    """Return how many leading values (m,) reach the largest sum before it drops by SCORE_DROP, 0 where none does.

    What agrees after `rest` values that say nothing, and soon before the drop, must say ISLAND_NATS. The onset of
    another motion in the same place says less. The rest itself is no part of it either.
    """
    if not len(score):
        return 0
    total = np.cumsum(score)
    behind = np.maximum(total, 0)
    np.maximum.accumulate(behind, out=behind)
    behind -= total
    drop = _first(behind > SCORE_DROP)
    total = total[:drop]
    if not len(total) or total.max() <= 0:
        return 0
    end = int(np.argmax(total)) + 1
    # Where the frames end sooner, a lesser fall shows as well that something else went on.
    contradicted = drop if drop < len(score) else end + _first(behind[end:] > LAST_DROP)
    if contradicted == len(score) or contradicted - end > 2 * rest:
        return end
    says = np.flatnonzero(np.abs(score[:end]) > LEAST_SAY)
    if len(says) and end - 1 - int(says[-1]) > rest:
        end = int(says[-1]) + 1
    breaks = np.flatnonzero(np.diff(says) > rest)
    before = int(says[breaks[-1]]) + 1 if len(breaks) else end
    return before if total[end - 1] - total[before - 1] < ISLAND_NATS else end


def _first(found: NDArray[np.bool_]) -> int:
    """Return the number of the first that is true, or how many there are where none is."""
    return int(np.argmax(found)) if found.any() else len(found)


def _open_ends(score: NDArray[np.float64], low: int, high: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the ranges of starts and of ends whose stretches score within OPEN_NATS of the best."""
    return (
        (low - _slack(score[:low][::-1]), low + _slack(-score[low:high])),
        (high - _slack(-score[low:high][::-1]), high + _slack(score[high:])),
    )


def _slack(change: NDArray[np.float64]) -> int:
    """Return how far an end may move outward along `change` before OPEN_NATS are lost."""
    lost = np.cumsum(change) < -OPEN_NATS
    return int(np.argmax(lost)) if lost.any() else len(change)
