"""What a hash size is worth on one video: its buckets, against the repeats that the engine confirmed without them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import gap_of, nearest
from loopfind.engine.repeats.moments import Moments, moments_of
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats, Ints, Words
from loopfind.model.sweep import Advice, Size, SizeScores

AS_GOOD = 0.98
"""A size does as well as the best one if its F1 reaches this share of the best F1."""

USEFUL = 0.5
"""F1 below which no size tells repeats from look-alikes; the best of them is still the best."""

AHEAD = 32
"""Moments of its bucket that a moment is paired with, the next ones: a picture that comes back a thousand times
counts a thousand times, not half a million."""

NEAR = 1
"""Frames by which a pair of equal frames may miss the confirmed pair of moments."""


def origins_of(runs: Sequence[Run], times: Floats) -> Ints:
    """The earliest frame (n,) int64 that each frame shows again by the runs; itself where it shows nothing again."""
    origin, step = np.arange(len(times)), gap_of(times)
    for run in runs:
        frames = np.arange(run.first, run.last)
        wanted = run.line.slope * times[frames] + run.line.offset
        there = nearest(times, wanted)
        real = np.abs(times[there] - wanted) <= (0.35 if run.line.keeps_speed else 0.75) * step
        low, high = np.minimum(frames, there)[real], np.maximum(frames, there)[real]
        np.minimum.at(origin, high, low)
    # In a loop a turn leads to the turn before it: follow up to the first one.
    while (origin != (before := origin[origin])).any():
        origin = before
    return origin


def figures_of(digests: Words, times: Floats, origin: Ints, moving: NDArray[np.bool_]) -> SizeScores:
    """SizeScores of one hash size.

    digests: (n,) uint64, equal where the hashes are. origin: see origins_of. moving: (n,) bool, frames in which
    something moves, and which should therefore differ from the frame before.
    """
    moments = moments_of(digests, times)
    repeated = moments.sizes[moments.sizes > 1]
    alike = digests[1:] == digests[:-1]
    copies = np.flatnonzero(origin != np.arange(len(origin)))
    pairs, right = _pairs(moments, origin)
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


def _pairs(moments: Moments, origin: Ints) -> tuple[int, int]:
    """Pairs of moments that share a bucket, and how many of them are confirmed showings of one moment."""
    low, high = origin[moments.first], origin[moments.last]
    # A moment is one stretch of its origin; one that only partly is a copy stands for its middle frame alone.
    whole = high - low == moments.last - moments.first
    middle = origin[(moments.first + moments.last) // 2]
    low, high = np.where(whole, low, middle) - NEAR, np.where(whole, high, middle)
    pairs = right = 0
    for ahead in range(1, AHEAD + 1):
        one = np.flatnonzero(moments.bucket[ahead:] == moments.bucket[:-ahead])
        other = one + ahead
        pairs += len(one)
        right += int(((low[one] <= high[other]) & (low[other] <= high[one])).sum())
    return pairs, right


def advice_on(sizes: Sequence[Size]) -> Advice | None:
    """The size that agrees best with what was confirmed, why, and which would do as well; None where nothing was
    confirmed, or nothing that equal hashes show, as of mirrored copies. Of equally good sizes the first."""
    judged = [size for size in sizes if size.figures.f1]
    if not judged:
        return None
    best = max(judged, key=_worth)
    alike = [size for size in judged if _worth(size) >= AS_GOOD * _worth(best)]
    return Advice(best.kind, best.hash_size, _reason(best, alike, judged), tuple((s.kind, s.hash_size) for s in alike))


def _worth(size: Size) -> float:
    return round(size.figures.f1 or 0.0, 4)


def _reason(best: Size, alike: Sequence[Size], judged: Sequence[Size]) -> str:
    """One sentence: what the size finds, and what goes wrong below and above it."""
    own, figures = [s for s in judged if s.kind == best.kind], best.figures
    found = f"{best.hash_size}: {figures.clusters:,} repeated moments, {figures.mean:.1f} frames each"
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
    if _worth(best) < USEFUL:
        sentence += "; no size tells repeats from look-alikes here, so rest on the verdict, not on equal hashes"
    return sentence


def _fault(size: Size, best: Size) -> str:
    """What a worse size gets wrong, compared with the best one."""
    figures, ours = size.figures, best.figures
    lost = (ours.recall or 0.0) - (figures.recall or 0.0)
    if lost >= (ours.precision or 0.0) - (figures.precision or 0.0):
        return f"noise splits {1 - (figures.recall or 0.0):.0%} of the true pairs"
    if figures.confused >= 0.5:
        return f"neighbours merge ({figures.confused:.0%} of moving frames equal the one before)"
    return f"{1 - (figures.precision or 0.0):.0%} of the equal pairs are no repeat"
