"""Measurements for the eye: the difference of two occurrences over time, and the likeness of all moments of a video."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence.differences import Fit, cells_at, hop_of, views_of
from loopfind.engine.evidence.parameters import ALLOWANCE, LAGS_BESIDE
from loopfind.engine.evidence.photometry import fit_of
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.fingerprint import Signal

MOST_POINTS = 300
"""Frames of a curve at the most: more than a screen shows."""

CURVE_MARGIN, MOST_CURVE_MARGIN = 0.15, 5.0
"""How far a curve goes past both ends of a run: this share of its length, at least 0.5 and at most 5 seconds."""

SIDE = 360
"""Rows and columns of the picture of likeness."""

_LEAST_MARGIN, _MOST_FITTED = 0.5, 400


def difference(signal: Signal, line: Line, start: float, end: float) -> tuple[Floats, Floats, Floats]:
    """Return seconds (m,), and the difference (m,) of the frames there on the line and beside it, in grey levels.

    start, end: seconds of the stretch on the first side. NaN where the partner lies outside the file. The difference is
    that of `differences.energy`, at up to MOST_POINTS frames.
    """
    times, step = signal.times, signal.step
    margin = min(max(_LEAST_MARGIN, CURVE_MARGIN * (end - start)), MOST_CURVE_MARGIN)
    low, high = np.searchsorted(times, [start - margin, end + margin])
    core_low, core_high = np.searchsorted(times, [start - step / 2, end - step / 2])
    core = np.arange(core_low, max(core_high, core_low + 1))
    there = line.slope * times[core] + line.offset
    core = core[(there >= times[0]) & (there <= times[-1])]
    frames = np.unique(np.linspace(low, max(high - 1, low), MOST_POINTS).astype(np.int64))
    fit = fit_of(signal, line, core[:: -(-len(core) // _MOST_FITTED)]) if len(core) >= 3 else Fit()
    along = _difference_at(signal, line, frames, fit, 0.0)
    beside = np.stack([_difference_at(signal, line, frames, fit, shift) for shift in LAGS_BESIDE])
    known = np.isfinite(beside).any(0)
    usual = np.full(len(frames), np.nan)
    usual[known] = np.nanmedian(beside[:, known], axis=0)
    return times[frames], along, usual


def _difference_at(signal: Signal, line: Line, frames: Ints, fit: Fit, shift: float) -> Floats:
    """Return the difference (m,), in grey levels, of frames from their partners on the line, moved by `shift` s."""
    times, step = signal.times, signal.step
    hop, allowed = hop_of(step), max(ALLOWANCE, 8 * signal.noise)
    views = views_of(line)

    def gap(at: Ints) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        at = np.clip(at, 0, len(times) - 1)
        wanted = line.slope * times[at] + line.offset + shift
        there = nearest(times, wanted)
        theirs = cells_at(signal, there, views[1]) * np.float32(fit.gain) + np.float32(fit.offset)
        return cells_at(signal, at, views[0]) - theirs, np.abs(times[there] - wanted) <= step

    here, real = gap(frames)
    standing = np.square(here) @ fit.weights
    moved = [np.square(here - gap(frames + hops)[0]) @ fit.weights / 2 for hops in (-hop, hop)]
    energy = np.minimum(np.minimum(*moved), standing) + np.maximum(standing - allowed, 0)
    return np.where(real, np.sqrt(energy), np.nan).astype(np.float64)


def likeness(signal: Signal, start: float, end: float) -> Bytes:
    """Return (k, k) uint8: the likeness of the pictures at the middles of k equal parts of [start, end), 255 for most.

    The mean picture of the video is taken out first, so that a fixed camera is not alike everywhere. k is SIDE, or
    fewer where there are fewer frames. This is the recurrence plot of Eckmann, Kamphorst and Ruelle (1987), but in grey
    levels instead of points below a threshold.
    """
    if not len(signal.times):
        return np.zeros((1, 1), np.uint8)
    side = max(1, min(SIDE, len(signal.times)))
    middles = start + (np.arange(side) + 0.5) * (end - start) / side
    cells = cells_at(signal, nearest(signal.times, middles)).astype(np.float64)
    cells -= cells.mean(0)
    power = np.square(cells).sum(1)
    apart = np.maximum(power[:, None] + power[None] - 2 * cells @ cells.T, 0) / cells.shape[1]
    levels = np.log(apart + max(signal.noise, 0.05))
    others = levels[~np.eye(side, dtype=bool)]
    if not len(others):
        return np.full((side, side), 255, np.uint8)
    low, high = float(levels.min()), float(np.percentile(others, 60))
    share = np.clip((high - levels) / max(high - low, 1e-9), 0, 1)
    return np.asarray(np.round(255 * share), np.uint8)
