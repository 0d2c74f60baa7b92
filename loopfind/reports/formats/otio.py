"""An OpenTimelineIO timeline (JSON): the whole video as one clip, with a marker over each occurrence and at each cut.
Of several files it has each occurrence as a clip of its own file, one after another.

The form is that of the schemas Timeline.1, Track.1, Clip.2 and Marker.2 of OpenTimelineIO.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.formats.json import jsonable
from loopfind.reports.formats.timecode import Grid, grid_of, grids_of
from loopfind.reports.links import address
from loopfind.reports.rows import OccurrenceRow, occurrence_rows, rows_in_time
from loopfind.reports.wording import name

MARKER_COLOURS = {"repeat": "RED", "loop": "MAGENTA", "still": "CYAN"}
_CUT = "YELLOW"
_SPOT = "@markers@"
_SHOWN: dict[str, Any] = {"enabled": True, "effects": [], "metadata": {}}


def write(report: Report) -> Iterator[str]:
    """Yield the timeline in pieces. Times are frames on the grid of `timecode.py`; where the rate varies they are not
    rounded, so that they lead back to the frame."""
    grid = grid_of(report)
    before, after = _text(_timeline(report, grid)).split(_text([_SPOT]))  # no name can hold quotes that are not escaped
    yield before + "["
    empty = True
    for marker in _markers(report, grid):
        yield ("" if empty else ",") + "\n" + _text(marker)
        empty = False
    yield "]" + after + "\n"


def _timeline(report: Report, grid: Grid) -> dict[str, Any]:
    video = name(report.source.path)
    # What was not scanned before --start is a part of the clip too, so that frames count from the file's first.
    whole = _range(grid, 0, grid.nearest((report.settings.start or 0.0) + report.source.duration))
    clip = _clip(report.source.path, whole, whole) | {"markers": [_SPOT]}
    return _timeline_of(video, report.verdict.summary, [clip])


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield every occurrence as a clip, repeat by repeat, each with a reference to its file and at that file's rate."""
    grids = grids_of(comparison)
    title = f"{len(comparison.sources)} files compared"
    before, after = _text(_timeline_of(title, comparison.summary, [_SPOT])).split(_text([_SPOT]))
    yield before + "["
    empty = True
    for row in occurrence_rows(comparison):
        one, number = row.occurrence, row.occurrence.file or 0
        grid, source = grids[number], comparison.sources[number]
        first, last = _place(grid, one.start, one.start_frame), _place(grid, one.end, one.end_frame)
        part = _range(grid, first, max(1, last - first))
        whole = _range(grid, 0, max(grid.nearest(source.duration), math.ceil(last)))
        how = {"file": source.path, "reversed": one.reversed, "mirrored": one.mirrored, "turned": one.turned}
        about = {"loopfind": _about(row) | how | {"speed": one.speed}}
        marker = _marker(grid, first, last, row.title, MARKER_COLOURS[row.repeat.kind], about["loopfind"])
        clip = _clip(source.path, part, whole) | {"metadata": about, "markers": [marker]}
        yield ("" if empty else ",") + "\n" + _text(clip)
        empty = False
    yield "]" + after + "\n"


def _clip(path: str, part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a file as a clip. whole: the range of the file."""
    video, place = name(path), address(path)
    media: dict[str, Any] = {"OTIO_SCHEMA": "MissingReference.1"}
    if place:
        media = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": place}
    media |= {"metadata": {}, "name": video, "available_range": whole, "available_image_bounds": None}
    clip = {"OTIO_SCHEMA": "Clip.2", "name": video, "source_range": part} | _SHOWN
    return clip | {"media_references": {"DEFAULT_MEDIA": media}, "active_media_reference_key": "DEFAULT_MEDIA"}


def _timeline_of(title: str, summary: str, clips: list[Any]) -> dict[str, Any]:
    """Return a timeline of one track that holds the clips."""
    track = {"OTIO_SCHEMA": "Track.1", "name": "", "kind": "Video", "source_range": None, "markers": []} | _SHOWN
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "source_range": None, "markers": []} | _SHOWN
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": title,
        "metadata": {"loopfind": {"summary": summary}},
        "global_start_time": None,
        "tracks": stack | {"children": [track | {"children": clips}]},
    }


def _about(row: OccurrenceRow) -> dict[str, Any]:
    about = {name: getattr(row.repeat, name) for name in ("kind", "confidence", "evidence")}
    shown = {name: getattr(row.occurrence, name) for name in ("content_start", "content_end")}
    return {"repeat": row.repeat.id, "occurrence": row.number} | about | shown


def _markers(report: Report, grid: Grid) -> Iterator[dict[str, Any]]:
    for row in rows_in_time(report):
        repeat, one = row.repeat, row.occurrence
        about = _about(row)
        first, last = _place(grid, one.start, one.start_frame), _place(grid, one.end, one.end_frame)
        yield _marker(grid, first, last, row.title, MARKER_COLOURS[repeat.kind], about)
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
    return json.dumps(jsonable(value), allow_nan=False)
