"""Sift candidate lines by their codes, all at once: most lines are chance, and following one costs a thousand times
as much."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import nearest, nearest_of
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats, Words

BESIDE = (-0.8, -0.5, -0.3, 0.3, 0.5, 0.8)
"""Seconds beside a line at which chance, and a still scene, agree as well as on it."""

AGREEMENT = 0.7
"""A line is kept if its codes differ by at most this share of what they differ beside it. Of 64 bits of motion a
replay on a fixed camera under heavy compression keeps five sixths, that is a third of the distance of strangers."""

MARGIN = 6.0
"""Bits of 64, on average, by which the line must be nearer than its surroundings. Over independent frames chance
varies by 4 bits, over two dozen neighbouring ones by about 1.5."""

NEAR, SHARP = 0.15, 2.0
"""Seconds on either side at which the codes must already differ by this many bits more: a slow scene laid over itself
is nearer still on one side, a replay is nearest on its line."""

SHORTEST = 0.4
"""Seconds of a line that are looked at, however few frames voted for it."""

_SAMPLES = 24


def sift(
    lines: list[Line],
    times: Floats,
    step: float,
    ours: Words,
    theirs: Words,
    usable: NDArray[np.bool_],
    turned: bool = False,
) -> list[Line]:
    """The lines whose codes agree better along the line than beside it, in their old order.

    ours, theirs: (n,) uint64, codes of a frame as the first and as the second showing. usable: (n,) bool, frames whose
    codes mean anything, of the first showing or, where `turned`, of the second.
    """
    if not lines or not usable.any():
        return []
    frames_of = np.flatnonzero(usable)
    table = np.array([(line.start, line.end, line.slope, line.offset) for line in lines])
    if turned:
        ends = table[:, :2] * table[:, 2:3] + table[:, 3:4]
        slope = 1 / table[:, 2]
        table = np.column_stack([ends.min(1), ends.max(1), slope, -table[:, 3] * slope])
        ours, theirs = theirs, ours
    short = np.maximum(0, SHORTEST - (table[:, 1] - table[:, 0])) / 2
    table[:, 0] -= short
    table[:, 1] += short
    at = table[:, 0:1] + (table[:, 1:2] - table[:, 0:1]) * (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    frames = nearest_of(frames_of, times, at.ravel()).reshape(at.shape)
    there = table[:, 2:3] * times[frames] + table[:, 3:4]
    # Samples that fall on one frame count once, and those that found none inside the line not at all.
    inside = (times[frames] >= table[:, 0:1] - step) & (times[frames] <= table[:, 1:2] + step)
    counted = (np.diff(frames, axis=1, prepend=-1) > 0) & inside

    def distance(shift: float) -> Floats:
        partners = nearest(times, (there + shift).ravel()).reshape(at.shape)
        bits = np.bitwise_count(ours[frames] ^ theirs[partners])
        return np.asarray((bits * counted).sum(1) / np.maximum(counted.sum(1), 1))

    on = np.min([distance(shift) for shift in (-step, 0.0, step)], axis=0)
    off = np.median([distance(shift) for shift in BESIDE], axis=0)
    near = np.minimum(distance(-NEAR), distance(NEAR))
    kept = (off - on >= MARGIN) & (near - on >= SHARP) & (on <= AGREEMENT * off) & (counted.sum(1) >= 3)
    return [line for line, keep in zip(lines, kept, strict=True) if keep]
