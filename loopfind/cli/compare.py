"""The command that compares files."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli import terminal
from loopfind.cli.band import band_of
from loopfind.cli.paths import Cached, Place, library_at, through
from loopfind.cli.times import Stall
from loopfind.errors import BadSetting
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, SEVERAL, SUFFIXES
from loopfind.settings import STALL, CompareSettings

if TYPE_CHECKING:
    from loopfind.model.comparison import Comparison
    from loopfind.model.exhibits import ComparisonExhibits

EXAMPLES = """\b
Examples:
  loopfind compare a.mp4 b.mp4               what both show, to the frame
  loopfind compare clips/                    every two files in a folder
  loopfind compare film.mkv clips/ --self    and what repeats inside each
  loopfind compare --query clip.mp4 --in films/
                                             which films a clip was taken from
  loopfind compare clips/ --html report.html a page to look at, side by side
  loopfind compare a.mp4 b.mp4 -o shared.csv -o shared.otio
  loopfind compare a.mp4 b.mp4 -o a.srt --for a.mp4
  loopfind compare a.mp4 b.mp4 --align dtw   by colour, at a speed that varies

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 something is shared (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""

NO_CUTS = "a comparison lists no cuts; scan a file for its suspect cuts: loopfind FILE -o cuts.csv --format cuts-csv"


def compare(
    videos: Annotated[
        list[str] | None,
        typer.Argument(metavar="VIDEO", help="Files, addresses that ffmpeg can open, or folders of files."),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", metavar="CLIP", help="Look for this clip, or each file of a folder; may be repeated."),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--in", metavar="FOLDER", help="Where to look for it, a folder or a file; may be repeated."),
    ] = None,
    own: Annotated[bool, typer.Option("--self", help="Also find what repeats inside one file.")] = CompareSettings.own,
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream of each, from 0.")
    ] = CompareSettings.stream,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, max=256, help="Files read at a time; all cores unless said."),
    ] = None,
    align: Annotated[
        str, typer.Option("--align", metavar="WAY", help="engine: by what moves; dtw: by colours, with time warped.")
    ] = CompareSettings.align,
    band: Annotated[
        str | None,
        typer.Option("--band", metavar="SIZE", help="How far dtw strays from even speed: 2s, or 15% of the shorter."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the machine form.")] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help=f"Write it to a file ({', '.join(SUFFIXES)}); may be repeated."
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME", help="Which format, one for each -o in order, as for a scan."),
    ] = None,
    alone: Annotated[
        str | None,
        typer.Option("--for", metavar="FILE", help="Of which file to write a format that belongs to one file."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page to look at: pictures, timelines, files side by side."
        ),
    ] = None,
    stall: Stall = STALL,
    fail_on_repeats: Annotated[
        bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything is shared.")
    ] = False,
    cache: Cached = False,
    library: Place = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the ffmpeg commands and what they said.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> int:
    """Find the stretches that two or more files share."""
    paths = _paths(videos or [], query or [], place or [], own)
    settings = CompareSettings(
        own, len(query or []), jobs or os.cpu_count() or 1, stream, align, *band_of(band, align), stall
    )
    chosen = outputs.choose(output or (), outputs.named(formats or [], as_json, output or []), paths)
    page, places = pages.parted(chosen, html)
    if align == "dtw" and (page is not None or any(form not in ("json", "text") for _, form in places)):
        raise BadSetting("--align", align, "what it finds is written as text or JSON alone")
    check(places, alone, paths)
    if page is not None:
        pages.check(page, paths, [name for name, _ in places])
    kept = library_at(library, make=True) if cache or library is not None else None
    result, shown = _compare(paths, settings, verbose, quiet, page is not None, kept)
    for name, form in places:
        deliver(result, form, name, alone)
    if page is not None and shown is not None:
        pages.deliver_several(result, shown, page)
    outputs.tell(result.summary, [name for name, _ in places], page, quiet)
    if verbose:
        from loopfind.reports.players import commands

        for line in commands(result, [source.path for source in result.sources]):
            terminal.note(line)
    shared = bool(result.repeats) or any(warp.nearness == "alike" for warp in result.warps)
    return 3 if fail_on_repeats and shared else 0


def _paths(videos: Sequence[str], query: Sequence[str], place: Sequence[str], own: bool) -> list[str]:
    """What is compared: what is looked for first, then where. Raises UsageError."""
    if not query:
        if place:
            raise BadSetting("--in", place[0], "say what to look for there, with --query CLIP")
        return [*videos]
    if videos:
        raise BadSetting("VIDEO", videos[0], "--query names the clip, and --in where to look; leave this out")
    if not place:
        raise BadSetting("--query", query[0], "say where to look for it, with --in FOLDER")
    if own:
        raise BadSetting("--self", True, "a clip is looked for in other files; leave one of the two out")
    return [*query, *place]


def check(places: Sequence[tuple[str, str]], alone: str | None, paths: Sequence[str]) -> None:
    """Raise, before hours of decoding, where a format does not fit a comparison or would write over a video."""
    single = [form for _, form in places if form not in SEVERAL]
    if "cuts-csv" in single:
        raise BadSetting("--format", "cuts-csv", NO_CUTS)
    if single and alone is None:
        raise BadSetting("--format", single[0], "it marks places of one file; say of which with --for FILE")
    if alone is not None and not single:
        those = ", ".join(form for form in FORMATS if form not in SEVERAL and form != "cuts-csv")
        raise BadSetting("--for", alone, f"it is for a format that belongs to one file ({those})")
    if alone is not None and not any(outputs.same(alone, path) or _within(alone, path) for path in paths):
        raise BadSetting("--for", alone, "it is not among the files that are compared")
    for name, _ in places:
        odd = name != outputs.STDOUT and Path(name).suffix.lower() not in SUFFIXES and os.path.exists(name)
        if odd and any(_within(name, path) for path in paths):
            raise BadSetting("--output", name, "this file is compared too, and would be lost; choose another name")


def _within(name: str, folder: str) -> bool:
    """Whether a folder holds a file, at any depth."""
    return (
        os.path.isfile(name)
        and os.path.isdir(folder)
        and Path(os.path.realpath(name)).is_relative_to(os.path.realpath(folder))
    )


def _compare(
    paths: list[str], settings: CompareSettings, verbose: bool, quiet: bool, shown: bool, library: str | None
) -> "tuple[Comparison, ComparisonExhibits | None]":
    """The comparison, and what to show of it where that is asked for."""
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, note):
        log = note if verbose else None
        kept = through(library, note)
        if shown:
            from loopfind.pipeline import compare_to_show

            return compare_to_show(paths, settings, watch, log, kept)
        from loopfind.pipeline import compare as compared

        return compared(paths, settings, watch, log, kept), None


def deliver(result: "Comparison", form: str, place: str, alone: str | None) -> None:
    """Write a comparison in a format to a place. alone: the file that a format is for which belongs to one.

    Raises UsageError where that file could not be read, and OutputError.
    """
    from loopfind.reports.formats import comparisons

    if form in SEVERAL:
        pieces = load("format", form, SEVERAL)(result)
    else:
        from loopfind.reports.single import report_on

        numbers = [at for at, source in enumerate(result.sources) if outputs.same(source.path, alone or "")]
        if not numbers:
            raise BadSetting("--for", alone, "it could not be read, so there is nothing to write of it")
        pieces = load("format", form, FORMATS)(report_on(result, numbers[0]))
    outputs.deliver(pieces, form, place, lambda width, hyperlinks: comparisons.lines(result, hyperlinks))
