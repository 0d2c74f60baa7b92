"""The default command: scan one video, or several."""

import platform
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import follow as following
from loopfind.cli import options, terminal
from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli import scan_several as several
from loopfind.cli import watch as watching
from loopfind.cli.hooks import parse_hooks
from loopfind.cli.paths import library_at
from loopfind.cli.presets import PRESETS
from loopfind.cli.scan_one import ScanOrder, deliver, scan_file
from loopfind.cli.sizes import parse_size
from loopfind.cli.times import parse_limits
from loopfind.errors import BadSetting, OutputError, UsageError
from loopfind.fingerprints import KINDS
from loopfind.model.version import version
from loopfind.registry import check_name
from loopfind.reports.detail import Detail
from loopfind.reports.formats import FORMATS, PAGE
from loopfind.reports.wording import count
from loopfind.settings import LARGEST_HASH, MOST_JOBS, SMALLEST_HASH, STALL, ClusterSettings, Decoding, Settings

if TYPE_CHECKING:
    from loopfind.model.exhibits import Exhibits, SoundExhibits
    from loopfind.model.report import Report
    from loopfind.model.review import Review

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
  loopfind video.mp4 --packets-only         copies made packet by packet, in seconds
  loopfind video.mp4 --html report.html     a page with pictures of what repeats
  loopfind video.mp4 --review review.json -o repeats.edl   what was not rejected
  loopfind video.mp4 --fast                 a first look, at key frames alone
  loopfind podcast.mp3                      what is heard more than once
  loopfind 'https://www.youtube.com/watch?v=ID'
  loopfind recordings/ -o 'reports/{name}.json'
  loopfind --watch recordings/ --json       each new one, once it is finished
  loopfind recording.mkv --follow           scan it while it is written
  loopfind rtsp://camera/1 --follow --json --fail-on-repeats
  loopfind rtsp://camera/1 --follow --exec 'notify-send loopfind'
  cat video.mkv | loopfind -
  loopfind -- -odd-name.mp4

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 repeats found (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""


def _show_version(wanted: bool) -> None:
    """Print the versions of loopfind, Python and ffmpeg, and leave, where that is asked for."""
    if not wanted:
        return
    try:
        from imageio_ffmpeg import get_ffmpeg_version

        ffmpeg = f"ffmpeg {get_ffmpeg_version()}"
    except Exception:  # the version is shown, whatever is wrong with ffmpeg
        ffmpeg = "ffmpeg not found"
    terminal.put([f"loopfind {version()} (Python {platform.python_version()}, {ffmpeg})\n"])
    raise typer.Exit


def scan_command(
    videos: options.VideosArgument,
    hash_size: Annotated[
        str,
        typer.Option(
            "--hash-size",
            metavar="N",
            autocompletion=options.completing(["auto"]),
            help=f"Side of the hash by which frames count as equal, {SMALLEST_HASH} to {LARGEST_HASH}: of use to who "
            "counts equal frames, as repeats are found by what moves. auto: the size that a sweep recommends.",
        ),
    ] = str(Settings.hash_size),
    kind: options.KindOption = Settings.kind,
    stream: options.StreamOption = Settings.stream,
    audio_stream: options.AudioStreamOption = Settings.audio_stream,
    no_sound: options.NoSound = False,
    start: options.Start = None,
    end: options.End = None,
    link: Annotated[
        str,
        typer.Option("--link", metavar="URL", help="Page on which the video is watched; times become links to it."),
    ] = Settings.link,
    as_json: options.Json = False,
    every: options.Every = False,
    brief: options.Brief = False,
    output: options.Output = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            autocompletion=options.completing((*FORMATS, PAGE)),
            help=f"Format of each -o, in the same order: {', '.join((*FORMATS, PAGE))}.",
        ),
    ] = None,
    open_number: Annotated[
        int | None,
        typer.Option("--open", metavar="N", min=1, help="Open suspect cut N, as numbered in the list, in the browser."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write a page with pictures, curves, and both copies playing."),
    ] = None,
    video_href: Annotated[
        str | None,
        typer.Option("--video-href", metavar="URL", help="Address of the video for that page; default: its file."),
    ] = None,
    review: options.ReviewFile = None,
    packets_only: Annotated[
        bool, typer.Option("--packets-only", help="Decode nothing: find only what was copied packet by packet.")
    ] = False,
    stall: options.Stall = STALL,
    workers: options.Workers = 0,
    scheduler: options.Scheduler = "",
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            max=MOST_JOBS,
            help="Decoders that run side by side; default: one per core.",
        ),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="A first look at key frames alone: finds less, and says what it can find.")
    ] = False,
    no_budget: options.NoBudget = False,
    hwaccel: Annotated[
        str,
        typer.Option("--hwaccel", metavar="NAME", help="Decode in hardware, by a method that ffmpeg -hwaccels lists."),
    ] = "",
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Read on while the video grows or is live; report each repeat as it comes."),
    ] = False,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="TIME", help="How much footage --follow keeps; default 24h."),
    ] = None,
    alive: Annotated[
        float | None,
        typer.Option(
            "--alive", metavar="SECONDS", min=0.1, help="With --follow --json: a line so often that it still runs."
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Scan each file of the folders once it is finished, new ones too; to Ctrl-C."),
    ] = False,
    settle: Annotated[
        float | None,
        typer.Option(
            "--settle", metavar="SECONDS", min=0.1, help="How long a file keeps its size until --watch scans it; 10."
        ),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            "--exec", metavar="COMMAND", help="With --follow or --watch: run it for each finding, JSON on stdin."
        ),
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option("--webhook", metavar="URL", help="With --follow or --watch: post each finding there as JSON."),
    ] = None,
    fail_on_repeats: Annotated[
        bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything repeats or loops.")
    ] = False,
    cache: options.Cached = False,
    library: options.CacheLibrary = None,
    no_resume: Annotated[
        bool,
        typer.Option(
            "--no-resume", help="Do not go on with an interrupted scan or watch, nor keep this one to go on with."
        ),
    ] = False,
    preset: Annotated[  # noqa: ARG001 - it was taken for the defaults of the others
        str | None,
        typer.Option(
            "--preset",
            metavar="NAME",
            autocompletion=options.completing(PRESETS),
            help=f"Defaults for a kind of video, named on stderr: {', '.join(PRESETS)}.",
        ),
    ] = None,
    verbose: options.VerboseScan = False,
    quiet: options.Quiet = False,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> int:
    """Find the stretches that are shown more than once in one video, or in each of several."""
    check_name("kind", kind, KINDS)
    first, last = parse_limits(start, end)
    size = parse_size("--hash-size", hash_size)
    fixed = Settings.hash_size if size is None else size
    settings = Settings(
        kind,
        fixed,
        stream,
        first,
        last,
        size is None,
        _checked_link(link),
        stall,
        packets_only,
        fast,
        sound=not no_sound,
        audio_stream=audio_stream,
    )
    chosen = outputs.choose_outputs(output or (), outputs.choose_formats(formats or [], as_json, output or []), videos)
    page, places = pages.separate_page(chosen, html)
    detail = _detail(any(format == "text" for _, format in places), verbose, every, brief)
    _check_fast(settings, page is not None, fail_on_repeats)
    decoding = Decoding(jobs, hwaccel, unbounded=no_budget)
    settled, hooks = watching.parse_settled(settle, watch), parse_hooks(command, webhook, follow or watch)
    if packets_only:
        _check_packets(page, cache or library is not None, size is None)
    kept = library_at(library, make=True) if cache or library is not None else None
    cluster = several.checked_cluster(ClusterSettings(workers, scheduler), videos, watch)
    order = ScanOrder(settings, decoding, page is not None, kept, not no_resume, verbose, quiet, detail, cluster)
    if watch or several.are_several(videos):
        several.refuse_options(
            videos,
            [
                ("--link", bool(link)),
                ("--open", open_number is not None),
                ("--video-href", video_href is not None),
                ("--review", review is not None),
                ("--follow", follow),
                ("--window", window is not None),
                ("--alive", alive is not None),
            ],
        )
        targets = several.Targets(tuple(places), page)
        if watch:
            return watching.watch_folders(videos, order, targets, settled, hooks, fail_on_repeats)
        return several.scan_several(videos, order, targets, fail_on_repeats)
    (video,) = videos
    if page is not None:
        pages.check_page(page, [video], [place for place, _ in places if place != outputs.STDOUT], video_href)
    elif video_href is not None:
        raise BadSetting("--video-href", video_href, "it belongs to a page; add --html FILE")
    if open_number is not None:
        check_open(video, settings.link, dict(places).get(outputs.STDOUT, "text"))
    wanted = None if review is None else outputs.checked_review(review, video, [place for place, _ in chosen], page)
    if follow:
        following.check_options(
            [
                ("a page", page is not None),
                ("--hash-size auto", size is None),
                ("--fast", fast),
                ("--packets-only", packets_only),
                ("--cache", cache or library is not None),
                ("--open", open_number is not None),
                ("--review", review is not None),
            ]
        )
        held = following.parse_window(window)
        write = partial(deliver, detail=detail)
        return following.follow_video(
            video, settings, held, decoding, places, write, hooks, fail_on_repeats, verbose, quiet, alive
        )
    for option, value in (("--window", window), ("--alive", alive)):
        if value is not None:
            raise BadSetting(option, value, "it belongs to --follow")
    report, exhibits = scan_file(video, order)
    if wanted is not None:
        report, exhibits = _reviewed(report, exhibits, wanted)
    for place, format in places:
        deliver(report, format, place, detail)
    if page is not None and exhibits is not None:
        pages.write_page(report, exhibits, page, video, video_href)
    outputs.note_outputs(report.verdict.summary, [place for place, _ in places], page, quiet)
    if verbose:
        from loopfind.reports.players import commands

        for line in commands(report, [video]):
            terminal.note(line)
    if open_number is not None:
        open_cut(report, open_number)
    found = any(repeat.kind != "still" for repeat in report.repeats)
    return 3 if fail_on_repeats and found else 0


