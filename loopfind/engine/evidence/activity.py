"""Separate events of a stretch, which count where the picture stands still to the pixel in between.

Such pictures are mostly a program's: a recorded screen, a game's menu, a slide show. A program repeats its own
movements to the pixel, so one menu that slides open like another proves nothing. A person's timing does not come again:
the rhythm of several events is evidence."""

import numpy as np

from loopfind.engine.evidence.claim_parameters import (
    EVENT_REST,
    EVENT_SEEN,
    EVENT_STILL,
    LASTING_EVENT,
    LEAST_EVENTS,
    RESTING_SHARE,
)
from loopfind.engine.evidence.differences import changes_between
from loopfind.model.fingerprint import Signal

_FRAMES = 1000  # looked at first, and twice as many each time that they are not enough


def eventful(signal: Signal, first: int, last: int) -> bool:
    """Say whether frames [first, last) hold enough events to be distinguished from the same steps taken again."""
    reach = _FRAMES
    while True:
        count, rest = _count_events(signal, first, min(first + reach, last))
        if count >= LEAST_EVENTS:
            return True
        if first + reach >= last:
            return rest < RESTING_SHARE
        reach *= 2


def _count_events(signal: Signal, first: int, last: int) -> tuple[float, float]:
    """Return how many events frames [first, last) hold, and the share of their time that lies between the events."""
    times = signal.times[first:last]
    changes = changes_between(signal, first, last)
    moved = np.flatnonzero(changes > EVENT_STILL)
    at = times[1:][moved]
    if not len(at):
        return 0.0, 1.0
    gaps = np.flatnonzero(np.diff(at) > EVENT_REST + signal.step / 2)
    firsts, lasts = np.concatenate([[0], gaps + 1]), np.concatenate([gaps, [len(at) - 1]])
    begins, ends = at[firsts], at[lasts]
    size = np.add.reduceat(changes[moved], firsts)
    seen = size >= EVENT_SEEN * size.max()
    lasting = ends - begins + signal.step
    whole = float(times[-1] - times[0]) + signal.step
    return float(np.maximum(1.0, lasting / LASTING_EVENT)[seen].sum()), 1 - float(lasting.sum()) / whole
