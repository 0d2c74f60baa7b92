"""The command `trajectory`: the path of a fixed camera, live, and what on it is unusual."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli import output as outputs
from loopfind.cli.follow import catching_interrupts, parse_window
from loopfind.cli.made import made_now
from loopfind.cli.page import check_page, page_address
from loopfind.cli.times import parse_limits, parse_time
from loopfind.errors import BadSetting, MediaError
from loopfind.reports.files import write_file
from loopfind.reports.plots import PLOTS
from loopfind.settings import SHORTEST_BASELINE, STALL, TRAJECTORY_WAYS, TrajectorySettings

if TYPE_CHECKING:
    from loopfind.model.trajectory import Trajectory
    from loopfind.model.trajectory_exhibits import TrajectoryExhibits

EXAMPLES = """\b
Examples:
  loopfind trajectory camera.mp4                        what is unusual, against the first 10 minutes
  loopfind trajectory camera.mp4 --html path.html       the path as a page: click a point to see its picture
  loopfind trajectory camera.mp4 --plot path.svg
  loopfind trajectory rtsp://camera/1 --follow --json   one line a second, for a program

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 anything unusual (with --fail-on-unusual), 130 stopped by Ctrl-C.
"""


def trajectory_command(
    video: options.VideoArgument,
    baseline: Annotated[
        str,
        typer.Option("--baseline", metavar="TIME", help="How much footage the map is learned from: 90, 10m, 1:30:00."),
    ] = "10m",
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on while the video grows, or while a live source sends.")
    ] = False,
    way: Annotated[
        str,
        typer.Option(
            "--way",
            metavar="WAY",
            autocompletion=options.completing(TRAJECTORY_WAYS),
            help=f"Way into the map: {', '.join(TRAJECTORY_WAYS)}.",
        ),
    ] = TrajectorySettings.way,
    false_alarms: Annotated[
        float,
        typer.Option(
            "--false-alarms", metavar="N", help="Events an hour that may be reported where nothing is unusual."
        ),
    ] = TrajectorySettings.false_alarms,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help=f"Draw the path to a file ({', '.join(PLOTS)}).")
    ] = None,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write the page of the path, with pictures.")
    ] = None,
    as_json: options.Json = False,
    fail_on_unusual: Annotated[
        bool, typer.Option("--fail-on-unusual", help="Exit with status 3 if anything is unusual.")
    ] = False,
    stream: options.StreamOption = TrajectorySettings.stream,
    start: options.Start = None,
    end: options.End = None,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="TIME", help="Footage in which repeats are looked for, with --follow."),
    ] = None,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Learn what a fixed camera usually shows, follow its path through that, and say what is unusual.

    Needs scikit-learn: pip install 'loopfind[explore]'.
    """
    length = parse_baseline(baseline)
    if window is not None and not follow:
        raise BadSetting("--window", window, "it goes with --follow; leave it out")
    first, last = parse_limits(start, end)
    if plot is not None:
        outputs.check_plot(plot, video)
    if html is not None:
        check_page(html, [video], [] if plot is None else [plot])
    settings = TrajectorySettings(length, way, false_alarms, stream, first, last, stall, no_budget)
    if follow:
        followed = _follow(video, settings, parse_window(window), as_json, verbose, quiet)
        if followed is None:  # nobody reads any more
            return 0
        found = followed
        shown = None if html is None else _pictures(found, quiet)
    else:
        found, shown = _found(video, settings, html is not None, verbose, quiet)
        _show(found, as_json)
    if plot is not None:
        from loopfind.reports.plots.trajectory import trajectory_plot

        write_file(plot, trajectory_plot(found, Path(plot).suffix.lower()))
        _say(f"The plot is in {plot}", quiet)
    if html is not None and shown is not None:
        from loopfind.reports.page.trajectory import trajectory_page

        write_file(html, trajectory_page(found, shown, page_address(html, video, None)))
        _say(f"The page is in {html}", quiet)
    return 3 if fail_on_unusual and found.events else 0


def parse_baseline(given: str) -> float:
    """Return the seconds of --baseline. Raises BadSetting."""
    length = parse_time("--baseline", given)
    if length < SHORTEST_BASELINE:
        raise BadSetting("--baseline", given, f"give {SHORTEST_BASELINE:g} seconds or more, such as 10m")
    return length


def _say(line: str, quiet: bool) -> None:
    if not quiet:
        terminal.note(line)


def _found(
    video: str, settings: TrajectorySettings, with_pictures: bool, verbose: bool, quiet: bool
) -> "tuple[Trajectory, TrajectoryExhibits | None]":
    from loopfind.cli.progress import watching
    from loopfind.cli.scan_one import fetched_after

    with watching(quiet) as (watch, note):
        from loopfind.exhibits.trajectory import trajectory_exhibits
        from loopfind.pipeline import trajectory

        log = note if verbose else None
        try:
            found = trajectory(video, settings, watch, log)
            shown = trajectory_exhibits(found, watch) if with_pictures else None
        except MediaError as error:
            with fetched_after(video, error, watch) as fetched:
                found = trajectory(fetched.path, settings, watch, log)
                shown = trajectory_exhibits(found, watch) if with_pictures else None
            found = replace(found, source=replace(found.source, path=fetched.page))
    return _made(found), shown


def _made(found: "Trajectory") -> "Trajectory":
    return replace(found, report=replace(found.report, made=made_now()))


def _show(found: "Trajectory", as_json: bool) -> None:
    from loopfind.reports.formats.trajectory import trajectory_json, trajectory_text

    if as_json:
        terminal.put(trajectory_json(found))
    else:
        terminal.put_text(trajectory_text(found))


def _follow(
    video: str, settings: TrajectorySettings, window: float, as_json: bool, verbose: bool, quiet: bool
) -> "Trajectory | None":
    """Follow a source and write what comes of it, a line each; return the whole answer, None where nobody reads."""
    from loopfind.cli.progress import watching

    with catching_interrupts() as pressed, watching(quiet, endless=True) as (watch, note):
        from loopfind.model.trajectory import Moment, TrajectoryEnded
        from loopfind.pipeline import follow_trajectory
        from loopfind.reports.formats.trajectory_events import followed_json, followed_text
        from loopfind.reports.links import linker

        say: Callable[[str], None] = lambda line: None if quiet else note(f"loopfind: {line}")  # noqa: E731
        link, ended = linker("", video), None
        for event in follow_trajectory(video, settings, window, watch, note if verbose else None, pressed, say):
            if isinstance(event, TrajectoryEnded):
                event = ended = replace(event, trajectory=_made(event.trajectory))  # noqa: PLW2901
            if as_json:
                heard = terminal.put_line(followed_json(event, link))
            elif isinstance(event, TrajectoryEnded) or (isinstance(event, Moment) and not verbose):
                continue
            else:
                heard = terminal.put_line([followed_text(event)])
            if not heard:
                return None
    if ended is None:
        return None
    if not as_json:
        terminal.put(["\n"])
        _show(ended.trajectory, as_json=False)
    if ended.why == "changed":
        _say(
            f"loopfind: {ended.trajectory.source.path}: {ended.said}; this is the answer on what was read", quiet=False
        )
    return ended.trajectory


def _pictures(found: "Trajectory", quiet: bool) -> "TrajectoryExhibits":
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, _):
        from loopfind.exhibits.trajectory import trajectory_exhibits

        return trajectory_exhibits(found, watch)
