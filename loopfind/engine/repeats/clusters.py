"""Clusters: frames that share a hash value at separate moments, as the 2017 method counted them, less each scene's
own neighbours."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.digests import digests_of
from loopfind.arrays.disk import release_pages
from loopfind.engine.repeats.moments import moments_of
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.report import Clusters

_AT_ONCE = 512


def clusters_of(codes: Bytes, times: Floats) -> Clusters:
    """Clusters over codes (n, width) uint8 and times (n,) seconds; frame 0 counts like any other.

    Equal codes are found by sorting digests of them and comparing the codes themselves, so a digest collision cannot
    make a cluster.
    """
    if len(times) < 2:
        return Clusters()
    moments = moments_of(digests_of(codes), times, lambda a, b: _differ(codes, a, b))
    kept = np.bincount(moments.bucket)[moments.bucket] > 1
    frames, of = moments.first[kept], moments.bucket[kept]
    edges = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]])) if len(of) else np.zeros(0, np.int64)
    # By first frame, so that the answer does not depend on the digest.
    by_first = np.argsort(frames[edges], kind="stable") if len(edges) else edges
    sizes = np.diff(np.append(edges, len(frames)))[by_first]
    starts = edges[by_first]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    ranked = np.repeat(starts - offsets[:-1], sizes) + np.arange(len(frames))
    return Clusters(frames[ranked].astype(np.int64), times[frames[ranked]], offsets, codes)


def _differ(codes: Bytes, one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether codes of frames (k,) differ from those of others (k,). Few are read at a time, as they lie all
    over the table."""
    found = np.empty(len(one), bool)
    for low in range(0, len(one), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        found[part] = (codes[one[part]] != codes[other[part]]).any(1)
        release_pages(codes)
    return found
