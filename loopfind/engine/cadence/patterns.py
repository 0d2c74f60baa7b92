"""Patterns of period two to six, or 25, in the changes from frame to frame.

A period of the pattern is folded over the next: where a frame is shown twice, the same place of each period changes
less than the others. One period says little, as motion comes and goes; the mean over many says it for certain, also
where an encoder has left traces. So a stretch is as long as it gains by each further period (Kadane's maximum sum),
and it is believed where its mean contrast is many times its own standard error.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.cadence.parameters import (
    CODEC_CHANGE,
    CONTRAST_CAP,
    CONTRAST_LOSS,
    CONTRAST_SHARE,
    LEAST_CERTAINTY,
    LEAST_CONTRAST_AGAIN,
    LEAST_GAP,
    LEAST_LONE_GAP,
    LEAST_MEAN_CONTRAST,
    LEAST_PERIODS,
    LIVELY,
    MOST_UNLIKE,
    TWICE_THE_WAY,
    WHOLE_CONTRAST,
)

Changes = NDArray[np.float32]
"""(n,) squared grey levels by which each frame differs from the one before it, 0 for the first."""

PATTERNS = (
    "10",
    "100",
    "110",
    "1000",
    "1110",
    "10100",
    "10110",
    "11110",
    "10000",
    "111110",
    "100000",
    "1" * 24 + "0",
)
"""All that one period may be: 1 for a frame of another picture, 0 for one that changes less. Turned round they are the
same."""


class Pattern(NamedTuple):
    """A stretch of a pattern: frames [first, last). mask: that of its first period. contrast: logarithm of how much
    more the one sort of frames changes than the other. certainty: mean contrast in standard errors."""

    first: int
    last: int
    mask: str
    contrast: float
    certainty: float

    @property
    def shows_again(self) -> bool:
        """Return whether its frames of little change are those before them, shown again. Two of five that change less
        may also be mixed of fields, and where all but one change less, a frame may be lacking before that one."""
        if len(self.mask) > 2 and self.mask.count("1") == 1:
            return self.contrast >= TWICE_THE_WAY
        return sorted(self.mask) != [*"00111"] or self.contrast >= WHOLE_CONTRAST

    @property
    def is_of_one_lacking(self) -> bool:
        """Return whether a frame is left out before each of those that change more."""
        return self.mask.count("1") == 1 and not self.shows_again


def patterns_in(changes: Changes) -> list[Pattern]:
    """Return the stretches that have a pattern, in order; where two would overlap, that which is longer and surer."""
    found = [one for mask in PATTERNS for turn in range(len(mask)) for one in _stretches(changes, mask, turn)]
    kept: list[Pattern] = []
    for one in sorted(found, key=lambda one: (-one.certainty * math.sqrt(one.last - one.first), one.first)):
        if all(one.last <= other.first or one.first >= other.last for other in kept):
            kept.append(one)
    return sorted(kept)


def _stretches(changes: Changes, mask: str, turn: int) -> Iterator[Pattern]:
    """Yield the stretches whose periods begin at frame `turn` and every period after it."""
    period = len(mask)
    count = (len(changes) - 1 - turn) // period  # the first frame has no change
    if count < LEAST_PERIODS:
        return
    rows = changes[1 + turn : 1 + turn + count * period].reshape(count, period)
    lively = rows.max(1) >= LIVELY
    levels = np.log(rows + np.float32(CODEC_CHANGE))
    high = np.array([letter == "1" for letter in mask])
    contrast = levels[:, high].mean(1) - levels[:, ~high].mean(1)
    gains = np.where(lively, np.clip(contrast, -CONTRAST_CAP, CONTRAST_CAP) - CONTRAST_SHARE, 0.0)
    for first, last in _gaining(gains):
        live = np.flatnonzero(lively[first:last]) + first
        clear = np.flatnonzero(contrast[live] >= np.median(contrast[live]) / 2)
        live = live[clear[0] : clear[-1] + 1] if len(clear) else clear
        if len(live) < LEAST_PERIODS:
            continue
        mean, spread = float(contrast[live].mean()), float(contrast[live].std())
        certainty = mean / (spread + 0.1) * math.sqrt(len(live))
        middle = np.median(levels[live], axis=0)
        if certainty < LEAST_CERTAINTY or middle[high].min() - middle[~high].max() < LEAST_GAP:
            continue
        begin = 1 + turn + int(live[0]) * period
        one = Pattern(begin, 1 + turn + (int(live[-1]) + 1) * period, mask, mean, certainty)
        usual = float(contrast[live].sum()) / int(live[-1] + 1 - live[0])  # of periods in which nothing moves it is 0
        if usual >= (LEAST_CONTRAST_AGAIN if one.shows_again else LEAST_MEAN_CONTRAST) and _is_footage(
            middle, high, one
        ):
            yield one


def _is_footage(levels: NDArray[np.float32], high: NDArray[np.bool_], one: Pattern) -> bool:
    """Return whether frames of a period that should change as footage does are so. levels: (period,), in the middle of
    a stretch. An encoder that renews its picture every so often makes one frame change amid others that do not."""
    if one.is_of_one_lacking:
        return float(levels[~high].min()) >= math.log(LIVELY)
    if len(high) > 2 and (~high).sum() == 1 and levels[high].min() - levels[~high].max() < LEAST_LONE_GAP:
        return False
    return float(max(np.ptp(levels[high]), np.ptp(levels[~high]))) <= MOST_UNLIKE


def _gaining(gains: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Yield the stretches [first, last) of periods that gain the most, one after the other."""
    first, total, best, last = 0, 0.0, 0.0, 0
    for number, gain in enumerate(gains.tolist()):
        total += gain
        if total > best:
            best, last = total, number + 1
        if total <= 0.0 or total < best - CONTRAST_LOSS:
            if best > CONTRAST_LOSS:
                yield first, last
            first, total, best, last = number + 1, 0.0, 0.0, number + 1
    if best > CONTRAST_LOSS:
        yield first, last
