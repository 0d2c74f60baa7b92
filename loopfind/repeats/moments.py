"""Buckets of equal codes, and the separate moments at which each is shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model import Floats, Ints, Words

MOMENT = 1.0
"""Seconds: showings of one hash value nearer to each other than this are one moment. A still scene is one moment,
however long."""

Differs = Callable[[NDArray[np.uint32], NDArray[np.uint32]], NDArray[np.bool_]]

_BLOCK = 16384


@dataclass(frozen=True)
class Moments:
    """The moments of all buckets, bucket by bucket, in rising time within a bucket.

    first, last: (m,) int64, the first and the last frame of each moment. bucket: (m,) int64, rising from 0. sizes:
    (buckets,) int64, frames in each bucket.
    """

    first: Ints
    last: Ints
    bucket: Ints
    sizes: Ints


def moments_of(digests: Words, times: Floats, differs: Differs | None = None) -> Moments:
    """The moments of codes, given by digests (n,) uint64 and times (n,) seconds.

    differs: says for frames (k,) and frames (k,) of equal digest whether their codes are unequal after all. About 24
    bytes of memory a frame.
    """
    n = len(times)
    order = np.argsort(digests, kind="stable").astype(np.uint32)
    other, begins = np.ones(n, bool), np.ones(n, bool)
    for low in range(1, n, _BLOCK):
        here, before = order[low : low + _BLOCK], order[low - 1 : min(n, low + _BLOCK) - 1]
        another = digests[here] != digests[before]
        other[low : low + _BLOCK] = another if differs is None else another | differs(here, before)
        # Within a bucket frames rise; a moment begins where the hash was not shown for MOMENT seconds.
        begins[low : low + _BLOCK] = times[here] - times[before] > MOMENT
    begins |= other
    places = np.flatnonzero(begins)
    bucket = np.cumsum(other, dtype=np.int32)[places] - 1
    last = order[np.append(places[1:], n) - 1] if n else order
    sizes = np.diff(np.append(np.flatnonzero(other), n))
    return Moments(order[places].astype(np.int64), last.astype(np.int64), bucket.astype(np.int64), sizes)
