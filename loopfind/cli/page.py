"""The page of a scan: asked for with --html, checked before the scan, written after it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from loopfind.cli import output as outputs
from loopfind.errors import BadSetting

if TYPE_CHECKING:
    from loopfind.exhibits import Exhibits
    from loopfind.model import Report


def check(page: str, video: str, reports: Sequence[str], href: str | None) -> None:
    """Raise, before an hour of decoding, where the page could not be made or would write over something."""
    from loopfind.reports import html

    html.check()
    if page in ("", "-"):
        raise BadSetting("--html", page, "give the name of a file, such as report.html")
    outputs.check(page)
    others = [(video, "the video"), *((place, "the report of --output") for place in reports)]
    for other, what in others:
        if outputs.same(page, other):
            raise BadSetting("--html", page, f"this is {what}, and would be lost; choose another name")
    if href is not None and urlsplit(href).scheme.lower() not in ("", "http", "https", "file"):
        raise BadSetting("--video-href", href, "give a relative path, or an http, https or file address")


def deliver(report: "Report", exhibits: "Exhibits", page: str, video: str, href: str | None) -> None:
    """Write the page whole or not at all. Raises OutputError."""
    from loopfind.reports import html

    outputs.save(page, html.write(report, exhibits, _href(page, video, href)))


def _href(page: str, video: str, given: str | None) -> str:
    """Where the page finds the video: as given, or the way from the page to the file; "" for what is no file."""
    if given is not None:
        return given
    if video == "-":
        return ""
    if "://" in video:
        return video if urlsplit(video).scheme.lower() in ("http", "https", "file") else ""
    folder = Path(os.path.realpath(page)).parent
    way = os.path.relpath(os.path.realpath(video), folder)
    return quote(os.fsencode(way if way.startswith(".") else os.path.join(".", way)))
