"""The scores of a sweep as named curves over the hash sizes, for the terminal and the plots."""

from collections.abc import Callable
from dataclasses import dataclass

from loopfind.model.sweep import Size, Sweep


@dataclass(frozen=True)
class SizeCurve:
    """One score over the hash sizes.

    of: returns its value for a size, None where it has none. percent: whether it is a share, drawn from 0 to 1. old:
    whether it is one of the three curves of the 2017 method.
    """

    title: str
    of: Callable[[Size], float | None]
    percent: bool = False
    old: bool = False


CURVES = (
    SizeCurve("buckets of equal frames", lambda s: float(s.scores.buckets), old=True),
    SizeCurve("frames in a bucket, mean", lambda s: s.scores.mean, old=True),
    SizeCurve("frames in a bucket, largest", lambda s: float(s.scores.largest), old=True),
    SizeCurve("buckets of separate moments", lambda s: float(s.scores.clusters)),
    SizeCurve("moving frames equal to the one before", lambda s: s.scores.confused, percent=True),
    SizeCurve("precision: equal moments that are repeats", lambda s: s.scores.precision, percent=True),
    SizeCurve("recall: repeated frames that are equal", lambda s: s.scores.recall, percent=True),
    SizeCurve("F1 of the two", lambda s: s.scores.f1, percent=True),
)


def kinds_of(sweep: Sweep) -> list[str]:
    """Return the kinds, in the order in which they were asked for."""
    return list(dict.fromkeys(size.kind for size in sweep.sizes))


def points(sweep: Sweep, kind: str, curve: SizeCurve) -> list[tuple[int, float]]:
    """Return (hash size, value) of one kind's curve, rising, without the sizes that have no value."""
    values = ((size.hash_size, curve.of(size)) for size in sweep.sizes if size.kind == kind)
    return sorted((size, value) for size, value in values if value is not None)
