"""A first look: what key frames alone can say. Equal pictures at separate moments are a reason to look closer; they are
no evidence, since a repeat is told by what moves."""

from collections import Counter

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.engine.repeats.clusters import clusters_of
from loopfind.model.fingerprint import BLANK, Fingerprint
from loopfind.model.report import Clusters, Verdict

_MOST = 200
"""Moments of one picture that are paired with one another."""
_SAME = 0.2
"""Seconds: lags in one step of this length count as the same."""
_LOOK_CLOSER = "scan without --fast to know."


def glance_at(fingerprint: Fingerprint) -> tuple[Clusters, Verdict]:
    """Key frames with equal hashes, and a verdict that judges nothing and says what was seen."""
    times, n = fingerprint.times, len(fingerprint)
    clusters = clusters_of(fingerprint.codes, times)
    if n < 2:
        seen = f"A first look found {n} key frame{'s' * (n != 1)}, too few to see anything; {_LOOK_CLOSER}"
        return clusters, Verdict(False, 0.0, 0.0, 0.0, None, seen)
    apart = gap_of(times)
    pictures, shared, lag = _lags(clusters, fingerprint)
    looked = f"A first look at {n:,} key frames, {apart:.1f} s apart as a rule"
    if not pictures:
        seen = f"{looked}: none comes back with an equal hash. That rules no repeat out; {_LOOK_CLOSER}"
    else:
        often = f", {shared:,} of them {lag:.1f} s later" if shared > 1 else ""
        come = "picture comes" if pictures == 1 else "pictures come"
        seen = f"{looked}: {pictures:,} {come} back with an equal hash{often}. That proves no repeat; {_LOOK_CLOSER}"
    return clusters, Verdict(False, 0.0, 0.0, 0.0, None, seen)


def _lags(clusters: Clusters, fingerprint: Fingerprint) -> tuple[int, int, float]:
    """How many pictures that show something come back; how many of them after the commonest lag; that lag, seconds."""
    pictures, lags = 0, Counter[int]()
    for first, last in zip(clusters.offsets[:-1].tolist(), clusters.offsets[1:].tolist(), strict=True):
        if fingerprint.detail[clusters.frames[first]] < BLANK:
            continue
        pictures += 1
        times = clusters.times[first : min(last, first + _MOST)]
        apart = times[None, :] - times[:, None]
        # Each picture counts once for a lag: one view that stands all day is one picture.
        lags.update(np.unique(np.round(apart[apart > 0] / _SAME).astype(np.int64)).tolist())
    if not lags:
        return pictures, 0, 0.0
    step, shared = max(lags.items(), key=lambda item: (item[1], -item[0]))
    return pictures, shared, step * _SAME
