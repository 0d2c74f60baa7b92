"""Findings as they are handed to other programs: with the time on the wall, and an id that no other finding has."""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from loopfind.model.events import Finding
from loopfind.model.report import Report
from loopfind.reports.formats import json as machine
from loopfind.reports.formats.events import event_text, finding_value
from loopfind.reports.formats.scans import found_in_words
from loopfind.reports.links import Link


class FindingMaker:
    """Makes findings of one source that is followed.

    began: when following it began, which parts its findings from those of another time. is_live: whether footage comes
    as it is shown, so that the time on the wall of an occurrence is known.
    """

    def __init__(self, video: str, link: Link, began: datetime, is_live: bool) -> None:
        self._video, self._link, self._began, self._is_live = video, link, began, is_live

    def of(self, event: Finding, now: datetime) -> Mapping[str, Any]:
        """Return a finding that is reported at `now`. Its id is the same in all that is reported of it."""
        last = event.repeat.occurrences[-1]
        head: dict[str, Any] = {
            "schema": machine.SCHEMA,
            "event": "finding",
            "id": _id(self._video, self._began.isoformat(), str(event.repeat.id)),
            "wall": _wall(now),
            "shown": _wall(now - timedelta(seconds=event.time - last.start)) if self._is_live else None,
            "video": self._video,
            "text": event_text(event),
        }
        whole: dict[str, Any] = machine.jsonable(head | finding_value(event, self._link))
        return whole


def finding_of_report(report: Report, now: datetime) -> Mapping[str, Any]:
    """Return what was found in a file that was scanned at `now`. The same file has the same id."""
    path = report.source.path
    try:
        state = os.stat(path)
        known = [str(state.st_size), str(state.st_mtime_ns)]
    except OSError:
        known = []
    return {
        "schema": machine.SCHEMA,
        "event": "scanned",
        "id": _id(os.path.realpath(path), *known),
        "wall": _wall(now),
        "video": machine.jsonable(path),
        "text": report.verdict.summary,
        "found": found_in_words(report),
        "repeated_seconds": report.verdict.repeated_seconds,
        "repeated_share": report.verdict.repeated_share,
        "repeats": [
            {
                **machine.jsonable({name: getattr(repeat, name) for name in machine.REPEAT}),
                "times": len(repeat.occurrences),
            }
            for repeat in report.repeats
        ],
    }


def _wall(moment: datetime) -> str:
    """Return a time on the wall as ISO 8601 has it, to the millisecond, with its zone."""
    return moment.isoformat(timespec="milliseconds")


def _id(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:16]
