"""Freezes: one decoded frame shown again and again while what it shows would move on.

A frame is the one before it where all cells of both are equal to the last bit, or nearly so while an encoder goes on
refining it. That tells a freeze from a calm scene, in which a camera leaves noise, and a freeze can be named to the
frame. A slide, a title card and the frames that an encoder skips in a calm scene are equal too. So the picture must
move into a freeze or out of it, without a cut, and the file must not be full of such rows.
"""

import numpy as np

from loopfind.engine.evidence.differences import Energies
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


def freezes_of(signal: Signal, changes: Energies, detail: np.ndarray, end: float) -> tuple[Freeze, ...]:
    """Return the freezes of a file, in order.

    changes: (n - 1,) squared grey levels, of each frame but the first since the one before it. detail: (n,) grey levels
    of spread in each picture. end: seconds, of the file.
    """
    firsts, lasts = _rows_of_equals(changes)
    lengths = lasts - firsts
    least = max(LEAST_FREEZE, round(FREEZE_SECONDS / signal.step))
    others = lengths[lengths < least]
    if len(others):  # an encoder skips frames, and a freeze must stand out among their rows
        least = max(least, round(FREEZE_TIMES * float(np.median(others))))
    edge = np.append(signal.times, end)
    return tuple(
        Freeze(float(edge[a]), float(edge[b]), a, b)
        for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)
        if b - a >= least and detail[a] >= BLANK and _moves_beside(signal, changes, a, b)
    )


def _rows_of_equals(changes: Energies) -> tuple[Ints, Ints]:
    """Return the first frames and the ends (k,) of rows of frames that equal each other, but for what an encoder adds.

    It goes on refining a picture that is held, so that the first frames of a freeze differ by a trace. Most of the rest
    must be equal to the last bit.
    """
    none = np.full(1, np.inf, np.float32)
    since = np.concatenate([none, changes, none])  # of each frame the change since the one before it
    near, equal = since <= FREEZE_TRACE, since == 0
    edges = np.diff(near.astype(np.int8), prepend=0)
    firsts, lasts = np.flatnonzero(edges == 1) - 1, np.flatnonzero(edges == -1)
    exact = np.concatenate([[0], np.cumsum(equal)])
    held = exact[lasts] - exact[firsts + 1] >= LEAST_FREEZE - 1
    return firsts[held], lasts[held]


def _moves_beside(signal: Signal, changes: Energies, first: int, last: int) -> bool:
    """Say whether the picture moves into the frames [first, last) or out of them, without a cut."""
    reach = max(3, round(FREEZE_AROUND / signal.step))
    least = max(FREEZE_NOISE * signal.noise, FREEZE_MOTION)
    low, high = max(0, first - reach), min(len(signal.times), last + reach)
    # Each side with the frame of the freeze that it touches, the change between these two, and the changes beside it.
    into = slice(low, first + 1), changes[first - 1 : first], changes[low : max(0, first - 1)]
    out = slice(last - 1, high), changes[last - 1 : last], changes[last : high - 1]
    return any(
        len(signal.lively[side]) >= 4
        and np.median(signal.lively[side]) >= least
        and own[0] <= FREEZE_CUT * np.percentile(others, 90)
        for side, own, others in (into, out)
    )
