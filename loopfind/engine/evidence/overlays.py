"""Overlays: cells of the picture in which text comes and goes beside footage, such as a chat, a clock or a counter.

Text changes from one frame to the next and stands still before and after; what a camera films moves on. Where all of
the picture changes so, it is a recorded screen, or frames were doubled, and there is no overlay."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.differences import cells_at, sampled_stretches
from loopfind.engine.evidence.parameters import CUT_SHARE, LEAST_CELLS, OVERLAY_JUMP, OVERLAY_SHARE
from loopfind.engine.evidence.region import telling_level
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import SKETCH_CELLS


def overlaid_cells(signal: Signal) -> NDArray[np.bool_]:
    """Return the cells (144,) bool in which text changes, none where nothing else in the picture moves."""
    level = telling_level(signal.noise)
    changed, jumped, frames = np.zeros(SKETCH_CELLS), np.zeros(SKETCH_CELLS), 0
    for low, high in dict.fromkeys(sampled_stretches(signal)):
        change = np.square(np.diff(cells_at(signal, np.arange(low, high)), axis=0))
        if len(change) < 3:
            continue
        here = change[1:-1]
        jump = (here > OVERLAY_JUMP * np.maximum(change[:-2], change[2:])) & (here > level)
        going_on = (jump.mean(1) < CUT_SHARE)[:, None]
        changed += (here * going_on).sum(0)
        jumped += (here * (jump & going_on)).sum(0)
        frames += len(here)
    moves = changed > level * frames * signal.step
    overlaid = moves & (jumped > OVERLAY_SHARE * changed)
    return overlaid if (moves & ~overlaid).sum() >= LEAST_CELLS else np.zeros(SKETCH_CELLS, bool)
