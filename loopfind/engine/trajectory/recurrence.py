"""How much of a baseline is new: footage that is shown again teaches nothing of what comes later."""

import numpy as np

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.looks import Movement, moving_blocks
from loopfind.engine.trajectory.parameters import (
    FEWEST_MOVING_BLOCKS,
    SHARE_AGAIN,
    SHOWN_AGAIN,
    SHOWN_BEFORE,
    WINDOW_SAMPLES,
)
from loopfind.model.dtypes import Floats

_AT_ONCE = 512
_FEWEST_MOVING = 3  # samples of a passage


def share_that_is_new(coordinates: Grey, moved: Movement) -> float:
    """Return the share of the passages in which something moves that show what was not shown before, 0 to 1; 1 where
    nothing moves. coordinates: (n, k) in the subspace, in the order of time. moved: of the same samples.

    What moves seldom comes nearer to another moment than its own step from one sample to the next, unless it is the
    same footage again: then it is nearer than half of that.
    """
    steps = np.linalg.norm(np.diff(coordinates, axis=0), axis=1)
    # Of a frame that is shown twice one step is none, so the larger one of both sides counts.
    step = np.maximum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]]))
    again = _apart_from_before(coordinates) < SHOWN_AGAIN * step
    moving = moving_blocks(moved.pace) > FEWEST_MOVING_BLOCKS
    passages = len(coordinates) // WINDOW_SAMPLES
    size = (passages, WINDOW_SAMPLES)
    some = moving[: passages * WINDOW_SAMPLES].reshape(size).sum(1)
    shown = (moving & again)[: passages * WINDOW_SAMPLES].reshape(size).sum(1)
    asked = some >= _FEWEST_MOVING
    if not asked.any():
        return 1.0
    return float((shown < SHARE_AGAIN * some)[asked].mean())


def _apart_from_before(coordinates: Grey) -> Floats:
    """Return how far the nearest of the samples is that are SHOWN_BEFORE or more before each, (n,); infinity where
    there is none."""
    count = len(coordinates)
    squares = (coordinates * coordinates).sum(1)
    apart = np.full(count, np.inf)
    for low in range(SHOWN_BEFORE, count, _AT_ONCE):
        high = min(count, low + _AT_ONCE)
        before = high - SHOWN_BEFORE
        found = squares[low:high, None] + squares[:before] - 2 * coordinates[low:high] @ coordinates[:before].T
        found[np.arange(before) > np.arange(low, high)[:, None] - SHOWN_BEFORE] = np.inf
        apart[low:high] = np.sqrt(np.maximum(found.min(1), 0))
    return apart
