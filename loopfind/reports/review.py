"""Reviews: read from JSON, held against the video, and applied to a report.

A rejected finding is left out of the report, and a note goes with its repeat. Numbers stay, so that they are those of
the answer that was reviewed.
"""

import json
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn, get_args

from loopfind.arrays.time_index import covered
from loopfind.engine.sound.beside import heard_more_than_once
from loopfind.errors import BadReview
from loopfind.model.exhibits import Exhibits
from loopfind.model.report import Repeat, Report, cuts_at
from loopfind.model.review import Decision, Review, ReviewedFinding
from loopfind.reports.summaries import summary_of_sound, verdict_after_review
from loopfind.reports.wording import clock, name, safe
from loopfind.stores.digest import digest_of

REVIEW_SCHEMA = 1

_MOST_BYTES = 1 << 26
_LARGEST = 1 << 53  # the largest whole number that every reader of JSON reads alike
_ALIKE = 0.05
"""Seconds by which a place in a review may differ from that in the report."""
_REMEDY = "docs/json.md says what one holds"


def read_review(path: str) -> Review:
    """Return the review in a file. Raises BadReview."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadReview(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _MOST_BYTES:
        raise BadReview(path, f"larger than any review: {_REMEDY}")
    return _Reader(path).review(data)


def check_file(review: Review, video: str) -> None:
    """Raise BadReview, before hours of decoding, where a file on disk is another one than that of the review. What is
    wrong with a file that cannot be read is said where it is read."""
    if review.size is None or review.digest is None or not os.path.isfile(video):
        return
    try:
        alike = digest_of(os.fsencode(video), review.size).hex() == review.digest
    except OSError:
        return
    if not alike:
        _refuse_video(review, video)


def check_video(review: Review, video: str, size: int | None, digest: str | None, duration: float | None) -> None:
    """Raise BadReview where a report is of another video than the review. video: its path; size, digest, duration: as
    for a Source, None where the report does not say."""
    known = [(review.size, size), (review.digest, digest)]
    if all(None not in pair for pair in known):
        alike = all(one == other for one, other in known)
    elif review.duration is None or duration is None:
        alike = True
    else:  # a stream, or standard input
        alike = abs(review.duration - duration) <= _ALIKE
    if not alike:
        _refuse_video(review, video)


def accepted(review: Review, repeats: Sequence[Repeat]) -> tuple[Repeat, ...]:
    """Return the repeats that the review does not reject, with its notes. Raises BadReview where it is of other
    findings."""
    there = {repeat.id: repeat for repeat in repeats}
    known = {finding.id: finding for finding in review.findings}
    for number, finding in known.items():
        _check_finding(review, finding, there.get(number))
    kept = []
    for repeat in repeats:
        finding = known.get(repeat.id, ReviewedFinding(repeat.id))
        if finding.decision != "reject":
            kept.append(replace(repeat, note=finding.note or repeat.note))
    return tuple(kept)


def reviewed(report: Report, review: Review) -> Report:
    """Return a report without what a review rejects, with its notes, and a verdict on what is left. Raises
    BadReview."""
    source = report.source
    check_video(review, source.path, source.size, source.digest, source.duration)
    repeats = accepted(review, report.repeats)
    rejected = len(report.repeats) - len(repeats)
    cuts = cuts_at(report.cuts, {repeat.id for repeat in repeats})
    noted = replace(report, repeats=repeats, cuts=cuts, review=review.findings)
    if not rejected:
        return noted
    if report.sound is not None:
        heard = replace(report.sound, repeated_seconds=round(covered(heard_more_than_once(repeats)), 3))
        noted = replace(noted, sound=replace(heard, summary=summary_of_sound(heard, repeats)))
    return replace(noted, verdict=verdict_after_review(noted, rejected))


def reviewed_exhibits(exhibits: Exhibits, before: Report, after: Report) -> Exhibits:
    """Return the exhibits of a report `before` its review that still belong to it after."""
    ids = {repeat.id for repeat in after.repeats}
    place = {cut.frame: number for number, cut in enumerate(after.cuts)}
    cuts = [(before.cuts[one.cut].frame, one) for one in exhibits.cuts]
    return replace(
        exhibits,
        shown=tuple(one for one in exhibits.shown if one.repeat in ids),
        cuts=tuple(replace(one, cut=place[frame]) for frame, one in cuts if frame in place),
        sounds=tuple(one for one in exhibits.sounds if one.repeat in ids),
    )


def _refuse_video(review: Review, video: str) -> NoReturn:
    what = f"a review of another video ({safe(review.video)}), not of {name(video)}"
    raise BadReview(review.name, f"{what}: give the review of this one, or scan that one")


def _check_finding(review: Review, finding: ReviewedFinding, repeat: Repeat | None) -> None:
    """Raise BadReview where a finding is not that of the report. One that was rejected may be gone already."""
    remedy = "use the options of the scan that was reviewed, or review this answer"
    if repeat is None:
        if finding.decision != "reject":
            raise BadReview(review.name, f"a review of another answer: here is no repeat {finding.id}; {remedy}")
        return
    first = repeat.occurrences[0]
    for known, there in ((finding.start, first.start), (finding.end, first.end)):
        if known is not None and abs(known - there) > _ALIKE:
            places = f"repeat {finding.id} is at {clock(known)} in it and at {clock(there)} here"
            raise BadReview(review.name, f"a review of another answer: {places}; {remedy}")


class _Reader:
    """Takes a review out of JSON, each value checked. name: of the file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def review(self, data: bytes) -> Review:
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):  # not UTF-8, not JSON, cut short, nested without end
            raise BadReview(self._name, f"not JSON, or cut short: {_REMEDY}") from None
        if not isinstance(whole, dict) or not {"schema", "report", "findings"} <= whole.keys():
            raise BadReview(self._name, f"JSON, but no review: {_REMEDY}")
        if whole["schema"] != REVIEW_SCHEMA or isinstance(whole["schema"], bool):
            other = safe(str(whole["schema"]))[:20]
            raise BadReview(self._name, f"a review of schema {other}: give one of schema {REVIEW_SCHEMA}")
        of, listed = whole["report"], whole["findings"]
        self._must(isinstance(of, dict), "report", "an object")
        self._must(isinstance(listed, list), "findings", "a list")
        findings = tuple(self._finding(one, f"findings[{place}]") for place, one in enumerate(listed))
        self._must(len({one.id for one in findings}) == len(findings), "findings", "on each id once")
        size = self._number(of, "size", "report")
        return Review(
            self._name,
            self._text(of, "video", "report") or "unnamed",
            None if size is None else int(size),
            self._text(of, "digest", "report") or None,
            self._number(of, "duration", "report"),
            findings,
        )

    def _finding(self, one: Any, where: str) -> ReviewedFinding:
        self._must(isinstance(one, dict), where, "an object")
        number, decision = one.get("id"), one.get("decision")
        good = isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _LARGEST
        self._must(good, f"{where}.id", "the number of a repeat")
        self._must(decision in (None, *get_args(Decision)), f"{where}.decision", " or ".join(get_args(Decision)))
        return ReviewedFinding(
            int(number),
            decision,
            " ".join(self._text(one, "note", where).split()),
            self._number(one, "start", where),
            self._number(one, "end", where),
        )

    def _text(self, one: dict[str, Any], key: str, where: str) -> str:
        """Return a text, "" where there is none; half a letter, which JSON can hold and no text, is replaced."""
        value = one.get(key)
        self._must(value is None or isinstance(value, str), f"{where}.{key}", "a text")
        return str(value or "").encode("utf-8", "replace").decode()

    def _number(self, one: dict[str, Any], key: str, where: str) -> float | None:
        value = one.get(key)
        good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST
        self._must(value is None or (good and math.isfinite(value)), f"{where}.{key}", "a number")
        return None if value is None else float(value)

    def _must(self, holds: bool, where: str, what: str) -> None:
        if not holds:
            raise BadReview(self._name, f"damaged: {where} should be {what}; {_REMEDY}")
