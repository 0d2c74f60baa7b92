"""The command that compares files."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import folders, terminal
from loopfind.cli import output as outputs
from loopfind.cli.folders import through
from loopfind.errors import BadSetting
from loopfind.settings import CompareSettings

if TYPE_CHECKING:
    from loopfind.comparison import Comparison

EXAMPLES = """\b
Examples:
  loopfind compare a.mp4 b.mp4               what both show, to the frame
  loopfind compare clips/                    every two files in a folder
  loopfind compare film.mkv clips/ --self    and what repeats inside each
  loopfind compare clip.mp4 --in films/      where a clip was taken from

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 something is shared (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""


def compare(
    videos: Annotated[
        list[str],
        typer.Argument(metavar="VIDEO", help="Files, addresses that ffmpeg can open, or folders of files."),
    ],
    folder: Annotated[
        str | None,
        typer.Option("--in", metavar="FOLDER", help="Look for the one VIDEO in this folder; the best matches first."),
    ] = None,
    own: Annotated[bool, typer.Option("--self", help="Also find what repeats inside one file.")] = CompareSettings.own,
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream of each, from 0.")
    ] = CompareSettings.stream,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, max=256, help="Files read at a time; all cores unless said."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the machine form.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file (.json, .txt).")
    ] = None,
    fail_on_repeats: Annotated[
        bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything is shared.")
    ] = False,
    cache: folders.Cached = False,
    library: folders.Place = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the ffmpeg commands and what they said.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> int:
    """Find the stretches that two or more files share."""
    if folder is not None:
        if len(videos) != 1 or os.path.isdir(videos[0]):
            raise BadSetting("--in", folder, "name one file to look for, not more and no folder")
        if not os.path.isdir(folder):
            raise BadSetting("--in", folder, "it is no folder; name one that holds the files to look in")
    settings = CompareSettings(own, folder is not None, jobs or os.cpu_count() or 1, stream)
    ((place, form),) = outputs.choose([output] if output else (), ["json"] if as_json else (), videos[0])
    if form not in ("json", "text"):
        raise BadSetting("--output", place, "a comparison is written as .json or .txt")
    kept = folders.library(library, make=True) if cache or library is not None else None
    result = _compare([*videos, *([folder] if folder is not None else [])], settings, verbose, quiet, kept)
    _deliver(result, form, place)
    return 3 if fail_on_repeats and result.repeats else 0


def _compare(
    paths: list[str], settings: CompareSettings, verbose: bool, quiet: bool, library: str | None
) -> "Comparison":
    from loopfind.cli.progress import watching
    from loopfind.pipeline import compare as compared

    with watching(quiet) as (watch, note):
        result: Comparison = compared(paths, settings, watch, note if verbose else None, through(library, note))
        return result


def _deliver(result: "Comparison", form: str, place: str) -> None:
    from loopfind.reports import comparisons

    pieces = comparisons.as_json(result) if form == "json" else comparisons.as_text(result)
    if place != outputs.STDOUT:
        outputs.save(place, pieces)
    elif form == "text" and terminal.is_rich(sys.stdout):
        terminal.show(comparisons.lines(result, terminal.has_hyperlinks()))
    else:
        terminal.put(pieces)
