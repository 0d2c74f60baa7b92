"""Cameras as the pages show them, and what the script of a page draws of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from loopfind.model.camera import CameraState
from loopfind.model.trajectory import CameraMap, Moment, Unusual
from loopfind.reports.trajectory_words import chance_in_words, map_in_words, reasons_in_words, region_in_words
from loopfind.reports.wording import clock, count, length, share
from loopfind.service.cameras import CameraSight, Reported

EVENTS_SHOWN = 100
"""Events on the page of a camera; the API gives all that are kept."""
_STATES: dict[CameraState | None, str] = {
    None: "is being started",
    "waiting": "waits",
    "started": "is followed",
    "ended": "ended",
    "failed": "failed",
    "hung": "gave no sign of life",
    "refused": "was refused",
}
_WHY_ENDED = {"end": "its source is over", "silent": "nothing came any more", "changed": "it is another file now"}
"""Reason why following ended -> the same in words."""
_QUIET = "Nothing unusual against this baseline"


@dataclass(frozen=True)
class EventView:
    """An event, as a page shows it. moment: seconds of its peak; None where that is of another run."""

    id: int
    came: str
    when: str
    why: str
    score: str
    chance: str
    going_on: bool
    moment: float | None


@dataclass(frozen=True)
class CameraView:
    """A camera as a page shows it. tone: of its style. words: its state. now: where it is. lead: whether it is
    unusual."""

    name: str
    href: str
    tone: str
    words: str
    now: str
    lead: str
    came: str
    unread: str
    running: bool


@dataclass(frozen=True)
class ListsView:
    """The lists below the path of a camera, the newest first. more: what they leave out, "" for nothing."""

    events: list[EventView]
    more: str
    findings: list[tuple[str, str]]
    losses: list[str]
    maps: list[str]


def time_of_day(seconds: float) -> str:
    """Return a moment, given in seconds since 1970, as a date and a time of day in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def camera_href(name: str) -> str:
    """Return the address of the page of a camera."""
    return f"/cameras/{quote(name, safe='')}"


def camera_view(sight: CameraSight) -> CameraView:
    """Return a camera as a page shows it."""
    unusual = sight.unusual_now
    words = _STATES[sight.state]
    if sight.said:
        words += f": {_WHY_ENDED.get(sight.said, sight.said)}"
    if sight.again_in is not None:
        words += f"; it is started again after {length(sight.again_in)}"
    lead = now = ""
    if unusual:
        lead = f"Unusual since {clock(min(one.start for one in unusual))}: {reasons_in_words(unusual[-1])}"
    elif sight.state != "started":
        lead = "Not followed now" if sight.state else "Not followed yet"
    elif sight.moment is not None:
        lead = _quiet(sight, sight.moment.what)
    if sight.moment is not None:
        now = _position(sight.moment.what)
    return CameraView(
        name=sight.name,
        href=camera_href(sight.name),
        tone="found" if unusual else "nothing" if lead == _QUIET else "unsure",
        words=words,
        now=now,
        lead=lead,
        came="" if sight.moment is None else time_of_day(sight.moment.came),
        unread=f"{count(sight.unread, 'line')} of its process made no sense." if sight.unread else "",
        running=sight.state == "started",
    )


def _quiet(sight: CameraSight, moment: Moment) -> str:
    """Return what is said where nothing is unusual, with what limits it."""
    if moment.map is None:
        return f"Its map is being learned: {share(min(1.0, moment.learned))} of the baseline is there"
    if any(one.id == moment.map and not one.fits for one in sight.maps):
        return "Nothing can be called unusual: the baseline is too unlike itself"
    return _QUIET


def _position(moment: Moment) -> str:
    """Return where a camera is on its path."""
    where = f"At {clock(moment.time)} of the footage"
    if moment.map is None:
        return where
    where += f": at place {moment.place}" if moment.place is not None else ": on the way"
    return where if moment.score is None else f"{where}, score {moment.score:.2f} (1 is reported)"


def _event_view(event: Reported[Unusual], sight: CameraSight) -> EventView:
    one = event.what
    running = event.run == sight.run and sight.state == "started"
    until = clock(one.end) if not one.going_on else "now" if running else "the end of its process"
    return EventView(
        id=one.id,
        came=time_of_day(event.came),
        when=f"{clock(one.start)} - {until}",
        why=", ".join(filter(None, (reasons_in_words(one), region_in_words(one.region)))),
        score=f"{one.score:.2f}",
        chance=chance_in_words(one.per_hour),
        going_on=one.going_on and running,
        moment=one.peak if event.run == sight.run else None,
    )


def lists_view(sight: CameraSight) -> ListsView:
    """Return the lists below the path of a camera."""
    events = sight.events[: -EVENTS_SHOWN - 1 : -1]
    left = len(sight.events) - len(events)
    return ListsView(
        events=[_event_view(event, sight) for event in events],
        more=f"and {left:,} earlier ones" if left else "",
        findings=[(one.what.text, time_of_day(one.came)) for one in sight.findings[: -EVENTS_SHOWN - 1 : -1]],
        losses=[f"{clock(one.what.start)} - {clock(one.what.end)}: {one.what.what}" for one in sight.losses[:-11:-1]],
        maps=[_map_in_words(one) for one in reversed(sight.maps)],
    )


def _map_in_words(one: CameraMap) -> str:
    words = map_in_words(one)
    return f"{words[:1].upper()}{words[1:]}; {count(len(one.places), 'place')}"


def drawn_json(sight: CameraSight, fresh: bool, lists: bool) -> str:
    """Return what the script of a page draws: moments, and with `lists` also maps and events of the run, as one line of
    JSON. fresh: whether the page has to forget what it has.

    A moment is [seconds, map, x, y, place, score], with null for what there is not.
    """
    drawn: dict[str, Any] = {"run": sight.run, "fresh": fresh, "moments": [_drawn(one.what) for one in sight.moments]}
    if lists:
        drawn["maps"] = [_drawn_map(one) for one in sight.maps]
        drawn["events"] = [
            [one.what.start, None if one.what.going_on else one.what.end]
            for one in sight.events
            if one.run == sight.run
        ]
    return json.dumps(drawn, separators=(",", ":"))


def _drawn(moment: Moment) -> Sequence[float | None]:
    x, y = (None, None) if moment.position is None else map(_rounded, moment.position[:2])
    score = None if moment.score is None else round(moment.score, 3)
    return round(moment.time, 2), moment.map, x, y, moment.place, score


def _drawn_map(one: CameraMap) -> dict[str, Any]:
    places = [[place.id, *map(_rounded, place.position[:2]), round(place.share, 4)] for place in one.places]
    return {"id": one.id, "places": places}


def _rounded(number: float) -> float:
    return float(f"{number:.5g}")
