"""Alignment of a candidate line to where the pictures agree best, in lag, speed and zoom.

Candidates come from coarse bins of lags, speeds and zooms, and most of them are chance. A few dozen frames show which
are worth following, and where exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence.differences import Cells, cells_at, views_of
from loopfind.engine.evidence.parameters import (
    ALIGN_BESIDE,
    CHANGED_FRAME_SLACK,
    COARSE_SPREAD,
    COVERED_SHARE,
    FRAME_SLACK,
    LAGS_BESIDE,
    MOST_ALIGNED,
    MOST_MISFIT,
)
from loopfind.engine.evidence.region import agreeing, tells
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import Transform, shown

_MOST = 24  # frames compared for one try
_MANY_FILES = 50
"""Files from which on a line between two of them passes over frames of many others."""

_OUTWARD = (0.0, 1 / 6, -1 / 6, 1 / 3, -1 / 3, 1 / 2, -1 / 2, 2 / 3, -2 / 3, 5 / 6, -5 / 6, 1.0, -1.0)

_ZOOMED = (0.0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1.0, -1.0)
_CROPPED, _CROPPED_FINER = (0.0, 1 / 2, -1 / 2, 1.0, -1.0), (0.0, 1 / 4, -1 / 4)
_LEAST_ZOOM = 0.01  # half of what lies between two zooms of the coarse look


class LineProbe:
    """A few frames of one stretch, to try many lines on at once."""

    def __init__(self, signal: Signal, frames: Ints) -> None:
        self._signal = signal
        self.frames = frames[:: -(-len(frames) // _MOST)]

    def misfits(self, lines: Sequence[Line], shifts: Sequence[float] = (0.0,)) -> Floats:
        """Return how much the frames differ along each line moved by each shift: (lines * shifts,) squared grey levels.

        Infinite where too few frames have a partner. What stays the same over the frames is left out: a logo, another
        brightness, a codec's background. The lines share one view.
        """
        return self._misfits(*self._gaps(lines, shifts), shown(lines[0].view))

    def misfits_uncovered(self, line: Line, shifts: Sequence[float], near: slice, beside: slice) -> Floats:
        """Return the misfits (k,) of one line moved by each shift, without the cells that are covered.

        A covered cell agrees at no shift of `near` any better than at those of `beside`. All cells count where too few
        of them agree.
        """
        gap, real = self._gaps([line], shifts)
        weights = self._uncovered(gap, real, shown(line.view), near, beside)
        return self._misfits(gap, real, weights)

    def _misfits(self, gap: NDArray[np.float32], real: NDArray[np.bool_], weights: Cells) -> Floats:
        counts = np.maximum(real.sum(1), 1)
        energy = np.square(gap) @ weights
        energy[~real] = np.inf
        energy.sort(1)
        middle = energy[np.arange(len(energy)), counts // 2]
        mean = np.where(np.isfinite(energy), energy, 0).sum(1) / counts
        return np.where(self._enough(real), middle + 0.2 * mean, np.inf)

    def _uncovered(
        self, gap: NDArray[np.float32], real: NDArray[np.bool_], whole: Cells, near: slice, beside: slice
    ) -> Cells:
        """Return the weights (144,) without the covered cells, or as they are where too few other cells agree."""
        usable = self._enough(real)
        cells = np.where(real[..., None], np.square(gap), 0).sum(1) / np.maximum(real.sum(1), 1)[:, None]
        inner, outer = cells[near][usable[near]], cells[beside][usable[beside]]
        if not len(inner) or len(outer) < 3:
            return whole
        level = np.median(outer, axis=0)
        telling = (whole > 0) & tells(level, self._signal.noise)
        share = inner.min(0) / np.maximum(level, 1e-6)
        covered = telling & (share > COVERED_SHARE)
        if not covered.any() or agreeing(telling, share) is None:
            return whole
        weights = np.where(covered, 0, whole)
        return np.asarray(weights / weights.sum(), np.float32)

    def _enough(self, real: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(real.sum(1) >= max(3, 0.3 * real.shape[1]))

    def _gaps(self, lines: Sequence[Line], shifts: Sequence[float]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return how frames differ from their partners on each line moved by each shift, and which have a partner.

        The differences are (k, m, 144) float32 grey levels, less what stays the same over the frames; the mask is
        (k, m).
        """
        signal = self._signal
        at = signal.times[self.frames]
        wanted = np.concatenate([[line.slope * at + line.offset + shift for shift in shifts] for line in lines])
        there = nearest(signal.times, wanted.ravel()).reshape(wanted.shape)
        slack = FRAME_SLACK if lines[0].keeps_speed else CHANGED_FRAME_SLACK
        real = np.abs(signal.times[there] - wanted) <= slack * signal.step
        views = views_of(lines[0])
        gap = cells_at(signal, self.frames, views[0])[None] - self._partners(there, views[1])
        counts = np.maximum(real.sum(1), 1)
        gap -= (np.where(real[..., None], gap, 0).sum(1) / counts[:, None])[:, None]
        return gap, real

    def _partners(self, there: Ints, view: Transform) -> Cells:
        """Return the cells (k, m, 144) of frames (k, m), seen through a view.

        Of many files the frames between them are not read along, as lines lead from any file to any other.
        """
        signal, low, high = self._signal, int(there.min()), int(there.max()) + 1
        if signal.parts is not None and len(signal.parts.first) > _MANY_FILES:
            wanted, places = np.unique(there, return_inverse=True)
            return cells_at(signal, wanted, view)[places.reshape(there.shape)]
        return cells_at(signal, np.arange(low, high), view)[there - low]

    def best(self, lines: Iterable[Line]) -> Line:
        """Return the line along which the frames differ least, the first of those that are as good as the best."""
        tried = list(lines)
        views = {line.view for line in tried}
        worth = self.misfits(tried) if len(views) == 1 else np.concatenate([self.misfits([line]) for line in tried])
        if not np.isfinite(worth.min()):
            return tried[0]
        return tried[int(np.argmax(worth <= 1.03 * worth.min() + 0.03 * self._signal.noise))]


