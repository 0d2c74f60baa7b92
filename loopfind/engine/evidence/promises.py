"""Promises: how short a repeat would have been found, in all of a file and stretch by stretch of its timeline."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from loopfind.engine.evidence.claim_parameters import FINDABLE_LENGTHS, FINDABLE_SHARE, LEAST_PROMISED, STRETCH_WORTH
from loopfind.engine.evidence.findable import Tried
from loopfind.model.report import Findable
from loopfind.model.transform import SKETCH_SIDE


def shortest_in(tried: Sequence[Tried]) -> float | None:
    """Return the seconds that a copy must last for nine in ten to be found, None where no length asked about is
    enough."""
    return _seconds(_enough_for([one.length for one in tried]))


def promises_of(tried: Sequence[Tried], end: float) -> tuple[Findable, ...]:
    """Return the stretches of the timeline in which unlike lengths would have been found, from 0 to `end` seconds."""
    if not tried:
        return ()
    parts = _parts([one.length for one in tried])
    edges = [0.0, *((tried[low - 1].at + tried[low].at) / 2 for low, _ in parts[1:]), end]
    return tuple(
        _promise(start, stop, tried[low:high])
        for (start, stop), (low, high) in zip(pairwise(edges), parts, strict=True)
    )


def coverage_map_of(tried: Sequence[Tried]) -> tuple[tuple[float, ...], ...]:
    """Return, for each of SKETCH_SIDE rows of as many cells, the share of the moments at which a copy would have shown
    in the cell."""
    if not tried:
        return ()
    shares = np.mean([one.telling for one in tried], axis=0).reshape(SKETCH_SIDE, SKETCH_SIDE)
    return tuple(tuple(round(float(share), 2) for share in row) for row in shares)


def _enough_for(lengths: Sequence[int]) -> int:
    """Return the number of the length that is enough for FINDABLE_SHARE of the moments."""
    return sorted(lengths)[len(lengths) - 1 - int((1 - FINDABLE_SHARE) * len(lengths) + 1e-9)]


def _seconds(number: int) -> float | None:
    return FINDABLE_LENGTHS[number] if number < len(FINDABLE_LENGTHS) else None


def _promise(start: float, end: float, tried: Sequence[Tried]) -> Findable:
    shortest = shortest_in(tried)
    picture = float(np.mean([one.telling.mean() for one in tried]))
    return Findable(round(start, 3), round(end, 3), None if shortest is None else round(shortest, 2), round(picture, 2))


def _parts(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return the parts [low, high) of the moments that are promised one length each.

    They are those for which as little as can be is lost: one for each step of FINDABLE_LENGTHS that a moment is
    promised too much, and STRETCH_WORTH for each part. It is a dynamic program (Jackson et al. 2005, "An algorithm for
    optimal partitioning of data on an interval").
    """
    n = len(lengths)
    lost, begins = [0.0] * (n + 1), [0] * (n + 1)
    for high in range(1, n + 1):
        ways = [(lost[low] + _loss(lengths[low:high], n), low) for low in range(high)]
        lost[high], begins[high] = min(ways)
    parts = []
    while n > 0:
        parts.append((begins[n], n))
        n = begins[n]
    return parts[::-1]


def _loss(part: Sequence[int], moments: int) -> float:
    if len(part) < min(LEAST_PROMISED, moments):
        return float("inf")
    promised = _enough_for(part)
    return STRETCH_WORTH + sum(max(0, promised - length) for length in part)
