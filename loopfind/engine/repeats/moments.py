"""Buckets of equal codes, and the separate moments at which each is shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.repeats.parameters import MOMENT
from loopfind.model.dtypes import Floats, Ints, Words

Differs = Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.bool_]]
"""Says for frames (k,) and frames (k,) whether their codes are unequal, (k,) bool."""

_BLOCK = 16384


@dataclass(frozen=True)
class Moments:
    """The moments of all buckets, bucket by bucket, in rising time within a bucket.

    first, last: (m,) int32, the first and the last frame of each moment. bucket: (m,) int32, rising from 0. sizes:
    (buckets,) int64, frames in each bucket.
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    bucket: NDArray[np.int32]
    sizes: Ints


def moments_of(digests: Words, times: Floats, differs: Differs | None = None) -> Moments:
    """Return the moments of codes, given by digests (n,) uint64 and times (n,) seconds.

    differs: says for frames (k,) and frames (k,) of equal digest whether their codes are unequal after all. It takes
    about 24 bytes of memory a frame.
    """
    n = len(times)
    order = np.argsort(digests, kind="stable").astype(np.int32)
    other, begins = np.ones(n, bool), np.ones(n, bool)
    for low in range(1, n, _BLOCK):
        here, before = order[low : low + _BLOCK], order[low - 1 : min(n, low + _BLOCK) - 1]
        another = digests[here] != digests[before]
        if differs is not None and not another.all():
            equal = np.flatnonzero(~another)
            another[equal] = differs(here[equal], before[equal])
        other[low : low + _BLOCK] = another
        # Within a bucket frames rise; a moment begins where the hash was not shown for MOMENT seconds.
        begins[low : low + _BLOCK] = times[here] - times[before] > MOMENT
    begins |= other
    places = np.flatnonzero(begins)
    del begins
    sizes = np.diff(np.append(np.flatnonzero(other), n))
    bucket = np.cumsum(other, dtype=np.int32)[places] - np.int32(1)
    first = order[places]
    places[:-1] = places[1:] - 1
    places[-1:] = n - 1
    return Moments(first, order[places], bucket, sizes)
