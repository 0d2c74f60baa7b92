"""A trajectory, as text and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.model.trajectory import CameraMap, Retrace, Trajectory, Unusual
from loopfind.model.version import version
from loopfind.reports.formats import json as machine
from loopfind.reports.formats.json import json_line, json_list, source_of
from loopfind.reports.links import Link, linker
from loopfind.reports.trajectory_words import (
    chance_in_words,
    comes_again,
    judged_seconds,
    limits_of,
    map_in_words,
    reasons_in_words,
    region_in_words,
    trajectory_summary,
)
from loopfind.reports.wording import clock, count, length, safe, share

MOST_TRAJECTORY_ROWS = 12
"""Rows of each list in the text at the most; the JSON has all."""

_AT_ONCE = 4096
"""Samples that are turned into text at once."""


def trajectory_text(found: Trajectory) -> Iterator[str]:
    """Yield the answer for a person: a sentence, the maps with their places, and a row for each stretch."""
    yield f"{trajectory_summary(found)}\n\n"
    path = "standard input" if found.source.path == "-" else safe(found.source.path)
    samples = f"{count(len(found.times), 'sample')}, {found.rate:.3g} a second"
    yield f"{path}: {length(found.source.duration)}, {samples}\n"
    yield f"Judged: {length(round(judged_seconds(found), 1))} against {count(len(found.maps), 'map')}\n"
    yield from _listed("Maps", [(one.start, one.end, map_in_words(one)) for one in found.maps])
    for one in found.maps:
        yield from _places(one, len(found.maps) > 1)
    rows = [(one.start, one.end, f"{event_words(one)}\n      {measured_words(one)}") for one in found.events]
    yield from _listed("Unusual against this baseline", rows)
    again = [(one.start, one.end, one.words) for one in comes_again(found)]
    yield from _listed("Comes again", again)
    yield from _listed("Lost", [(loss.start, loss.end, safe(loss.what)) for loss in found.losses])
    limits = limits_of(found)
    yield from ["\nWhat limits this answer\n"] * bool(limits)
    yield from (f"  {one}\n" for one in limits)


def event_words(event: Unusual) -> str:
    """Return an unusual stretch in words, without its times: its number, why, where in the picture, and its repeat."""
    parts = [f"{event.id}: {reasons_in_words(event)}", region_in_words(event.region)]
    parts += ["goes on" if event.going_on else "", f"repeat {event.repeat}" if event.repeat is not None else ""]
    return "; ".join(filter(None, parts))


def measured_words(event: Unusual) -> str:
    """Return what was measured of an unusual stretch: its score, what chance gives, and what it was compared with."""
    compared = f"most so at {clock(event.peak)}, compared with {clock(event.like)}"
    return f"score {event.score:.2f}, {chance_in_words(event.per_hour)}; {compared}"


def trajectory_json(found: Trajectory) -> Iterator[str]:
    """Yield the answer in the machine form, ending in a newline, in pieces."""
    yield from _members(found)
    yield ',\n  "report": '
    held = ""  # the newline that ends a report alone is left out
    for piece in machine.write(found.report):
        yield held
        held = piece.replace("\n", "\n  ")
    yield held.rstrip()
    yield "\n}\n"


def trajectory_line(found: Trajectory) -> Iterator[str]:
    """Yield the answer without its report on one line, without the newline, in pieces."""
    yield from machine.on_one_line(chain(_members(found), ["\n}"]))


def event_value(event: Unusual, link: Link) -> dict[str, Any]:
    """Return an unusual stretch under the names of the machine form."""
    return asdict(event) | {"link": link(event.start)}


def map_value(camera_map: CameraMap, link: Link) -> dict[str, Any]:
    """Return a map under the names of the machine form."""
    places = [asdict(place) | {"link": link(place.moment)} for place in camera_map.places]
    return asdict(camera_map) | {"places": places}


def _members(found: Trajectory) -> Iterator[str]:
    """Yield the answer in the machine form up to its report, without the end."""
    link = linker(found.report.settings.link, found.source.path)
    yield f'{{\n  "schema": {machine.SCHEMA},\n  "loopfind": {json_line(version())}'
    yield f',\n  "source": {json_line(source_of(found.source) | {"link": link(0.0)})}'
    yield f',\n  "settings": {json_line(asdict(found.settings))}'
    yield f',\n  "summary": {json_line(trajectory_summary(found))}'
    yield from json_list("limits", ([json_line(one)] for one in limits_of(found)))
    yield f',\n  "rate": {json_line(found.rate)}'
    yield from json_list("maps", ([json_line(map_value(one, link))] for one in found.maps))
    yield from json_list("events", ([json_line(event_value(one, link))] for one in found.events))
    yield from json_list("retraces", ([json_line(_retrace(one, link))] for one in found.retraces))
    yield from json_list("losses", ([json_line(asdict(loss))] for loss in found.losses))
    yield ',\n  "path": {'
    arrays: tuple[tuple[str, NDArray[Any]], ...] = (
        ("times", found.times),
        ("positions", found.positions),
        ("map", found.map_ids),
        ("place", found.places),
        ("activity", found.activity),
        ("score", found.scores),
    )
    for number, (name, array) in enumerate(arrays):
        yield f'{"," if number else ""}\n    "{name}": ['
        for start in range(0, len(array), _AT_ONCE):
            items = json.dumps(_numbers(array[start : start + _AT_ONCE]), allow_nan=False)
            yield (", " if start else "") + items[1:-1]
        yield "]"
    yield "\n  }"


def _numbers(array: NDArray[Any]) -> list[Any]:
    """Return an array as JSON has it: None for ids below 0 and for what is no number; a float32 has no more digits than
    bring it back."""
    known = array >= 0 if array.dtype.kind == "i" else np.isfinite(array)
    if array.dtype == np.float32:
        array = array.astype(str).astype(np.float64)
    numbers = array.astype(object)
    numbers[~known] = None
    listed: list[Any] = numbers.tolist()
    return listed


def _retrace(retrace: Retrace, link: Link) -> dict[str, Any]:
    return asdict(retrace) | {"link": link(retrace.start)}


def _places(camera_map: CameraMap, several: bool) -> Iterator[str]:
    if camera_map.places:
        yield f"\nPlaces of map {camera_map.id}\n" if several else "\nPlaces\n"
    for place in camera_map.places[:MOST_TRAJECTORY_ROWS]:
        come = f"come to {count(place.visits, 'time')}" if place.visits != 1 else "come to once"
        yield f"  {place.id}: {share(place.share)} of the time, {come}, as at {clock(place.moment)}\n"
    yield from _more(len(camera_map.places))


def _listed(head: str, rows: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    if rows:
        yield f"\n{head}\n"
    for start, end, words in rows[:MOST_TRAJECTORY_ROWS]:
        yield f"  {clock(start)} - {clock(end)}  {words}\n"
    yield from _more(len(rows))


def _more(number: int) -> Iterator[str]:
    if number > MOST_TRAJECTORY_ROWS:
        yield f"  ... and {number - MOST_TRAJECTORY_ROWS:,} more; --json lists all\n"
