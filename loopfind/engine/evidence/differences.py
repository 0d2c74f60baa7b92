"""Differences of two occurrences, frame by frame, along a line and beside it.

An occurrence may be brighter, mirrored, or carry a logo. A `Fit` says what to do to the second one before it is
compared, and which cells to leave out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.order import median_of_even
from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence.parameters import (
    ALLOWANCE,
    CHANGED_FRAME_SLACK,
    FRAME_SLACK,
    GAIN_BOUNDS,
    HOP,
    LAGS_BESIDE,
    LIGHT_SECONDS,
    PASSING_CAP,
)
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Ints, Sketches
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, SKETCH_CELLS, Transform, matrix, shown

_BLOCK, _AT_ONCE = 2048, 1 << 16
_APART, _ALONG = 64, 1 << 14
"""Frames that are read along with each wanted one, sooner than the wanted ones one by one; and in all."""

_SAMPLES, _SAMPLE = 40, 250  # stretches, and frames of each

Cells = NDArray[np.float32]
Energies = NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """Changes that make the second occurrence like the first.

    gain, offset: of grey levels. weights: (144,) float32 of each cell, 0 where a bar or an overlay covers one of the
    two. levels: (144,) float32 squared grey levels that a cell usually differs by beside the line, where something
    passes over the picture. spared: the cells that differ most for their level in a frame and so do not count in it, as
    what passes lies in others each time. drifts: whether brightness is fitted anew all along, as the light of one of
    the two changes.
    """

    gain: float = 1.0
    offset: float = 0.0
    weights: Cells = field(default_factory=lambda: shown(PLAIN))
    levels: Cells | None = None
    spared: int = 0
    drifts: bool = False

    @property
    def graded(self) -> bool:
        return self.gain != 1.0 or self.offset != 0.0

    def mean(self, squares: Cells) -> Energies:
        """Return the mean (m,) of squared grey levels (m, 144) over the cells that count, each as much as it weighs."""
        if self.levels is None:
            return np.asarray(squares @ self.weights, np.float32)
        cells = np.flatnonzero(self.weights > 0)
        kept = max(1, len(cells) - self.spared)
        levels = self.levels[cells]
        part = np.minimum(squares[:, cells], PASSING_CAP * levels)
        ratio = part / levels
        part[ratio > np.partition(ratio, kept - 1, axis=1)[:, kept - 1 : kept]] = 0
        return np.asarray(part.sum(1) / np.float32(kept), np.float32)


def cells_at(signal: Signal, frames: Ints, view: Transform = PLAIN) -> Cells:
    """Return cells (m, 144) float32 in grey levels of the given frames, seen through a view."""
    if not len(frames):
        return np.zeros((0, SKETCH_CELLS), np.float32)
    low, high = int(frames.min()), int(frames.max()) + 1
    if high - low > min(_APART * len(frames), _ALONG):
        rows = _scattered(signal, frames)
    else:
        rows = signal.cells[low:high]
        if len(rows) != len(frames) or (frames[1:] <= frames[:-1]).any():
            rows = rows.take(frames - low, axis=0)
    cells = rows.astype(np.float32)
    cells *= np.float32(1 / 256)
    return cells if view.plain else np.asarray(cells @ matrix(view).T, np.float32)


def _scattered(signal: Signal, frames: Ints) -> Sketches:
    """Return rows (m, 144) of frames that lie far apart, with what lies between near ones read along."""
    wanted, places = np.unique(frames, return_inverse=True)
    runs = np.split(wanted, np.flatnonzero(np.diff(wanted) > _APART) + 1)
    rows = [signal.cells[int(run[0]) : int(run[-1]) + 1].take(run - run[0], axis=0) for run in runs]
    return np.concatenate(rows).take(places, axis=0)


def changes_between(signal: Signal, first: int, last: int) -> Energies:
    """Return the squared grey levels, mean over the picture, by which each of the frames [first + 1, last) differs from
    the one before it: (last - first - 1,), none where that is below 0."""
    changes = np.empty(max(0, last - first - 1), np.float32)
    for low in range(0, len(changes), _BLOCK):
        cells = cells_at(signal, np.arange(first + low, min(last, first + low + _BLOCK + 1)))
        changes[low : low + _BLOCK] = np.square(np.diff(cells, axis=0)).mean(1)
    return changes


def sampled_stretches(signal: Signal) -> list[tuple[int, int]]:
    """Return stretches [first, last) of frames spread over a file, in which each frame is compared with the next; of a
    short file some come more than once."""
    n = len(signal.times)
    firsts = np.linspace(0, max(0, n - _SAMPLE), _SAMPLES).astype(np.int64).tolist()
    return [(first, min(n, first + _SAMPLE)) for first in firsts]


def cells_of_each(signal: Signal, groups: Sequence[Ints] | Ints, view: Transform = PLAIN) -> Iterator[Cells]:
    """Yield the cells of each group of frames, as cells_at does. Groups that overlap are read once."""
    low, high = min(int(group.min()) for group in groups), max(int(group.max()) for group in groups) + 1
    if high - low > sum(map(len, groups)):
        yield from (cells_at(signal, group, view) for group in groups)
        return
    cells = cells_at(signal, np.arange(low, high), view)
    yield from (cells.take(group - low, axis=0) for group in groups)


def hop_of(step: float, seconds: float = HOP) -> int:
    """Return a hop of so many seconds in frames, one at the least. step: seconds between frames."""
    return max(1, round(seconds / step))


def views_of(line: Line) -> tuple[Transform, Transform]:
    """Return the views through which the first and the second occurrence look alike."""
    if line.view.fills:
        view, other = line.view, PLAIN
    elif line.view.inset:
        view, other = line.view, replace(line.view, rough=True)
    else:
        view, other = replace(line.view, soft=True), Transform(soft=True)
    return (view, other) if line.viewed_first else (other, view)


def both(signal: Signal, line: Line, frames: Ints, there: Ints) -> tuple[Cells, Cells]:
    """Return cells of the frames and of their partners, the original seen through the line's view."""
    views = views_of(line)
    return cells_at(signal, frames, views[0]), cells_at(signal, there, views[1])


