"""Labels for Audacity (File > Import > Labels): start, end and words, with tabs between; a cut is a point.

The form is that of "Importing and Exporting Labels" in Audacity's manual.
"""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.rows import rows_in_time


def write(report: Report) -> Iterator[str]:
    """Yield a line for each occurrence in the order of their starts, then for each suspect cut, to the microsecond."""
    for row in rows_in_time(report):
        one = row.occurrence
        yield f"{one.start:.6f}\t{one.end:.6f}\t{row.title}\n"
    for number, cut in enumerate(report.cuts, 1):
        yield f"{cut.time:.6f}\t{cut.time:.6f}\tSuspect cut {number} ({cut.kind})\n"
