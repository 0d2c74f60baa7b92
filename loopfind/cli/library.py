"""The commands that tend the library."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import tables, terminal
from loopfind.cli.paths import library_at
from loopfind.cli.sizes import fixed
from loopfind.cli.times import Stall, limits
from loopfind.errors import BadSetting, UnknownPart
from loopfind.fingerprints import KINDS
from loopfind.settings import LARGEST_HASH, SMALLEST_HASH, STALL, Settings

if TYPE_CHECKING:
    from loopfind.stores.sqlite import Library

EXAMPLES = """\b
Examples:
  loopfind library add films/                what is in a folder
  loopfind video.mp4 --cache                 scan without decoding it again
  loopfind library list
  loopfind library remove old.mp4 17         a file, and an entry by number
  loopfind library remove --missing          files that are gone
  loopfind library verify
  loopfind library query 'SELECT path, duration FROM files'

\b
Exit status: 0 done, 1 could not, or something is wrong, 2 wrong usage,
130 stopped by Ctrl-C.
"""

Place = Annotated[
    str | None,
    typer.Option("--library", metavar="FILE", help="The library; unless said, one in the user's cache folder."),
]
Json = Annotated[bool, typer.Option("--json", help="Write the machine form.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")]


def add(
    videos: Annotated[list[str], typer.Argument(metavar="VIDEO", help="Files, and folders of files.")],
    library: Place = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"Kind of fingerprint: {', '.join(KINDS)}.")
    ] = Settings.kind,
    hash_size: Annotated[
        str, typer.Option("--hash-size", metavar="N", help=f"Side of the hash, {SMALLEST_HASH} to {LARGEST_HASH}.")
    ] = str(Settings.hash_size),
    stream: Annotated[
        int, typer.Option("--stream", metavar="N", min=0, help="Which video stream of each, from 0.")
    ] = Settings.stream,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="Read from here: 90, 1:30, 1:02:03.5, 500ms.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="Read up to here.")] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, max=256, help="Files read at a time; all cores unless said."),
    ] = None,
    stall: Stall = STALL,
    as_json: Json = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the ffmpeg commands and what they said.")
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Read files and keep what was read; what is known already is not read again."""
    if kind not in KINDS:
        raise UnknownPart("kind", kind, KINDS)
    first, last = limits(start, end)
    settings = Settings(kind, fixed("--hash-size", hash_size), stream, first, last, stall=stall)
    path = library_at(library, make=True)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import add as added
    from loopfind.reports.formats import libraries

    with watching(quiet) as (watch, note):
        result = added(videos, path, settings, jobs or os.cpu_count() or 1, watch, note if verbose else None)
    terminal.put(libraries.added_json(result) if as_json else libraries.added_text(result))
    return 1 if result.refused else 0


def shown(library: Place = None, as_json: Json = False) -> int:
    """List what the library holds."""
    from loopfind.reports.formats import libraries

    with _opened(library) as shelf:
        entries, older = shelf.entries(), shelf.outdated()
        form = libraries.listed_json if as_json else libraries.listed_text
        terminal.put(form(shelf.shown, entries, older))
    return 0


def remove(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|ID", help="Files, folders of files, or numbers of entries.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Remove all files that are gone, and what no file holds any more.")
    ] = False,
    library: Place = None,
    as_json: Json = False,
) -> int:
    """Take files and entries out of the library, and give their space back."""
    if not what and not missing:
        raise BadSetting("what to remove", "", "name files or entries, or give --missing")
    from loopfind.reports.formats import libraries

    with _opened(library) as shelf:
        known = shelf.files()
        entries, paths = _meant(shelf, what or [], [file.path for file in known])
        if missing:
            paths |= {file.path for file in known if not os.path.exists(file.path)}
            entries |= {*shelf.outdated(), *(entry.id for entry in shelf.entries() if not entry.paths)}
        before = {entry.id: entry for entry in shelf.entries()}
        shelf.remove(sorted(entries), sorted(paths))
        left = {entry.id for entry in shelf.entries()}
        gone = [entry for number, entry in before.items() if number not in left]
        names = sorted({file.name for file in known} - {file.name for file in shelf.files()})
        form = libraries.removed_json if as_json else libraries.removed_text
        terminal.put(form(gone, names))
    return 0


def _meant(shelf: "Library", what: Sequence[str], known: Sequence[bytes]) -> tuple[set[int], set[bytes]]:
    """The entries, and the files by real path, that are to be removed. Raises BadSetting for what is not there."""
    numbers = {*(entry.id for entry in shelf.entries()), *shelf.outdated()}
    entries: set[int] = set()
    paths: set[bytes] = set()
    for word in what:
        real = os.path.realpath(os.fsencode(word)) if "\0" not in word else b""
        inside = {path for path in known if path == real or path.startswith(real.rstrip(b"/") + b"/")}
        if inside:
            paths |= inside
        elif word.isascii() and word.isdigit() and int(word) in numbers:
            entries.add(int(word))
        else:
            raise BadSetting("what to remove", word, "the library has no such file, folder or entry; see what it lists")
    return entries, paths


def verify(library: Place = None, as_json: Json = False, quiet: Quiet = False) -> int:
    """Check the database, what it holds, and whether its files are as they were."""
    from loopfind.cli.progress import watching
    from loopfind.reports.formats import libraries

    with _opened(library) as shelf:
        with watching(quiet) as (watch, _):
            problems = list(shelf.verify(watch))
        entries = len(shelf.entries()) if not problems else 0
        form = libraries.verified_json if as_json else libraries.verified_text
        terminal.put(form(shelf.shown, problems, entries))
    return 1 if problems else 0


def query(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="A question in SQL; nothing can be changed.")],
    library: Place = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write a table with commas.")] = False,
) -> int:
    """Ask the library in SQL: the views are files, entries, pairs and stretches."""
    if as_json and as_csv:
        raise BadSetting("--csv", "together with --json", "choose one of the two")
    with _store().query(library_at(library), sql) as (columns, found):
        terminal.put(tables.written(columns, found, "json" if as_json else "csv" if as_csv else "text"))
    return 0


def _store() -> "type[Library]":
    from loopfind.registry import load
    from loopfind.stores import STORE, STORES

    store: type[Library] = load("store", STORE, STORES)
    return store


def _opened(library: str | None) -> "Library":
    return _store().open(library_at(library), make=False)
