"""Repeats and cuts as a page shows them: their words, tables and pictures."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loopfind.model.exhibits import Exhibit, Seam
from loopfind.model.report import Cut, Occurrence, Repeat
from loopfind.model.transform import Transform
from loopfind.model.video import Source
from loopfind.reports.links import Link
from loopfind.reports.page.figures import curve
from loopfind.reports.wording import EVIDENCE, changes, clock, count, length, share, title

COLOURS = 7
"""Colours of repeats; more repeats share them, and each bears its number."""

MOST_OCCURRENCES, MOST_TO_PLAY = 20, 24
MOST_OPEN = 4
"""Repeats that stand open when the page opens."""

MISSING = "no picture"
OUTSIDE = "outside the video"


def name_of(repeat: Repeat) -> str:
    """Repeat 1, Loop 2, Still 3."""
    return f"{repeat.kind.capitalize()} {repeat.id}"


def step_of(source: Source) -> float:
    """Seconds from frame to frame, for a player that goes on by one."""
    return 1 / source.fps if source.fps > 0 else 0.04


def to_play(repeats: Sequence[Repeat]) -> dict[int, dict[str, Any]]:
    """The repeats by their ids as the scripts read them."""
    return {
        r.id: {
            "name": name_of(r),
            "colour": r.id % COLOURS,
            "count": len(r.occurrences),
            "occurrences": [
                {"number": n, "file": o.file or 0, "start": o.start, "end": o.end}
                | {"reversed": o.reversed, "mirrored": o.mirrored, "turned": o.turned}
                for n, o in enumerate(r.occurrences[:MOST_TO_PLAY], 1)
            ],
        }
        for r in repeats
    }


class Showcase:
    """Turns what was found into what the template reads."""

    def __init__(
        self,
        repeats: Sequence[Repeat],
        shown: Sequence[Exhibit],
        shots: Mapping[tuple[int | None, float], bytes],
        link: Callable[[int | None], Link],
        told: Sequence[Repeat],
        names: Sequence[str] = (),
    ) -> None:
        """shots: JPEG files by file number, None for the only one, and time. link: the links of a file. told: the
        repeats that have a block of their own. names: of the files, where there are several."""
        self._repeats, self._link, self._told, self._names = repeats, link, told, names
        self._sources = {
            place: "data:image/jpeg;base64," + base64.b64encode(shot).decode() for place, shot in shots.items()
        }
        self._shown = {exhibit.repeat: exhibit for exhibit in shown}

    def shot(self, time: float | None, alt: str, file: int | None = None) -> dict[str, Any]:
        """One picture with its time and its link."""
        if time is None:
            return {"src": "", "alt": alt, "time": None, "clock": "", "link": "", "missing": OUTSIDE}
        source = self._sources.get((file, time), "")
        return {
            "src": source,
            "alt": alt,
            "time": time,
            "clock": clock(time),
            "link": self._link(file)(time),
            "missing": MISSING,
        }

    def repeat(self, place: int) -> dict[str, Any]:
        """One of the repeats that have a block of their own."""
        repeat = self._told[place]
        exhibit = self._shown.get(repeat.id, Exhibit(repeat.id, (), (), (), ()))
        files = [repeat.occurrences[column].file for column in exhibit.columns]
        pictures = any(
            (file, time) in self._sources
            for row in exhibit.rows
            for file, time in zip(files, row.times, strict=True)
            if time is not None
        )
        more = len(repeat.occurrences) - MOST_OCCURRENCES
        return {
            "id": repeat.id,
            "name": name_of(repeat),
            "colour": repeat.id % COLOURS,
            "title": title(repeat),
            "open": place < MOST_OPEN,
            "belief": _belief(repeat),
            "occurrences": [
                {
                    "number": number,
                    "file": self._file(o),
                    "clock": clock(o.start),
                    "link": self._link(o.file)(o.start),
                    "end": clock(o.end),
                    "frames": f"{o.start_frame}-{max(o.start_frame, o.end_frame - 1)}",
                    "how": ", ".join(changes(o)),
                }
                for number, o in enumerate(repeat.occurrences[:MOST_OCCURRENCES], 1)
            ],
            "more": f"and {count(more, 'more occurrence')}; the JSON report lists all" if more > 0 else "",
            "heads": self._heads(repeat, exhibit),
            "grid": max(1, 2 * len(exhibit.columns) - 1),
            "rows": self._rows(repeat, exhibit) if pictures else [],
            "no_pictures": "No pictures of this one: " + self._why_none(exhibit),
            "curves": [
                curve(c, repeat.occurrences[0].start, repeat.occurrences[0].end, self._called(repeat, c.other))
                for c in exhibit.curves
                if len(c.times) > 1 and (place < 40 or c is exhibit.curves[0])
            ],
        }

    def _file(self, occurrence: Occurrence) -> str:
        return self._names[occurrence.file or 0] if self._names else ""

    def _called(self, repeat: Repeat, place: int) -> str:
        """What a showing is called beside the first one."""
        file = self._file(repeat.occurrences[place])
        return f"occurrence {place + 1} ({file})" if file else f"occurrence {place + 1}"

    def _heads(self, repeat: Repeat, exhibit: Exhibit) -> list[str]:
        heads = []
        for place, column in enumerate(exhibit.columns):
            heads.append(self._file(repeat.occurrences[column]) or f"occurrence {column + 1}")
            if place:
                heads.append("difference, 4 times")
        return heads

    def cuts(self, cuts: Sequence[Cut], seams: Sequence[Seam]) -> list[dict[str, Any]]:
        """The cuts, with the frames before and after where there are pictures of them."""
        known = {seam.cut: seam for seam in seams}
        found = []
        for place, cut in enumerate(cuts):
            seam = known.get(place)
            shown = seam is not None and {(None, seam.before), (None, seam.after)} & set(self._sources)
            found.append(
                {
                    "clock": clock(cut.time),
                    "link": self._link(None)(cut.time),
                    "frame": cut.frame,
                    "kind": cut.kind,
                    "repeats": _known(cut, self._told)[:4],
                    "more": ", …" if len(cut.repeats) > 4 else "",
                    "before": self.shot(seam.before, f"Last frame before the cut at {clock(cut.time)}")
                    if seam and shown
                    else None,
                    "after": self.shot(seam.after, f"First frame after the cut at {clock(cut.time)}")
                    if seam and shown
                    else None,
                }
            )
        return found

    def left_out(self) -> str:
        """What the page does not show, in words."""
        repeats = self._told
        if len(repeats) < len(self._repeats):
            rest = count(len(self._repeats) - len(repeats), "shorter one")
            return f"These are the {len(repeats):,} that take the most time; the JSON report lists {rest} more."
        bare = [r for r in repeats if not (r.id in self._shown and self._shown[r.id].rows)]
        if not self._sources or not repeats or not (bare or len(repeats) > 20):
            return ""
        words = "A page holds a limited number of pictures: of so many repeats only a few moments each are shown"
        return f"{words}, and none of {count(len(bare), 'the shorter one')}." if bare else f"{words}."

    def _rows(self, repeat: Repeat, exhibit: Exhibit) -> list[dict[str, Any]]:
        rows = []
        for number, row in enumerate(exhibit.rows):
            cells = []
            for column, (time, view) in enumerate(zip(row.times, exhibit.views, strict=True)):
                which = exhibit.columns[column]
                alt = f"{name_of(repeat)}, {self._called(repeat, which)}, {row.what}"
                cell = self.shot(time, alt, repeat.occurrences[which].file)
                cell |= {"column": column, "occurrence": which, "row": number}
                cell |= {"scale": _scale(view), "turned": view.turned % 4}
                cells.append(cell)
            rows.append({"what": row.what, "cells": cells})
        return rows

    def _why_none(self, exhibit: Exhibit) -> str:
        if not self._sources:
            return "the video could not be read a second time."
        if not exhibit.rows:
            return "the page holds a limited number of them, and longer repeats come first."
        return "its frames could not be found again, or the page is full."


def _belief(repeat: Repeat) -> str:
    words = EVIDENCE[repeat.evidence]
    sure = f" Confidence {share(repeat.confidence)}." if repeat.kind != "still" else ""
    return f"{words[0].upper()}{words[1:]}.{sure} {length(repeat.length)} long."


def _scale(view: Transform) -> str:
    """The view as CSS scales a picture about its middle."""
    return f"{-view.across if view.mirrored else view.across:g}, {view.down:g}"


def _known(cut: Cut, told: Sequence[Repeat]) -> list[int]:
    known = {repeat.id for repeat in told}
    return [number for number in cut.repeats if number in known]
