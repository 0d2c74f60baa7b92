"""The command `sweep`: recommend a hash size."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli import output as outputs
from loopfind.cli.sizes import parse_sizes
from loopfind.cli.times import TIME_FORMS, parse_limits, parse_time
from loopfind.errors import BadSetting
from loopfind.fingerprints import KINDS
from loopfind.registry import check_name, load
from loopfind.reports.files import write_file
from loopfind.reports.plots import PLOTS
from loopfind.settings import SIZES, STALL, SweepSettings

if TYPE_CHECKING:
    from loopfind.model.sweep import Sweep

EXAMPLES = """\b
Examples:
  loopfind sweep video.mp4                     every size from 8 to 64 in steps of 4
  loopfind sweep video.mp4 --sizes 16:32:2     these sizes
  loopfind sweep video.mp4 --kind ahash,dhash  two kinds
  loopfind sweep day.mp4 --sample 20m          20 minutes, spread over the day
  loopfind sweep video.mp4 --plot sweep.svg    the curves as a picture
  loopfind video.mp4 --hash-size auto          scan with the size that a sweep recommends

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def sweep_command(
    video: options.VideoArgument,
    sizes: Annotated[
        str | None,
        typer.Option(
            "--sizes", metavar="SIZES", help="Hash sizes: from:to:step, or a list with commas; default 8:64:4."
        ),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KINDS",
            autocompletion=options.completing(KINDS),
            help=f"Kinds of fingerprint, with commas: {', '.join(KINDS)}.",
        ),
    ] = ",".join(SweepSettings.kinds),
    stream: options.StreamOption = SweepSettings.stream,
    start: options.Start = None,
    end: options.End = None,
    sample: Annotated[
        str | None,
        typer.Option(
            "--sample", metavar="TIME", help="Read only this much, in pieces spread so that any repeat can show."
        ),
    ] = None,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    as_json: options.Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV, one line for each size.")] = False,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help=f"Draw the curves to a file ({', '.join(PLOTS)}).")
    ] = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Try many hash sizes in one decode, recommend one, and say why.

    For who counts equal frames by their hashes, as small sizes merge look-alikes and large ones part true pairs. What
    a scan finds does not depend on it.
    """
    first, last = parse_limits(start, end)
    names = tuple(dict.fromkeys(name.strip() for name in kind.split(",")))
    for name in names:
        check_name("kind", name, KINDS)
    if as_json and as_csv:
        raise BadSetting("--csv", "together with --json", "choose one of the two")
    chosen = _default_sizes(names) if sizes is None else parse_sizes("--sizes", sizes)
    settings = SweepSettings(names, chosen, stream, first, last, _parse_sample(sample, video), stall)
    if plot is not None:
        outputs.check_plot(plot, video)
    result = _sweep(video, settings, verbose, quiet, no_budget)
    _deliver(result, as_json, as_csv)
    if plot is not None:
        from loopfind.reports.plots.plot import plot as drawn

        write_file(plot, load("plot", Path(plot).suffix.lower(), PLOTS)(drawn(result)))
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            terminal.note(f"The plot is in {plot}")
    return 0


def _default_sizes(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the sizes to try where none were given: those that all kinds take, 16 at least."""
    from loopfind.fingerprints.kind import takes

    parts = [load("kind", name, KINDS) for name in names]
    return tuple(size for size in SIZES if all(takes(part, size) for part in parts))


def _parse_sample(text: str | None, video: str) -> float | None:
    """Return the seconds of --sample: a time as everywhere, or a number followed by m or h."""
    if text is None:
        return None
    units = {"m": 60.0, "h": 3600.0}
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit in units and number.replace(".", "", 1).isascii() and number.replace(".", "", 1).isdigit():
        length = float(number) * units[unit]
    else:
        try:
            length = parse_time("--sample", text)
        except BadSetting as error:
            raise BadSetting("--sample", text, TIME_FORMS.replace("500ms", "20m")) from error
    if length <= 0:
        raise BadSetting("--sample", text, "give a time above 0, such as 10m")
    if video == "-":
        raise BadSetting("--sample", text, "standard input is read once, from its start; leave it out")
    return length


def _sweep(video: str, settings: SweepSettings, verbose: bool, quiet: bool, unbounded: bool) -> "Sweep":
    from loopfind.cli.progress import watching
    from loopfind.pipeline import sweep as swept

    with watching(quiet) as (watch, note):
        result: Sweep = swept(video, settings, watch, note if verbose else None, unbounded)
        return result


def _deliver(result: "Sweep", as_json: bool, as_csv: bool) -> None:
    from loopfind.reports.formats import sweeps

    if as_json or as_csv:
        terminal.put(sweeps.sweep_json(result) if as_json else sweeps.sweep_csv(result))
    elif terminal.has_colours(sys.stdout):
        terminal.show(sweeps.sweep_lines(result, curves=True))
    else:
        terminal.put(sweeps.sweep_text(result))
