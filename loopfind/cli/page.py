"""The page of a scan or a comparison: checked before the work, written after it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from loopfind.cli import output as outputs
from loopfind.cli.made import made_now
from loopfind.errors import BadSetting
from loopfind.reports.files import write_file
from loopfind.reports.formats import PAGE

if TYPE_CHECKING:
    from loopfind.model.comparison import Comparison
    from loopfind.model.exhibits import ComparisonExhibits, Exhibits, SoundExhibits
    from loopfind.model.report import Report


def separate_page(places: Sequence[tuple[str, str]], html: str | None) -> tuple[str | None, list[tuple[str, str]]]:
    """Return the page, asked for with --html or as an output, and the other outputs.

    Raises BadSetting for two pages.
    """
    named = [place for place, form in places if form == PAGE]
    if len(named) + (html is not None) > 1:
        raise BadSetting("--output", named[-1], "one page is written at a time; leave one of the two out")
    return (named[0] if named else html), [(place, form) for place, form in places if form != PAGE]


def check_page(page: str, videos: Sequence[str], reports: Sequence[str], href: str | None = None) -> None:
    """Raise, before an hour of decoding, where the page could not be made or another file would be lost."""
    if page in ("", "-"):
        raise BadSetting("--html", page, "give the name of a file, such as report.html")
    outputs.check_writable(page)
    others = [(video, "the video") for video in videos]
    others += [(place, "the report of --output") for place in reports]
    for other, what in others:
        if outputs.is_same_file(page, other):
            raise BadSetting("--html", page, f"this is {what}, and would be lost; choose another name")
    if href is not None and urlsplit(href).scheme.lower() not in ("", "http", "https", "file"):
        raise BadSetting("--video-href", href, "give a relative path, or an http, https or file address")


def write_page(report: "Report", exhibits: "Exhibits | SoundExhibits", page: str, video: str, href: str | None) -> None:
    """Write the page of a scan whole or not at all. Raises OutputError."""
    from loopfind.model.exhibits import SoundExhibits
    from loopfind.reports.page import scan, sound

    # An address that has a size was fetched from a web page, which no player plays.
    was_fetched = "://" in report.source.path and report.source.size is not None
    place = page_address(page, "-" if was_fetched else video, href)
    if isinstance(exhibits, SoundExhibits):
        write_file(page, sound.write(report, exhibits, place))
    else:
        write_file(page, scan.write(report, exhibits, place))


def write_comparison_page(comparison: "Comparison", shown: "ComparisonExhibits", page: str) -> None:
    """Write the page of a comparison whole or not at all. Raises OutputError."""
    from loopfind.reports.page import comparison as page_of

    hrefs = [page_address(page, source.path, None) for source in comparison.sources]
    write_file(page, page_of.write(comparison, shown, hrefs, made_now()))


def page_address(page: str, video: str, given: str | None) -> str:
    """Return the address of the video for the page: as given, or the path from the page to the file.

    "" for a video that the page cannot play. A page outside of the home folder looks for a video inside of it beside
    itself, as the way there would name the home folder to whom it is sent.
    """
    if given is not None:
        return given
    if video == "-":
        return ""
    if "://" in video and not video.startswith("file:"):
        return video if urlsplit(video).scheme.lower() in ("http", "https") else ""
    from loopfind.media.ffmpeg.address import local_name

    folder, place = Path(os.path.realpath(page)).parent, os.path.realpath(local_name(video))
    try:
        way = os.path.relpath(place, folder)
    except ValueError:  # Windows: on another drive
        way = Path(place).name
    home = Path(os.path.realpath(os.path.expanduser("~")))
    if Path(place).is_relative_to(home) and not folder.is_relative_to(home):
        way = Path(place).name
    way = way.replace(os.sep, "/")
    return quote(os.fsencode(way if way.startswith(".") else f"./{way}"))