def _reviewed(
    report: "Report", exhibits: "Exhibits | SoundExhibits | None", review: "Review"
) -> "tuple[Report, Exhibits | SoundExhibits | None]":
    """Return a report and its exhibits without what a review rejects. Raises BadReview."""
    from loopfind.model.exhibits import Exhibits
    from loopfind.reports.review import reviewed, reviewed_exhibits

    left = reviewed(report, review)
    return left, reviewed_exhibits(exhibits, report, left) if isinstance(exhibits, Exhibits) else exhibits


def check_open(video: str, link: str, format: str) -> None:
    """Raise BadSetting, before the scan, where --open could open nothing.

    format: format of what goes to stdout. A browser without windows draws there, so it must be text.
    """
    if format != "text":
        raise BadSetting("--open", format, "a browser may draw where this goes; write it to a file with -o")
    if video == "-" and not link:
        raise BadSetting("--open", video, "standard input has no address; give the video's page with --link")


def open_cut(report: "Report", number: int) -> None:
    """Open suspect cut `number`, counted from 1, in the web browser, at its second.

    Raises OutputError for a number that no cut has, and where no browser can be started.
    """
    import webbrowser

    from loopfind.reports.links import linker

    if number > len(report.cuts):
        there = f"there {'is' if len(report.cuts) == 1 else 'are'} {count(len(report.cuts), 'suspect cut')}"
        raise OutputError(f"--open {number}", there if report.cuts else "there is no suspect cut, so nothing to open")
    address = linker(report.settings.link, report.source.path)(report.cuts[number - 1].time)
    if not webbrowser.open(address):
        raise OutputError(f"--open {number}", f"no web browser could be started; the address is {address}")


