"""Photometric changes of a copy, measured on a few seconds of it: brightness, contrast, bars, overlays."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.differences import Cells, Fit, both, partners
from loopfind.engine.evidence.parameters import BAR_LEVEL, GAIN_BOUNDS, LARGEST_BARS, LARGEST_OVERLAY
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import SKETCH_SIDE, shown


def fit_of(signal: Signal, line: Line, frames: Ints) -> Fit:
    """Fit the second occurrence to the first over the given frames, judged by the better half of them.

    A change of brightness or an overlay is believed only where it explains at least half of the difference.
    """
    there, real = partners(signal, line, frames)
    frames, there = frames[real], there[real]
    whole = shown(line.view)
    if len(frames) < 3:
        return Fit(weights=whole)
    ours, theirs = both(signal, line, frames, there)
    bars = _bar_cells(ours) != _bar_cells(theirs)
    if 0 < bars.mean() <= LARGEST_BARS and (whole > 0)[~_widen(bars)].any():
        whole = np.where(_widen(bars), 0, whole)
        whole = np.asarray(whole / max(float(whole.sum()), 1e-9), np.float32)
    ours, theirs = ours[:, whole > 0], theirs[:, whole > 0]
    gap = np.square(ours - theirs).mean(1)
    best = gap <= np.median(gap)
    ours, theirs = ours[best], theirs[best]
    # An overlay may pass for a change of brightness, and the other way round: of the two the one that leaves less.
    firsts = dict.fromkeys((_fit_brightness(ours, theirs), (1.0, 0.0)))  # mostly one and the same
    fits = [_fit_beside_overlay(ours, theirs, signal.noise, first) for first in firsts]
    gain, offset, overlay = min(fits, key=lambda fit: _left(ours, theirs, *fit))
    weights = whole
    if overlay.any():
        weights = np.zeros_like(whole)
        weights[np.flatnonzero(whole > 0)[~overlay]] = 1 / (~overlay).sum()
    return Fit(gain, offset, weights)


def _fit_beside_overlay(
    ours: Cells, theirs: Cells, noise: float, first: tuple[float, float]
) -> tuple[float, float, NDArray[np.bool_]]:
    """Return gain, offset and the cells (k,) under an overlay. It stands out where gain and offset are the `first`
    ones."""
    gain, offset = first
    overlay = _overlay_cells(np.asarray(ours - theirs * gain - offset, np.float32), noise)
    if not 0 < overlay.mean() <= LARGEST_OVERLAY:
        return gain, offset, np.zeros_like(overlay)
    return *_fit_brightness(ours[:, ~overlay], theirs[:, ~overlay]), overlay


def _left(ours: Cells, theirs: Cells, gain: float, offset: float, overlay: NDArray[np.bool_]) -> float:
    """Return the squared grey levels that a fit leaves in the usual frame, outside the overlay."""
    left = np.square(ours - theirs * gain - offset)[:, ~overlay]
    return float(np.median(left.mean(1)))


def _bar_cells(cells: Cells) -> NDArray[np.bool_]:
    """Return the cells (144,) of the rows and columns at the rim that stay black over all the frames (m, 144)."""
    black = ((cells.max(0) <= BAR_LEVEL) & (np.ptp(cells, axis=0) <= 2)).reshape(SKETCH_SIDE, SKETCH_SIDE)
    bars = np.zeros_like(black)
    for lines, target in ((black, bars), (black.T, bars.T)):
        full = lines.all(1)
        top, bottom = int(np.argmin(full)), int(np.argmin(full[::-1]))
        if not full.all():
            target[:top] = True
            target[SKETCH_SIDE - bottom :] = True
    return np.asarray(bars.ravel())


def _widen(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Widen a mask (144,) by the cells above, below and beside it: the edge of a bar runs through them."""
    square = np.pad(mask.reshape(SKETCH_SIDE, SKETCH_SIDE), 1)
    grown = square[1:-1, 1:-1] | square[:-2, 1:-1] | square[2:, 1:-1] | square[1:-1, :-2] | square[1:-1, 2:]
    return np.asarray(grown.ravel())


def _fit_brightness(ours: Cells, theirs: Cells) -> tuple[float, float]:
    """Return gain and offset that make theirs like ours, (1, 0) where they explain less than half of the difference."""
    middle, other = float(ours.mean()), float(theirs.mean())
    spread = float(np.square(theirs - other).mean())
    if spread < 4:
        return 1.0, 0.0
    gain = float(((ours - middle) * (theirs - other)).mean()) / spread
    if not GAIN_BOUNDS[0] < gain < GAIN_BOUNDS[1]:
        return 1.0, 0.0
    offset = middle - gain * other
    plain = np.median(np.square(ours - theirs).mean(1))
    graded = np.median(np.square(ours - gain * theirs - offset).mean(1))
    return (gain, offset) if graded < 0.5 * plain else (1.0, 0.0)


def _overlay_cells(gap: Cells, noise: float) -> np.ndarray:
    """Return the cells (k,) bool whose difference stands still while all else agrees: an overlay on one of the two."""
    mean, spread = gap.mean(0), gap.std(0)
    usual = np.sqrt(np.median(np.square(spread)) + noise)
    still: np.ndarray = (np.abs(mean) > 4 * usual + 2) & (np.abs(mean) > 2 * spread)
    return still
