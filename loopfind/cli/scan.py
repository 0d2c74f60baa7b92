"""The default command: scan one video."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import browser, paths, terminal
from loopfind.cli import follow as following
from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli.paths import library_at, through
from loopfind.cli.sizes import size as size_in
from loopfind.cli.times import Stall, limits
from loopfind.errors import BadSetting, UnknownPart, UsageError
from loopfind.fingerprints import KINDS
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES
from loopfind.settings import LARGEST_HASH, SMALLEST_HASH, STALL, Decoding, Settings

if TYPE_CHECKING:
    from rich.text import Text

    from loopfind.model.exhibits import Exhibits
    from loopfind.model.report import Report

EXAMPLES = """\b
Examples:
  loopfind video.mp4                        what repeats, where, how often
  loopfind video.mp4 --json > report.json   the same for a program
  loopfind video.mp4 --start 1:00:00 --end 1:30:00
  loopfind video.mp4 --link 'https://www.youtube.com/watch?v=ID'
  loopfind video.mp4 -o report.json -o repeats.edl --fail-on-repeats
  loopfind video.mp4 -o cuts.csv --format cuts-csv
  loopfind video.mp4 --open 1               look at the first suspect cut
  loopfind video.mp4 --cache                decode it once, scan it often
  loopfind video.mp4 --packets-only         what was copied as it stands, in seconds
  loopfind video.mp4 --html report.html     a page with pictures of what repeats
  loopfind video.mp4 --fast                 a first look, at key frames alone
  loopfind recording.mkv --follow           go on while it is written
  loopfind rtsp://camera/1 --follow --json --fail-on-repeats
  cat video.mkv | loopfind -
  loopfind -- -odd-name.mp4

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 repeats found (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""


def _version(wanted: bool) -> None:
    if wanted:
        from loopfind.cli.about import about

        terminal.put([about() + "\n"])
        raise typer.Exit


def scan(
    video: Annotated[
        str, typer.Argument(metavar="VIDEO", help="A file, an address that ffmpeg can open, or - for stdin.")
    ],
    hash_size: Annotated[
        str,
        typer.Option(
            "--hash-size",
            metavar="N",
            help=f"Side of the hash, {SMALLEST_HASH} to {LARGEST_HASH}: larger sees more. auto: as a sweep advises.",
        ),
    ] = str(Settings.hash_size),
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"Kind of fingerprint: {', '.join(KINDS)}.")
    ] = Settings.kind,
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream, from 0; cover art does not count.")
    ] = Settings.stream,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="Scan from here: 90, 1:30, 1:02:03.5, 500ms.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="Scan up to here.")] = None,
    link: Annotated[
        str,
        typer.Option("--link", metavar="URL", help="The page the video is watched at; times link to it."),
    ] = Settings.link,
    as_json: Annotated[bool, typer.Option("--json", help="Write the machine form.")] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=f"Write it to a file ({', '.join(SUFFIXES)}); may be repeated.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="NAME", help=f"Which format, one for each -o in order: {', '.join((*FORMATS, PAGE))}."
        ),
    ] = None,
    open_cut: Annotated[
        int | None,
        typer.Option("--open", metavar="N", min=1, help="Open suspect cut N, counted as listed, in the web browser."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write a page to look at: pictures, curves, both copies playing."),
    ] = None,
    video_href: Annotated[
        str | None,
        typer.Option("--video-href", metavar="URL", help="Where that page finds the video; unless said, beside it."),
    ] = None,
    packets_only: Annotated[
        bool, typer.Option("--packets-only", help="Decode nothing: find what was copied as it stands, in seconds.")
    ] = False,
    stall: Stall = STALL,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", metavar="N", min=1, help="Decoders side by side; unless said, one for each core."),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="A first look, at key frames alone: finds less, and says what it can see.")
    ] = False,
    hwaccel: Annotated[
        str, typer.Option("--hwaccel", metavar="NAME", help="Decode in hardware: ffmpeg's name of the way to.")
    ] = "",
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Go on while the video grows, or is live, and tell each repeat as it comes."),
    ] = False,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="TIME", help="How much footage --follow holds; 24h unless said."),
    ] = None,
    fail_on_repeats: Annotated[
        bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything repeats or loops.")
    ] = False,
    cache: paths.Cached = False,
    library: paths.Place = None,
    no_resume: Annotated[
        bool, typer.Option("--no-resume", help="Neither go on with a scan that was cut off, nor keep this one.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the ffmpeg command and what it said.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> int:
    """Find the stretches that are shown more than once in one video."""
    if kind not in KINDS:
        raise UnknownPart("kind", kind, KINDS)
    first, last = limits(start, end)
    size = size_in("--hash-size", hash_size)
    fixed = Settings.hash_size if size is None else size
    settings = Settings(kind, fixed, stream, first, last, size is None, _page(link), stall, packets_only, fast)
    chosen = outputs.choose(output or (), outputs.named(formats or [], as_json, output or []), [video])
    page, places = pages.parted(chosen, html)
    _check_fast(settings, page is not None, fail_on_repeats)
    if page is not None:
        pages.check(page, [video], [place for place, _ in places if place != outputs.STDOUT], video_href)
    elif video_href is not None:
        raise BadSetting("--video-href", video_href, "it belongs to a page; add --html FILE")
    if packets_only:
        _check_packets(page, cache or library is not None, size is None)
    if open_cut is not None:
        browser.check(video, settings.link, dict(places).get(outputs.STDOUT, "text"))
    if follow:
        following.check(
            [
                ("a page", page is not None),
                ("--hash-size auto", size is None),
                ("--fast", fast),
                ("--packets-only", packets_only),
                ("--cache", cache or library is not None),
                ("--open", open_cut is not None),
            ]
        )
        held, decoding = following.window(window), Decoding(jobs, hwaccel)
        return following.run(video, settings, held, decoding, places, _deliver, fail_on_repeats, verbose, quiet)
    if window is not None:
        raise BadSetting("--window", window, "it belongs to --follow")
    kept = library_at(library, make=True) if cache or library is not None else None
    report, exhibits = _scan(
        video, settings, Decoding(jobs, hwaccel), verbose, quiet, page is not None, kept, not no_resume
    )
    for place, format in places:
        _deliver(report, format, place)
    if page is not None and exhibits is not None:
        pages.deliver(report, exhibits, page, video, video_href)
    outputs.tell(report.verdict.summary, [place for place, _ in places], page, quiet)
    if verbose:
        from loopfind.reports.players import commands

        for line in commands(report, [video]):
            terminal.note(line)
    if open_cut is not None:
        browser.open_cut(report, open_cut)
    found = any(repeat.kind != "still" for repeat in report.repeats)
    return 3 if fail_on_repeats and found else 0


def _check_packets(page: str | None, kept: bool, auto: bool) -> None:
    """Raise BadSetting for what packets alone cannot give."""
    for asked, option in ((page is not None, "--html"), (kept, "--cache"), (auto, "--hash-size auto")):
        if asked:
            raise BadSetting(
                "--packets-only", True, f"nothing is decoded, so there is nothing for {option}; leave one out"
            )


def _deliver(report: "Report", format: str, place: str) -> None:
    def lines(width: int, hyperlinks: bool) -> "Iterable[Text]":
        from loopfind.reports.formats.text import lines

        return lines(report, width, hyperlinks=hyperlinks)

    outputs.deliver(load("format", format, FORMATS)(report), format, place, lines)


def _scan(
    video: str,
    settings: Settings,
    decoding: Decoding,
    verbose: bool,
    quiet: bool,
    shown: bool,
    library: str | None,
    resumed: bool,
) -> "tuple[Report, Exhibits | None]":
    """The report, and what to show of it where that is asked for."""
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, note):
        log = note if verbose else None
        if settings.packets_only:
            from loopfind.pipeline import scan_packets

            return scan_packets(video, settings, watch, log), None
        cache = through(library, note)
        from loopfind.pipeline import Resume, scan, scan_to_show

        resume = Resume(paths.unfinished(), note=lambda line: note(f"loopfind: {line}")) if resumed else None
        if shown:
            return scan_to_show(video, settings, watch, log, cache, resume, decoding)
        return scan(video, settings, watch, log, cache, resume, decoding), None


def _check_fast(settings: Settings, page: bool, fail_on_repeats: bool) -> None:
    """Refuse what a first look cannot do."""
    wanted = [
        ("a page", page, "has nothing to show on one"),
        ("--fail-on-repeats", fail_on_repeats, "proves no repeat to fail on"),
        ("--hash-size auto", settings.auto, "confirms no repeat to choose a size by"),
    ]
    for what, given, why in wanted:
        if settings.fast and given:
            raise UsageError(f"--fast does not go with {what}: a first look {why}; leave one of them out")


def _page(link: str) -> str:
    """The page as given, if it is one that can be opened by a click."""
    scheme, colon, _ = link.partition(":")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https", "file"):
        raise BadSetting("--link", link, "give the http or https address of the page the video is watched at")
    return link
