"""Proposals for the engine: the part of one video's picture that may be all that another video shows.

A network sees that moments are alike, of the whole picture of the one and of a part of the other's. Where enough of
them lie at one lag, the pictures themselves say which part it is. Nothing of this is a claim.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.crop_parameters import (
    FEWEST_AGREEING,
    GLIMPSES_A_SECOND,
    LEAST_AT_PLACE,
    LEAST_WHOLE,
    MOST_ALIKE,
    MOST_LIKELY_LAGS,
    NEAREST,
    PAIRS,
)
from loopfind.comparison.placement import place_of
from loopfind.model.crop import Crop
from loopfind.model.dtypes import Bytes, Floats

_AT_ONCE = 1 << 9
"""Moments whose vectors are unpacked at a time."""


@dataclass(frozen=True)
class Glimpses:
    """The looks of a network at a video, GLIMPSES_A_SECOND times a second.

    times: (n,) seconds. vectors: (n, parts, d) int8 directions, of the whole picture first. pictures: (n, side, side)
    uint8 grey, stretched to a square. shape: width of the picture by its height.
    """

    times: Floats
    vectors: NDArray[np.int8]
    pictures: Bytes
    shape: float


class Lag(NamedTuple):
    """A lag at which a host may show what a guest does: a moment of the guest and this many seconds. likeness: of the
    moments that are most alike there."""

    seconds: float
    likeness: float


def likely_lags(host: Glimpses, guest: Glimpses) -> list[Lag]:
    """Return the lags at which most moments of a guest look like a part of the host's picture, or the whole: none where
    fewer than FEWEST_AGREEING do."""
    if min(len(host.times), len(guest.times)) < FEWEST_AGREEING:
        return []
    alike, found = _alike(host, guest), []
    for seconds in _voted(host, guest, alike):
        here, there = _pairs(host, guest, seconds)
        if len(here) >= FEWEST_AGREEING:
            best = np.sort(alike[here, there])[-MOST_ALIKE:]
            found.append(Lag(seconds, float(best.mean())))
    return found


def crop_at(host: Glimpses, guest: Glimpses, lags: Iterable[Lag]) -> Crop | None:
    """Return which part of a host's picture may be all that a guest shows, None where pictures agree at no lag, or on
    the whole picture."""
    # The copy may be squeezed to the shape of its host, or keep its own.
    ratios = tuple(sorted({1.0, round(host.shape / guest.shape, 3)}))
    best, most = None, LEAST_AT_PLACE
    for lag in lags:
        here, there = _pairs(host, guest, lag.seconds)
        some = np.linspace(0, len(here) - 1, min(PAIRS, len(here))).round().astype(np.intp)
        small, large = (one.pictures[rows[some]].astype(np.float32) for one, rows in ((guest, there), (host, here)))
        found = place_of(small, large, ratios)
        if found is None:
            continue
        agreement = float(np.sort(found[1])[-FEWEST_AGREEING])
        if agreement >= most:
            best, most = _rounded(found[0]), agreement
    return None if best is None or min(best.width, best.height) > LEAST_WHOLE else best


def _rounded(crop: Crop) -> Crop:
    """Return a part in ten-thousandths: a pixel of a picture is more."""
    left, top, width, height = (round(side, 4) for side in (crop.left, crop.top, crop.width, crop.height))
    return Crop(left, top, min(width, 1 - left), min(height, 1 - top))


def _pairs(host: Glimpses, guest: Glimpses, lag: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return moments of the host, and those of the guest that lie at the lag from them."""
    wanted = guest.times + lag
    after = np.clip(np.searchsorted(host.times, wanted), 1, len(host.times) - 1)
    here = np.where(wanted - host.times[after - 1] < host.times[after] - wanted, after - 1, after)
    near = np.abs(host.times[here] - wanted) <= 0.6 / GLIMPSES_A_SECOND
    return here[near].astype(np.intp), np.flatnonzero(near)


def _voted(host: Glimpses, guest: Glimpses, alike: NDArray[np.float32]) -> Iterator[float]:
    """Yield the lags, seconds, at which most moments of the guest have one of their most alike ones in the host."""
    most = min(NEAREST, len(alike))
    nearest = np.argpartition(-alike, most - 1, axis=0)[:most].T
    step = 1 / GLIMPSES_A_SECOND
    lags = np.rint((host.times[nearest] - guest.times[:, None]) / step).astype(np.int64)
    low, high = int(lags.min()) - 1, int(lags.max()) + 1
    agree = np.zeros((len(lags), high - low + 1), bool)
    for column in lags.T:
        agree[np.arange(len(lags)), column - low] = True
    # Moments of two files lie beside each other, so that neighbouring lags count as well, but for less.
    near = agree.copy()
    near[:, 1:] |= agree[:, :-1]
    near[:, :-1] |= agree[:, 1:]
    votes, ranks = near.sum(0), near.sum(0) + agree.sum(0)
    for _ in range(MOST_LIKELY_LAGS):
        best = int(np.argmax(ranks))
        if votes[best] < FEWEST_AGREEING:
            return
        yield (best + low) * step
        ranks[max(0, best - 1) : best + 2] = 0


def _alike(host: Glimpses, guest: Glimpses) -> NDArray[np.float32]:
    """Return the likeness (n, m) of n moments of the host, as a whole or in part, to m moments of the guest."""
    count, parts, width = host.vectors.shape
    asked = np.ascontiguousarray(unit(guest.vectors[:, 0]).T)
    alike = np.empty((count, len(guest.times)), np.float32)
    for first in range(0, count, _AT_ONCE):
        held = unit(host.vectors[first : first + _AT_ONCE].reshape(-1, width))
        alike[first : first + _AT_ONCE] = (held @ asked).reshape(-1, parts, len(guest.times)).max(1)
    return alike
