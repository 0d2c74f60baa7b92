"""How much of the timeline could be judged, and how short a repeat would have been found there.

A repeat is found when its frames say enough (claims.least_score). How much a frame can say is known without any copy:
it is what the frame shows of its own change over half a second, against the codec's noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.evidence.claims import least_score
from loopfind.evidence.findable import shortest_findable
from loopfind.evidence.follow import BEST, GROW, NATS_A_SECOND, OPEN
from loopfind.model import BLANK, Signal, Unjudged

LONGEST = 10.0
"""Seconds: a frame counts as judged if a stretch of at most this length around it says enough."""


@dataclass(frozen=True)
class Coverage:
    """share: of the timeline that could be judged. shortest: seconds, the repeat that would be found in most of it
    (nine tenths), None where no length is enough or nothing can be judged. unjudged: the rest, with the reason."""

    share: float
    shortest: float | None
    unjudged: tuple[Unjudged, ...]


def coverage_of(signal: Signal, detail: NDArray[np.float32], end: float) -> Coverage:
    """Coverage of a file. detail: (n,) grey levels of spread in each picture. end: seconds, where the last frame
    ends."""
    n = len(signal.times)
    if n < 2:
        return Coverage(0.0, None, ())
    reach = np.maximum(signal.lively, signal.noise) / np.float32(signal.noise)
    said = np.clip(np.log(reach) + 1 / reach - 1, 0, BEST) * min(1.0, NATS_A_SECOND * signal.step)
    total = np.concatenate([[0.0], np.cumsum(said)])
    # The shortest stretch that starts at each frame and says enough ends here; n + 1 where there is none.
    ends = np.searchsorted(total, total[:-1] + least_score(signal))
    edge = np.append(signal.times, end)
    lengths = np.where(ends <= n, edge[np.minimum(ends, n)] - signal.times, np.inf)
    ok = lengths <= LONGEST
    # ... and the shortest that ends at each frame begins there, as the last frames begin none.
    begins = np.searchsorted(total, total[1:] - least_score(signal), "right") - 1
    late = begins >= 0
    late[late] = edge[np.flatnonzero(late) + 1] - edge[begins[late]] <= LONGEST
    marks = np.zeros(n + 2, np.int32)
    np.add.at(marks, np.concatenate([np.flatnonzero(ok), begins[late]]), 1)
    np.add.at(marks, np.concatenate([ends[ok], np.flatnonzero(late) + 1]), -1)
    judged = _telling((np.cumsum(marks)[:n] > 0) & ~_quiet(said, signal.step), said, least_score(signal))
    gaps = np.diff(edge)
    share = float(gaps[judged].sum() / gaps.sum()) if gaps.sum() > 0 else 0.0
    shortest = shortest_findable(signal, said, judged) if judged.any() else None
    return Coverage(round(share, 4), shortest, _unjudged(judged, detail, edge))


def _quiet(said: NDArray[np.float64], step: float) -> NDArray[np.bool_]:
    """Frames of a rest so long that no copy is followed across it: GROW seconds that say next to nothing."""
    width = max(1, round(GROW / step))
    total = np.concatenate([[0.0], np.cumsum(said)])
    if len(said) < width:
        return np.zeros(len(said), bool)
    rests = np.flatnonzero(total[width:] - total[:-width] < OPEN)
    marks = np.zeros(len(said) + 1, np.int32)
    np.add.at(marks, np.concatenate([rests, rests + width]), np.repeat([1, -1], len(rests)))
    return np.asarray(np.cumsum(marks)[:-1] > 0)


def _telling(judged: NDArray[np.bool_], said: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """The judged frames, without those between two rests that say less than a claim needs."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], judged, [False]])))
    total, kept = np.concatenate([[0.0], np.cumsum(said)]), judged.copy()
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        kept[low:high] = total[high] - total[low] >= least
    return kept


def _unjudged(
    judged: NDArray[np.bool_], detail: NDArray[np.float32], edge: NDArray[np.float64]
) -> tuple[Unjudged, ...]:
    """Stretches that could not be judged, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], judged, [True]])))
    return tuple(
        Unjudged(float(edge[a]), float(edge[b]), "blank" if np.median(detail[a:b]) < BLANK else "still")
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )
