"""Occurrences of a report one by one, with their titles for files of other programs."""

from collections.abc import Iterator
from dataclasses import dataclass

from loopfind.model.comparison import Comparison
from loopfind.model.report import Occurrence, Repeat, Report, Unjudged
from loopfind.reports.wording import also, changes, noted


@dataclass(frozen=True)
class OccurrenceRow:
    """One occurrence and its repeat. number: its place in the repeat, from 1."""

    repeat: Repeat
    number: int
    occurrence: Occurrence

    @property
    def title(self) -> str:
        """A printable title on one line: "Repeat 1 (2 of 3), mirrored"; for one of several files "Repeat 1, mirrored,
        also in film.mp4"."""
        place, times = f"{self.repeat.kind.capitalize()} {self.repeat.id}", len(self.repeat.occurrences)
        if times > 1 or not self.repeat.elsewhere:
            place += f" ({self.number} of {times})"
        return ", ".join([place, *changes(self.occurrence), *also(self.repeat), *noted(self.repeat)])


def occurrence_rows(report: Report | Comparison) -> Iterator[OccurrenceRow]:
    """Yield every occurrence, in the order of the report."""
    for repeat in report.repeats:
        for number, occurrence in enumerate(repeat.occurrences, 1):
            yield OccurrenceRow(repeat, number, occurrence)


def rows_in_time(report: Report) -> list[OccurrenceRow]:
    """Return every occurrence, in the order of their starts."""
    return sorted(occurrence_rows(report), key=lambda one: (one.occurrence.start, one.occurrence.end))


def unjudged_but_lost(report: Report) -> list[Unjudged]:
    """Return the stretches that could not be judged, but for those that were lost, which a report lists by
    themselves."""
    return [piece for piece in report.unjudged if piece.why != "lost"]
