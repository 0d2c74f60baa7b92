"""The command `evaluate knn`."""

import os
from typing import Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.library_similar import ModelOption, WayOption
from loopfind.registry import check_name
from loopfind.settings import LIKENESS_WAYS, STALL, KnnSettings

EXAMPLES = """\b
Examples:
  loopfind evaluate knn --labels labels.csv --by cnn
  loopfind evaluate knn --labels labels.csv -k 1 -k 20 --json

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def knn_command(
    labels: Annotated[
        str, typer.Option("--labels", metavar="FILE", help="A table (CSV) with the columns path, class and group.")
    ],
    by: WayOption = KnnSettings.by,
    nearest: Annotated[
        list[int] | None,
        typer.Option("--nearest", "-k", metavar="N", min=1, max=1000, help="Nearest files that count; repeatable."),
    ] = None,
    model: ModelOption = None,
    stream: options.StreamOption = KnnSettings.stream,
    audio_stream: options.AudioStreamOption = KnnSettings.audio_stream,
    jobs: options.FilesAtOnce = None,
    stall: options.Stall = STALL,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Say how often the files nearest to labelled ones are of the same class, each among the files of other groups."""
    check_name("way to be alike", by, dict.fromkeys(LIKENESS_WAYS, ""))

    from loopfind.cli.progress import watching
    from loopfind.pipeline import evaluate_knn
    from loopfind.reports.formats import nearest_scores

    settings = KnnSettings(
        by=by,
        model=model or "",
        counts=tuple(nearest or KnnSettings.counts),
        jobs=jobs or os.cpu_count() or 1,
        stream=stream,
        audio_stream=audio_stream,
        stall=stall,
    )
    with watching(quiet) as (watch, note):
        answer = evaluate_knn(labels, settings, watch, note if verbose else None)
    terminal.put(nearest_scores.scores_json(answer) if as_json else nearest_scores.scores_text(answer))
    return 0
