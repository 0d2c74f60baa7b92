"""A sweep's figures as named curves over the hash sizes: what the table, the terminal and the plots all draw."""

from collections.abc import Callable
from dataclasses import dataclass

from loopfind.model.sweep import Size, Sweep


@dataclass(frozen=True)
class SizeCurve:
    """One figure over the sizes. percent: it is a share, drawn from 0 to 1. of: its value for a size, None where it
    has none. old: one of the three curves of the 2017 method."""

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
    """The kinds in the order in which they were asked for."""
    return list(dict.fromkeys(size.kind for size in sweep.sizes))


def points(sweep: Sweep, kind: str, curve: SizeCurve) -> list[tuple[int, float]]:
    """(hash size, value) of one kind's curve, rising; sizes without a value left out."""
    values = ((size.hash_size, curve.of(size)) for size in sweep.sizes if size.kind == kind)
    return sorted((size, value) for size, value in values if value is not None)
