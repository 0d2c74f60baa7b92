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
from loopfind.model.fingerprint import Timeline

_AT_ONCE = 1 << 16  # instants


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

    # All shifts of a number of lines at a time: of short files, calls take more time than what they do.
    shifts = np.array([-step, 0.0, step, *SIEVE_BESIDE, -SIEVE_NEAR, SIEVE_NEAR])[:, None, None]
    seen, distances = counted.sum(1), np.empty((len(shifts), len(lines)))
    at_once = max(1, _AT_ONCE // (len(shifts) * SIEVE_SAMPLES))
    for low in range(0, len(lines), at_once):
        part = slice(low, low + at_once)
        wanted = there[part] + shifts
        partners = nearest(times, wanted.ravel()).reshape(wanted.shape)
        bits = np.bitwise_count(ours[frames[part]] ^ theirs[partners])
        distances[:, part] = (bits * counted[part]).sum(2) / np.maximum(seen[part], 1)
    on, off, near = distances[:3].min(0), np.median(distances[3:-2], axis=0), distances[-2:].min(0)
    stands_out = (off - on >= SIEVE_MARGIN) & (near - on >= SIEVE_SHARPNESS) & (on <= SIEVE_AGREEMENT * off)
    kept = stands_out & (seen >= SIEVE_FEWEST_FRAMES)
    return [line for line, keep in zip(lines, kept, strict=True) if keep]
