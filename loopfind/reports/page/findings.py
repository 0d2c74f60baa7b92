"""The table of all repeats on a page, which sorts and filters, and what a review of them begins with."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.model.review import ReviewedFinding
from loopfind.reports.links import Link
from loopfind.reports.page.colours import colour_of
from loopfind.reports.wording import clock, confidence_in_words, length, name


@dataclass(frozen=True)
class Sortable:
    """A value in words, with its link, "" for none, and as a number to sort by, None for nothing."""

    words: str
    value: float | None
    href: str = ""


@dataclass(frozen=True)
class FindingRow:
    """A repeat in one row. kind: its kind, of what is only heard "heard"."""

    id: int
    colour: int
    kind: str
    length: Sortable
    period: Sortable
    count: Sortable
    first: Sortable
    last: Sortable
    confidence: Sortable


def finding_rows(repeats: Sequence[Repeat], links: Sequence[Link], names: Sequence[str] = ()) -> tuple[FindingRow, ...]:
    """Return a row for each repeat. links: of each file; names: of the files of a comparison."""

    def place(one: Occurrence) -> Sortable:
        file = one.file or 0
        where = f"{names[file]} " if names else ""
        return Sortable(f"{where}{clock(one.start)}", one.start, links[file](one.start))

    return tuple(
        FindingRow(
            id=repeat.id,
            colour=colour_of(repeat.id),
            kind=f"{repeat.kind}, heard" if repeat.of == "sound" else repeat.kind,
            length=Sortable(length(repeat.length), repeat.length),
            period=Sortable("" if repeat.period is None else length(repeat.period), repeat.period),
            count=Sortable(f"{len(repeat.occurrences):,}", len(repeat.occurrences)),
            first=place(repeat.occurrences[0]),
            last=place(repeat.occurrences[-1]),
            confidence=_confidence(repeat),
        )
        for repeat in repeats
    )


def _confidence(repeat: Repeat) -> Sortable:
    return Sortable(confidence_in_words(repeat), None if repeat.kind == "still" else repeat.confidence)


@dataclass(frozen=True)
class ReviewedVideo:
    """The video of a review, as the review names it."""

    video: str
    size: int | None
    digest: str | None
    duration: float


@dataclass(frozen=True)
class ReviewData:
    """The review that a page begins with. key: under which the browser keeps it: a digest of the video and of what was
    found. report, findings: as a saved review has them."""

    key: str
    report: ReviewedVideo
    findings: tuple[ReviewedFinding, ...]


def review_data(report: Report) -> ReviewData:
    """Return the review that a page begins with: that which the report took in."""
    source = report.source
    of = ReviewedVideo(name(source.path), source.size, source.digest, source.duration)
    found = [(repeat.id, repeat.occurrences[0].start, repeat.occurrences[0].end) for repeat in report.repeats]
    known = json.dumps([of.size, of.digest, of.duration, found])
    return ReviewData(hashlib.sha256(known.encode()).hexdigest()[:32], of, report.review)
