"""Scores of a hash size on one video: its buckets against the repeats that the engine confirmed without them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import gap_of, nearest
from loopfind.engine.repeats.moments import Moments, moments_of
from loopfind.engine.sweep.parameters import (
    AS_GOOD,
    MERGED_SHARE,
    ORIGIN_SLACK,
    PAIR_SLACK,
    PAIRED_AHEAD,
    SPEED_ORIGIN_SLACK,
    USEFUL_F1,
)
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats, Ints, Words
from loopfind.model.sweep import Advice, Size, SizeScores


def origins_of(runs: Sequence[Run], times: Floats) -> Ints:
    """Return the earliest frame (n,) int64 that each frame shows again by the runs; itself where it is none's copy."""
    origin, step = np.arange(len(times)), gap_of(times)
    for run in runs:
        frames = np.arange(run.first, run.last)
        wanted = run.line.slope * times[frames] + run.line.offset
        there = nearest(times, wanted)
        real = np.abs(times[there] - wanted) <= (ORIGIN_SLACK if run.line.keeps_speed else SPEED_ORIGIN_SLACK) * step
        low, high = np.minimum(frames, there)[real], np.maximum(frames, there)[real]
        np.minimum.at(origin, high, low)
    # In a loop a turn leads to the turn before it: follow up to the first one.
    while (origin != (before := origin[origin])).any():
        origin = before
    return origin


def scores_of(digests: Words, times: Floats, origin: Ints, moving: NDArray[np.bool_]) -> SizeScores:
    """Return the scores of one hash size.

    digests: (n,) uint64, equal where the hashes are. origin: see origins_of. moving: (n,) bool, frames in which
    something moves, and which should therefore differ from the frame before.
    """
    moments = moments_of(digests, times)
    repeated = moments.sizes[moments.sizes > 1]
    alike = digests[1:] == digests[:-1]
    copies = np.flatnonzero(origin != np.arange(len(origin)))
    pairs, right = _count_pairs(moments, origin)
    recall = float((digests[copies] == digests[origin[copies]]).mean()) if len(copies) else None
    return SizeScores(
        buckets=len(repeated),
        mean=float(repeated.mean()) if len(repeated) else 0.0,
        spread=float(repeated.std()) if len(repeated) else 0.0,
        largest=int(repeated.max(initial=0)),
        clusters=int((np.bincount(moments.bucket) > 1).sum()) if len(moments.bucket) else 0,
        confused=float(alike[moving[1:]].mean()) if moving[1:].any() else 0.0,
        precision=right / pairs if pairs and recall is not None else None,
        recall=recall,
    )


def _count_pairs(moments: Moments, origin: Ints) -> tuple[int, int]:
    """Count the pairs of moments that share a bucket, and those of them that are confirmed to show one moment."""
    low, high = origin[moments.first], origin[moments.last]
    # A moment is one stretch of its origin; one that only partly is a copy stands for its middle frame alone.
    whole = high - low == moments.last - moments.first
    middle = origin[(moments.first + moments.last) // 2]
    low, high = np.where(whole, low, middle) - PAIR_SLACK, np.where(whole, high, middle)
    pairs = right = 0
    for ahead in range(1, PAIRED_AHEAD + 1):
        one = np.flatnonzero(moments.bucket[ahead:] == moments.bucket[:-ahead])
        other = one + ahead
        pairs += len(one)
        right += int(((low[one] <= high[other]) & (low[other] <= high[one])).sum())
    return pairs, right


def advice_on(sizes: Sequence[Size]) -> Advice | None:
    """Advise on the size that agrees best with what was confirmed, of equally good ones the first.

    None where nothing was confirmed, or nothing that equal hashes could show, such as mirrored copies alone.
    """
    judged = [size for size in sizes if size.scores.f1]
    if not judged:
        return None
    best = max(judged, key=_rounded_f1)
    alike = [size for size in judged if _rounded_f1(size) >= AS_GOOD * _rounded_f1(best)]
    return Advice(best.kind, best.hash_size, _reason(best, alike, judged), tuple((s.kind, s.hash_size) for s in alike))


def _rounded_f1(size: Size) -> float:
    """The F1 of a size to four places, so that equally good sizes tie."""
    return round(size.scores.f1 or 0.0, 4)


def _reason(best: Size, alike: Sequence[Size], judged: Sequence[Size]) -> str:
    """Say in one sentence what the size finds, and what goes wrong below and above it."""
    own, scores = [s for s in judged if s.kind == best.kind], best.scores
    found = f"{best.hash_size}: {scores.clusters:,} repeated moments, {scores.mean:.1f} frames each"
    good = [s.hash_size for s in alike if s.kind == best.kind]
    below = [s for s in own if s.hash_size < min(good)]
    above = [s for s in own if s.hash_size > max(good)]
    parts = []
    if below:
        parts.append(f"at {below[-1].hash_size} {_fault(below[-1], best)}")
    if above:
        parts.append(f"at {above[0].hash_size} {_fault(above[0], best)}")
    if not parts:
        parts.append("every size tried does about as well")
    sentence = f"{found}; {', '.join(parts)}"
    if _rounded_f1(best) < USEFUL_F1:
        sentence += "; no size tells repeats from look-alikes here, so rest on the verdict, not on equal hashes"
    return sentence


def _fault(size: Size, best: Size) -> str:
    """Say what a worse size gets wrong, compared with the best one."""
    scores, ours = size.scores, best.scores
    lost = (ours.recall or 0.0) - (scores.recall or 0.0)
    if lost >= (ours.precision or 0.0) - (scores.precision or 0.0):
        return f"noise splits {1 - (scores.recall or 0.0):.0%} of the true pairs"
    if scores.confused >= MERGED_SHARE:
        return f"neighbours merge ({scores.confused:.0%} of moving frames equal the one before)"
    return f"{1 - (scores.precision or 0.0):.0%} of the equal pairs are no repeat"
