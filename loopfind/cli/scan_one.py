"""The scan of one file, and its report written where it is wanted."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loopfind.cli import output as outputs
from loopfind.cli import paths
from loopfind.cli.made import made_now
from loopfind.cli.paths import through
from loopfind.errors import DecoderFailed, MediaError
from loopfind.registry import load
from loopfind.reports.detail import Detail
from loopfind.reports.formats import FORMATS
from loopfind.settings import ClusterSettings, Decoding, Settings

if TYPE_CHECKING:
    from rich.text import Text

    from loopfind.media.web_page import FetchedVideo
    from loopfind.model.exhibits import Exhibits, SoundExhibits
    from loopfind.model.report import Report
    from loopfind.model.video import Progress, Watch


@dataclass(frozen=True)
class ScanOrder:
    """The way to scan a file. shown: whether exhibits are wanted, for a page. library: that of --cache, None for none.
    resumed: whether to go on with a scan that was cut off. detail: of the texts of its report. cluster: the processes
    that scan, where there are several files."""

    settings: Settings
    decoding: Decoding
    shown: bool
    library: str | None
    resumed: bool
    verbose: bool
    quiet: bool
    detail: Detail
    cluster: ClusterSettings = ClusterSettings()  # noqa: RUF009 - frozen


def scan_file(video: str, order: ScanOrder, turn: str = "") -> "tuple[Report, Exhibits | SoundExhibits | None]":
    """Return the report of one file, and its exhibits where these are wanted.

    turn: words before each stage of the progress, as "3 of 12".
    """
    report, exhibits = _scanned(video, order, turn)
    return replace(report, made=made_now()), exhibits


def _scanned(video: str, order: ScanOrder, turn: str) -> "tuple[Report, Exhibits | SoundExhibits | None]":
    from loopfind.cli.progress import watching

    with watching(order.quiet) as (drawn, note):

        def named(progress: "Progress") -> None:
            assert drawn is not None
            drawn(replace(progress, stage=f"{turn}, {progress.stage}"))

        watch = named if drawn is not None and turn else drawn
        try:
            return _answer(video, order, watch, note)
        except MediaError as error:
            with fetched_after(video, error, watch) as fetched:
                link = order.settings.link or fetched.page
                on_page = replace(order, settings=replace(order.settings, link=link), library=None, resumed=False)
                report, exhibits = _answer(fetched.path, on_page, watch, note)
            return replace(report, source=replace(report.source, path=fetched.page)), exhibits


@contextmanager
def fetched_after(video: str, error: MediaError, watch: "Watch | None") -> "Iterator[FetchedVideo]":
    """Give the body the video of a web page, where that is what could not be read as a video. Raises the error where it
    is no page."""
    if isinstance(error, DecoderFailed) or "://" not in video:
        raise error
    from loopfind.media.web_page import fetched_video, may_be_page

    if not may_be_page(video):
        raise error
    with fetched_video(video, error, watch) as fetched:
        yield fetched


def _answer(
    video: str, order: ScanOrder, watch: "Watch | None", note: "Callable[[str], None]"
) -> "tuple[Report, Exhibits | SoundExhibits | None]":
    settings, log = order.settings, note if order.verbose else None
    if settings.packets_only:
        from loopfind.pipeline import scan_packets

        return scan_packets(video, settings, watch, log, order.decoding.unbounded), None
    cache = through(order.library, note)
    from loopfind.pipeline import Resume, scan, scan_to_show

    resume = Resume(paths.unfinished(), note=lambda line: note(f"loopfind: {line}")) if order.resumed else None
    if order.shown:
        return scan_to_show(video, settings, watch, log, cache, resume, order.decoding)
    return scan(video, settings, watch, log, cache, resume, order.decoding), None


def deliver(report: "Report", format: str, place: str, detail: Detail) -> None:
    """Write a report in a format to a place, a text in the detail given. Raises OutputError."""

    def lines(width: int, hyperlinks: bool) -> "Iterable[Text]":
        from loopfind.reports.formats.text import report_lines

        return report_lines(report, width, hyperlinks, detail)

    write = load("format", format, FORMATS)
    outputs.write_output(write(report, detail) if format == "text" else write(report), format, place, lines)
