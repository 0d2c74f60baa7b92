"""The formats a report can be written in: one file a format, one line in the table.

A part is a function `(report: Report) -> Iterator[str]` that yields the text in pieces of a bounded size, because what
is found in a day of video may list millions of frames.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the table alone must not wait for numpy
    from collections.abc import Callable, Iterator

    from loopfind.model import Report

    Write = Callable[[Report], Iterator[str]]

FORMATS = {
    "json": "loopfind.reports.json:write",
    "text": "loopfind.reports.text:write",
    "markdown": "loopfind.reports.markdown:write",
    "csv": "loopfind.reports.csv:write",
    "cuts-csv": "loopfind.reports.cuts_csv:write",
    "losslesscut": "loopfind.reports.losslesscut:write",
    "audacity": "loopfind.reports.audacity:write",
    "srt": "loopfind.reports.srt:write",
    "vtt": "loopfind.reports.vtt:write",
    "ffmetadata": "loopfind.reports.ffmetadata:write",
    "youtube": "loopfind.reports.youtube:write",
    "edl": "loopfind.reports.edl:write",
    "otio": "loopfind.reports.otio:write",
    "fcpxml": "loopfind.reports.fcpxml:write",
}

SEVERAL = {
    "json": "loopfind.reports.comparisons:as_json",
    "text": "loopfind.reports.comparisons:as_text",
    "markdown": "loopfind.reports.markdown:write_several",
    "csv": "loopfind.reports.csv:write_several",
    "edl": "loopfind.reports.edl:write_several",
    "otio": "loopfind.reports.otio:write_several",
    "fcpxml": "loopfind.reports.fcpxml:write_several",
}
"""Formats that hold several files -> a function `(comparison: Comparison) -> Iterator[str]`. The others belong to one
file, and are written of one of those that are compared."""

PAGE = "html"
"""What is no format like the others, as it needs pictures, but is asked for as they are."""

SUFFIXES = {
    ".json": "json",
    ".txt": "text",
    ".md": "markdown",
    ".csv": "csv",
    ".srt": "srt",
    ".vtt": "vtt",
    ".ffmetadata": "ffmetadata",
    ".edl": "edl",
    ".otio": "otio",
    ".fcpxml": "fcpxml",
    ".html": PAGE,
}
"""Which format a file name's ending asks for. Formats that share an ending with another are asked for by name."""

PLOTS = {".svg": "loopfind.reports.svg:write", ".png": "loopfind.reports.png:write"}
"""A plot file's ending -> a function `(drawing: Drawing) -> Iterator[bytes]` that writes it, in pieces."""
