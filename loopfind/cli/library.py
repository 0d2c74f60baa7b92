"""The commands `library add`, `list`, `remove`, `verify` and `query`."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loopfind.cli import options, tables, terminal
from loopfind.cli.paths import library_at
from loopfind.cli.sizes import parse_fixed_size
from loopfind.cli.times import parse_limits
from loopfind.errors import BadSetting
from loopfind.fingerprints import KINDS
from loopfind.registry import check_name
from loopfind.settings import QUERY_MEGABYTES, QUERY_SECONDS, STALL, ClusterSettings, Settings
from loopfind.stores.places import is_there, real_path

if TYPE_CHECKING:
    from loopfind.stores.library import Library

EXAMPLES = """\b
Examples:
  loopfind library add films/ podcasts/      what is in folders
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


def add_command(
    videos: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Videos, sounds, folders of files, and s3://BUCKET.")
    ],
    library: options.LibraryOption = None,
    kind: options.KindOption = Settings.kind,
    hash_size: options.FixedHashSize = str(Settings.hash_size),
    stream: options.StreamOption = Settings.stream,
    start: options.Start = None,
    end: options.End = None,
    audio_stream: options.AudioStreamOption = Settings.audio_stream,
    no_sound: options.NoSound = False,
    jobs: options.FilesAtOnce = None,
    workers: options.Workers = 0,
    scheduler: options.Scheduler = "",
    retry_quarantined: Annotated[
        bool, typer.Option("--retry-quarantined", help="Read files again that ended the processes which read them.")
    ] = False,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Read files and keep their fingerprints, of sound too; what the library has is not read again."""
    check_name("kind", kind, KINDS)
    first, last = parse_limits(start, end)
    settings = Settings(
        kind,
        parse_fixed_size("--hash-size", hash_size),
        stream,
        first,
        last,
        stall=stall,
        sound=not no_sound,
        audio_stream=audio_stream,
    )
    path = library_at(library, make=True)

    from loopfind.cli.progress import watching
    from loopfind.pipeline import add as added
    from loopfind.reports.formats import libraries

    with watching(quiet) as (watch, note):
        log = note if verbose else None
        at_once, cluster = jobs or os.cpu_count() or 1, ClusterSettings(workers, scheduler)
        result = added(videos, path, settings, at_once, watch, log, no_budget, cluster, retry_quarantined)
    terminal.put(libraries.added_json(result) if as_json else libraries.added_text(result))
    return 1 if result.refused else 0


def list_command(library: options.LibraryOption = None, as_json: options.Json = False) -> int:
    """List the files and entries of the library."""
    from loopfind.reports.formats import libraries
    from loopfind.stores.quarantine import Quarantine

    with _open(library) as shelf:
        entries, older = shelf.entries(), shelf.outdated()
        form = libraries.listed_json if as_json else libraries.listed_text
        terminal.put(form(shelf.shown, entries, older, Quarantine(shelf.connections).all()))
    return 0


def remove_command(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|ID", help="Files, folders of files, and numbers of entries.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Remove all files that are gone, and entries that no file has any more.")
    ] = False,
    library: options.LibraryOption = None,
    as_json: options.Json = False,
) -> int:
    """Remove files and entries from the library, and free their space."""
    if not what and not missing:
        raise BadSetting("what to remove", "", "name files or entries, or give --missing")
    from loopfind.reports.formats import libraries
    from loopfind.stores.quarantine import Quarantine

    with _open(library) as shelf:
        known, quarantine = shelf.files(), Quarantine(shelf.connections)
        shut_out = {os.fsencode(one.path): one for one in quarantine.all()}
        entries, paths = _find_named(shelf, what or [], [*(file.path for file in known), *shut_out])
        if missing:
            paths |= {file.path for file in known if not is_there(file.path)}
            entries |= {*shelf.outdated(), *(entry.id for entry in shelf.entries() if not entry.paths)}
        before = {entry.id: entry for entry in shelf.entries()}
        shelf.remove(sorted(entries), sorted(paths))
        freed = [one for path, one in shut_out.items() if path in paths]
        quarantine.free([(one.size, one.digest) for one in freed])
        left = {entry.id for entry in shelf.entries()}
        gone = [entry for number, entry in before.items() if number not in left]
        names = {file.name for file in known} - {file.name for file in shelf.files()}
        form = libraries.removed_json if as_json else libraries.removed_text
        terminal.put(form(gone, sorted(names | {one.path for one in freed})))
    return 0


def _find_named(shelf: "Library", what: Sequence[str], known: Sequence[bytes]) -> tuple[set[int], set[bytes]]:
    """Return the entries, and the files by real path, that `what` names. Raises BadSetting for a name of neither."""
    numbers = {*(entry.id for entry in shelf.entries()), *shelf.outdated()}
    entries: set[int] = set()
    paths: set[bytes] = set()
    for word in what:
        real = real_path(word) if "\0" not in word else b""
        inside = {path for path in known if path == real or path.startswith(os.path.join(real, b""))}
        if inside:
            paths |= inside
        elif word.isascii() and word.isdigit() and int(word) in numbers:
            entries.add(int(word))
        else:
            raise BadSetting("what to remove", word, "the library has no such file, folder or entry; see what it lists")
    return entries, paths


def verify_command(
    library: options.LibraryOption = None, as_json: options.Json = False, quiet: options.Quiet = False
) -> int:
    """Check the database, its contents, and whether its files have changed."""
    from loopfind.cli.progress import watching
    from loopfind.reports.formats import libraries

    with _open(library) as shelf:
        with watching(quiet) as (watch, _):
            problems = list(shelf.verify(watch))
        entries = len(shelf.entries()) if not problems else 0
        form = libraries.verified_json if as_json else libraries.verified_text
        terminal.put(form(shelf.shown, problems, entries))
    return 1 if problems else 0


def query_command(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="A query in SQL; it can change nothing.")],
    library: options.LibraryOption = None,
    as_json: options.Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", min=0.1, help="Seconds it may take.")
    ] = QUERY_SECONDS,
    megabytes: Annotated[
        int, typer.Option("--megabytes", metavar="MB", min=16, max=1 << 20, help="Memory it may take.")
    ] = QUERY_MEGABYTES,
) -> int:
    """Query the library in SQL: the views are files, entries, sounds, pairs and stretches."""
    if as_json and as_csv:
        raise BadSetting("--csv", "together with --json", "choose one of the two")
    from loopfind.stores.opener import QueryBudget, query_library

    with query_library(library_at(library), sql, QueryBudget(seconds, megabytes)) as (columns, found):
        terminal.put(tables.format_rows(columns, found, "json" if as_json else "csv" if as_csv else "text"))
    return 0


def _open(library: str | None) -> "Library":
    from loopfind.stores.opener import open_library

    return open_library(library_at(library), make=False)
