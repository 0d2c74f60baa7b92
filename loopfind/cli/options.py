"""The options that several commands share, each with its one help text."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from loopfind.fingerprints import KINDS
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES
from loopfind.settings import LARGEST_HASH, MOST_JOBS, MOST_STREAMS, SMALLEST_HASH

_ENDINGS = ", ".join(SUFFIXES)


def completing(values: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what a shell asks for the values of an option that begin with what was typed. With commas, the last."""
    known = list(values)

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{value}" for value in known if value.startswith(last)]

    return complete


VideoArgument = Annotated[
    str, typer.Argument(metavar="VIDEO", help="A file, an address that ffmpeg can open, or - for standard input.")
]
VideosArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="VIDEO",
        help="A file, an address that ffmpeg can open, or - for standard input. Several, or a folder of files: each.",
    ),
]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="KIND",
        autocompletion=completing(KINDS),
        help="Kind of fingerprint, by which frames count as equal; repeats are found by what moves, whatever it is: "
        f"{', '.join(KINDS)}.",
    ),
]
FixedHashSize = Annotated[
    str, typer.Option("--hash-size", metavar="N", help=f"Side of the hash, {SMALLEST_HASH} to {LARGEST_HASH}.")
]
StreamOption = Annotated[
    int,
    typer.Option(
        "--stream",
        metavar="N",
        min=0,
        max=MOST_STREAMS - 1,
        help="Video stream to read, counted from 0; cover art is left out.",
    ),
]
AudioStreamOption = Annotated[
    int, typer.Option("--audio-stream", metavar="N", min=0, help="Track of sound to search, counted from 0.")
]
NoSound = Annotated[bool, typer.Option("--no-sound", help="Leave the sound out: search the pictures alone.")]
Start = Annotated[
    str | None, typer.Option("--start", metavar="TIME", help="Read from this time on: 90, 1:30, 1:02:03.5, 500ms.")
]
End = Annotated[str | None, typer.Option("--end", metavar="TIME", help="Read up to this time.")]
Stall = Annotated[
    float,
    typer.Option("--stall", metavar="SECONDS", help="Give up after so many seconds without a byte."),
]
NoBudget = Annotated[
    bool,
    typer.Option(
        "--no-budget", help="Read a small file however many pictures, and however much sound and memory, it unpacks to."
    ),
]
FilesAtOnce = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, max=MOST_JOBS, help="Files read at the same time; default: one per core."
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, max=MOST_JOBS, help="Share the work among so many processes of this machine."
    ),
]
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Share the work among the workers of a Dask scheduler, tcp://HOST:8786."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write the machine form, JSON.")]
Every = Annotated[bool, typer.Option("--all", help="Cut no list of the text short: every repeat, place and cut.")]
Brief = Annotated[bool, typer.Option("--brief", help="Write one line: the verdict.")]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help=f"Write the result to a file; its ending chooses the format ({_ENDINGS}). May be repeated.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME",
        autocompletion=completing((*FORMATS, PAGE)),
        help="Format of each -o, in the same order; the names are those of scan.",
    ),
]
FailOnShared = Annotated[bool, typer.Option("--fail-on-repeats", help="Exit with status 3 if anything is shared.")]
Cached = Annotated[
    bool, typer.Option("--cache", help="Take from the library what was read before, and keep there what is new.")
]
CacheLibrary = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="LIBRARY",
        help="Library that --cache uses, a file or postgresql://USER@HOST/DATABASE; default: one in the cache folder.",
    ),
]
LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="LIBRARY",
        help="The library, a file or postgresql://USER@HOST/DATABASE; default: one in the user's cache folder.",
    ),
]
ReviewFile = Annotated[
    str | None,
    typer.Option("--review", metavar="FILE", help="A review, as JSON: leave out what it rejects, and add its notes."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the ffmpeg commands and their messages.")]
VerboseScan = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Show every repeat with its places and evidence, and what ffmpeg is asked and says."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no notes.")]