def _check_packets(page: str | None, kept: bool, auto: bool) -> None:
    """Raise BadSetting for an option that needs decoded frames."""
    for asked, option in ((page is not None, "--html"), (kept, "--cache"), (auto, "--hash-size auto")):
        if asked:
            raise BadSetting(
                "--packets-only", True, f"nothing is decoded, so there is nothing for {option}; leave one out"
            )


def _detail(texts: bool, verbose: bool, every: bool, brief: bool) -> Detail:
    """Return how much of a report its texts show. texts: whether any is written. Raises BadSetting."""
    for option, given in (("--all", every), ("--brief", brief)):
        if given and not texts:
            raise BadSetting(option, given, "it is of the text, and none is written; leave it out")
    if every and brief:
        raise BadSetting("--brief", brief, "--all asks for all of the text; leave one of the two out")
    return Detail(verbose, every, brief)


def _check_fast(settings: Settings, page: bool, fail_on_repeats: bool) -> None:
    """Raise UsageError for an option that asks more than a first look can do."""
    wanted = [
        ("a page", page, "has nothing to show on one"),
        ("--fail-on-repeats", fail_on_repeats, "proves no repeat to fail on"),
        ("--hash-size auto", settings.auto, "confirms no repeat to choose a size by"),
    ]
    for what, given, why in wanted:
        if settings.fast and given:
            raise UsageError(f"--fast does not go with {what}: a first look {why}; leave one of them out")


def _checked_link(link: str) -> str:
    """Return the address of --link. Raises BadSetting for one that no click opens."""
    scheme, colon, _ = link.partition(":")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https", "file"):
        raise BadSetting("--link", link, "give the http or https address of the page the video is watched at")
    return link
