"""The command `steady`: frames that are held, shown again, mixed or lacking."""

from typing import Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.times import parse_limits
from loopfind.settings import STALL, SteadySettings

EXAMPLES = """\b
Examples:
  loopfind steady recording.mkv             does it freeze, stutter, or lack frames?
  loopfind steady film.mp4 --json           the same for a program
  loopfind steady camera.mp4 --fail-on-unsteady

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 not steady (with --fail-on-unsteady), 130 stopped by Ctrl-C.
"""


def steady_command(
    video: options.VideoArgument,
    stream: options.StreamOption = SteadySettings.stream,
    start: options.Start = None,
    end: options.End = None,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    as_json: options.Json = False,
    fail_on_unsteady: Annotated[
        bool, typer.Option("--fail-on-unsteady", help="Exit with status 3 if anything is held, shown again or lacking.")
    ] = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Find frames that are held, shown again in a pattern, mixed of two fields, or lacking."""
    first, last = parse_limits(start, end)
    settings = SteadySettings(stream, first, last, stall)
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, note):
        from loopfind.pipeline import steady

        found = steady(video, settings, watch, note if verbose else None, no_budget)
    from loopfind.reports.formats.steadiness import steady_json, steady_text

    if as_json:
        terminal.put(steady_json(found))
    else:
        terminal.put_text(steady_text(found))
    return 3 if fail_on_unsteady and not found.is_steady else 0
