"""Reports in the machine form, read back: whole, or as far as is needed to find occurrences in the video again."""

import json
import math
import os
import re
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import repeat
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import unquote_to_bytes, urlsplit

import numpy as np

from loopfind.errors import BadReport
from loopfind.model.report import Clusters, Occurrence, Of, Repeat, RepeatKind, Report, SoundBeside
from loopfind.reports.formats.json import SCHEMA
from loopfind.reports.wording import safe

_LARGEST = 1 << 53
"""Largest number that is taken: the largest whole one that every reader of JSON reads alike."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a letter, which JSON can hold and no text."""
MOST_BYTES = 1 << 29
"""Bytes of a report at the most: that of a day at 60 frames a second, all of which are alike, has a third of it."""
_REMEDY = "give a file that loopfind VIDEO --json wrote"


@dataclass(frozen=True)
class ReadReport:
    """A report that was read back.

    path: the video as it was named; link: its address, which keeps the bytes of names that are not UTF-8. stream:
    number of the video stream. start: where the scan began in seconds, None for the file's own start. fps: frames a
    second. size, digest: of the file, as for a Source; None where the report, an older one, does not say. audio_stream:
    number of the track of sound. pictures: whether the file has any.
    """

    path: str
    link: str
    stream: int
    start: float | None
    fps: float
    repeats: tuple[Repeat, ...]
    size: int | None = None
    digest: str | None = None
    audio_stream: int = 0
    pictures: bool = True


