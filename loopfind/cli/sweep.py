"""The command that tunes the hash size."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import output as outputs
from loopfind.cli import terminal
from loopfind.cli.sizes import sizes as sizes_in
from loopfind.cli.times import TAKES, Stall, limits, seconds
from loopfind.errors import BadSetting, UnknownPart
from loopfind.fingerprints import KINDS
from loopfind.registry import load
from loopfind.reports.plots import PLOTS
from loopfind.settings import SIZES, STALL, SweepSettings

if TYPE_CHECKING:
    from loopfind.model.sweep import Sweep

EXAMPLES = """\b
Examples:
  loopfind sweep video.mp4                     every size from 8 to 64 in steps of 4
  loopfind sweep video.mp4 --sizes 16:32:2     these sizes
  loopfind sweep video.mp4 --kind ahash,dhash  of two kinds
  loopfind sweep day.mp4 --sample 20m          20 minutes, spread over the day
  loopfind sweep video.mp4 --plot sweep.svg    the curves as a picture
  loopfind video.mp4 --hash-size auto          scan with the size that a sweep advises

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def sweep(
    video: Annotated[
        str, typer.Argument(metavar="VIDEO", help="A file, an address that ffmpeg can open, or - for stdin.")
    ],
    sizes: Annotated[
        str | None,
        typer.Option("--sizes", metavar="SIZES", help="Hash sizes: from:to:step, or a list; 8:64:4 unless said."),
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KINDS", help=f"Kinds of fingerprint, with commas: {', '.join(KINDS)}.")
    ] = ",".join(SweepSettings.kinds),
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream, from 0; cover art does not count.")
    ] = SweepSettings.stream,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="Read from here: 90, 1:30, 1:02:03.5, 500ms.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="Read up to here.")] = None,
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="TIME", help="Read only so much, spread so that any two parts can meet."),
    ] = None,
    stall: Stall = STALL,
    as_json: Annotated[bool, typer.Option("--json", help="Write the machine form.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write a table with commas, one line a size.")] = False,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help=f"Draw the curves to a file ({', '.join(PLOTS)}).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the ffmpeg command and what it said.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> int:
    """Try many hash sizes in one decode, recommend one, and say why."""
    first, last = limits(start, end)
    names = tuple(dict.fromkeys(name.strip() for name in kind.split(",")))
    for name in names:
        if name not in KINDS:
            raise UnknownPart("kind", name, KINDS)
    if as_json and as_csv:
        raise BadSetting("--csv", "together with --json", "choose one of the two")
    chosen = _for_all(names) if sizes is None else sizes_in("--sizes", sizes)
    settings = SweepSettings(names, chosen, stream, first, last, _sample(sample, video), stall)
    if plot is not None:
        _check_plot(plot, video)
    result = _sweep(video, settings, verbose, quiet)
    _deliver(result, as_json, as_csv)
    if plot is not None:
        from loopfind.reports.plots.plot import plot as drawn

        outputs.save(plot, load("plot", Path(plot).suffix.lower(), PLOTS)(drawn(result)))
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            terminal.note(f"The plot is in {plot}")
    return 0


def _for_all(names: tuple[str, ...]) -> tuple[int, ...]:
    """The sizes to try where none were named: those that all kinds take. Never none, as all take 16."""
    from loopfind.fingerprints.kind import takes

    parts = [load("kind", name, KINDS) for name in names]
    return tuple(size for size in SIZES if all(takes(part, size) for part in parts))


def _sample(text: str | None, video: str) -> float | None:
    """Seconds of --sample: a time as everywhere, or with m or h behind it."""
    if text is None:
        return None
    units = {"m": 60.0, "h": 3600.0}
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit in units and number.replace(".", "", 1).isascii() and number.replace(".", "", 1).isdigit():
        length = float(number) * units[unit]
    else:
        try:
            length = seconds("--sample", text)
        except BadSetting as error:
            raise BadSetting("--sample", text, TAKES.replace("500ms", "20m")) from error
    if length <= 0:
        raise BadSetting("--sample", text, "give a time above 0, such as 10m")
    if video == "-":
        raise BadSetting("--sample", text, "standard input is read once, from its start; leave it out")
    return length


def _check_plot(plot: str, video: str) -> None:
    """Before an hour of decoding, not after: the ending, the folder, and that it is not the video."""
    if Path(plot).suffix.lower() not in PLOTS:
        raise BadSetting("--plot", plot, f"let the name end in {' or '.join(PLOTS)}")
    outputs.check(plot)
    if outputs.same(plot, video):
        raise BadSetting("--plot", plot, "this is the video, and would be lost; choose another name")


def _sweep(video: str, settings: SweepSettings, verbose: bool, quiet: bool) -> "Sweep":
    from loopfind.cli.progress import watching
    from loopfind.pipeline import sweep as swept

    with watching(quiet) as (watch, note):
        result: Sweep = swept(video, settings, watch, note if verbose else None)
        return result


def _deliver(result: "Sweep", as_json: bool, as_csv: bool) -> None:
    from loopfind.reports.formats import sweeps

    if as_json or as_csv:
        terminal.put(sweeps.as_json(result) if as_json else sweeps.as_csv(result))
    elif terminal.is_rich(sys.stdout):
        terminal.show(sweeps.lines(result, curves=True))
    else:
        terminal.put(sweeps.as_text(result))
