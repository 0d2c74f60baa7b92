"""The cameras that the service follows: what each reported, of which the newest is kept in memory."""

import json
import re
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any, Generic, TypeVar

from loopfind.model.camera import Camera, CameraState
from loopfind.model.events import Finding
from loopfind.model.report import Repeat, RepeatKind
from loopfind.model.trajectory import CameraMap, Moment, Unusual
from loopfind.model.video import Loss
from loopfind.reports.formats.events import event_text
from loopfind.reports.formats.json_reader import noun_of

KEPT_MOMENTS = 3600
"""Moments that are kept of a camera, one a second: an hour."""
KEPT_EVENTS = 1000
"""Events that are kept of a camera, and as many repeats and losses."""
KEPT_MAPS = 16
_LONGEST_WORDS = 400
_SIGNED_IN = re.compile(r"//[^/\s]*@")
"""Who signs in, with what password, in an address."""

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class Reported(Generic[Noun]):
    """Something that a camera reported. number: rises with every report of any camera. run: which process of the camera
    it came from, counted from 1. came: seconds since 1970."""

    number: int
    run: int
    came: float
    what: Noun


@dataclass(frozen=True)
class RepeatShown:
    """A repeat that was shown, without its occurrences, of which a loop may have any number.

    id: in all that is reported of it. first: seconds, where it was shown first. start, end: of the newest occurrence.
    times: occurrences. text: in one line.
    """

    id: int
    kind: RepeatKind
    first: float
    start: float
    end: float
    times: int
    going_on: bool
    text: str


@dataclass(frozen=True)
class CameraSight:
    """A camera as it stands. All lists have the oldest first.

    state: None before its process was started. said: why it is in this state. again_in: seconds between the end of its
    process and the start of another one. since: seconds since 1970, when the state began. run: which process it is,
    from 1. unread: lines that made no sense. moment: the newest one. moments: of this run, those after a number that
    was asked for. maps: of this run. events: what is unusual. findings: repeats. losses: what was not read. number: of
    the newest report. listed: of the newest one that is no moment.
    """

    name: str
    state: CameraState | None
    said: str
    again_in: float | None
    since: float
    run: int
    unread: int
    moment: Reported[Moment] | None
    moments: tuple[Reported[Moment], ...]
    maps: tuple[CameraMap, ...]
    events: tuple[Reported[Unusual], ...]
    findings: tuple[Reported[RepeatShown], ...]
    losses: tuple[Reported[Loss], ...]
    number: int
    listed: int

    @property
    def unusual_now(self) -> tuple[Unusual, ...]:
        """Return what is unusual and has not ended, the newest last; nothing of a process that does not run."""
        if self.state != "started":
            return ()
        return tuple(one.what for one in self.events if one.run == self.run and one.what.going_on)