def report_bytes(name: str) -> bytes:
    """Return the bytes of the file of a report, or of a pipe. Raises BadReport, and OSError for what cannot be read."""
    with open(name, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadReport(name, f"larger than any report: {_REMEDY}")
    return data


def read_report(name: str, data: bytes) -> ReadReport:
    """Return the report in the bytes of a JSON file. name: of the file, for messages. Raises BadReport."""
    return _Reader(name).findings(data)


def whole_report(name: str, data: bytes) -> Report:
    """Return the whole report in the bytes of a JSON report; `name` is the file's, for messages. Raises BadReport.

    Keys that this version does not know are passed over, as a later one may add them.
    """
    reader = _Reader(name)
    whole = reader.opened(data)
    try:
        values = {part.name: whole[part.name] for part in fields(Report) if part.name in whole}
        report: Report = noun_of(Report, values | {"clusters": _clusters(whole.get("clusters"))}, "the report")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadReport(name, f"damaged: {error}; {_REMEDY}") from None
    return replace(report, source=replace(report.source, path=_exact_path(report.source.path, whole["source"])))


def _clusters(value: Any) -> Clusters:
    """Return the clusters of a report. Raises TypeError and ValueError."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError("clusters should be a list of objects")
    frames, times = ([one.get(name) for one in value] for name in ("frames", "times"))
    if not all(isinstance(one, list) for one in (*frames, *times)) or [*map(len, frames)] != [*map(len, times)]:
        raise TypeError("clusters should have frames and times, as many of one as of the other")
    sizes = np.array([len(one) for one in frames], np.int64)
    return Clusters(
        np.array([frame for one in frames for frame in one], np.int64),
        np.array([time for one in times for time in one], np.float64),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
    )


def _exact_path(path: str, source: dict[str, Any]) -> str:
    """Return the path of a file whose name is no text, which the link keeps exactly."""
    link = source.get("link")
    if "\ufffd" in path and isinstance(link, str) and link.startswith("file:"):
        return os.fsdecode(unquote_to_bytes(urlsplit(link).path))
    return path


_hints = cache(get_type_hints)


def noun_of(wanted: Any, value: Any, where: str) -> Any:
    """Return the value as the type that a noun declares. Raises TypeError and ValueError, which name the place."""
    if is_dataclass(wanted) and isinstance(wanted, type):
        if isinstance(value, wanted):
            return value
        if not isinstance(value, dict):
            raise TypeError(f"{where} should be an object")
        hints = _hints(wanted)
        known = [part for part in fields(wanted) if part.name in value]
        return wanted(**{part.name: noun_of(hints[part.name], value[part.name], part.name) for part in known})
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        if value not in inner:
            raise ValueError(f"{where} should be one of {', '.join(map(str, inner))}")
        return value
    if origin in (Union, UnionType):
        return None if value is None else noun_of(next(each for each in inner if each is not NoneType), value, where)
    if origin is tuple:
        if not isinstance(value, list) or (inner[-1] is not Ellipsis and len(value) != len(inner)):
            raise TypeError(f"{where} should be a list")
        kinds = repeat(inner[0]) if inner[-1] is Ellipsis else inner
        return tuple(
            noun_of(kind, each, f"{where}[{at}]") for at, (kind, each) in enumerate(zip(kinds, value, strict=False))
        )
    if wanted is float and value is None:  # what JSON cannot hold
        return math.inf
    good = isinstance(value, int | float) if wanted is float else isinstance(value, wanted)
    if not good or (isinstance(value, bool) and wanted is not bool):
        raise TypeError(f"{where} should be {'a number' if wanted in (int, float) else f'a {wanted.__name__}'}")
    if wanted in (int, float) and not abs(value) <= _LARGEST:
        raise ValueError(f"{where} should be a smaller number")
    return _SURROGATE.sub("\ufffd", value) if wanted is str else wanted(value)


def _add_whole_content(repeat: Any) -> None:
    """Let the occurrences of a repeat show the whole of its content where the report, an older one, does not say."""
    listed = repeat.get("occurrences") if isinstance(repeat, dict) else None
    shown = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    known = [[one.get("start"), one.get("end"), one.get("speed", 1.0)] for one in shown]
    lengths = [(row[1] - row[0]) * row[2] for row in known if all(isinstance(value, int | float) for value in row)]
    for one in shown:
        if not one.keys() & {"content_start", "content_end"}:
            one.update(content_start=0.0, content_end=max(lengths, default=0.0))


class _Reader:
    """Takes values out of parsed JSON, each checked, and says where one is wrong."""

    def __init__(self, name: str) -> None:
        self._name = name

    def opened(self, data: bytes) -> dict[str, Any]:
        """Return the object that a report of this schema is."""
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):  # not UTF-8, not JSON, cut short, nested without end
            raise BadReport(self._name, f"not JSON, or cut short: {_REMEDY}") from None
        if not isinstance(whole, dict) or "schema" not in whole or "loopfind" not in whole:
            raise BadReport(self._name, f"JSON, but no report of loopfind: {_REMEDY}")
        if whole["schema"] != SCHEMA or isinstance(whole["schema"], bool):
            wanted = f"of schema {SCHEMA}, which this version reads"
            raise BadReport(self._name, f"a report of schema {safe(str(whole['schema']))[:20]}: give one {wanted}")
        if "repeats" not in whole:
            raise BadReport(self._name, f"a report of something else, without repeats: {_REMEDY}")
        if isinstance(whole["repeats"], list):
            for one in whole["repeats"]:
                _add_whole_content(one)
        return whole

    def findings(self, data: bytes) -> ReadReport:
        whole = self.opened(data)
        source, settings = self._dict(whole, "source"), self._dict(whole, "settings")
        start = settings.get("start")
        return ReadReport(
            self._text(source, "path", "source"),
            self._text(source, "link", "source"),
            self._whole(settings, "stream", "settings"),
            None if start is None else self._number(settings, "start", "settings"),
            self._number(source, "fps", "source"),
            tuple(self._repeat(one, f"repeats[{at}]") for at, one in enumerate(self._list(whole, "repeats", ""))),
            None if source.get("size") is None else self._whole(source, "size", "source"),
            None if source.get("digest") is None else self._text(source, "digest", "source"),
            self._whole(settings, "audio_stream", "settings") if "audio_stream" in settings else 0,
            "width" not in source or whole.get("sound") is None or self._whole(source, "width", "source") > 0,
        )

    def _repeat(self, one: Any, where: str) -> Repeat:
        self._must(isinstance(one, dict), where, "an object")
        kind = self._text(one, "kind", where)
        self._must(kind in get_args(RepeatKind), f"{where}.kind", f"one of {', '.join(get_args(RepeatKind))}")
        of = one.get("of", "picture")  # an older report has none
        self._must(of in get_args(Of), f"{where}.of", f"one of {', '.join(get_args(Of))}")
        sound = one.get("sound")
        self._must(
            sound in (None, *get_args(SoundBeside)), f"{where}.sound", f"one of {', '.join(get_args(SoundBeside))}"
        )
        shown = self._list(one, "occurrences", where)
        return Repeat(
            self._whole(one, "id", where),
            kind,  # type: ignore[arg-type]  # it was compared with what the type allows
            self._number(one, "length", where),
            None,
            self._number(one, "confidence", where),
            "indeterminate",
            tuple(self._occurrence(each, f"{where}.occurrences[{at}]") for at, each in enumerate(shown)),
            of=of,
            sound=sound,
        )

    def _occurrence(self, one: Any, where: str) -> Occurrence:
        self._must(isinstance(one, dict), where, "an object")
        start, end = self._number(one, "start", where), self._number(one, "end", where)
        first, last = self._whole(one, "start_frame", where), self._whole(one, "end_frame", where)
        self._must(start < end and first < last, where, "a span whose end is after its start")
        speed = self._number(one, "speed", where)
        self._must(speed > 0, f"{where}.speed", "above 0")
        pitch = None if one.get("pitch") is None else self._number(one, "pitch", where)
        self._must(pitch is None or pitch > 0, f"{where}.pitch", "above 0")
        content = self._number(one, "content_start", where), self._number(one, "content_end", where)
        self._must(content[0] < content[1], where, "a span of content whose end is after its start")
        return Occurrence(
            start,
            end,
            first,
            last,
            self._flag(one, "reversed", where),
            self._flag(one, "mirrored", where),
            speed,
            content_start=content[0],
            content_end=content[1],
            pitch=pitch,
        )

    def _must(self, holds: bool, where: str, what: str) -> None:
        if not holds:
            raise BadReport(self._name, f"damaged: {where} should be {what}; {_REMEDY}")

    def _dict(self, whole: dict[str, Any], key: str) -> dict[str, Any]:
        value = whole.get(key)
        self._must(isinstance(value, dict), key, "an object")
        return value  # type: ignore[return-value]

    def _list(self, whole: dict[str, Any], key: str, where: str) -> list[Any]:
        value = whole.get(key)
        self._must(isinstance(value, list), f"{where}.{key}".lstrip("."), "a list")
        return value  # type: ignore[return-value]

    def _text(self, whole: dict[str, Any], key: str, where: str) -> str:
        value = whole.get(key)
        self._must(isinstance(value, str), f"{where}.{key}", "a text")
        return _SURROGATE.sub("\ufffd", str(value))

    def _number(self, whole: dict[str, Any], key: str, where: str) -> float:
        value = whole.get(key)
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
        self._must(good and math.isfinite(float(value or 0)), f"{where}.{key}", "a number, 0 or more")
        return float(value)  # type: ignore[arg-type]

    def _whole(self, whole: dict[str, Any], key: str, where: str) -> int:
        value = whole.get(key)
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
        self._must(good, f"{where}.{key}", "a whole number, 0 or more")
        return int(value)  # type: ignore[arg-type]

    def _flag(self, whole: dict[str, Any], key: str, where: str) -> bool:
        value = whole.get(key)
        self._must(isinstance(value, bool), f"{where}.{key}", "true or false")
        return bool(value)
