"""Freezes: one decoded frame shown again and again while what it shows would move on.

A frame is the one before it where all cells of both are equal to the last bit, or nearly so while an encoder goes on
refining it. That tells a freeze from a calm scene, in which a camera leaves noise, and a freeze can be named to the
frame. A slide, a title card and the frames that an
encoder skips in a calm scene are equal too. So the picture must move into a freeze or out of it, without a cut, and the
file must not be full of such rows.
"""

import numpy as np

from loopfind.engine.repeats.parameters import (
    FREEZE_AROUND,
    FREEZE_CUT,
    FREEZE_MOTION,
    FREEZE_NOISE,
    FREEZE_SECONDS,
    FREEZE_TIMES,
    FREEZE_TRACE,
    LEAST_FREEZE,
)
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import BLANK, Signal
from loopfind.model.report import Freeze

_BLOCK = 4096


def freezes_of(signal: Signal, detail: np.ndarray, end: float) -> tuple[Freeze, ...]:
    """Return the freezes of a file, in order.

    detail: (n,) grey levels of spread in each picture. end: seconds, of the file.
    """
    firsts, lasts = _rows_of_equals(signal)
    lengths = lasts - firsts
    least = max(LEAST_FREEZE, round(FREEZE_SECONDS / signal.step))
    others = lengths[lengths < least]
    if len(others):  # an encoder skips frames, and a freeze must stand out among their rows
        least = max(least, round(FREEZE_TIMES * float(np.median(others))))
    edge = np.append(signal.times, end)
    return tuple(
        Freeze(float(edge[a]), float(edge[b]), a, b)
        for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)
        if b - a >= least and detail[a] >= BLANK and _moves_beside(signal, a, b)
    )


def _rows_of_equals(signal: Signal) -> tuple[Ints, Ints]:
    """Return the first frames and the ends (k,) of rows of frames that equal each other, but for what an encoder adds.

    It goes on refining a picture that is held, so that the first frames of a freeze differ by a trace. Most of the rest
    must be equal to the last bit.
    """
    n = len(signal.times)
    near, equal = np.zeros(n + 1, bool), np.zeros(n + 1, np.int64)  # whether a frame is like the one before it
    for low in range(1, n, _BLOCK):
        cells = signal.cells[low - 1 : low + _BLOCK]
        part = slice(low, low + len(cells) - 1)
        equal[part] = (cells[1:] == cells[:-1]).all(1)
        changes = np.diff(cells.astype(np.float32) * np.float32(1 / 256), axis=0)
        near[part] = np.square(changes).mean(1) <= FREEZE_TRACE
    edges = np.diff(near.astype(np.int8), prepend=0)
    firsts, lasts = np.flatnonzero(edges == 1) - 1, np.flatnonzero(edges == -1)
    exact = np.concatenate([[0], np.cumsum(equal)])
    held = exact[lasts] - exact[firsts + 1] >= LEAST_FREEZE - 1
    return firsts[held], lasts[held]


def _moves_beside(signal: Signal, first: int, last: int) -> bool:
    """Say whether the picture moves into the frames [first, last) or out of them, without a cut."""
    reach = max(3, round(FREEZE_AROUND / signal.step))
    least = max(FREEZE_NOISE * signal.noise, FREEZE_MOTION)
    before, after = slice(max(0, first - reach), first + 1), slice(last - 1, min(len(signal.times), last + reach))
    for side, at_the_end in ((before, True), (after, False)):
        if side.stop - side.start < 4 or np.median(signal.lively[side]) < least:
            continue
        cells = signal.cells[side].astype(np.float32) * np.float32(1 / 256)
        changes = np.square(np.diff(cells, axis=0)).mean(1)
        own, others = (changes[-1], changes[:-1]) if at_the_end else (changes[0], changes[1:])
        if own <= FREEZE_CUT * np.percentile(others, 90):
            return True
    return False
