"""Every occurrence as a row of a table with commas (RFC 4180, but for the ends of its lines)."""

import csv
import io
from collections.abc import Iterable, Iterator

from loopfind.model import Report
from loopfind.reports.links import linker
from loopfind.reports.showings import showings

COLUMNS = (
    "repeat",
    "kind",
    "occurrence",
    "start",
    "end",
    "start_frame",
    "end_frame",
    "reversed",
    "mirrored",
    "speed",
    "start_earliest",
    "start_latest",
    "end_earliest",
    "end_latest",
    "period",
    "confidence",
    "evidence",
    "link",
)


def write(report: Report) -> Iterator[str]:
    """A head and one row an occurrence. Times are seconds in full; frames are half-open as in JSON; what has no value
    is empty."""
    link = linker(report.settings.link, report.source.path)
    yield row(COLUMNS)
    for showing in showings(report):
        repeat, one = showing.repeat, showing.occurrence
        ranges = (*(one.start_range or (None, None)), *(one.end_range or (None, None)))
        changed = (_yes(one.reversed), _yes(one.mirrored), one.speed)
        place = (repeat.id, repeat.kind, showing.number, one.start, one.end, one.start_frame, one.end_frame)
        yield row((*place, *changed, *ranges, repeat.period, repeat.confidence, repeat.evidence, link(one.start)))


def row(cells: Iterable[object]) -> str:
    """One line with its newline; numbers in full, None is empty."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(cells)
    return file.getvalue()


def _yes(value: bool) -> str:
    return "true" if value else "false"
