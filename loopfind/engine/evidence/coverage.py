"""Coverage: how much of the timeline could be judged, and how short a repeat would have been found there.

A repeat is found when its frames say enough (claims.least_score). How much a frame can say is known without any copy,
from its own change over half a second against the codec's noise.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.claim_parameters import LONGEST_JUDGED
from loopfind.engine.evidence.claims import least_score
from loopfind.engine.evidence.findable import try_moments
from loopfind.engine.evidence.parameters import GROW_SECONDS, MOST_FRAME_NATS, NATS_A_SECOND, OPEN_NATS
from loopfind.engine.evidence.promises import coverage_map_of, promises_of, shortest_in
from loopfind.model.fingerprint import BLANK, Signal
from loopfind.model.report import Findable, Unjudged

_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Coverage:
    """How much of a file could be judged.

    share: of the timeline, 0 to 1. shortest: seconds, the shortest repeat that would be found in nine tenths of it;
    None where no length is enough or nothing can be judged. findable: the same stretch by stretch. map: rows of the
    share of what can be judged in which a repeat would show in each cell of the picture. unjudged: the rest, with the
    reason.
    """

    share: float
    shortest: float | None
    findable: tuple[Findable, ...]
    map: tuple[tuple[float, ...], ...]
    unjudged: tuple[Unjudged, ...]


def coverage_of(
    signal: Signal, detail: NDArray[np.float32], end: float, tell: Callable[[float], None] | None = None
) -> Coverage:
    """Measure the coverage of a file.

    detail: (n,) grey levels of spread in each picture. end: seconds, where the last frame ends. tell: called with the
    share that is done, 0 to 1.
    """
    n = len(signal.times)
    if n < 2:
        return Coverage(0.0, None, (), (), ())
    said, edge = _nats_said(signal), np.append(signal.times, end)
    total = _running_sum(said)
    judged = _enough_around(total, edge, least_score(signal)) & ~_in_long_rests(total, signal.step)
    judged = _drop_poor(judged, total, least_score(signal))
    del total
    gaps = np.diff(edge)
    share = float(gaps[judged].sum() / gaps.sum()) if gaps.sum() > 0 else 0.0
    del gaps
    tried = try_moments(signal, said, judged, tell) if judged.any() else []
    return Coverage(
        share=round(share, 4),
        shortest=shortest_in(tried) if tried else None,
        findable=promises_of(tried, end),
        map=coverage_map_of(tried),
        unjudged=_unjudged(judged, detail, edge),
    )


def _nats_said(signal: Signal) -> NDArray[np.float32]:
    """Return the nats (n,) that each frame of a copy would say."""
    said = np.empty(len(signal.lively), np.result_type(signal.lively, np.float32))
    for low in range(0, len(said), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        reach = np.maximum(signal.lively[part], signal.noise) / np.float32(signal.noise)
        said[part] = np.clip(np.log(reach) + 1 / reach - 1, 0, MOST_FRAME_NATS) * min(1.0, NATS_A_SECOND * signal.step)
    return said


def _running_sum(said: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the frames before each one say together, (n + 1,) nats."""
    total = np.zeros(len(said) + 1)
    total[1:] = np.cumsum(said)
    return total


def _enough_around(total: NDArray[np.float64], edge: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Return the frames (n,) in a stretch of at most LONGEST_JUDGED that says enough. total: (n + 1,) nats said before
    each frame. edge: (n + 1,) seconds."""
    n = len(edge) - 1
    marks = np.zeros(n + 2, np.int32)
    for low in range(0, n, _AT_ONCE):
        frames = np.arange(low, min(n, low + _AT_ONCE))
        # The shortest stretch that starts at each frame and says enough ends here; n + 1 where there is none.
        ends = np.searchsorted(total, total[frames] + least)
        ok = ends <= n
        ok[ok] = edge[ends[ok]] - edge[frames[ok]] <= LONGEST_JUDGED
        # ... and the shortest that ends at each frame begins there, as the last frames begin none.
        begins = np.searchsorted(total, total[frames + 1] - least, "right") - 1
        late = begins >= 0
        late[late] = edge[frames[late] + 1] - edge[begins[late]] <= LONGEST_JUDGED
        np.add.at(marks, np.concatenate([frames[ok], begins[late]]), 1)
        np.add.at(marks, np.concatenate([ends[ok], frames[late] + 1]), -1)
    return np.asarray(np.cumsum(marks, out=marks)[:n] > 0)


def _in_long_rests(total: NDArray[np.float64], step: float) -> NDArray[np.bool_]:
    """Return the frames of rests so long that no copy is followed across them: GROW_SECONDS that say next to
    nothing."""
    n, width = len(total) - 1, max(1, round(GROW_SECONDS / step))
    marks = np.zeros(n + 1, np.int32)
    for low in range(0, n - width + 1, _AT_ONCE):
        high = min(n - width + 1, low + _AT_ONCE)
        rests = low + np.flatnonzero(total[low + width : high + width] - total[low:high] < OPEN_NATS)
        np.add.at(marks, np.concatenate([rests, rests + width]), np.repeat([1, -1], len(rests)))
    return np.asarray(np.cumsum(marks, out=marks)[:-1] > 0)


def _drop_poor(judged: NDArray[np.bool_], total: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Return the judged frames, without those between two rests that say less than a claim needs."""
    edges, kept = np.flatnonzero(np.diff(np.concatenate([[False], judged, [False]]))), judged.copy()
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        kept[low:high] = total[high] - total[low] >= least
    return kept


def _unjudged(
    judged: NDArray[np.bool_], detail: NDArray[np.float32], edge: NDArray[np.float64]
) -> tuple[Unjudged, ...]:
    """Return the stretches that could not be judged, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], judged, [True]])))
    return tuple(
        Unjudged(float(edge[a]), float(edge[b]), "blank" if np.median(detail[a:b]) < BLANK else "still")
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )
