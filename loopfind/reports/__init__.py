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
}

SUFFIXES = {".json": "json", ".txt": "text"}
"""Which format a file name's ending asks for."""

PLOTS = {".svg": "loopfind.reports.svg:write", ".png": "loopfind.reports.png:write"}
"""A plot file's ending -> a function `(drawing: Drawing) -> Iterator[bytes]` that writes it, in pieces."""
