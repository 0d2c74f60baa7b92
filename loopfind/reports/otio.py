"""An OpenTimelineIO timeline (JSON): the whole video as one clip, with a marker over each occurrence and at each cut.

The form is that of the schemas Timeline.1, Track.1, Clip.2 and Marker.2 of OpenTimelineIO.
"""

import json
from collections.abc import Iterator
from typing import Any

from loopfind.model import Report
from loopfind.reports.grid import Grid, grid_of
from loopfind.reports.json import plain
from loopfind.reports.links import address
from loopfind.reports.showings import in_time
from loopfind.reports.wording import name

COLOURS = {"repeat": "RED", "loop": "MAGENTA", "still": "CYAN"}
_CUT = "YELLOW"
_SPOT = "@markers@"


def write(report: Report) -> Iterator[str]:
    """The timeline in pieces. Times are frames on the grid of `grid.py`; where the rate varies they are not rounded, so
    that they lead back to the frame."""
    grid = grid_of(report)
    before, after = _text(_timeline(report, grid)).split(_text([_SPOT]))  # no name can hold quotes that are not escaped
    yield before + "["
    empty = True
    for marker in _markers(report, grid):
        yield ("" if empty else ",") + "\n" + _text(marker)
        empty = False
    yield "]" + after + "\n"


def _timeline(report: Report, grid: Grid) -> dict[str, Any]:
    video, place = name(report.source.path), address(report.source.path)
    # What was not scanned before --start is a part of the clip too, so that frames count from the file's first.
    whole = _range(grid, 0, grid.nearest((report.settings.start or 0.0) + report.source.duration))
    shown: dict[str, Any] = {"enabled": True, "effects": [], "metadata": {}}
    media: dict[str, Any] = {"OTIO_SCHEMA": "MissingReference.1"}
    if place:
        media = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": place}
    media |= {"metadata": {}, "name": video, "available_range": whole, "available_image_bounds": None}
    clip = {"OTIO_SCHEMA": "Clip.2", "name": video, "source_range": whole, "markers": [_SPOT]} | shown
    clip |= {"media_references": {"DEFAULT_MEDIA": media}, "active_media_reference_key": "DEFAULT_MEDIA"}
    track = {"OTIO_SCHEMA": "Track.1", "name": "", "kind": "Video", "source_range": None, "markers": []} | shown
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "source_range": None, "markers": []} | shown
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": video,
        "metadata": {"loopfind": {"summary": report.verdict.summary}},
        "global_start_time": None,
        "tracks": stack | {"children": [track | {"children": [clip]}]},
    }


def _markers(report: Report, grid: Grid) -> Iterator[dict[str, Any]]:
    for showing in in_time(report):
        repeat, one = showing.repeat, showing.occurrence
        about = {name: getattr(repeat, name) for name in ("kind", "confidence", "evidence")}
        about = {"repeat": repeat.id, "occurrence": showing.number} | about
        first, last = _place(grid, one.start, one.start_frame), _place(grid, one.end, one.end_frame)
        yield _marker(grid, first, last, showing.title, COLOURS[repeat.kind], about)
    for number, cut in enumerate(report.cuts, 1):
        at = _place(grid, cut.time, cut.frame)
        about = {"cut": number, "kind": cut.kind, "repeats": cut.repeats}
        yield _marker(grid, at, at, f"Suspect cut {number} ({cut.kind})", _CUT, about)


def _marker(grid: Grid, first: float, last: float, title: str, colour: str, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "name": title,
        "color": colour,
        "comment": "",
        "marked_range": _range(grid, first, max(0, last - first)),
        "metadata": {"loopfind": about},
    }


def _place(grid: Grid, seconds: float, frame: int) -> float:
    return grid.number(seconds, frame) if grid.constant else max(0.0, seconds * float(grid.rate))


def _range(grid: Grid, first: float, length: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(grid, first), "duration": _time(grid, length)}


def _time(grid: Grid, value: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(grid.rate), "value": value}


def _text(value: Any) -> str:
    return json.dumps(plain(value), allow_nan=False)
