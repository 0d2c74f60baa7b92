"""The command `library similar`."""

import os
from typing import Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.paths import library_at
from loopfind.registry import check_name
from loopfind.settings import LIKENESS_WAYS, STALL, SimilarSettings

EXAMPLES = """\b
Examples:
  loopfind library similar clip.mp4                 by dominant colours
  loopfind library similar clip.mp4 --by cnn        by what a network sees
  loopfind library similar clip.mp4 --by cnn --prove

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def similar_command(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="A video, in the library or not.")],
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="WAY", help="palette: by dominant colours; cnn: by what a network sees in the pictures."
        ),
    ] = SimilarSettings.by,
    nearest: Annotated[
        int, typer.Option("--nearest", "-k", metavar="N", min=1, max=1000, help="Files to list.")
    ] = SimilarSettings.nearest,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="FILE", help="A network as ONNX for --by cnn; default: loopfind's own."),
    ] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Compare the video with these files, and say what is the same recording.")
    ] = SimilarSettings.prove,
    stream: options.StreamOption = SimilarSettings.stream,
    jobs: options.FilesAtOnce = None,
    stall: options.Stall = STALL,
    library: options.LibraryOption = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """List the files of the library that look like a video, the nearest first. To be alike is no proof."""
    check_name("way to be alike", by, dict.fromkeys(LIKENESS_WAYS, ""))
    path = library_at(library)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import similar
    from loopfind.reports.formats import likeness

    settings = SimilarSettings(
        by=by,
        model=model or "",
        nearest=nearest,
        prove=prove,
        jobs=jobs or os.cpu_count() or 1,
        stream=stream,
        stall=stall,
    )
    with watching(quiet) as (watch, note):
        answer = similar(video, path, settings, watch, note if verbose else None)
    terminal.put(likeness.similar_json(answer) if as_json else likeness.similar_text(answer))
    return 0
