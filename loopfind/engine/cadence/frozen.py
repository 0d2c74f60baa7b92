"""Freezes with their ends as they were before an encoder smeared them."""

import numpy as np

from loopfind.engine.cadence.parameters import AROUND, REFINED_SHARE
from loopfind.engine.cadence.patterns import Changes
from loopfind.engine.evidence.differences import changes_between
from loopfind.engine.repeats.freezes import freezes_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.fingerprint import Track
from loopfind.model.report import Freeze


def whole_freezes(track: Track, changes: Changes) -> tuple[Freeze, ...]:
    """Return the freezes of a file, in order. changes: (n,) of its frames."""
    if len(track) < 3:
        return ()
    signal, edge = signal_of(track), np.append(track.times, track.end)
    found = freezes_of(signal, changes_between(signal, 0, len(track)), track.detail, track.end)
    spans = [_whole(changes, one.start_frame, one.end_frame) for one in found]
    return tuple(Freeze(float(edge[first]), float(edge[last]), first, last) for first, last in spans)


def _whole(changes: Changes, first: int, last: int) -> tuple[int, int]:
    """Return a freeze [first, last) with the frames at its ends that an encoder has refined, or that borrow from what
    comes next: they change by far less than the footage beyond."""
    before = changes[max(1, first - AROUND) : max(1, first)]
    after = changes[last + 1 : last + 1 + AROUND]
    if len(before):
        least = REFINED_SHARE * float(np.median(before))
        while first > 1 and changes[first] <= least:
            first -= 1
    if len(after):
        least = REFINED_SHARE * float(np.median(after))
        while last < len(changes) and changes[last] <= least:
            last += 1
    return first, last
