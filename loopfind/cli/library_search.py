"""The commands that compare what is in the library."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import compare as comparing
from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli.library import Json, Place, Quiet
from loopfind.cli.paths import library_at
from loopfind.cli.times import Stall
from loopfind.errors import BadSetting
from loopfind.settings import STALL, CompareSettings

if TYPE_CHECKING:
    from loopfind.model.comparison import Comparison
    from loopfind.model.video import Watch

EXAMPLES = """\b
Examples:
  loopfind library compare                   what any two files share
  loopfind library compare -o shared.csv
  loopfind library search clip.mp4           where a clip was taken from

\b
Exit status: 0 done, 1 could not, 2 wrong usage,
3 something is shared (with --fail-on-repeats), 130 stopped by Ctrl-C.
"""

Output = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it to a file, by its ending; may be repeated."),
]
Formats = Annotated[
    list[str] | None, typer.Option("--format", metavar="NAME", help="Which format, one for each -o in order.")
]
Fail = Annotated[bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything is shared.")]


def compare(
    library: Place = None,
    as_json: Json = False,
    output: Output = None,
    formats: Formats = None,
    fail_on_repeats: Fail = False,
    quiet: Quiet = False,
) -> int:
    """Find what the files of the library share; only what is new is compared."""
    from loopfind.pipeline import compare_library

    path = library_at(library)
    return _told(lambda watch: compare_library(path, watch), [], as_json, output, formats, fail_on_repeats, quiet)


def search(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="A video, which need not be in the library.")],
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream of it, from 0.")
    ] = CompareSettings.stream,
    stall: Stall = STALL,
    library: Place = None,
    as_json: Json = False,
    output: Output = None,
    formats: Formats = None,
    fail_on_repeats: Fail = False,
    quiet: Quiet = False,
) -> int:
    """Look a video up in the library: the files that show something of it, the best first."""
    from loopfind.pipeline import search_library

    path, settings = library_at(library), CompareSettings(query=1, stream=stream, stall=stall)
    return _told(
        lambda watch: search_library(video, path, settings, watch),
        [video],
        as_json,
        output,
        formats,
        fail_on_repeats,
        quiet,
    )


def _told(
    work: "Callable[[Watch | None], Comparison]",
    videos: list[str],
    as_json: bool,
    output: list[str] | None,
    formats: list[str] | None,
    fail_on_repeats: bool,
    quiet: bool,
) -> int:
    """Do the work, and write what it gives where it was asked for."""
    from loopfind.cli.progress import watching

    chosen = outputs.choose(output or (), outputs.named(formats or [], as_json, output or []), videos)
    page, places = pages.parted(chosen, None)
    if page is not None:
        raise BadSetting("--output", page, "a page is made by `loopfind compare`, which reads the pictures again")
    comparing.check(places, None, videos)
    with watching(quiet) as (watch, _):
        result = work(watch)
    for place, form in places:
        comparing.deliver(result, form, place, None)
    outputs.tell(result.summary, [place for place, _ in places], None, quiet)
    return 3 if fail_on_repeats and result.repeats else 0
