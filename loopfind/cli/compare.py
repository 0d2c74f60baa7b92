"""The command `compare`: repeats across files."""

import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli.paths import library_at, through
from loopfind.cli.times import parse_time
from loopfind.errors import BadSetting
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, SEVERAL, format_of_ending
from loopfind.settings import ALIGNMENTS, COMPARED_KINDS, STALL, CompareSettings

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
  loopfind compare a.mp4 b.mp4 --kind cnn    and what is cropped, or inside a page
  loopfind compare clips/ --html report.html a page to look at, side by side
  loopfind compare a.mp4 b.mp4 -o shared.csv -o shared.otio
  loopfind compare a.mp4 b.mp4 -o a.srt --for a.mp4
  loopfind compare a.mp4 b.mp4 --align dtw   by colour, at a speed that varies
  loopfind compare a.mp3 b.mp4 --align sound by what is heard, to the millisecond
  loopfind compare a.mp3 b.mp3 --align sound --kind chromaprint
  loopfind compare a.mp3 b.mp3 --align dtw   by tones, at another tempo

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 something is shared (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""

NO_CUTS = "a comparison lists no cuts; scan a file for its suspect cuts: loopfind FILE -o cuts.csv --format cuts-csv"


def compare_command(
    videos: Annotated[
        list[str] | None,
        typer.Argument(metavar="VIDEO", help="Files, addresses that ffmpeg can open, folders of files, and buckets."),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", metavar="CLIP", help="Clip to look for, or a folder of clips. May be repeated."),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--in", metavar="FOLDER", help="Folder or file in which to look for the clip. May be repeated."),
    ] = None,
    own: Annotated[bool, typer.Option("--self", help="Also find what repeats inside one file.")] = CompareSettings.own,
    stream: options.StreamOption = CompareSettings.stream,
    jobs: options.FilesAtOnce = None,
    align: Annotated[
        str,
        typer.Option(
            "--align",
            metavar="WAY",
            autocompletion=options.completing(ALIGNMENTS),
            help="engine: by moving pictures; dtw: by colours or tones, with time warped; sound: by what is heard.",
        ),
    ] = CompareSettings.align,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="NAME",
            autocompletion=options.completing(filter(None, chain(*COMPARED_KINDS.values()))),
            help=(
                "cnn: also find copies that are cropped by a lot, or shown inside another picture. For dtw: color, or "
                "chroma, the tones of the sound. For sound: chromaprint to look by that too."
            ),
        ),
    ] = CompareSettings.kind,
    band: Annotated[
        str | None,
        typer.Option(
            "--band",
            metavar="SIZE",
            help="How far dtw may stray from even speed: seconds such as 2s, or a share of the shorter file, 15%.",
        ),
    ] = None,
    as_json: options.Json = False,
    output: options.Output = None,
    formats: options.Formats = None,
    alone: Annotated[
        str | None,
        typer.Option("--for", metavar="FILE", help="File to report on, in a format that describes a single file."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write a page with pictures, timelines, and files side by side."),
    ] = None,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    fail_on_repeats: options.FailOnShared = False,
    cache: options.Cached = False,
    library: options.CacheLibrary = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Find the stretches that two or more files share."""
    paths = _paths(videos or [], query or [], place or [], own)
    settings = CompareSettings(
        own, len(query or []), jobs or os.cpu_count() or 1, stream, align, *parse_band(band, align), stall, kind
    )
    chosen = outputs.choose_outputs(output or (), outputs.choose_formats(formats or [], as_json, output or []), paths)
    page, places = pages.separate_page(chosen, html)
    if align == "dtw" and (page is not None or any(form not in ("json", "text") for _, form in places)):
        raise BadSetting("--align", align, "what it finds is written as text or JSON alone")
    check_formats(places, alone, paths)
    if page is not None:
        pages.check_page(page, paths, [name for name, _ in places])
    kept = library_at(library, make=True) if cache or library is not None else None
    result, shown = _compare(paths, settings, verbose, quiet, page is not None, kept, no_budget)
    for name, form in places:
        write_comparison(result, form, name, alone)
    if page is not None and shown is not None:
        pages.write_comparison_page(result, shown, page)
    outputs.note_outputs(result.summary, [name for name, _ in places], page, quiet)
    if verbose:
        from loopfind.reports.players import commands

        for line in commands(result, [source.path for source in result.sources]):
            terminal.note(line)
    shared = bool(result.repeats) or any(warp.nearness == "alike" for warp in result.warps)
    return 3 if fail_on_repeats and shared else 0


def parse_band(text: str | None, align: str) -> tuple[float, float | None]:
    """Return the band of time warping as a share, and in seconds where it was given so; the default for None.

    Raises BadSetting for text that is neither, and where there is no time warping.
    """
    if text is None:
        return CompareSettings.band, None
    if align != "dtw":
        raise BadSetting("--band", text, "it belongs to time warping; add --align dtw")
    if not text.strip().endswith("%"):
        wanted = parse_time("--band", text)
        if wanted <= 0:
            raise BadSetting("--band", text, "give seconds above 0, or a share of the shorter file such as 15%")
        return CompareSettings.band, wanted
    try:
        share = float(text.strip()[:-1]) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 0.5:
        raise BadSetting("--band", text, "a share is above 0% and at most 50%")
    return share, None


def _paths(videos: Sequence[str], query: Sequence[str], place: Sequence[str], own: bool) -> list[str]:
    """Return the files to compare: those to look for, then those to look in. Raises UsageError."""
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


def check_formats(places: Sequence[tuple[str, str]], alone: str | None, paths: Sequence[str]) -> None:
    """Raise BadSetting, before hours of decoding, where a format does not fit a comparison or a video would be lost."""
    single = [form for _, form in places if form not in SEVERAL]
    if "cuts-csv" in single:
        raise BadSetting("--format", "cuts-csv", NO_CUTS)
    if single and alone is None:
        raise BadSetting("--format", single[0], "it marks places of one file; say of which with --for FILE")
    if alone is not None and not single:
        those = ", ".join(form for form in FORMATS if form not in SEVERAL and form != "cuts-csv")
        raise BadSetting("--for", alone, f"it is for a format that belongs to one file ({those})")
    if alone is not None and not any(outputs.is_same_file(alone, path) or _lies_in(alone, path) for path in paths):
        raise BadSetting("--for", alone, "it is not among the files that are compared")
    for name, _ in places:
        odd = name != outputs.STDOUT and not format_of_ending(name) and os.path.exists(name)
        if odd and any(_lies_in(name, path) for path in paths):
            raise BadSetting("--output", name, "this file is compared too, and would be lost; choose another name")


def _lies_in(name: str, folder: str) -> bool:
    """Return whether a file lies in a folder, at any depth."""
    return (
        os.path.isfile(name)
        and os.path.isdir(folder)
        and Path(os.path.realpath(name)).is_relative_to(os.path.realpath(folder))
    )


def _compare(
    paths: list[str],
    settings: CompareSettings,
    verbose: bool,
    quiet: bool,
    shown: bool,
    library: str | None,
    unbounded: bool,
) -> "tuple[Comparison, ComparisonExhibits | None]":
    """Return the comparison, and its exhibits where `shown` asks for them."""
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, note):
        log = note if verbose else None
        kept = through(library, note)
        if shown:
            from loopfind.pipeline import compare_to_show

            return compare_to_show(paths, settings, watch, log, kept, unbounded)
        from loopfind.pipeline import compare as compared

        return compared(paths, settings, watch, log, kept, unbounded), None


def write_comparison(result: "Comparison", form: str, place: str, alone: str | None) -> None:
    """Write a comparison in a format to a place. alone: the file to write, where a format describes a single file.

    Raises BadSetting where that file could not be read, and OutputError.
    """
    from loopfind.reports.formats import comparisons

    if form in SEVERAL:
        pieces = load("format", form, SEVERAL)(result)
    else:
        from loopfind.reports.single import report_of_file

        numbers = [at for at, source in enumerate(result.sources) if outputs.is_same_file(source.path, alone or "")]
        if not numbers:
            raise BadSetting("--for", alone, "it could not be read, so there is nothing to write of it")
        pieces = load("format", form, FORMATS)(report_of_file(result, numbers[0]))
    outputs.write_output(
        pieces, form, place, lambda width, hyperlinks: comparisons.comparison_lines(result, hyperlinks)
    )
