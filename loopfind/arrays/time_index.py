"""From instants to frames: which frame is shown at, or nearest to, a time."""

from collections.abc import Iterable

import numpy as np

from loopfind.model.dtypes import Floats, Ints

SHORTEST_STEP = 1 / 2400
"""Seconds between two frames, at the least, where frames are counted to fill a time: a file that claims a million a
second would have a million compared for each second. No camera whose pictures are watched is faster."""

_AT_ONCE = 1 << 16
_MANY = 500  # instants for which guessing takes less than bisection

_LEAP, _LEAP_GAPS = 60.0, 100
"""Seconds, and usual gaps, from which a step between two frames is a leap of the clock: a recorder of a screen or of
motion leaves out less, and slides are no leaps."""


def nearest(times: Floats, wanted: Floats) -> Ints:
    """Number of the frame whose time is nearest to each wanted instant.

    times: (n,) seconds, rising. wanted: (m,) seconds. Returns (m,) int64; 0 for every instant where n < 2.
    """
    if len(times) < 2:
        return np.zeros(len(wanted), np.int64)
    found = np.empty(len(wanted), np.int64)
    for low in range(0, len(wanted), _AT_ONCE):
        part = wanted[low : low + _AT_ONCE]
        found[low : low + _AT_ONCE] = _guessed(times, part) if len(part) >= _MANY < len(times) else _sought(times, part)
    return found


def _sought(times: Floats, wanted: Floats) -> Ints:
    """Return what `nearest` does, by bisection."""
    right: Ints = np.minimum(np.maximum(times.searchsorted(wanted), 1), len(times) - 1)
    right -= wanted - times[right - 1] < times[right] - wanted
    return right


def _guessed(times: Floats, wanted: Floats) -> Ints:
    """Return what `nearest` does, where frames mostly come at one rate.

    A guess that the frames beside it bear out needs no search (interpolation search, Peterson 1957).
    """
    last = len(times) - 1
    place = (wanted - times[0]) * (last / (times[last] - times[0]))
    guess: Ints = np.minimum(np.maximum(np.rint(place), 1), last - 1).astype(np.int64)
    off = np.abs(wanted - times[guess])
    unsure = np.flatnonzero((wanted - times[guess - 1] <= off) | (times[guess + 1] - wanted <= off))
    guess[unsure] = _sought(times, wanted[unsure])
    return guess


def nearest_of(frames: Ints, times: Floats, wanted: Floats) -> Ints:
    """The one of some frames whose time is nearest to each wanted instant: `frames[nearest(times[frames], wanted)]`,
    without their times in memory.

    frames: (k,) int64, rising, one or more. times: (n,) seconds, rising. wanted: (m,) seconds. Returns (m,) int64.
    """
    if len(frames) < 2:
        return np.full(len(wanted), frames[0], np.int64)
    right = np.clip(np.searchsorted(frames, np.searchsorted(times, wanted)), 1, len(frames) - 1)
    right -= wanted - times[frames[right - 1]] < times[frames[right]] - wanted
    return frames[right]


def gap_of(times: Floats, fallback: float = 0.04) -> float:
    """Median time between frames in seconds, `fallback` for fewer than two frames."""
    return float(np.median(np.diff(times), overwrite_input=True)) if len(times) > 1 else fallback


def reckoned_gap(times: Floats) -> float:
    """Gap between frames as it is reckoned with, in seconds: what `gap_of` gives, SHORTEST_STEP at the least."""
    return max(SHORTEST_STEP, gap_of(times))


def leaps_of(times: Floats) -> list[tuple[float, float]]:
    """Return the stretches (start, end) in seconds, of a minute or more, in which no frame begins although the usual
    gap between frames is far shorter."""
    if len(times) < 2:
        return []
    gap = gap_of(times)
    wide = np.flatnonzero(np.diff(times) > max(_LEAP, _LEAP_GAPS * gap))
    return [(float(times[place]) + gap, float(times[place + 1])) for place in wide.tolist()]


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds covered by at least one of the spans (start, end)."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total
