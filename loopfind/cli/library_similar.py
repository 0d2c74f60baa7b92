"""The commands `library similar` and `library groups`."""

import os
from typing import Annotated
from urllib.parse import quote

import typer

from loopfind.cli import options, terminal
from loopfind.cli.page import check_page
from loopfind.cli.paths import library_at
from loopfind.errors import BadSetting
from loopfind.registry import check_name
from loopfind.reports.files import write_file
from loopfind.settings import LIKENESS_WAYS, STALL, ClusterSettings, GroupSettings, SimilarSettings

EXAMPLES = """\b
Examples:
  loopfind library similar clip.mp4                 by dominant colours
  loopfind library similar clip.mp4 --by cnn        by what a network sees
  loopfind library similar clip.mp4 --by cnn --prove
  loopfind library similar clip.mp4 -o alike.html   with pictures and a map
  loopfind library groups --by cnn                  all files that look alike

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""

WayOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WAY",
        autocompletion=options.completing(LIKENESS_WAYS),
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
_PageOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write a page with pictures and a map, to a name in .html."),
]


def _checked_library(by: str, library: str | None, page: str | None, as_json: bool, *videos: str) -> str:
    """Return the path of the library. Raise, before files are looked at, for a way that is none, and where a page could
    not be written."""
    check_name("way to be alike", by, dict.fromkeys(LIKENESS_WAYS, ""))
    path = library_at(library)
    if page is None:
        return path
    if not page.lower().endswith((".html", ".htm")):
        raise BadSetting("--output", page, "a page is written here: let the name end in .html")
    if as_json:
        raise BadSetting("--output", page, "--json writes no page; leave one of the two out")
    check_page(page, [*videos, path], [])
    return path


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
    vectors: Annotated[
        str | None,
        typer.Option(
            "--vectors",
            metavar="ADDRESS",
            help="Collections of Qdrant in which the nearest are looked for: qdrant://HOST:6333/NAME.",
        ),
    ] = None,
    stream: options.StreamOption = SimilarSettings.stream,
    audio_stream: options.AudioStreamOption = SimilarSettings.audio_stream,
    jobs: options.FilesAtOnce = None,
    workers: options.Workers = 0,
    scheduler: options.Scheduler = "",
    stall: options.Stall = STALL,
    library: options.LibraryOption = None,
    output: _PageOption = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """List the files of the library that look like a video, the nearest first. To be alike is no proof."""
    path = _checked_library(by, library, output, as_json, video)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import similar, similar_to_show
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
        vectors=_with_key(vectors or ""),
        cluster=ClusterSettings(workers, scheduler),
    )
    with watching(quiet) as (watch, note):
        log = note if verbose else None
        if output is not None:
            from loopfind.reports.page.commands import likeness_command_line
            from loopfind.reports.page.likeness import write_similar

            answer, shown = similar_to_show(video, path, settings, watch, log)
            write_file(output, write_similar(answer, shown, likeness_command_line(settings, video)))
            return 0
        answer = similar(video, path, settings, watch, log)
    terminal.put(likeness.similar_json(answer) if as_json else likeness.similar_text(answer))
    return 0


def _with_key(address: str) -> str:
    """Return an address of vectors with the key of the server, which QDRANT_API_KEY holds, as its password."""
    key, (scheme, found, rest) = os.environ.get("QDRANT_API_KEY", ""), address.partition("://")
    if not key or not found or "@" in rest.partition("/")[0] or rest.startswith("/"):
        return address
    return f"{scheme}://:{quote(key, safe='')}@{rest}"


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
    workers: options.Workers = 0,
    scheduler: options.Scheduler = "",
    stall: options.Stall = STALL,
    library: options.LibraryOption = None,
    output: _PageOption = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """List the files of the library that look alike, in groups. To be alike is no proof."""
    path = _checked_library(by, library, output, as_json)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import groups, groups_to_show
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
        cluster=ClusterSettings(workers, scheduler),
    )
    with watching(quiet) as (watch, note):
        log = note if verbose else None
        if output is not None:
            from loopfind.reports.page.commands import likeness_command_line
            from loopfind.reports.page.likeness import write_groups

            answer, shown = groups_to_show(path, settings, watch, log)
            write_file(output, write_groups(answer, shown, likeness_command_line(settings, None)))
            return 0
        answer = groups(path, settings, watch, log)
    terminal.put(likeness.groups_json(answer) if as_json else likeness.groups_text(answer))
    return 0