@dataclass
class _Log:
    """The newest reports of one camera. Events and findings are kept by their run and id, as each comes twice."""

    camera: Camera
    since: float
    state: CameraState | None = None
    said: str = ""
    again_in: float | None = None
    run: int = 0
    unread: int = 0
    number: int = 0
    listed: int = 0
    moments: deque[Reported[Moment]] = field(default_factory=lambda: deque(maxlen=KEPT_MOMENTS))
    maps: OrderedDict[int, CameraMap] = field(default_factory=OrderedDict)
    events: OrderedDict[tuple[int, int], Reported[Unusual]] = field(default_factory=OrderedDict)
    findings: OrderedDict[tuple[int, int], Reported[RepeatShown]] = field(default_factory=OrderedDict)
    losses: deque[Reported[Loss]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))

    def enter(self, event: str, value: dict[str, Any], number: int, came: float) -> None:
        """Take one report. Raises KeyError, TypeError and ValueError for one that makes no sense."""
        if event == "moment":
            self._enter_moment(Reported(number, self.run, came, noun_of(Moment, value, event)))
        elif event == "map":
            found = noun_of(CameraMap, value, event)
            _put(self.maps, found.id, found, KEPT_MAPS)
        elif event == "unusual":
            unusual = noun_of(Unusual, value, event)
            _enter(self.events, unusual.id, Reported(number, self.run, came, unusual))
        elif event == "finding":
            shown = _shown(Finding(noun_of(Repeat, value["repeat"], event), value["going_on"], float(value["time"])))
            _enter(self.findings, shown.id, Reported(number, self.run, came, shown))
        elif event == "missed":
            self.losses.append(Reported(number, self.run, came, noun_of(Loss, value, event)))
        elif event == "camera":
            self._enter_state(value, came)
        else:
            return
        self.number = number
        if event != "moment":
            self.listed = number

    def _enter_moment(self, moment: Reported[Moment]) -> None:
        """Keep one moment a second: another one of the same second stands in its place."""
        if self.moments and int(self.moments[-1].what.time) == int(moment.what.time):
            self.moments.pop()
        self.moments.append(moment)

    def _enter_state(self, value: dict[str, Any], came: float) -> None:
        """Take the state of the process. Another process begins anew: its clock, its maps and its path are others."""
        self.state, self.again_in, self.since = value["state"], value["again_in"], came
        self.said = _without_source(str(value["said"]), self.camera)[:_LONGEST_WORDS]
        if self.state == "started":
            self.run += 1
            self.moments.clear()
            self.maps.clear()

    def sight(self, after: int) -> CameraSight:
        """Return how the camera stands, with its moments after a number."""
        return CameraSight(
            name=self.camera.name,
            state=self.state,
            said=self.said,
            again_in=self.again_in,
            since=self.since,
            run=self.run,
            unread=self.unread,
            moment=self.moments[-1] if self.moments else None,
            moments=tuple(_newer(self.moments, after)),
            maps=tuple(self.maps.values()),
            events=tuple(self.events.values()),
            findings=tuple(self.findings.values()),
            losses=tuple(self.losses),
            number=self.number,
            listed=self.listed,
        )


class CameraBoard:
    """All cameras of a service, which one thread reports to and others look at. mark: differs from that of any other
    service, whose numbers mean something else."""

    def __init__(self, cameras: Sequence[Camera] = (), clock: Callable[[], float] = time.time) -> None:
        """clock: seconds since 1970, now."""
        self.mark = token_hex(4)
        self._clock, self._guard, self._number = clock, threading.Lock(), 0
        self._logs = {camera.name: _Log(camera, clock()) for camera in cameras}

    def hear(self, line: str) -> bool:
        """Take a line of JSON, as a wall of cameras reports it. Returns True, as it is always heard."""
        value = json.loads(line)
        with self._guard:
            log = self._logs[value.pop("camera")]
            self._number += 1
            try:
                log.enter(str(value.pop("event")), value, self._number, self._clock())
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                log.unread += 1  # which its page says
                log.number = log.listed = self._number
        return True

    def sight(self, name: str, after: int = 0) -> CameraSight | None:
        """Return how a camera stands, None for a name that none has. after: moments are those after this number."""
        with self._guard:
            log = self._logs.get(name)
            return None if log is None else log.sight(after)

    def sights(self) -> list[CameraSight]:
        """Return how all cameras stand, in the order of their file, each with its newest moment alone."""
        with self._guard:
            return [log.sight(self._number) for log in self._logs.values()]


def _without_source(said: str, camera: Camera) -> str:
    """Return what a process complained of with the name of its camera for the source, which may hold a password."""
    if "/" in camera.source:
        said = said.replace(camera.source, camera.name)
    return _SIGNED_IN.sub("//", said)


def _enter(kept: OrderedDict[tuple[int, int], Reported[Noun]], id: int, new: Reported[Noun]) -> None:
    """Keep what a run reports by its id. The same, reported again, keeps its place and the time at which it came."""
    before = kept.get((new.run, id))
    _put(kept, (new.run, id), new if before is None else replace(new, came=before.came), KEPT_EVENTS)


def _put(kept: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    """Keep a value by its key, in place of the one that the key had; the oldest goes where there are too many."""
    kept[key] = value
    if len(kept) > most:
        kept.popitem(last=False)


def _shown(finding: Finding) -> RepeatShown:
    repeat = finding.repeat
    first, last = repeat.occurrences[0], repeat.occurrences[-1]
    return RepeatShown(
        id=repeat.id,
        kind=repeat.kind,
        first=first.start,
        start=last.start,
        end=last.end,
        times=len(repeat.occurrences),
        going_on=finding.going_on,
        text=event_text(finding),
    )


def _newer(moments: Iterable[Reported[Moment]], after: int) -> list[Reported[Moment]]:
    return [moment for moment in moments if moment.number > after]
