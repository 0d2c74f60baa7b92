"""Events of a recording that is followed, a line each, for a person and for a program."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from loopfind.model.events import Event, Finding, Missed
from loopfind.model.report import Repeat
from loopfind.reports.formats import json as machine
from loopfind.reports.links import Link
from loopfind.reports.wording import changes, clock, count, length, safe


def event_json(event: Event, link: Link) -> Iterator[str]:
    """Yield an event as JSON on one line, without the newline, in pieces."""
    yield f'{{"schema": {machine.SCHEMA}, "event": '
    if isinstance(event, Finding):
        yield f'"finding", {machine.json_line(finding_value(event, link))[1:-1]}'
    elif isinstance(event, Missed):
        yield f'"missed", {machine.json_line(asdict(event.loss))[1:-1]}'
    else:
        yield f'"end", "why": {machine.json_line(event.why)}, "said": {machine.json_line(event.said)}, "report": '
        yield from machine.on_one_line(machine.write(event.report))
    yield "}"


def alive_json(moment: datetime) -> str:
    """Return a line that says that following goes on. moment: now, with its zone."""
    wall = machine.json_line(moment.isoformat("T", "milliseconds"))
    return f'{{"schema": {machine.SCHEMA}, "event": "alive", "wall": {wall}}}'


def finding_value(event: Finding, link: Link) -> dict[str, Any]:
    """Return a finding under the names of the machine form."""
    return {"time": event.time, "going_on": event.going_on, "repeat": _repeat(event.repeat, link)}


def event_text(event: Finding | Missed) -> str:
    """Return a finding or a loss in one line."""
    if isinstance(event, Missed):
        loss = event.loss
        return f"Missed: {clock(loss.start)} - {clock(loss.end)}, {safe(loss.what)}"
    repeat, last = event.repeat, event.repeat.occurrences[-1]
    named = f"{repeat.kind.capitalize()} {repeat.id}"
    if repeat.kind == "loop" and repeat.period is not None:
        turns = f"{count(len(repeat.occurrences), 'cycle')} of {length(repeat.period)}"
        begins, ends = clock(repeat.occurrences[0].start), clock(last.end)
        return f"{named} goes on: {turns} since {begins}" if event.going_on else f"{named}: {turns}, {begins} - {ends}"
    first = repeat.occurrences[0]
    where = clock(last.start) if event.going_on else f"{clock(last.start)} - {clock(last.end)}"
    if repeat.of == "sound":
        what = f"at {where} is heard what was heard at {clock(first.start)}"
    else:
        how = "".join(f", {words}" for words in changes(last))
        what = f"{where} shows what {clock(first.start)} showed{how}"
    return f"{named} goes on: {what}" if event.going_on else f"{named}: {what}"


def _repeat(repeat: Repeat, link: Link) -> dict[str, Any]:
    head: dict[str, Any] = {name: getattr(repeat, name) for name in machine.REPEAT}
    return head | {"occurrences": [machine.occurrence_of(occurrence, link) for occurrence in repeat.occurrences]}
