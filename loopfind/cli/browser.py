"""A suspect cut in the person's own web browser."""

from typing import TYPE_CHECKING

from loopfind.errors import BadSetting, OutputError
from loopfind.reports.wording import count

if TYPE_CHECKING:
    from loopfind.model.report import Report


def check(video: str, link: str, format: str) -> None:
    """Raises BadSetting, before the scan, where nothing could be opened.

    format: what goes to stdout. A browser without windows draws there, so it must be text.
    """
    if format != "text":
        raise BadSetting("--open", format, "a browser may draw where this goes; write it to a file with -o")
    if video == "-" and not link:
        raise BadSetting("--open", video, "standard input has no address; give the video's page with --link")


def open_cut(report: "Report", number: int) -> None:
    """Open suspect cut `number`, from 1, at its second. Raises OutputError where it is not there, or no browser is."""
    import webbrowser

    from loopfind.reports.links import linker

    if number > len(report.cuts):
        there = f"there {'is' if len(report.cuts) == 1 else 'are'} {count(len(report.cuts), 'suspect cut')}"
        raise OutputError(f"--open {number}", there if report.cuts else "there is no suspect cut, so nothing to open")
    address = linker(report.settings.link, report.source.path)(report.cuts[number - 1].time)
    if not webbrowser.open(address):
        raise OutputError(f"--open {number}", f"no web browser could be started; the address is {address}")
