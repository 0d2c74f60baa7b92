"""A report in the machine form: JSON, schema 1, streamed so that its length does not matter.

Each occurrence, cut and cluster has a line of its own: easy to compare and to read line by line.
Keys and their order never depend on the platform. Numbers are written in full, so they come back the same; a number
that JSON does not have (infinity) is null. The text is ASCII, so no locale can break it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from loopfind.model.report import Clusters, Cut, Occurrence, Repeat, Report
from loopfind.model.version import version
from loopfind.model.video import Source
from loopfind.reports.links import Link, linker

SCHEMA = 1
REPEAT = ("id", "kind", "length", "period", "confidence", "evidence", "picture_share", "of", "sound", "sound_offset")
"""Keys of a repeat before its occurrences."""
_AT_ONCE = 4096
"""Frames of a cluster that are turned into text at once."""

_LAID_OUT = re.compile(r"\n *")
"""An end of a line, with what indents the next one: it is never within a text, where a newline is escaped."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""A byte of a file name that is no text; the links keep it exactly."""


def write(report: Report) -> Iterator[str]:
    """Yield the report as JSON, ending in a newline, in pieces."""
    link = linker(report.settings.link, report.source.path)
    yield f'{{\n  "schema": {SCHEMA},\n  "loopfind": {json_line(version())}'
    yield f',\n  "source": {json_line(source_of(report.source) | {"link": link(0.0)})}'
    yield f',\n  "settings": {json_line(asdict(report.settings))}'
    yield f',\n  "made": {json_line(report.made)}'
    yield f',\n  "choice": {json_line(report.choice)}'
    yield f',\n  "verdict": {json_line(asdict(report.verdict))}'
    yield from json_list("repeats", (_repeat(repeat, link) for repeat in report.repeats))
    yield from json_list("cuts", ([json_line(_cut(cut, link))] for cut in report.cuts))
    yield from json_list("unjudged", ([json_line(asdict(stretch))] for stretch in report.unjudged))
    yield from json_list("findable", ([json_line(asdict(stretch))] for stretch in report.findable))
    yield from json_list("coverage_map", ([json_line(row)] for row in report.coverage_map))
    yield from json_list("frozen", ([json_line(asdict(freeze))] for freeze in report.frozen))
    yield from json_list("leaps", ([json_line(asdict(leap))] for leap in report.leaps))
    yield f',\n  "sound": {json_line(report.sound)}'
    yield from json_list("review", ([json_line(one)] for one in report.review))
    yield from json_list("losses", ([json_line(asdict(loss))] for loss in report.losses))
    yield from json_list("clusters", _clusters(report.clusters))
    yield "\n}\n"


def on_one_line(pieces: Iterable[str]) -> Iterator[str]:
    """Yield what `write` yields on one line, without the newline at its end."""
    for piece in pieces:
        yield _LAID_OUT.sub("", piece)


def source_of(source: Source) -> dict[str, Any]:
    """Return a source under the names of the machine form."""
    return {name: value for name, value in asdict(source).items() if name != "sounds"}


def json_list(name: str, items: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a member that is a list, one item a line; each item comes in pieces."""
    yield f',\n  "{name}": ['
    empty = True
    for item in items:
        yield "\n    " if empty else ",\n    "
        yield from item
        empty = False
    yield "]" if empty else "\n  ]"


def _repeat(repeat: Repeat, link: Link) -> Iterator[str]:
    head = {name: getattr(repeat, name) for name in (*REPEAT, "note")}
    yield json_line(head)[:-1] + ', "occurrences": ['
    for number, occurrence in enumerate(repeat.occurrences):
        yield (",\n      " if number else "\n      ") + json_line(occurrence_of(occurrence, link))
    yield "]}" if not repeat.occurrences else "\n    ]}"


def occurrence_of(occurrence: Occurrence, link: Link) -> dict[str, Any]:
    """Return an occurrence under the names of the machine form, without what is not known of it."""
    known = {name: value for name, value in vars(occurrence).items() if value is not None}
    return known | {"link": link(occurrence.start)}


def _cut(cut: Cut, link: Link) -> dict[str, Any]:
    return asdict(cut) | {"link": link(cut.time)}


def _clusters(clusters: Clusters) -> Iterator[Iterator[str]]:
    for first, last in zip(clusters.offsets[:-1].tolist(), clusters.offsets[1:].tolist(), strict=True):
        yield _cluster(clusters, first, last)


def _cluster(clusters: Clusters, first: int, last: int) -> Iterator[str]:
    for opening, array in (('{"frames": [', clusters.frames), ('], "times": [', clusters.times)):
        yield opening
        for start in range(first, last, _AT_ONCE):
            numbers = json_line(array[start : min(start + _AT_ONCE, last)].tolist())
            yield (", " if start > first else "") + numbers[1:-1]
    yield "]}"


def json_line(value: Any) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(jsonable(value), allow_nan=False)


def answer_json(answer: Mapping[str, Any]) -> str:
    """Return an answer in the machine form: its schema and the version first, ending in a newline."""
    whole = {"schema": SCHEMA, "loopfind": version(), **answer}
    return json.dumps(jsonable(whole), indent=2, allow_nan=False) + "\n"


def jsonable(value: Any) -> Any:
    """Return the value in what JSON can hold: no dataclasses, infinities, numpy numbers, or bytes that are no UTF-8."""
    if isinstance(value, dict):
        return {name: jsonable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(part) for part in value]
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if isinstance(value, int) or math.isfinite(value) else None
    if is_dataclass(value):
        return {name: jsonable(part) for name, part in vars(value).items()}
    return jsonable(value.item())
