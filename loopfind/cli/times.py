"""Times as they are written on a command line, in the way of ffmpeg."""

import re

from loopfind.errors import BadSetting

TIME_FORMS = "give a time such as 90, 12.5, 1:30, 1:02:03.5, 500ms, 10m, 24h"

_CLOCK = re.compile(r"(-?)(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d*)?)", re.ASCII)
_PLAIN = re.compile(r"(-?)(\d+\.?\d*|\.\d+)(s|ms|us|m|h)?", re.ASCII)
_UNITS = {None: 1.0, "s": 1.0, "ms": 1e3, "us": 1e6}
_MANY = {"m": 60.0, "h": 3600.0}


def parse_time(setting: str, text: str) -> float:
    """Return the seconds of `text`: [-][HH:]MM:SS[.m...] or [-]S[.m...][s|ms|us|m|h].

    As "Time duration" in ffmpeg's manual of utilities, and also minutes above 59 where no hours are given, and
    minutes or hours alone, 10m and 24h. Raises BadSetting, with the name `setting`.
    """
    if found := _CLOCK.fullmatch(text.strip()):
        sign, hours, minutes, rest = found.groups()
        if float(rest) >= 60 or (hours is not None and int(minutes) >= 60):
            raise BadSetting(setting, text, "minutes and seconds go up to 59")
        total = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    elif found := _PLAIN.fullmatch(text.strip()):
        sign, digits, unit = found.groups()
        total = float(digits) * _MANY[unit] if unit in _MANY else float(digits) / _UNITS[unit]
    else:
        raise BadSetting(setting, text, TIME_FORMS)
    return -total if sign and total else total


def parse_limits(start: str | None, end: str | None) -> tuple[float | None, float | None]:
    """Return both limits of the scan in seconds, None for no limit.

    Raises BadSetting for text that is no time, a start before 0, or an end that is not after the start.
    """
    first = None if start is None else parse_time("--start", start)
    last = None if end is None else parse_time("--end", end)
    if first is not None and first < 0:
        raise BadSetting("--start", start, "a scan starts at 0 or later")
    if last is not None and last <= (first or 0.0):
        raise BadSetting("--end", end, f"it must be after the start ({start or 0})")
    return first, last
