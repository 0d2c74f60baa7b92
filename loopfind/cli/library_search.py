"""The commands `library compare` and `library search`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import compare as comparing
from loopfind.cli import options
from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli.paths import library_at
from loopfind.errors import BadSetting
from loopfind.settings import STALL, ClusterSettings, CompareSettings

if TYPE_CHECKING:
    from loopfind.model.comparison import Comparison
    from loopfind.model.video import Watch

EXAMPLES = """\b
Examples:
  loopfind library compare                   what any two files share
  loopfind library compare -o shared.csv
  loopfind library compare --workers 8
  loopfind library search clip.mp4           where a clip was taken from
  loopfind library search clip.mp3           which file a sound is from

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 something is shared (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""


def compare_library_command(
    library: options.LibraryOption = None,
    workers: options.Workers = 0,
    scheduler: options.Scheduler = "",
    as_json: options.Json = False,
    output: options.Output = None,
    formats: options.Formats = None,
    fail_on_repeats: options.FailOnShared = False,
    quiet: options.Quiet = False,
) -> int:
    """Find the stretches that files of the library share; only new files are compared."""
    from loopfind.pipeline import compare_library

    path, cluster = library_at(library), ClusterSettings(workers, scheduler)
    return _write_result_of(
        lambda watch: compare_library(path, watch, cluster), [], as_json, output, formats, fail_on_repeats, quiet
    )


def search_command(
    video: Annotated[str, typer.Argument(metavar="FILE", help="A video or a sound, in the library or not.")],
    align: Annotated[
        str,
        typer.Option(
            "--align",
            metavar="WAY",
            autocompletion=options.completing(("engine", "sound")),
            help="engine: by moving pictures, or by sound where there are none; sound: by what is heard.",
        ),
    ] = CompareSettings.align,
    stream: options.StreamOption = CompareSettings.stream,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    library: options.LibraryOption = None,
    as_json: options.Json = False,
    output: options.Output = None,
    formats: options.Formats = None,
    fail_on_repeats: options.FailOnShared = False,
    quiet: options.Quiet = False,
) -> int:
    """Look a file up in the library: list the files that show or play a part of it, the best first."""
    from loopfind.pipeline import search_library

    path, settings = library_at(library), CompareSettings(query=1, stream=stream, align=align, stall=stall)
    return _write_result_of(
        lambda watch: search_library(video, path, settings, watch, unbounded=no_budget),
        [video],
        as_json,
        output,
        formats,
        fail_on_repeats,
        quiet,
    )


def _write_result_of(
    work: "Callable[[Watch | None], Comparison]",
    videos: list[str],
    as_json: bool,
    output: list[str] | None,
    formats: list[str] | None,
    fail_on_repeats: bool,
    quiet: bool,
) -> int:
    """Do the work and write the comparison that it returns. Returns the exit status."""
    from loopfind.cli.progress import watching

    chosen = outputs.choose_outputs(output or (), outputs.choose_formats(formats or [], as_json, output or []), videos)
    page, places = pages.separate_page(chosen, None)
    if page is not None:
        raise BadSetting("--output", page, "a page is made by `loopfind compare`, which reads the pictures again")
    comparing.check_formats(places, None, videos)
    with watching(quiet) as (watch, _):
        result = work(watch)
    for place, form in places:
        comparing.write_comparison(result, form, place, None)
    outputs.note_outputs(result.summary, [place for place, _ in places], None, quiet)
    return 3 if fail_on_repeats and result.repeats else 0
