"""Every suspect cut as a row of a table with commas."""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.formats.csv import csv_row
from loopfind.reports.links import linker

CUT_COLUMNS = ("cut", "time", "frame", "kind", "repeats", "link")


def write(report: Report) -> Iterator[str]:
    """Yield a head and a row for each cut: number, seconds, first frame after it, ids of its repeats with spaces."""
    link = linker(report.settings.link, report.source.path)
    yield csv_row(CUT_COLUMNS)
    for number, cut in enumerate(report.cuts, 1):
        yield csv_row((number, cut.time, cut.frame, cut.kind, " ".join(map(str, cut.repeats)), link(cut.time)))
