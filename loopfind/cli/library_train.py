"""The command `library train`."""

import os
from typing import Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.library_similar import ModelOption
from loopfind.cli.paths import library_at
from loopfind.settings import STALL, LookSettings

EXAMPLES = """\b
Examples:
  loopfind library train                            on up to 400 of its files
  loopfind library train --forget                   compare as before

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def train_command(
    model: ModelOption = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take out what was trained, and the codebooks of --by bag.")
    ] = False,
    stream: options.StreamOption = LookSettings.stream,
    jobs: options.FilesAtOnce = None,
    stall: options.Stall = STALL,
    library: options.LibraryOption = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Train --by cnn on the library's own files; kept only if more edits of files left out are found."""
    path = library_at(library)

    from loopfind import pipeline
    from loopfind.cli.progress import watching
    from loopfind.reports.formats import likeness

    if forget:
        count = pipeline.forget(path)
        terminal.put([f'{{"forgotten": {count}}}\n' if as_json else f"{count} taken out.\n"])
        return 0
    settings = LookSettings(by="cnn", model=model or "", jobs=jobs or os.cpu_count() or 1, stream=stream, stall=stall)
    with watching(quiet) as (watch, note):
        answer = pipeline.train(path, settings, watch, note if verbose else None)
    terminal.put(likeness.training_json(answer) if as_json else likeness.training_text(answer))
    return 0
