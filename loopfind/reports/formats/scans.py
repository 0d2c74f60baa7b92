"""Scans of several files: a row of a table for each, or a line of JSON."""

from collections.abc import Iterator
from dataclasses import dataclass

from loopfind.model.comparison import Failure
from loopfind.model.report import Report
from loopfind.model.version import version
from loopfind.reports.formats import json as machine
from loopfind.reports.wording import count, length, safe, share

_COLUMNS = ("length", "repeated", "judged", "found")
_WIDE = (10, 15, 15, 22)
"""Letters of each column: what it may hold at the most, but for numbers beyond those of any file. The file comes last,
so that no name is cut short."""


def table_head() -> str:
    """Return the head of the table."""
    return _row(_COLUMNS, "file")


def table_row(report: Report, name: str) -> str:
    """Return the row of a file that was scanned."""
    verdict = report.verdict
    repeated = share(verdict.repeated_share) if verdict.repeated_seconds > 0 else "-"
    return _row((length(report.source.duration), repeated, share(verdict.coverage), found_in_words(report)), name)


def failed_row(name: str) -> str:
    """Return the row of a file that could not be scanned."""
    return _row(("-", "-", "-", "could not be scanned"), name)


def found_in_words(report: Report) -> str:
    """Return how many loops and repeats were found; motionless pictures that come again are none."""
    loops = sum(repeat.kind == "loop" for repeat in report.repeats)
    repeats = sum(repeat.kind == "repeat" for repeat in report.repeats)
    numbers = [count(loops, "loop")] * bool(loops) + [count(repeats, "repeat")] * bool(repeats)
    return ", ".join(numbers) or "nothing"


def report_line(report: Report) -> Iterator[str]:
    """Yield a report as JSON on one line, without the newline, in pieces."""
    return machine.on_one_line(machine.write(report))


def failure_line(failure: Failure) -> str:
    """Return a file that could not be scanned as JSON on one line, without the newline."""
    named = {"path": failure.path, "what": failure.what}
    return machine.json_line({"schema": machine.SCHEMA, "loopfind": version(), "failure": named})


@dataclass
class Tally:
    """How many files were scanned, and with what answer."""

    found: int = 0
    clean: int = 0
    failed: int = 0

    def add(self, report: Report | None) -> None:
        """Count a file. report: None where it could not be scanned."""
        if report is None:
            self.failed += 1
        elif any(repeat.kind != "still" for repeat in report.repeats):
            self.found += 1
        else:
            self.clean += 1

    def in_words(self, left_out: int = 0) -> str:
        """Return the count in one line. left_out: files of folders that were not scanned."""
        parts = [(self.found, "with repeats"), (self.clean, "without"), (self.failed, "could not be scanned")]
        said = ", ".join(f"{number:,} {words}" for number, words in parts if number)
        whole = count(self.found + self.clean + self.failed, "file") + (f": {said}" if said else "")
        return f"{whole}; {count(left_out, 'other file')} left out" if left_out else whole


def _row(cells: tuple[str, ...], name: str) -> str:
    return "  ".join([*(f"{cell:<{room}}" for cell, room in zip(cells, _WIDE, strict=True)), safe(name)])
