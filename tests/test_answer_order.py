"""Repeats are listed, and numbered, loops and the longest first; what was reported under a number keeps it."""

from dataclasses import replace

from samples import nothing, occurrence

from loopfind.engine.live.findings import FindingLog
from loopfind.model.report import Cut, Repeat
from loopfind.pipeline.order import renumbered


def repeat(number: int, kind: str, length: float, starts: tuple[float, ...], of: str = "picture") -> Repeat:
    period = length if kind == "loop" else None
    shown = tuple(occurrence(start, length) for start in starts)
    return Repeat(number, kind, length, period, 0.9, "replay", shown, of=of)  # type: ignore[arg-type]


STILL = repeat(1, "still", 90.0, (0.0, 3000.0))
SHORT = repeat(2, "repeat", 4.0, (500.0, 700.0, 900.0))
HEARD = repeat(3, "repeat", 60.0, (1000.0, 1200.0), of="sound")
LONG = repeat(4, "repeat", 30.0, (1300.0, 1400.0))
TURNS = repeat(5, "loop", 2.0, (1500.0, 1502.0, 1504.0))
LOOP = repeat(6, "loop", 5.0, (1600.0, 1605.0))
REPORT = replace(nothing(), repeats=(STILL, SHORT, HEARD, LONG, TURNS, LOOP), cuts=(Cut(500.0, 15000, (2, 6), "hard"),))


def test_loops_come_first_stills_last_and_of_each_kind_the_longest_first() -> None:
    """A loop is as long as its turns together; what is only heard comes behind what is seen."""
    report = renumbered(REPORT)
    ids = range(1, 7)
    order = (LOOP, TURNS, LONG, SHORT, HEARD, STILL)
    assert report.repeats == tuple(replace(one, id=number) for one, number in zip(order, ids, strict=True))
    assert report.cuts[0].repeats == (1, 4)
    assert renumbered(report) == report


def test_what_was_reported_keeps_its_number() -> None:
    """Numbers that were given to what is not there any more are not given again."""
    log = FindingLog(iter([7, 8]))
    assert [found.repeat.id for found in log.update((SHORT, TURNS), 1510.0, ended=True)] == [7, 8]
    report = renumbered(REPORT, log.numbers(REPORT.repeats), taken=8)
    assert [one.id for one in report.repeats] == [9, 8, 10, 7, 11, 12]
    assert report.cuts[0].repeats == (7, 9)
