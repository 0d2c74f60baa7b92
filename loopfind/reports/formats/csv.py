"""Every occurrence as a row of a table with commas (RFC 4180, but for the ends of its lines)."""

import os
from collections.abc import Iterable, Iterator

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.links import Link, address, linker
from loopfind.reports.rows import OccurrenceRow, occurrence_rows
from loopfind.reports.wording import safe

OCCURRENCE_COLUMNS = (
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

_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe62",
    "\ufe63",
    "\ufe66",
    "\ufe6b",
    "\u2212",
)
"""First letters of a formula, full-width and small forms too."""
_PARTED = frozenset(",;\"'|")
"""Letters that part cells, or quote them, for one spreadsheet or another, so that a cell with them stands in quotes."""

FILE_COLUMNS = ("file", "path", "turned")
"""Further columns of a comparison: the file as it was named, its full path or address, degrees clockwise."""

CONTENT_COLUMNS = ("content_start", "content_end")
"""Further columns: the seconds of the repeat's content that the occurrence shows."""


def write(report: Report) -> Iterator[str]:
    """Yield a head and a row for each occurrence. Times are seconds in full; frames are half-open as in JSON; a missing
    value is empty. The last column is the note of who reviewed the repeat."""
    link = linker(report.settings.link, report.source.path)
    yield csv_row((*OCCURRENCE_COLUMNS, *CONTENT_COLUMNS, "note"))
    for row in occurrence_rows(report):
        yield csv_row((*_cells(row, link), *_content(row), row.repeat.note))


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield the same for several files, each row with its file."""
    paths = [source.path for source in comparison.sources]
    links = [linker("", path) for path in paths]
    yield csv_row((*OCCURRENCE_COLUMNS, *FILE_COLUMNS, *CONTENT_COLUMNS))
    for row in occurrence_rows(comparison):
        file = row.occurrence.file or 0
        full = paths[file] if "://" in paths[file] or not address(paths[file]) else os.path.abspath(paths[file])
        named = (paths[file], full, row.occurrence.turned)
        yield csv_row((*_cells(row, links[file]), *named, *_content(row)))


def _cells(row: OccurrenceRow, link: Link) -> tuple[object, ...]:
    repeat, one = row.repeat, row.occurrence
    ranges = (*(one.start_range or (None, None)), *(one.end_range or (None, None)))
    changed = (_flag(one.reversed), _flag(one.mirrored), one.speed)
    place = (repeat.id, repeat.kind, row.number, one.start, one.end, one.start_frame, one.end_frame)
    return (*place, *changed, *ranges, repeat.period, repeat.confidence, repeat.evidence, link(one.start))


def _content(row: OccurrenceRow) -> tuple[float, float]:
    return row.occurrence.content_start, row.occurrence.content_end


def csv_row(cells: Iterable[object]) -> str:
    """Return one line with its newline; numbers are in full, None is empty, texts are safe for spreadsheets."""
    return f"{','.join(map(_csv_cell, cells))}\n"


def _csv_cell(cell: object) -> str:
    text = "" if cell is None else plain_cell(cell) if isinstance(cell, str) else str(cell)
    return '"' + text.replace('"', '""') + '"' if _PARTED.intersection(text) else text


def plain_cell(text: str) -> str:
    """Return text as one printable line that no spreadsheet takes for a formula: what begins like one is given an
    apostrophe (OWASP, CSV Injection)."""
    line = safe(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line


def _flag(value: bool) -> str:
    return "true" if value else "false"
