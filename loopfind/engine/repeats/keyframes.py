"""A first look: what key frames alone can show.

Equal pictures at separate moments are a reason to look closer. They are no evidence, as a repeat is recognised by what
moves.
"""

from collections import Counter

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.engine.repeats.clusters import clusters_of
from loopfind.engine.repeats.parameters import LAG_STEP, MOST_PAIRED_MOMENTS
from loopfind.model.findings import FirstLook
from loopfind.model.fingerprint import BLANK, Fingerprint
from loopfind.model.report import Clusters


def first_look(fingerprint: Fingerprint) -> FirstLook:
    """Count the key frames that come back with an equal hash. fingerprint: of key frames alone."""
    clusters, frames = clusters_of(fingerprint.codes, fingerprint.times), len(fingerprint)
    if frames < 2:
        return FirstLook(frames, 0.0, clusters)
    return FirstLook(frames, gap_of(fingerprint.times), clusters, *_commonest_lag(clusters, fingerprint))


def _commonest_lag(clusters: Clusters, fingerprint: Fingerprint) -> tuple[int, int, float]:
    """Return how many pictures that show something come back, how many of them after the commonest lag, and that lag
    in seconds."""
    pictures, lags = 0, Counter[int]()
    for first, last in zip(clusters.offsets[:-1].tolist(), clusters.offsets[1:].tolist(), strict=True):
        if fingerprint.detail[clusters.frames[first]] < BLANK:
            continue
        pictures += 1
        times = clusters.times[first : min(last, first + MOST_PAIRED_MOMENTS)]
        apart = times[None, :] - times[:, None]
        # Each picture counts once for a lag: one view that stands all day is one picture.
        lags.update(np.unique(np.round(apart[apart > 0] / LAG_STEP).astype(np.int64)).tolist())
    if not lags:
        return pictures, 0, 0.0
    step, shared = max(lags.items(), key=lambda item: (item[1], -item[0]))
    return pictures, shared, step * LAG_STEP