def partners(signal: Signal, line: Line, frames: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the frames that the line pairs with the given ones, an array of any shape, and whether each is at that
    instant.

    On a variable rate some instants have no frame of their own; at another speed the nearest frame stands for it.
    """
    given = frames.ravel()
    there, real = np.empty(len(given), np.int64), np.empty(len(given), bool)
    slack = FRAME_SLACK if line.keeps_speed else CHANGED_FRAME_SLACK
    for low in range(0, len(given), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        wanted = line.slope * signal.times[given[part]] + line.offset
        there[part] = nearest(signal.times, wanted)
        real[part] = np.abs(signal.times[there[part]] - wanted) <= slack * signal.step
    return there.reshape(frames.shape), real.reshape(frames.shape)


def partners_beside(signal: Signal, line: Line, frames: Ints, lags: Sequence[float]) -> Ints:
    """Return the frames (k, *shape) that the line, moved by each of k lags in seconds, pairs with the given ones."""
    wanted = line.slope * signal.times[frames] + line.offset
    instants = np.add.outer(np.asarray(lags), wanted)
    return nearest(signal.times, instants.ravel()).reshape(instants.shape)


def along(signal: Signal, line: Line, frames: Ints, fit: Fit) -> tuple[Energies, NDArray[np.bool_]]:
    """Return the difference (m,) of each frame and its partner on the line, squared grey levels, and which have one.

    frames: consecutive. See `energy` for what is counted.
    """
    there, real = partners(signal, line, frames)
    gap = np.zeros(len(frames), np.float32)
    for low, high, rows in _energies(signal, line, frames, [there], fit, False):
        gap[low:high] = rows[0]
    return gap, real


def beside(signal: Signal, line: Line, frames: Ints, fit: Fit) -> Energies:
    """Return the difference beside the line: the median over the LAGS_BESIDE, (m,) squared grey levels.

    Where the brightness was fitted it is fitted anew to each frame, so that a slow fade matches beside the line as
    well as on it.
    """
    usual = np.zeros(len(frames), np.float32)
    for begin in range(0, len(frames), _AT_ONCE):
        # With those around them, as a frame is measured against the frames near it.
        hop = hop_of(signal.step)
        first, last = max(0, begin - hop), min(len(frames), begin + _AT_ONCE + hop)
        part = frames[first:last]
        pairs = partners_beside(signal, line, part, LAGS_BESIDE)
        for low, high, rows in _energies(signal, line, part, pairs, fit, fit.graded):
            left, right = max(first + low, begin), min(first + high, begin + _AT_ONCE)
            if right > left:
                usual[left:right] = median_of_even(rows[:, left - first - low : right - first - low])
    return usual


def standing(signal: Signal, line: Line, frames: Ints, fit: Fit) -> tuple[Energies, NDArray[np.bool_]]:
    """Return the plain difference (m,) of each frame and its partner on the line, squared grey levels, and which have
    one. frames: consecutive."""
    there, real = partners(signal, line, frames)
    gap = _fitted_gap(signal, *both(signal, line, frames, there), fit)
    return fit.mean(np.square(gap)), real


def _fitted_gap(signal: Signal, ours: Cells, theirs: Cells, fit: Fit) -> Cells:
    """Return the difference (m, 144) of consecutive frames from their partners, which are lit as the fit says."""
    if fit.drifts:
        return _relit_gap(ours, theirs, fit.weights, max(1, round(LIGHT_SECONDS / signal.step)))
    return np.asarray(ours - theirs * np.float32(fit.gain) - np.float32(fit.offset), np.float32)


def _energies(
    signal: Signal, line: Line, frames: Ints, pairs: Sequence[Ints] | Ints, fit: Fit, level: bool
) -> Iterator[tuple[int, int, Energies]]:
    """Yield energies (len(pairs), high - low) of frames[low:high] against each of the given partners, block by block.
    `level` takes the brightness out."""
    hop, allowed = hop_of(signal.step), max(ALLOWANCE, 8 * signal.noise)
    for low in range(0, len(frames), _BLOCK):
        high = min(len(frames), low + _BLOCK)
        first, last = max(0, low - hop), min(len(frames), high + hop)
        views = views_of(line)
        ours = cells_at(signal, frames[first:last], views[0])
        seen = cells_of_each(signal, [there[first:last] for there in pairs], views[1])
        rows = np.zeros((len(pairs), high - low), np.float32)
        for row, theirs in zip(rows, seen, strict=True):
            gap = _fitted_gap(signal, ours, theirs, fit)
            if level and not fit.drifts:
                gap -= (gap @ fit.weights)[:, None]
            row[:] = energy(gap, hop, fit, allowed)[low - first : high - first]
        yield low, high, rows


def _relit_gap(ours: Cells, theirs: Cells, weights: Cells, width: int) -> Cells:
    """Return the difference (m, 144) of consecutive frames from others that are lit like them."""
    gain, offset = light_along(ours, theirs, weights, width)
    return np.asarray(ours - theirs * gain[:, None] - offset[:, None], np.float32)


def light_along(ours: Cells, theirs: Cells, weights: Cells, width: int) -> tuple[Energies, Energies]:
    """Return gain and offset (m,) that make the second of two rows of frames (m, 144) like the first.

    The gain of a frame is fitted to the `width` frames around it, to those before it and to those after it. The gain
    that fits it best is taken, since past an end the light of another scene must not count. Its offset is fitted to it
    alone.
    """
    middle, other = ours @ weights, theirs @ weights
    product = (ours * theirs) @ weights - middle * other
    square, own = np.square(theirs) @ weights - other * other, np.square(ours) @ weights - middle * middle
    sums = [np.concatenate([[0.0], np.cumsum(each, dtype=np.float64)]) for each in (product, square)]
    at, n = np.arange(len(middle)), len(middle)
    best, least = np.ones(n, np.float32), np.full(n, np.inf)
    for before, after in ((width // 2, width // 2), (width - 1, 0), (0, width - 1)):
        low, high = np.maximum(at - before, 0), np.minimum(at + after + 1, n)
        products, squares = (each[high] - each[low] for each in sums)
        gain = np.clip(products / np.maximum(squares, 1e-3), *GAIN_BOUNDS)
        left = own - 2 * gain * product + np.square(gain) * square
        better = left < least
        best[better], least[better] = gain[better], left[better]
    return best, np.asarray(middle - other * best, np.float32)


def energy(gap: Cells, hop: int, fit: Fit, allowed: float) -> Energies:
    """Return how much the differences (m, 144) of consecutive frames count, (m,) squared grey levels.

    What changes within HOP seconds counts in full; what stands still counts past `allowed` only. A codec redraws the
    whole background at each key frame, a little differently each time, and on a fixed camera that standing difference
    is larger than all that moves. Of the frames HOP before and after the more alike counts, so that the first and
    last frame of a stretch are measured against its inside; half of it, as the noise of two differences is in it.
    """
    change = np.full(len(gap), np.inf, np.float32)
    if len(gap) > hop:
        moved = fit.mean(np.square(gap[hop:] - gap[:-hop])) / 2
        change[hop:] = moved
        change[:-hop] = np.minimum(change[:-hop], moved)
    standing = fit.mean(np.square(gap))
    return np.asarray(np.minimum(change, standing) + np.maximum(standing - allowed, 0), np.float32)
