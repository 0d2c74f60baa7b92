"""The parts of a video that can be copied packet by packet into a cut of it, and those that must be encoded again.

A decoder can begin at a key frame before whose packet stand all frames that are shown earlier, and behind it all that
are shown later: those of a closed group of pictures. A copy can end before any packet that parts the frames in this
way, as nothing behind it is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Ints


@dataclass(frozen=True)
class Part:
    """Frames [first, last) in the order in which they are shown. copied: whether their packets are; these have the same
    numbers in the file."""

    first: int
    last: int
    copied: bool

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.last - self.first


def split_parts(ranges: Sequence[tuple[int, int]], ranks: Ints, keys: NDArray[np.bool_]) -> list[Part]:
    """Return ranges [first, last) of frames as parts, those that can be copied as long as possible.

    ranks: (n,) place of each packet's frame in the order in which they are shown. keys: (n,) where a decoder can start.
    """
    before = np.concatenate((np.array([-1]), np.maximum.accumulate(ranks)))
    parting = np.flatnonzero(before == np.arange(len(ranks) + 1) - 1)
    inside = parting[parting < len(ranks)]
    starting = inside[keys[inside] & (ranks[inside] == inside)]
    parts: list[Part] = []
    for first, last in ranges:
        at, end = int(np.searchsorted(starting, first)), int(np.searchsorted(parting, last, "right")) - 1
        low = int(starting[at]) if at < len(starting) else last
        high = int(parting[end]) if end >= 0 else low
        if high <= low:
            parts.append(Part(first, last, False))
            continue
        around = (Part(first, low, False), Part(low, high, True), Part(high, last, False))
        parts += [part for part in around if part.frames]
    return parts


def order_shown(times: Sequence[float] | NDArray[np.float64]) -> Ints:
    """Return the place of each packet's frame in the order in which they are shown, (n,) int64."""
    ranks = np.empty(len(times), np.int64)
    ranks[np.argsort(np.asarray(times), kind="stable")] = np.arange(len(times))
    return ranks


def reorder_delay(shown: Ints) -> int:
    """Return of how many frames at most the packets come before that of a frame that is shown earlier. shown: (n,) time
    or place of each in the order of the file."""
    delay = 0
    for back in range(1, min(_MOST_DELAY, len(shown) - 1) + 1):
        if not (shown[:-back] > shown[back:]).any():
            continue
        delay = back
    if not delay:
        return 0
    counts = np.zeros(len(shown), np.int64)
    for back in range(1, delay + 1):
        counts[back:] += shown[:-back] > shown[back:]
    return int(counts.max())


_MOST_DELAY = 32
"""Packets by which one may come too early: a decoder holds 16 pictures at the most."""