def align(signal: Signal, line: Line, frames: Ints, reach: int = 4) -> Line | None:
    """Move the line by up to `reach` frames to where the given frames agree best.

    None where they agree no better on it than beside it: a slow scene aligned with itself, or chance.
    """
    probe = LineProbe(signal, frames)
    line = snapped(signal, line, probe.frames)
    near = max(2, round(ALIGN_BESIDE / signal.step))
    hops = np.arange(-reach - near, reach + near + 1)
    shifts = [*(hops * signal.step).tolist(), *LAGS_BESIDE]
    worth = probe.misfits_uncovered(line, shifts, slice(near, len(hops) - near), slice(len(hops), None))
    grid, off = worth[: len(hops)], np.sort(worth[len(hops) :])[len(LAGS_BESIDE) // 2]
    inner = grid[near:-near]
    if not np.isfinite(inner.min()):
        return None
    # Of the places that are as good as the best, the nearest to what was voted for.
    good = np.flatnonzero(inner <= 1.03 * inner.min() + 0.03 * signal.noise) - reach
    hop = int(good[np.argmin(np.abs(good))])
    here = reach + near + hop
    sharp = grid[here] <= MOST_ALIGNED * min(grid[here - near], grid[here + near])
    if abs(hop) == reach or not sharp or grid[here] > MOST_MISFIT * off:
        return None
    return replace(line, offset=line.offset + hop * signal.step)


def refine(signal: Signal, line: Line, frames: Ints, spread: float) -> Line:
    """Fit the speed and the zoom of a line to the given frames, each within `spread`, a share of its value.

    The speed turns about the middle of the frames. Lines of unchanged speed and zoom are returned as they are.
    """
    probe = LineProbe(signal, frames)
    if not line.keeps_speed:
        line = probe.best(_at_speeds(signal, line, frames, spread))
    view = line.view
    if not view.fills:
        line = probe.best(_at_zooms(line, spread))
    if view.inset:
        for way in ("right", "below"):
            line = probe.best(_at_insets(line, way, spread))
    elif min(view.across, view.down) > 1:
        line = probe.best(_at_crops(line, _CROPPED if spread == COARSE_SPREAD else _CROPPED_FINER))
    else:
        return line
    return probe.best(_at_zooms(line, spread / 2))


def _at_speeds(signal: Signal, line: Line, frames: Ints, spread: float) -> Iterable[Line]:
    """Yield the line at speeds around its own, each at five places half a frame apart."""
    middle = float(signal.times[frames].mean())
    for slope in line.slope * (1 + spread * np.asarray(_OUTWARD)):
        turned = line.offset + (line.slope - float(slope)) * middle
        for shift in (0.0, 0.5, -0.5, 1.0, -1.0):
            yield replace(line, slope=float(slope), offset=turned + shift * signal.step)


def _at_zooms(line: Line, spread: float) -> Iterable[Line]:
    """Yield the line at zooms around its own, alike in width and height."""
    for factor in 1 + max(spread, _LEAST_ZOOM) * np.asarray(_ZOOMED):
        view = line.view
        across = view.across if view.across == 1 else round(view.across * float(factor), 4)
        down = view.down if view.down == 1 else round(view.down * float(factor), 4)
        yield replace(line, view=replace(view, across=across, down=down))


def _at_insets(line: Line, way: Literal["right", "below"], spread: float) -> Iterable[Line]:
    """Yield the line with its inset picture moved aside, by up to `spread` of the side of that picture."""
    for share in spread * np.asarray(_OUTWARD):
        view = line.view
        if way == "right":
            view = replace(view, right=round(view.right + float(share), 4))
        else:
            view = replace(view, below=round(view.below + float(share), 4))
        yield replace(line, view=view)


def _at_crops(line: Line, shares: Sequence[float]) -> Iterable[Line]:
    """Yield the line with its crop moved by shares of what lies beyond the crop, both ways; the nearest first."""
    view = line.view
    most_right, most_below = (view.across - 1) / 2, (view.down - 1) / 2
    for across, down in sorted(product(shares, shares), key=lambda way: abs(way[0]) + abs(way[1])):
        right = np.clip(view.right + across * most_right, -most_right, most_right)
        below = np.clip(view.below + down * most_below, -most_below, most_below)
        yield replace(line, view=replace(view, right=round(float(right), 4), below=round(float(below), 4)))


def snapped(signal: Signal, line: Line, frames: Ints) -> Line:
    """Move the line by less than a frame, so that it meets most frames of the other side at their own times."""
    wanted = line.slope * signal.times[frames] + line.offset
    return replace(line, offset=line.offset + float(np.median(signal.times[nearest(signal.times, wanted)] - wanted)))
