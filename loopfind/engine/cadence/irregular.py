"""Single frames that are held amid motion, and gaps in the clock."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.cadence.parameters import AROUND, GAP_FRAMES, HELD, HELD_SHARE, LIVELY, MOST_UNEVEN
from loopfind.engine.cadence.patterns import Changes
from loopfind.model.dtypes import Floats

_BLOCK = 1 << 16


def held_frames(changes: Changes) -> NDArray[np.bool_]:
    """Return which frames (n,) are the one before, amid motion: they change by nothing while those around them do."""
    around = change_around(changes)
    held = (changes <= np.minimum(HELD, HELD_SHARE * around)) & (around >= LIVELY)
    held[:1] = False  # there is none before the first
    return np.asarray(held)


def change_around(changes: Changes) -> Changes:
    """Return the median change (n,) of the frames around each."""
    if not len(changes):
        return changes
    padded = np.pad(changes, AROUND, mode="reflect" if len(changes) > AROUND else "edge")
    usual = np.empty_like(changes)
    for low in range(0, len(changes), _BLOCK):
        high = min(len(changes), low + _BLOCK)
        views = np.lib.stride_tricks.sliding_window_view(padded[low : high + 2 * AROUND], 2 * AROUND + 1)
        usual[low:high] = np.median(views, axis=1)
    return usual


def rows_of(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the rows [first, last) of marked frames, each with the frame before it, of which it is a repetition."""
    edges = np.diff(np.concatenate([[0], marked.astype(np.int8), [0]]))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(max(0, first - 1), last) for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def gaps_in(times: Floats) -> list[tuple[int, int]] | None:
    """Return the numbers of the frames after a gap, and how many frames each gap lacks; None for a clock of its own."""
    steps = np.diff(times)
    if len(steps) < 2:
        return []
    usual = float(np.median(steps))
    wide = steps >= GAP_FRAMES * usual
    uneven = np.abs(steps / usual - np.round(steps / usual)) > 1 / 4
    if usual <= 0 or uneven.mean() > MOST_UNEVEN:
        return None
    frames = np.flatnonzero(wide)
    return [(int(at) + 1, round(float(steps[at]) / usual) - 1) for at in frames]
