"""The option --follow: scan a recording while it grows, or a live source, until Ctrl-C."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from loopfind.cli import output as outputs
from loopfind.cli import terminal
from loopfind.cli.hooks import Hook, Hooks
from loopfind.cli.made import made_now
from loopfind.cli.times import parse_time
from loopfind.errors import BadSetting, UsageError
from loopfind.settings import SHORTEST_WINDOW, WINDOW, Decoding, Settings

if TYPE_CHECKING:
    from types import FrameType

    from loopfind.model.events import Event
    from loopfind.model.report import Report

    Deliver = Callable[[Report, str, str], None]


def parse_window(given: str | None) -> float:
    """Return the seconds of --window. Raises BadSetting."""
    if given is None:
        return WINDOW
    length = parse_time("--window", given)
    if length < SHORTEST_WINDOW:
        raise BadSetting("--window", given, f"give {SHORTEST_WINDOW:g} seconds or more, such as 90:00 or 24h")
    return length


def check_options(unfit: Sequence[tuple[str, bool]]) -> None:
    """Raise UsageError for an option that does not go with --follow. unfit: options, and whether each was given."""
    for option, given in unfit:
        if given:
            raise UsageError(f"--follow does not go with {option}: what is followed is read once, as it comes")


def follow_video(
    video: str,
    settings: Settings,
    held: float,
    decoding: Decoding,
    places: Sequence[tuple[str, str]],
    deliver: "Deliver",
    hooks: Sequence[Hook],
    alarm: bool,
    verbose: bool,
    quiet: bool,
    alive: float | None = None,
) -> int:
    """Follow a video and report each repeat as it comes. Returns the exit status.

    held: seconds of footage that are kept. places: where the report goes at the end, with its format. deliver: writes
    it there. hooks: for each finding. alarm: end at the first finding. alive: seconds between two lines that say that
    it runs, None for no such line; BadSetting is raised where no JSON goes to stdout.
    """
    formats = dict(places)
    format_asked = formats.get(outputs.STDOUT, "text")
    if alive is not None and format_asked != "json":
        raise BadSetting("--alive", alive, "its lines are of JSON; add --json")
    event_format = format_asked if format_asked in ("json", "text") else None
    with catching_interrupts() as pressed:
        last, halted = None, pressed if alive is None else _with_signs(pressed, alive)
        for event in _reported_events(
            video, settings, held, decoding, halted, hooks, verbose, quiet, event_format, alarm
        ):
            last = event
    from loopfind.model.events import Ended, Finding

    if isinstance(last, Finding):
        return 3
    if not isinstance(last, Ended):  # nobody reads any more
        return 0
    for place, format in places:
        if place != outputs.STDOUT or format != "json":
            if place == outputs.STDOUT and format == "text":
                terminal.put(["\n"])
            deliver(replace(last.report, made=made_now()), format, place)
    name = last.report.source.path
    if last.why == "changed":
        return terminal.complain(f"{name}: {last.said}; this is the answer on what was read of it")
    if last.why == "silent" and not quiet:
        why = last.said or f"it has not grown for {settings.stall:g} s, and is taken to be finished"
        terminal.note(f"loopfind: {name}: {why}")
    found = any(repeat.kind != "still" for repeat in last.report.repeats)
    return 3 if alarm and found else 0


def _reported_events(
    video: str,
    settings: Settings,
    held: float,
    decoding: Decoding,
    halted: Callable[[], bool],
    hooks: Sequence[Hook],
    verbose: bool,
    quiet: bool,
    event_format: str | None,
    alarm: bool,
) -> "Iterator[Event]":
    """Yield the events, each once it is reported.

    Ends after the first finding where `alarm` is set, and where nobody reads stdout any more.
    """
    from loopfind.cli.progress import watching

    with watching(quiet, endless=True) as (watch, note):
        from loopfind.model.events import Ended, Finding
        from loopfind.pipeline import follow
        from loopfind.reports.formats.events import event_json, event_text
        from loopfind.reports.formats.findings import FindingMaker
        from loopfind.reports.links import linker

        def say(line: str) -> None:
            if not quiet:
                note(f"loopfind: {line}")

        # Beside a moving line, what is for the terminal goes the way of notes.
        drawn = watch is not None and sys.stdout is not None and sys.stdout.isatty()
        link = linker(settings.link, video)
        log = note if verbose else None
        events = follow(video, settings, held, watch, log, decoding, halted, say)
        maker = FindingMaker(video, link, datetime.now().astimezone(), "://" in video and "file:" not in video)
        with Hooks(hooks, note) as hooked, contextlib.closing(events):  # type: ignore[type-var]
            for event in events:
                if hooks and isinstance(event, Finding):
                    hooked.send(maker.of(event, datetime.now().astimezone()))
                if event_format == "text" and drawn and not isinstance(event, Ended):
                    note(event_text(event))
                elif event_format == "json":
                    if not terminal.put_line(event_json(event, link)):
                        return
                elif (
                    event_format == "text"
                    and not isinstance(event, Ended)
                    and not terminal.put_line([event_text(event)])
                ):
                    return
                yield event
                if alarm and isinstance(event, Finding):
                    return


def _with_signs(halted: "Callable[[], bool]", pause: float) -> "Callable[[], bool]":
    """Return a function that says the same, and so often writes a line that it is still called; where nobody reads
    that any more, it is to be halted too."""
    from loopfind.reports.formats.events import alive_json

    said, heard = time.monotonic() - pause, True

    def looked() -> bool:
        nonlocal said, heard
        now = time.monotonic()
        if now - said >= pause:
            said, heard = now, heard and terminal.put_line([alive_json(datetime.now().astimezone())])
        return halted() or not heard

    return looked


@contextlib.contextmanager
def catching_interrupts() -> "Iterator[Callable[[], bool]]":
    """Give the body a function that returns whether Ctrl-C was pressed; a second press ends it as a first one elsewhere
    does."""
    pressed = False

    def press(number: int, frame: "FrameType | None") -> None:
        nonlocal pressed
        if pressed:
            (before if callable(before) else signal.default_int_handler)(number, frame)
        pressed = True

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
