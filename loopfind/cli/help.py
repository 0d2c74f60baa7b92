"""The help of the commands: options in panels, and the command `help`."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from loopfind.cli import terminal
from loopfind.errors import UsageError

EXAMPLES = """\b
Examples:
  loopfind help              the same as loopfind --help
  loopfind help compare
  loopfind help library add
"""

PANELS = {
    "Input": "start end stream audio-stream no-sound query in own video labels report stall",
    "Answer": "json csv all brief output format html video-href link open review fail-on-repeats out as most repeat "
    "overwrite for plot nearest keep sure dry-run min max pick dissolve "
    "width verbose quiet",
    "Speed": "fast packets-only jobs hwaccel sample no-resume",
    "Live": "follow window alive watch settle exec webhook",
    "Library": "cache library",
}
"""Panel -> the options in it; all others are in the last one."""
LAST = "Advanced"
_FEWEST = 12
"""Options from which on a command has panels."""


def panels_of(options: Iterable[Any]) -> dict[str, list[Any]]:
    """Return the options of a command by the panels they stand in; one panel alone where there are few."""
    every = list(options)
    if len(every) < _FEWEST:
        return {"Options": every}
    homes = {f"--{name}": panel for panel, names in PANELS.items() for name in names.split()}
    found: dict[str, list[Any]] = {panel: [] for panel in (*PANELS, LAST)}
    for option in every:
        found[next((homes[name] for name in option.opts if name in homes), LAST)].append(option)
    return {panel: some for panel, some in found.items() if some}


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return what else was meant by a word: "did you mean compare?", "" where nothing is near it."""
    near = get_close_matches(word, list(known), 2)
    return f"did you mean {' or '.join(near)}?" if near else ""


def _complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the commands that begin with what was typed."""
    group: Any = ctx.parent and ctx.parent.command
    for word in ctx.params.get("words") or []:
        group = getattr(group, "commands", {}).get(word)
    return [name for name in getattr(group, "commands", {}) if name.startswith(incomplete)]


def help_command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="The command, word by word.", autocompletion=_complete),
    ] = None,
) -> None:
    """Show the help of a command."""
    context: Any = ctx.parent
    for number, word in enumerate(words or []):
        known = getattr(context.command, "commands", {})
        if word not in known:
            asked = " ".join(("loopfind", *(words or [])[: number + 1]))
            hint = suggestion(word, known) or (f"there are {', '.join(known)}" if known else "it has no commands")
            raise UsageError(f"there is no command {asked}: {hint}")
        context = known[word].make_context(word, [], parent=context, resilient_parsing=True)
    terminal.put([f"{context.get_help()}\n"])
