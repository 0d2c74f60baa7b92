"""A report that a user gives to a command, so that nothing is scanned again."""

import os
from typing import TYPE_CHECKING

from loopfind.errors import BadReport

if TYPE_CHECKING:
    from loopfind.reports.formats.json_reader import ReadReport


def read_given(report: str) -> "ReadReport":
    """Return the report in a file that a user names. Raises BadReport."""
    from loopfind.reports.formats.json_reader import read_report, report_bytes

    try:
        return read_report(report, report_bytes(report))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadReport(report, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def is_scanned(findings: "ReadReport", place: str) -> bool:
    """Return whether a file is the one that a report is of, as far as the report says; it may have grown since."""
    if findings.size is None or findings.digest is None:
        return True
    from loopfind.stores.digest import digest_of

    try:
        return digest_of(os.fsencode(place), findings.size).hex() == findings.digest
    except OSError:
        return True  # what is wrong with it is said where it is read
