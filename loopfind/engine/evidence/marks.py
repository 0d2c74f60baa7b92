"""Wandering marks: a picture that stands nearly still, over which a small mark goes to and fro.

Such a mark comes back to the same places in the same way, and what it lies on says nothing. Its course across and its
course down are each a wave of one period, as it turns where the picture ends. What a camera films has no such course,
and a loop of it has that of the loop, with all its overtones.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.claim_parameters import (
    LEAST_MARK_TURNS,
    LEAST_MARK_WINDOW,
    LEAST_WAVE,
    MARK_APART,
    MARK_WINDOW,
    SHORTEST_MARK_TURN,
)
from loopfind.engine.evidence.differences import Energies, cells_at, hop_of, partners
from loopfind.engine.evidence.overlays import overlaid_cells
from loopfind.engine.evidence.region import telling_level
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import SKETCH_SIDE

_LOOKS, _FEWEST = 300, 40  # moments at which the mark is looked for, and those at which it must be seen
_NEAR = 3  # frequencies beside the strongest one that are fitted
_GRID = 5.0  # seconds: windows that differ by less are one


class WanderingMarks:
    """The stretches of one file in which all that moves is a mark that wanders. What was found is kept, as many runs
    ask for it."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._known: dict[tuple[float, float], bool] = {}

    def carry(self, run: Run) -> bool:
        """Say whether a run rests on such a mark, which is then in the same places in both of its occurrences.

        Looked at is what lies between them too; where they lie far apart, what lies around the first. Runs across files
        are not looked at.
        """
        if self._signal.parts is not None or not self._returns(run):
            return False
        return self.fill(run.start, run.other_end if run.other_end - run.start <= MARK_WINDOW else run.end)

    def fill(self, start: float, end: float) -> bool:
        """Say whether all that moves from `start` to `end`, in seconds, is a mark that wanders."""
        middle, half = (start + end) / 2, max(end - start, LEAST_MARK_WINDOW) / 2
        window = round((middle - half) / _GRID) * _GRID, round((middle + half) / _GRID) * _GRID
        if window not in self._known:
            low, high = np.searchsorted(self._signal.times, window)
            self._known[window] = is_wandering(self._signal, int(low), int(high), ~self.overlaid)
        return self._known[window]

    def _returns(self, run: Run) -> bool:
        """Say whether what moves is in the same places in both occurrences of a run."""
        if not run.line.view.plain:
            return True  # a zoom moves the mark as well
        signal, cells, hop = self._signal, ~self.overlaid, hop_of(self._signal.step)
        frames = np.unique(np.linspace(run.first, run.last - 1, _FEWEST).astype(np.int64))
        there = partners(signal, run.line, frames)[0]
        inside = np.minimum(frames, there) >= hop
        ours, theirs = (_courses(signal, at[inside], hop, cells) for at in (frames, there))
        both = np.flatnonzero(~np.isnan(ours[0] + theirs[0]))
        apart = np.hypot(ours[0] - theirs[0], ours[1] - theirs[1])[both]
        return len(both) > 0 and float(np.median(apart)) <= MARK_APART

    @cached_property
    def overlaid(self) -> NDArray[np.bool_]:
        """The cells (144,) under text, in which no mark is looked for."""
        return overlaid_cells(self._signal)


def is_wandering(signal: Signal, first: int, last: int, cells: NDArray[np.bool_]) -> bool:
    """Say whether what moves in some cells (144,) of frames [first, last) is one mark that goes to and fro."""
    hop = hop_of(signal.step)
    if last - first < hop + _FEWEST:
        return False
    frames = np.unique(np.linspace(first + hop, last - 1, _LOOKS).astype(np.int64))
    across, down = _courses(signal, frames, hop, cells)
    seen = ~np.isnan(across)
    if seen.sum() < max(_FEWEST, len(frames) / 2):
        return False
    seconds = signal.times[frames[seen]]
    return min(wave_share(seconds, course[seen]) for course in (across, down)) >= LEAST_WAVE


def _courses(signal: Signal, frames: Ints, hop: int, cells: NDArray[np.bool_]) -> tuple[Energies, Energies]:
    """Return how far across and down, in cells, the middle of what moves lies in each frame (m,); nan where nothing
    moves."""
    level = telling_level(signal.noise)
    change = np.square(cells_at(signal, frames) - cells_at(signal, frames - hop)) * cells
    change = np.maximum(change - level / 2, 0)
    total = change.sum(1)
    total[total <= level] = np.nan
    down, across = np.indices((SKETCH_SIDE, SKETCH_SIDE)).reshape(2, -1).astype(np.float32)
    return change @ across / total, change @ down / total


def wave_share(seconds: Floats, course: Energies) -> float:
    """Return the share of the variance of a course (m,) that one wave has, with its third overtone, at the period that
    fits best: a least-squares spectrum (Lomb 1976). Above 0.96 for a course that turns back at two ends.

    seconds: (m,), nearly evenly spaced. The spectrum of evenly spaced ones shows where the best period may lie.
    """
    length = float(seconds[-1] - seconds[0])
    varied = np.asarray(course - course.mean(), np.float64)
    total = float(np.square(varied).sum())
    if length <= 0 or total <= 0:
        return 0.0
    count = 8 * len(varied)
    power = np.abs(np.fft.rfft(varied, count))
    frequencies = np.arange(len(power)) * (len(varied) - 1) / (count * length)
    allowed = (frequencies >= LEAST_MARK_TURNS / length) & (frequencies <= 1 / SHORTEST_MARK_TURN)
    best = int(np.argmax(np.where(allowed, power, 0)))
    near = range(max(best - _NEAR, 0), best + _NEAR + 1)
    return max((_fitted(seconds, varied, float(frequencies[k])) / total for k in near if allowed[k]), default=0.0)


def _fitted(seconds: Floats, varied: Floats, frequency: float) -> float:
    """Return how much of a sum of squares a wave of that frequency takes, with its third overtone."""
    angle = 2 * np.pi * frequency * seconds
    waves = np.column_stack([np.ones(len(angle)), *(f(k * angle) for k in (1, 3) for f in (np.cos, np.sin))])
    return float(np.square(np.linalg.qr(waves)[0].T @ varied).sum())
