"""The order and the numbers of repeats, which every format gives as they are here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from loopfind.model.report import Repeat, Report


def renumbered(report: Report, known: Mapping[int, int] = {}, taken: int = 0) -> Report:
    """Return a report with its repeats in order, numbered from 1, and its cuts with these numbers.

    known: id in the report -> number under which the repeat was reported before, while a recording was followed: it
    keeps that. taken: the last number that was given; the others are numbered on from there.
    """
    numbers = numbers_of(report.repeats, known, taken)
    cuts = tuple(replace(cut, repeats=tuple(sorted(numbers[one] for one in cut.repeats))) for cut in report.cuts)
    return replace(report, repeats=in_order(report.repeats, numbers), cuts=cuts)


def numbers_of(repeats: Sequence[Repeat], known: Mapping[int, int] = {}, taken: int = 0) -> dict[int, int]:
    """Return the number of each repeat by its id: the known one, else in order the next one behind those taken."""
    new = [repeat.id for repeat in sorted(repeats, key=_rank) if repeat.id not in known]
    return {**known, **{id: number for number, id in enumerate(new, taken + 1)}}


def in_order(repeats: Sequence[Repeat], numbers: Mapping[int, int]) -> tuple[Repeat, ...]:
    """Return repeats with their numbers: loops first, stills last, of each kind the longest first, what is only heard
    behind what is seen."""
    return tuple(replace(repeat, id=numbers[repeat.id]) for repeat in sorted(repeats, key=_rank))


def _rank(repeat: Repeat) -> tuple[int, bool, float, float]:
    """Return the place of a repeat among others, the lowest first. A loop is as long as all of its turns."""
    turns = len(repeat.occurrences) if repeat.kind == "loop" else 1
    first = min((one.start for one in repeat.occurrences), default=0.0)
    return ("loop", "repeat", "still").index(repeat.kind), repeat.of == "sound", -round(turns * repeat.length, 3), first
