"""The formats of a report: one file a format, one line in the table.

A part is a function `(report: Report) -> Iterator[str]` that yields the text in pieces of a bounded size, because what
is found in a day of video may list millions of frames.
"""

from typing import TYPE_CHECKING

from loopfind.registry import Table

if TYPE_CHECKING:  # the table alone must not wait for numpy
    from collections.abc import Callable, Iterator

    from loopfind.model.report import Report

    Write = Callable[[Report], Iterator[str]]

FORMATS = Table(
    "loopfind.formats",
    {
        "json": "loopfind.reports.formats.json:write",
        "text": "loopfind.reports.formats.text:write",
        "markdown": "loopfind.reports.formats.markdown:write",
        "csv": "loopfind.reports.formats.csv:write",
        "cuts-csv": "loopfind.reports.formats.cuts_csv:write",
        "spots-csv": "loopfind.reports.formats.spots_csv:write",
        "losslesscut": "loopfind.reports.formats.losslesscut:write",
        "audacity": "loopfind.reports.formats.audacity:write",
        "srt": "loopfind.reports.formats.srt:write",
        "vtt": "loopfind.reports.formats.vtt:write",
        "ffmetadata": "loopfind.reports.formats.ffmetadata:write",
        "youtube": "loopfind.reports.formats.youtube:write",
        "edl": "loopfind.reports.formats.edl:write",
        "otio": "loopfind.reports.formats.otio:write",
        "fcpxml": "loopfind.reports.formats.fcpxml:write",
    },
)
"""Name -> "module:attribute", for `loopfind.registry.load`; of other packages, the entry points `loopfind.formats`."""

SEVERAL = {
    "json": "loopfind.reports.formats.comparisons:as_json",
    "text": "loopfind.reports.formats.comparisons:as_text",
    "markdown": "loopfind.reports.formats.markdown:write_several",
    "csv": "loopfind.reports.formats.csv:write_several",
    "spots-csv": "loopfind.reports.formats.spots_csv:write_several",
    "edl": "loopfind.reports.formats.edl:write_several",
    "otio": "loopfind.reports.formats.otio:write_several",
    "fcpxml": "loopfind.reports.formats.fcpxml:write_several",
}
"""Formats that hold several files -> a function `(comparison: Comparison) -> Iterator[str]`. The others belong to one
file, and are written of one of those that are compared."""

PAGE = "html"
"""The page: no format like the others, as it needs pictures, but asked for as they are."""

SUFFIXES = {
    ".json": "json",
    ".txt": "text",
    ".md": "markdown",
    ".csv": "csv",
    "spots.csv": "spots-csv",
    ".srt": "srt",
    ".vtt": "vtt",
    ".ffmetadata": "ffmetadata",
    ".edl": "edl",
    ".otio": "otio",
    ".fcpxml": "fcpxml",
    ".html": PAGE,
}
"""Ending of a file name -> the format it asks for, the longest ending that fits. A format that shares an ending with
another is asked for by name."""


def format_of_ending(name: str) -> str:
    """Return the format that the ending of a file's name asks for, "" for none."""
    fit = [ending for ending in SUFFIXES if name.lower().endswith(ending)]
    return SUFFIXES[max(fit, key=len)] if fit else ""
