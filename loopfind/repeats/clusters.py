"""Clusters: frames that share a hash value at separate moments, as the 2017 method counted them, less each scene's
own neighbours."""

import numpy as np

from loopfind.model import Bytes, Clusters, Floats, Words

MOMENT = 1.0
"""Seconds: showings of one hash value nearer to each other than this are one moment. A still scene is one moment,
however long."""


_BLOCK = 16384


def clusters_of(codes: Bytes, times: Floats) -> Clusters:
    """Clusters over codes (n, width) uint8 and times (n,) seconds; frame 0 counts like any other.

    Equal codes are found by sorting 64-bit digests of them and comparing the codes themselves, so a digest collision
    cannot make a cluster. 24 bytes of memory a frame.
    """
    n = len(times)
    if n < 2:
        return Clusters()
    order = np.argsort(_digest(codes), kind="stable").astype(np.uint32)
    other, begins = np.ones(n, bool), np.ones(n, bool)
    for low in range(1, n, _BLOCK):
        here, before = order[low : low + _BLOCK], order[low - 1 : min(n, low + _BLOCK) - 1]
        other[low : low + _BLOCK] = (codes[here] != codes[before]).any(1)
        # Within a bucket frames rise; a moment begins where the hash was not shown for MOMENT seconds.
        begins[low : low + _BLOCK] = times[here] - times[before] > MOMENT
    begins |= other
    first, of = order[begins], np.cumsum(other, dtype=np.int32)[begins] - 1
    size = np.bincount(of)
    kept = size[of] > 1
    frames, of = first[kept].astype(np.int64), of[kept]
    edges = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]])) if len(of) else np.zeros(0, np.int64)
    # By first frame, so that the answer does not depend on the digest.
    by_first = np.argsort(frames[edges], kind="stable") if len(edges) else edges
    sizes = np.diff(np.append(edges, len(frames)))[by_first]
    starts = edges[by_first]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    ranked = np.repeat(starts - offsets[:-1], sizes) + np.arange(len(frames))
    return Clusters(frames[ranked], times[frames[ranked]], offsets)


def _digest(codes: Bytes) -> Words:
    """A 64-bit digest (n,) of each row: a polynomial over its bytes, eight at a time."""
    n, width = codes.shape
    padded = -(-width // 8) * 8
    value = np.zeros(n, np.uint64)
    block = max(1, (1 << 22) // padded)
    with np.errstate(over="ignore"):
        for low in range(0, n, block):
            rows = np.zeros((len(codes[low : low + block]), padded), np.uint8)
            rows[:, :width] = codes[low : low + block]
            part = np.zeros(len(rows), np.uint64)
            for word in rows.view(np.uint64).T:
                part = (part ^ word) * np.uint64(0x9E3779B97F4A7C15)
                part ^= part >> np.uint64(29)
            value[low : low + block] = part
    return value
