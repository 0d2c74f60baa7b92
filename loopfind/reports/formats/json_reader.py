"""Reports in the machine form, read back as far as is needed to find their occurrences in the video again."""

import json
import math
from dataclasses import dataclass
from typing import Any, get_args

from loopfind.errors import BadReport
from loopfind.model.report import Occurrence, Repeat, RepeatKind
from loopfind.reports.formats.json import SCHEMA

_REMEDY = "give a file that loopfind VIDEO --json wrote"


@dataclass(frozen=True)
class ReadReport:
    """A report that was read back.

    path: the video as it was named; link: its address, which keeps the bytes of names that are not UTF-8. stream:
    number of the video stream. start: where the scan began in seconds, None for the file's own start. fps: frames a
    second.
    """

    path: str
    link: str
    stream: int
    start: float | None
    fps: float
    repeats: tuple[Repeat, ...]


def read_report(name: str, data: bytes) -> ReadReport:
    """Return the report in the bytes of a JSON file. name: of the file, for messages. Raises BadReport."""
    return _Reader(name).findings(data)


class _Reader:
    """Takes values out of parsed JSON, each checked, and says where one is wrong."""

    def __init__(self, name: str) -> None:
        self._name = name

    def findings(self, data: bytes) -> ReadReport:
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):  # not UTF-8, not JSON, cut short, nested without end
            raise BadReport(self._name, f"not JSON, or cut short: {_REMEDY}") from None
        if not isinstance(whole, dict) or "schema" not in whole or "loopfind" not in whole:
            raise BadReport(self._name, f"JSON, but no report of loopfind: {_REMEDY}")
        if whole["schema"] != SCHEMA or isinstance(whole["schema"], bool):
            wanted = f"of schema {SCHEMA}, which this version reads"
            raise BadReport(self._name, f"a report of schema {str(whole['schema'])[:20]}: give one {wanted}")
        if "repeats" not in whole:
            raise BadReport(self._name, f"a report of something else, without repeats: {_REMEDY}")
        source, settings = self._dict(whole, "source"), self._dict(whole, "settings")
        start = settings.get("start")
        return ReadReport(
            self._text(source, "path", "source"),
            self._text(source, "link", "source"),
            self._whole(settings, "stream", "settings"),
            None if start is None else self._number(settings, "start", "settings"),
            self._number(source, "fps", "source"),
            tuple(self._repeat(one, f"repeats[{at}]") for at, one in enumerate(self._list(whole, "repeats", ""))),
        )

    def _repeat(self, one: Any, where: str) -> Repeat:
        self._must(isinstance(one, dict), where, "an object")
        kind = self._text(one, "kind", where)
        self._must(kind in get_args(RepeatKind), f"{where}.kind", f"one of {', '.join(get_args(RepeatKind))}")
        shown = self._list(one, "occurrences", where)
        return Repeat(
            self._whole(one, "id", where),
            kind,  # type: ignore[arg-type]  # it was compared with what the type allows
            self._number(one, "length", where),
            None,
            self._number(one, "confidence", where),
            "indeterminate",
            tuple(self._occurrence(each, f"{where}.occurrences[{at}]") for at, each in enumerate(shown)),
        )

    def _occurrence(self, one: Any, where: str) -> Occurrence:
        self._must(isinstance(one, dict), where, "an object")
        start, end = self._number(one, "start", where), self._number(one, "end", where)
        first, last = self._whole(one, "start_frame", where), self._whole(one, "end_frame", where)
        self._must(start < end and first < last, where, "a span whose end is after its start")
        speed = self._number(one, "speed", where)
        self._must(speed > 0, f"{where}.speed", "above 0")
        return Occurrence(
            start, end, first, last, self._flag(one, "reversed", where), self._flag(one, "mirrored", where), speed
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
        return value  # type: ignore[return-value]

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
