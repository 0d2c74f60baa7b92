"""The command `seam`: find where a video can be joined to itself, and write one turn."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.output import check_new_file, is_same_file
from loopfind.cli.times import parse_limits, parse_time
from loopfind.errors import BadSetting, OutputError
from loopfind.reports.files import file_beside
from loopfind.settings import LOOP_FORMS, STALL, SeamSettings

if TYPE_CHECKING:
    from loopfind.pipeline.seams import SearchedFootage

ANIMATION_WIDTH = 480
"""Pixels across an animation at most, unless asked for otherwise."""

EXAMPLES = """\b
Examples:
  loopfind seam waves.mp4                        where it can be joined to itself
  loopfind seam waves.mp4 -o waves-loop.mp4      the best turn as a video
  loopfind seam waves.mp4 -o waves.webp --min 3 --max 6 --pick 2
  loopfind seam waves.mp4 -o waves.gif --width 320 --dissolve 1

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def seam_command(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="A file, or an address that ffmpeg can open.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write one turn; its ending chooses the form: .mp4, .gif, .webp, .apng.",
        ),
    ] = None,
    shortest: Annotated[
        str, typer.Option("--min", metavar="TIME", help="Shortest turn: 2, 1.5, 500ms.")
    ] = f"{SeamSettings.shortest:g}",
    longest: Annotated[str, typer.Option("--max", metavar="TIME", help="Longest turn.")] = f"{SeamSettings.longest:g}",
    start: options.Start = None,
    end: options.End = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, max=1000, help="Most seams that are listed.")] = (
        SeamSettings.most
    ),
    pick: Annotated[int, typer.Option("--pick", metavar="N", min=1, help="Seam that -o writes, by its rank.")] = 1,
    dissolve: Annotated[
        str,
        typer.Option(
            "--dissolve",
            metavar="TIME",
            help="How long the seam dissolves; auto: half a second where it shows, else 0.",
        ),
    ] = "auto",
    width: Annotated[
        int | None,
        typer.Option(
            "--width",
            metavar="PIXELS",
            min=16,
            help=f"Pixels across at most; default: those of the video, of an animation {ANIMATION_WIDTH}.",
        ),
    ] = None,
    as_json: options.Json = False,
    stream: options.StreamOption = SeamSettings.stream,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file where it exists already.")] = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Find where a video can be joined to itself so that it goes round without a jump.

    Of footage that repeats, one period comes first. Of any other, the moments that lead best into one another.
    """
    low, high = parse_time("--min", shortest), parse_time("--max", longest)
    if low <= 0 or high <= low:
        raise BadSetting("--max", longest, f"it must be above --min ({shortest}), and that above 0")
    soft = None if dissolve == "auto" else parse_time("--dissolve", dissolve)
    if soft is not None and not 0 <= soft <= 5:
        raise BadSetting("--dissolve", dissolve, "give 0 to 5 seconds, or auto")
    first, last = parse_limits(start, end)
    form = None if output is None else _checked_form(output, video, overwrite)
    if form not in (None, "mp4") and width is None:
        width = ANIMATION_WIDTH
    settings = SeamSettings(
        stream, first, last, low, high, most if output is None else max(most, pick), stall, no_budget
    )
    from loopfind.cli.progress import watching
    from loopfind.media.ffmpeg.spoken import listened
    from loopfind.pipeline import seams

    softened = 0.0
    with watching(quiet) as (watch, note):
        footage = seams(video, settings, watch, note if verbose else None)
        if output is not None and form is not None:
            with listened(note if verbose else None):
                softened = _written(video, footage, pick, output, form, settings, soft, width)
    _show(footage, output, pick, softened, as_json, quiet)
    return 0


def _checked_form(output: str, video: str, overwrite: bool) -> str:
    """Return the form that the ending of a name asks for. Raises BadSetting and OutputError for a bad place."""
    form = Path(output).suffix.lower().removeprefix(".")
    if form not in LOOP_FORMS:
        raise BadSetting("--output", output, f"let the name end in one of {', '.join(f'.{one}' for one in LOOP_FORMS)}")
    if is_same_file(output, video):
        raise BadSetting("--output", output, "this is the video, and would be lost; choose another name")
    check_new_file(output, overwrite)
    return form


def _written(
    video: str,
    footage: "SearchedFootage",
    pick: int,
    output: str,
    form: str,
    settings: SeamSettings,
    dissolve: float | None,
    width: int | None,
) -> float:
    """Write a turn, whole or not at all, and return the seconds that its seam dissolves."""
    from loopfind.pipeline import write_turn

    found = footage.answer.seams
    if pick > len(found):
        there = f"there is no seam {pick}, only {len(found)}" if found else "no seam found"
        raise OutputError(output, f"{there}; other limits (--min, --max) may find one")
    with file_beside(output, f"seam-turn.{form}") as made:
        seam = found[pick - 1]
        return write_turn(video, footage, seam, str(made), form, settings=settings, dissolve=dissolve, width=width)


def _show(
    footage: "SearchedFootage", output: str | None, pick: int, softened: float, as_json: bool, quiet: bool
) -> None:
    """Write the seams to stdout, and what was written to stderr."""
    from loopfind.reports.formats.seams import seams_json, seams_text
    from loopfind.reports.wording import length

    if as_json:
        terminal.put(seams_json(footage.answer, output, pick, softened))
    else:
        terminal.put_text(seams_text(footage.answer))
    if output is not None and not quiet:
        how = f"dissolves for {length(softened)}" if softened else "is a plain cut"
        terminal.note(f"Turn {pick} is in {output}; its seam {how}")
