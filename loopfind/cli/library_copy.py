"""The command `library copy`."""

from typing import Annotated

import typer

from loopfind.cli import options, terminal

EXAMPLES = """\b
Examples:
  loopfind library copy films.sqlite postgresql://ada@db.example/films
  loopfind library copy postgresql://ada@db.example/films backup.sqlite

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C:
the same command goes on from there.
"""


def copy_command(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The library to copy: a file or an address.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The library to copy it into, made if it is not there.")],
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Copy a library into another one, a file or on a server; what is there already is not copied again."""
    from loopfind.cli.progress import watching
    from loopfind.pipeline import copy_library
    from loopfind.reports.formats import library_copies
    from loopfind.stores.opener import shown_library

    with watching(quiet) as (watch, _):
        result = copy_library(source, target, watch)
    form = library_copies.copied_json if as_json else library_copies.copied_text
    terminal.put(form(shown_library(source), shown_library(target), result))
    return 0
