"""The command `follow-many`: follow many cameras at once."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from loopfind.cli import options, terminal
from loopfind.cli.cameras import HANG, command_of, environment, read_cameras
from loopfind.cli.hooks import parse_hooks
from loopfind.errors import OutputError

EXAMPLES = """\b
Examples:
  loopfind follow-many cameras.toml > events.jsonl
  loopfind follow-many cameras.toml --at-once 8 --webhook https://example.org/hooks/loopfind

\b
Exit status: 0 every camera is over, or ended by Ctrl-C, 1 no camera could be followed, 2 wrong usage.
"""
_SIGNS = 30
"""Signs of life of a camera in this time."""


def follow_many_command(
    ctx: typer.Context,
    cameras: Annotated[str, typer.Argument(metavar="CAMERAS", help="A TOML file that names each camera.")],
    at_once: Annotated[
        int | None,
        typer.Option("--at-once", metavar="N", min=1, help="Cameras that run at a time; default: one per core."),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--exec", metavar="COMMAND", help="Run it for each finding of any camera, JSON on stdin."),
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option("--webhook", metavar="URL", help="Post each finding of any camera there as JSON."),
    ] = None,
    hang: Annotated[
        float,
        typer.Option(
            "--hang", metavar="SECONDS", min=1.0, help="Start a camera again that gives no sign of life for so long."
        ),
    ] = HANG,
    quiet: options.Quiet = False,
) -> int:
    """Follow many cameras at once, each as --follow does, and report what repeats as lines of JSON, until Ctrl-C."""
    parent: Any = ctx.parent
    found = read_cameras(cameras, parent.command.commands, "scan")
    parse_hooks(command, webhook, True)

    from loopfind.pipeline.wall import Wall, WallOrder

    hooks = [f"{name}={value}" for name, value in (("--exec", command), ("--webhook", webhook)) if value is not None]
    follow = command_of("scan", f"--alive={hang / _SIGNS:g}", *hooks)
    order = WallOrder(found, follow, at_once or os.cpu_count() or 1, hang, environment())

    failed = list[OutputError]()

    def tell(line: str) -> bool:
        try:
            return terminal.put_line([line])
        except OutputError as error:
            failed.append(error)
            return False

    with _counted_presses() as asked:
        followed = Wall(order, tell, (lambda _: None) if quiet else terminal.note).run(asked)
    if failed:
        raise failed[0]
    return 0 if followed else 1


@contextlib.contextmanager
def _counted_presses() -> Iterator[Callable[[], int]]:
    """Give the body a function that returns how often Ctrl-C was pressed, or SIGTERM came."""
    presses = 0

    def press(*_: object) -> None:
        nonlocal presses
        presses += 1

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: presses
    finally:
        for number, held in before.items():
            signal.signal(number, held)
