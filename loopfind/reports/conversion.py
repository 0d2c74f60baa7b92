"""The methods of a Report that need formats: files, dictionaries, tables, notebooks, hash values.

`model.report` calls them by name, as the nouns import nothing that writes.
"""

import html
import json
import os
from typing import TYPE_CHECKING, Any

from loopfind.errors import BadReport, BadSetting, MissingExtra, Unreadable
from loopfind.model.report import Report
from loopfind.registry import load
from loopfind.reports.files import write_file
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES, format_of_ending
from loopfind.reports.formats.csv import CONTENT_COLUMNS
from loopfind.reports.formats.json_reader import report_bytes, whole_report
from loopfind.reports.review import read_review, reviewed
from loopfind.reports.rows import occurrence_rows
from loopfind.reports.wording import clock, confidence_in_words, safe

if TYPE_CHECKING:
    from imagehash import ImageHash

MOST_TABLE_ROWS = 50
"""Occurrences that a notebook shows."""


def load_report(path: str | os.PathLike[str]) -> Report:
    """Return the report in a JSON file. Raises Unreadable and BadReport."""
    name = os.fsdecode(path)
    try:
        data = report_bytes(name)
    except (OSError, ValueError) as error:
        raise Unreadable(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return whole_report(name, data)


def reviewed_report(report: Report, path: str | os.PathLike[str]) -> Report:
    """Return a report after the review in a JSON file. Raises BadReview."""
    return reviewed(report, read_review(os.fsdecode(path)))


def save_report(report: Report, path: str | os.PathLike[str], format: str | None) -> None:
    """Write a report in a format, or in that which the name's ending asks for. Raises BadSetting and OutputError."""
    name = os.fsdecode(path)
    chosen = format_of_ending(name) if format is None else format
    if chosen == PAGE:
        raise BadSetting("path", name, "a page needs pictures of the video: run `loopfind VIDEO --html FILE`")
    if not chosen:
        endings = ", ".join(suffix for suffix, of in SUFFIXES.items() if of != PAGE)
        raise BadSetting("path", name, f"let it end in {endings}, or name a format")
    write_file(name, load("format", chosen, FORMATS)(report))


def report_as_dict(report: Report) -> dict[str, Any]:
    """Return the machine form, as --json gives it."""
    whole: dict[str, Any] = json.loads("".join(load("format", "json", FORMATS)(report)))
    return whole


def report_as_dataframe(report: Report) -> Any:
    """Return a pandas.DataFrame with a row for each occurrence. Raises MissingExtra."""
    try:
        import pandas
    except ImportError:
        raise MissingExtra("a table of occurrences", "pandas", "pandas") from None
    of_repeat = ("id", "kind", "occurrence", "length", "period", "confidence", "evidence")
    shown = ("start", "end", "start_frame", "end_frame", "reversed", "mirrored", "turned", "speed", *CONTENT_COLUMNS)
    rows = [
        [row.number if name == "occurrence" else getattr(row.repeat, name) for name in of_repeat]
        + [getattr(row.occurrence, name) for name in shown]
        for row in occurrence_rows(report)
    ]
    return pandas.DataFrame(rows, columns=["repeat", *of_repeat[1:], *shown])


def report_as_html(report: Report) -> str:
    """Return the report for a notebook: its verdict, and a table of the first occurrences."""
    rows = [*occurrence_rows(report)]
    cells = [
        (one.id, one.kind, clock(shown.start), clock(shown.end), one.evidence, confidence_in_words(one))
        for one, shown in ((row.repeat, row.occurrence) for row in rows[:MOST_TABLE_ROWS])
    ]
    head = "".join(f"<th>{name}</th>" for name in ("repeat", "kind", "from", "to", "evidence", "confidence"))
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in cells)
    left = f"<p>{len(rows) - MOST_TABLE_ROWS} more occurrences</p>" if len(rows) > MOST_TABLE_ROWS else ""
    said = f"<p><b>{html.escape(safe(report.source.path))}</b>: {html.escape(safe(report.verdict.summary))}</p>"
    return said + (f"<table><tr>{head}</tr>{body}</table>{left}" if rows else "")


def report_cluster_hashes(report: Report) -> "list[ImageHash]":
    """Return the hash value of each cluster. Raises BadReport where the codes are not at hand."""
    clusters = report.clusters
    if not len(clusters):
        return []
    if clusters.codes is None:
        why = "its hash values are not at hand: scan the video, with a hash size that is given"
        raise BadReport(report.source.path, why)
    from loopfind.fingerprints import KINDS
    from loopfind.fingerprints.image_hash import image_hashes

    kind = load("fingerprint kind", report.settings.kind, KINDS)
    first = clusters.frames[clusters.offsets[:-1]]
    return image_hashes(kind, report.settings.hash_size, clusters.codes[first])
