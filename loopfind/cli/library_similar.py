"""The commands `library similar` and `library groups`."""

import os
from typing import Annotated

import typer

from loopfind.cli import options, terminal
from loopfind.cli.paths import library_at
from loopfind.registry import check_name
from loopfind.settings import LIKENESS_WAYS, STALL, GroupSettings, SimilarSettings

EXAMPLES = """\b
Examples:
  loopfind library similar clip.mp4                 by dominant colours
  loopfind library similar clip.mp4 --by cnn        by what a network sees
  loopfind library similar clip.mp4 --by cnn --prove
  loopfind library groups --by cnn                  all files that look alike

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""

WayOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WAY",
        help="palette: by dominant colours; cnn: by what a network sees in the pictures; "
        "bag: by how often it sees what; sound: by what is heard.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="FILE", help="A network as ONNX for --by cnn, bag or sound, with a card beside it."
    ),
]


def similar_command(
    video: Annotated[
        str, typer.Argument(metavar="VIDEO", help="A video, or with --by sound a sound, in the library or not.")
    ],
    by: WayOption = SimilarSettings.by,
    nearest: Annotated[
        int, typer.Option("--nearest", "-k", metavar="N", min=1, max=1000, help="Files to list.")
    ] = SimilarSettings.nearest,
    model: ModelOption = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Compare the video with these files, and say what is the same recording.")
    ] = SimilarSettings.prove,
    stream: options.StreamOption = SimilarSettings.stream,
    audio_stream: options.AudioStreamOption = SimilarSettings.audio_stream,
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
        audio_stream=audio_stream,
        stall=stall,
    )
    with watching(quiet) as (watch, note):
        answer = similar(video, path, settings, watch, note if verbose else None)
    terminal.put(likeness.similar_json(answer) if as_json else likeness.similar_text(answer))
    return 0


def groups_command(
    by: WayOption = GroupSettings.by,
    chance: Annotated[
        float,
        typer.Option(
            "--chance", metavar="P", help="Share of files, above 0 up to 0.5, that may have a stranger for alike."
        ),
    ] = GroupSettings.chance,
    level: Annotated[
        float | None,
        typer.Option(
            "--level", metavar="L", help="Likeness from which files are alike; default: what the library itself shows."
        ),
    ] = GroupSettings.level,
    model: ModelOption = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Compare the files of each group, and say what is the same recording.")
    ] = GroupSettings.prove,
    stream: options.StreamOption = GroupSettings.stream,
    audio_stream: options.AudioStreamOption = GroupSettings.audio_stream,
    jobs: options.FilesAtOnce = None,
    stall: options.Stall = STALL,
    library: options.LibraryOption = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """List the files of the library that look alike, in groups. To be alike is no proof."""
    check_name("way to be alike", by, dict.fromkeys(LIKENESS_WAYS, ""))
    path = library_at(library)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import groups
    from loopfind.reports.formats import likeness

    settings = GroupSettings(
        by=by,
        model=model or "",
        chance=chance,
        level=level,
        prove=prove,
        jobs=jobs or os.cpu_count() or 1,
        stream=stream,
        audio_stream=audio_stream,
        stall=stall,
    )
    with watching(quiet) as (watch, note):
        answer = groups(path, settings, watch, note if verbose else None)
    terminal.put(likeness.groups_json(answer) if as_json else likeness.groups_text(answer))
    return 0
