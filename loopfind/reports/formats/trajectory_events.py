"""Events of a trajectory that is followed, a line each, for a person and for a program."""

from collections.abc import Iterator
from dataclasses import asdict

from loopfind.model.events import Finding, Missed
from loopfind.model.trajectory import CameraMap, Followed, Moment, Unusual
from loopfind.reports.formats import json as machine
from loopfind.reports.formats.events import event_json, event_text
from loopfind.reports.formats.trajectory import event_value, map_value, trajectory_line
from loopfind.reports.links import Link
from loopfind.reports.trajectory_words import chance_in_words, map_in_words, reasons_in_words, region_in_words
from loopfind.reports.wording import clock, count, length, share


def followed_json(event: Followed, link: Link) -> Iterator[str]:
    """Yield an event as JSON on one line, without the newline, in pieces."""
    if isinstance(event, Finding | Missed):
        yield from event_json(event, link)
        return
    yield f'{{"schema": {machine.SCHEMA}, "event": '
    if isinstance(event, Moment):
        yield f'"moment", {machine.json_line(asdict(event))[1:]}'
    elif isinstance(event, CameraMap):
        yield f'"map", {machine.json_line(map_value(event, link))[1:]}'
    elif isinstance(event, Unusual):
        yield f'"unusual", {machine.json_line(event_value(event, link))[1:]}'
    else:
        yield f'"end", "why": {machine.json_line(event.why)}, "said": {machine.json_line(event.said)}, "report": '
        yield from machine.on_one_line(machine.write(event.trajectory.report))
        yield ', "trajectory": '
        yield from trajectory_line(event.trajectory)
        yield "}"


def followed_text(event: Moment | CameraMap | Unusual | Finding | Missed) -> str:
    """Return an event in one line. The end is no such event: the whole answer says it."""
    if isinstance(event, Finding | Missed):
        return event_text(event)
    if isinstance(event, Moment):
        return f"{clock(event.time)}  {_moment_words(event)}"
    if isinstance(event, CameraMap):
        places = f"; {count(len(event.places), 'place')}" if event.fits else ", so nothing is called unusual"
        return f"Map: {map_in_words(event)}{places}"
    named = f"Unusual {event.id}"
    where = f"{clock(event.start)} - {clock(event.end)} ({length(round(event.end - event.start, 1))})"
    begun = f"{named} goes on: since {clock(event.start)}" if event.going_on else f"{named}: {where}"
    why = ", ".join(filter(None, (reasons_in_words(event), region_in_words(event.region))))
    same = f"; the same as repeat {event.repeat}" if event.repeat is not None else ""
    return f"{begun}, {why}; score {event.score:.2f}, {chance_in_words(event.per_hour)}{same}"


def _moment_words(moment: Moment) -> str:
    if moment.map is None:
        return f"a map is learned: {share(min(1.0, moment.learned))} of its baseline"
    where = "on the way" if moment.place is None else f"at place {moment.place}"
    score = "" if moment.score is None else f", score {moment.score:.2f}"
    return f"{where}{score}, {moment.activity:.1f} times the usual activity"
