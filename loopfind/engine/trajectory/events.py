"""Events: windows that are unusual, one after the other, as one stretch."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from loopfind.engine.trajectory.camera import FixedCamera
from loopfind.engine.trajectory.judgement import Judged, Limit
from loopfind.engine.trajectory.parameters import EVENT_ENDS, EVENT_PAUSE
from loopfind.model.trajectory import Unusual

_EDGE = 0.25  # share of a window at its ends that an event need not reach


class EventLog:
    """Makes events of windows in the order of time. ids: the next numbers of events."""

    def __init__(self, ids: "itertools.count[int]") -> None:
        self._ids = ids
        self._open: Unusual | None = None
        self._waiting: list[Unusual] = []
        self._told, self._last = False, 0.0
        self._risen: list[float] = []

    def add(self, window: Judged, camera: FixedCamera, held: bool) -> Iterator[Unusual]:
        """Take the next window, of this camera; yield what begins or ends with it.

        held: whether what begins is not to be yielded yet, as it may turn out to be another view.
        """
        if not held:
            yield from self._waited()
        edge = _EDGE * (window.end - window.start)
        ends = window.end - edge
        paused = window.start > self._last
        if self._open is not None and window.score >= (1 if paused else EVENT_ENDS):
            if paused and self._told:
                self._risen.append(window.start + edge)
            self._last = ends
            better = window.score > self._open.score
            self._open = self._as(window, self._open, camera.limit) if better else replace(self._open, end=ends)
        elif self._open is not None and window.start > self._last + EVENT_PAUSE:
            ended, told = self._ended(self._open), self._told
            self._open = None
            if held and not told:
                self._waiting.append(ended)
            else:
                yield ended
        if self._open is None and window.score >= 1 and window.detail is not None:
            self._last, self._told = ends, False
            first = Unusual(
                next(self._ids), camera.number, window.start + edge, ends, 0.0, 0.0, 0.0, (), None, 0.0, None, True
            )
            self._open = self._as(window, first, camera.limit)
        if self._open is not None and not self._told and not held:
            self._told = True
            self._risen.append(self._open.start)
            yield self._open

    def _as(self, window: Judged, event: Unusual, limit: Limit) -> Unusual:
        """Return an event whose strongest window is this one."""
        if window.detail is None:
            return event
        reasons = window.reasons(limit.rarity)
        return replace(
            event,
            end=max(event.end, self._last),
            peak=(window.start + window.end) / 2,
            score=window.score,
            per_hour=limit.per_hour(window.score * limit.rarity),
            reasons=reasons,
            pace=window.detail.pace if {"faster", "slower"} & set(reasons) else None,
            like=window.detail.like,
            region=window.detail.region,
        )

    def end(self, until: float | None = None) -> Iterator[Unusual]:
        """End what is open, at `until` seconds at the latest, and yield it, after what ended while it was held."""
        yield from self._waited()
        if self._open is not None:
            yield self._ended(self._open, until)
        self._open = None

    def _waited(self) -> Iterator[Unusual]:
        yield from self._waiting
        self._waiting = []

    @staticmethod
    def _ended(event: Unusual, until: float | None = None) -> Unusual:
        last = event.end if until is None else min(event.end, until)
        return replace(event, end=max(last, event.start), going_on=False)

    def risen(self, since: float) -> int:
        """Return how often an event was reported, or went on after a pause, from `since` seconds on. What was before
        that is forgotten."""
        self._risen = [at for at in self._risen if at > since]
        return len(self._risen)

    def withdraw(self, since: float) -> bool:
        """Drop what was not reported yet and began at `since` seconds or later. Returns whether anything was."""
        before = len(self._waiting)
        self._waiting = [one for one in self._waiting if one.start < since]
        dropped = self._open is not None and self._open.start >= since and not self._told
        if dropped:
            self._open = None
        return dropped or len(self._waiting) < before
