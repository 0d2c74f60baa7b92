"""A sieve for candidate lines, by their codes and all lines at once.

Most lines are chance, and following one costs a thousand times as much as sifting it.
"""

import numpy as np

from loopfind.arrays.time_index import nearest, nearest_of
from loopfind.engine.candidates.parameters import (
    SIEVE_AGREEMENT,
    SIEVE_BESIDE,
    SIEVE_FEWEST_FRAMES,
    SIEVE_MARGIN,
    SIEVE_NEAR,
    SIEVE_SAMPLES,
    SIEVE_SHARPNESS,
    SIEVE_SHORTEST,
)
from loopfind.engine.candidates.question import FrameCodes
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats
from loopfind.model.fingerprint import Timeline


def sift(lines: list[Line], timeline: Timeline, codes: FrameCodes, by_second: bool = False) -> list[Line]:
    """Return the lines along which codes agree better than beside them, in their old order.

    by_second: whether frames of the second occurrence are usable, not of the first, so that lines are read from there.
    """
    if not lines or not codes.usable.any():
        return []
    times, step, ours, theirs = timeline.times, timeline.step, codes.first, codes.second
    frames_of = np.flatnonzero(codes.usable)
    table = np.array([(line.start, line.end, line.slope, line.offset) for line in lines])
    if by_second:
        ends = table[:, :2] * table[:, 2:3] + table[:, 3:4]
        slope = 1 / table[:, 2]
        table = np.column_stack([ends.min(1), ends.max(1), slope, -table[:, 3] * slope])
        ours, theirs = theirs, ours
    short = np.maximum(0, SIEVE_SHORTEST - (table[:, 1] - table[:, 0])) / 2
    table[:, 0] -= short
    table[:, 1] += short
    at = table[:, 0:1] + (table[:, 1:2] - table[:, 0:1]) * (np.arange(SIEVE_SAMPLES) + 0.5) / SIEVE_SAMPLES
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
    off = np.median([distance(shift) for shift in SIEVE_BESIDE], axis=0)
    near = np.minimum(distance(-SIEVE_NEAR), distance(SIEVE_NEAR))
    stands_out = (off - on >= SIEVE_MARGIN) & (near - on >= SIEVE_SHARPNESS) & (on <= SIEVE_AGREEMENT * off)
    kept = stands_out & (counted.sum(1) >= SIEVE_FEWEST_FRAMES)
    return [line for line, keep in zip(lines, kept, strict=True) if keep]
