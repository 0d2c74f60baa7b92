"""Sharpness of a match in time: a replay agrees at its lag and not beside it, a look-alike no better at its best.

Two frames later the video has moved on by as much as it differs from itself two frames later. If the copy is a
replay, the difference along the line grows by just that when the line is moved by two frames; if it only looks alike,
it hardly grows. The codec's own noise is in both and cancels. Shifts are even, because B-frames make every second
frame alike (the peak-to-sidelobe idea of camera-noise forensics, with sidelobes of the same parity).
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.order import upper_quartile
from loopfind.engine.evidence.differences import Cells, Fit, cells_of_each, light_along, partners, views_of
from loopfind.engine.evidence.parameters import CONTRAST_LAG, LEAST_CONTRAST_FRAMES, LIGHT_SECONDS
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Signal

_MOST_FRAMES = 1500


def contrast(signal: Signal, line: Line, fit: Fit, frames: Ints) -> float:
    """Return the growth of the difference when the line is moved by two frames, as a share of the video's own change.

    1 for a perfect copy, less as the codec's noise grows, 0 or less for a look-alike, -1 at worst. Of the frames two
    earlier and two later the nearer one counts, for the video's own change too, so that a sudden change weighs alike
    in both. A frame weighs as much as its own change, up to three times the upper quartile (a cut inside must not
    decide). 0.0 where too little can be compared.
    """
    first, last, n = int(frames[0]), int(frames[-1]), len(signal.times)
    if len(frames) > _MOST_FRAMES:
        frames = frames[np.linspace(0, len(frames) - 1, _MOST_FRAMES).astype(np.int64)]
    shift = even_shift(signal)
    there, real = partners(signal, line, frames)
    within = (there - shift >= 0) & (there + shift < n) & (frames - shift >= 0) & (frames + shift < n)
    usable = real & within & (frames - shift >= first) & (frames + shift <= last)
    if usable.sum() < LEAST_CONTRAST_FRAMES:  # so short that one of the two shifts must do
        usable = real & within & ((frames - shift >= first) | (frames + shift <= last))
    frames, there = frames[usable], there[usable]
    if len(frames) < LEAST_CONTRAST_FRAMES:
        return 0.0
    inside = {shift: frames + shift <= last, -shift: frames - shift >= first}
    shifts, views = (-shift, 0, shift), views_of(line)
    ours = dict(zip(shifts, cells_of_each(signal, [frames + k for k in shifts], views[0]), strict=True))
    theirs = dict(zip(shifts, cells_of_each(signal, [there + k for k in shifts], views[1]), strict=True))
    if fit.drifts:
        width = max(3, round(LIGHT_SECONDS * len(frames) / max(1, last - first) / signal.step))
        gain, offset = (each[:, None] for each in light_along(ours[0], theirs[0], fit.weights, width))
    else:
        gain, offset = np.array([[fit.gain]], np.float32), np.array([[fit.offset]], np.float32)
    theirs = {k: np.asarray(cells * gain + offset, np.float32) for k, cells in theirs.items()}
    if not line.view.fills:
        # A zoom draws the standing parts of a picture a little wrong, by more than a calm scene moves in two frames.
        standing = (ours[0] - theirs[0]).mean(0)
        theirs = {k: cells + standing for k, cells in theirs.items()}

    def apart(a: Cells, b: Cells) -> NDArray[np.float32]:
        return fit.mean(np.square(a - b))

    def beside(a: dict[int, Cells], b: dict[int, Cells]) -> NDArray[np.float32]:
        sides = [np.where(inside[k], apart(a[0], b[k]), np.inf) for k in (shift, -shift)]
        return np.asarray(np.minimum(*sides), np.float32)

    on = apart(ours[0], theirs[0])
    moved = (beside(ours, theirs) + beside(theirs, ours)) / 2
    own = (beside(ours, ours) + beside(theirs, theirs)) / 2
    return share_of_change((moved - on) / np.maximum(own, 1e-9), own)


def even_shift(signal: Signal) -> int:
    """Return the frames by which a line is moved: CONTRAST_LAG as an even number of them."""
    return max(2, 2 * round(CONTRAST_LAG / signal.step / 2))


def share_of_change(share: Floats | Cells, own: Floats | Cells) -> float:
    """Return the mean of a share (m,) over frames, each held within 1 and weighed by its own change (m,)."""
    weight = np.minimum(own, 3 * upper_quartile(own))
    total = float(weight.sum())
    return float((np.clip(share, -1, 1) * weight).sum()) / total if total > 0 else 0.0
