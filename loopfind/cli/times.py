"""Times as ffmpeg writes them."""

import re
from typing import Annotated

import typer

from loopfind.errors import BadSetting
from loopfind.settings import STALL

TAKES = "give a time such as 90, 12.5, 1:30, 1:02:03.5, 500ms, 24h"

Stall = Annotated[
    float,
    typer.Option("--stall", metavar="SECONDS", help=f"Give up after so long without a byte; {STALL:g} unless said."),
]
"""The option of every command that reads videos."""

_CLOCK = re.compile(r"(-?)(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d*)?)", re.ASCII)
_PLAIN = re.compile(r"(-?)(\d+\.?\d*|\.\d+)(s|ms|us|h)?", re.ASCII)
_UNITS = {None: 1.0, "s": 1.0, "ms": 1e3, "us": 1e6}


def seconds(setting: str, text: str) -> float:
    """The seconds that `text` says: [-][HH:]MM:SS[.m...] or [-]S[.m...][s|ms|us|h].

    Follows "Time duration" in ffmpeg-utils, but takes minutes above 59 where no hours are given, and hours by
    themselves.
    Raises BadSetting, in the name of `setting`.
    """
    if found := _CLOCK.fullmatch(text.strip()):
        sign, hours, minutes, rest = found.groups()
        if float(rest) >= 60 or (hours is not None and int(minutes) >= 60):
            raise BadSetting(setting, text, "minutes and seconds go up to 59")
        total = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    elif found := _PLAIN.fullmatch(text.strip()):
        sign, digits, unit = found.groups()
        total = float(digits) * 3600 if unit == "h" else float(digits) / _UNITS[unit]
    else:
        raise BadSetting(setting, text, TAKES)
    return -total if sign and total else total


def limits(start: str | None, end: str | None) -> tuple[float | None, float | None]:
    """Both ends of the scan in seconds, None where there is no limit.

    Raises BadSetting for a time that nobody can read, a start before 0, or an end that is not after the start.
    """
    first = None if start is None else seconds("--start", start)
    last = None if end is None else seconds("--end", end)
    if first is not None and first < 0:
        raise BadSetting("--start", start, "a scan starts at 0 or later")
    if last is not None and last <= (first or 0.0):
        raise BadSetting("--end", end, f"it must be after the start ({start or 0})")
    return first, last
