"""Every occurrence as a segment for LosslessCut (File > Import project > Times in seconds): start,end,name.

The form is that of "CSV files" in LosslessCut's documentation: no head, seconds, a label.
"""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.formats.csv import csv_row
from loopfind.reports.rows import rows_in_time


def write(report: Report) -> Iterator[str]:
    """Yield a row for each occurrence, to the microsecond, in the order of their starts."""
    for row in rows_in_time(report):
        one = row.occurrence
        yield csv_row((f"{one.start:.6f}", f"{one.end:.6f}", row.title))
