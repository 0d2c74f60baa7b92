"""Commands that play a video from a moment on: mpv to the millisecond, VLC to the second before."""

import shlex
from collections.abc import Iterator, Sequence

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.links import address, seconds_of
from loopfind.reports.rows import occurrence_rows

MOST_PLAYED = 12
"""Occurrences of one repeat, and suspect cuts, with commands at the most."""


def commands(report: Report | Comparison, videos: Sequence[str]) -> Iterator[str]:
    """Yield two lines for each moment, for a shell; none for standard input, which no player can read again.

    videos: the names or addresses that were scanned or compared, byte for byte.
    """
    for row in occurrence_rows(report):
        video = videos[row.occurrence.file or 0]
        if row.number <= MOST_PLAYED and address(video):
            yield from _player_commands(row.title, row.occurrence.start, video)
    if isinstance(report, Report) and address(videos[0]):
        for number, cut in enumerate(report.cuts[:MOST_PLAYED], 1):
            yield from _player_commands(f"Suspect cut {number}", cut.time, videos[0])


def _player_commands(title: str, seconds: float, video: str) -> Iterator[str]:
    file, start = quoted(f"./{video}" if video.startswith("-") else video), seconds_of(seconds)
    yield f"{title}: mpv --start={start} {file}"
    yield f"{title}: vlc --start-time={start.partition('.')[0]} {file}"


def quoted(name: str) -> str:
    r"""Return a name as a shell takes it, on one line and in printable letters; others are escaped for bash:
    $'caf\xe9'."""
    if name.isprintable():
        return shlex.quote(name)
    letters = (letter if letter.isprintable() and letter not in "\\'" else _bytes(letter) for letter in name)
    return f"$'{''.join(letters)}'"


def _bytes(letter: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))
