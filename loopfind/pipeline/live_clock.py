"""One timeline out of the clocks of a live source's connections, by a pure function over batches of times.

Each connection has a clock of its own. It may send again what an earlier one sent, go on later than that ended, or
count from another zero. A camera that is started again on the same connection begins to count anew as well. `reconcile`
decides which of these it is, batch by batch; what it knows in between is a LiveClock.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats
from loopfind.model.video import Loss

CLOCK_SLACK = 60.0
"""Seconds by which a source's own clock may be ahead of the time that passed, after a connection was lost, and is still
believed: what a server keeps is sent faster than it was shown."""

SHORTEST_ABSENCE = 1.0
"""Seconds that a source whose clock began anew must have been away for times to go on by the clock on the wall."""

SEEN_SHARE = 0.5
"""Share of the frames sent again that must be those held, to the bit, for the source's clock to be believed."""

HOLE_GAPS = 1.75
"""Usual gaps between two frames from which something is missing between them."""

_LATELY = 8  # arrivals that show how far what is shown is behind the clock on the wall
_LOST = "the connection was lost"
_BY_THE_WALL = "and times go on by the clock on the wall"

Seen = Callable[[Floats], NDArray[np.bool_]]
"""Of frames that claim times (n,) at which frames are held already: whether each is the frame held, (n,) bool."""


@dataclass(frozen=True)
class LiveClock:
    """The state of the one timeline between two batches.

    last: seconds of the last frame on it; None before the first. came: seconds on the wall when that frame came.
    origin: seconds from the zero of the first connection to that of the present one. shift: seconds by which times were
    moved since, as clocks were not believed. joining: whether the connection has sent nothing yet. overlapping: whether
    all that it sent was there before. behind: for the latest arrivals, the moment on the wall and how far the last
    frame was behind it, in seconds.
    """

    last: float | None = None
    came: float = 0.0
    origin: float = 0.0
    shift: float = 0.0
    joining: bool = True
    overlapping: bool = False
    behind: tuple[tuple[float, float], ...] = ()

    @property
    def offset(self) -> float:
        """Seconds to add to a time of the present connection."""
        return self.origin + self.shift


@dataclass(frozen=True)
class Arrival:
    """How a batch came.

    now: seconds on the wall. gap: seconds between its frames, usually. restarted: whether the source's clock began anew
    with its first frame; as the decoder repairs it, times rise all the same.
    """

    now: float
    gap: float
    restarted: bool = False


@dataclass(frozen=True)
class Reconciled:
    """A batch on the one timeline.

    clock: the state behind it. times: (n - dropped,) seconds of the frames that are new. losses: what is missing before
    them. dropped: how many frames at the beginning were there before.
    """

    clock: LiveClock
    times: Floats
    losses: tuple[Loss, ...] = ()
    dropped: int = 0


def connected(clock: LiveClock, origin: float) -> LiveClock:
    """Return the clock at the beginning of a connection whose zero lies `origin` seconds after that of the first."""
    return replace(clock, origin=origin, joining=True, overlapping=False)


def reconcile(clock: LiveClock, times: Floats, arrival: Arrival, seen: Seen) -> Reconciled:
    """Put a batch of a connection on the one timeline.

    times: (n,) seconds by the connection's clock, rising, n > 0; a restart may only be at the first of them.
    """
    if clock.last is None:
        return _taken(clock, times, arrival)
    if clock.joining or clock.overlapping:
        return _rejoined(clock, clock.last, times, arrival, seen)
    if arrival.restarted:
        return _restarted(clock, times, arrival)
    return _taken(clock, times, arrival)


def _taken(clock: LiveClock, times: Floats, arrival: Arrival, why: str | None = None, dropped: int = 0) -> Reconciled:
    """Take the frames behind those dropped, by the clock's offset. why: the reason to give for a gap before them; None
    where the decoder reports gaps."""
    kept = times[dropped:] + clock.offset
    losses: tuple[Loss, ...] = ()
    if why is not None and clock.last is not None and kept[0] - clock.last > HOLE_GAPS * arrival.gap:
        losses = (Loss(clock.last + arrival.gap, float(kept[0]), why),)
    last = float(kept[-1])
    behind = (*(known for known in clock.behind if known[0] != arrival.now), (arrival.now, arrival.now - last))
    clock = replace(clock, last=last, came=arrival.now, joining=False, overlapping=False, behind=behind[-_LATELY:])
    return Reconciled(clock, kept, losses, dropped)


def _restarted(clock: LiveClock, times: Floats, arrival: Arrival) -> Reconciled:
    """Take the frames from where the source's clock began anew. For how long the source was away shows in neither clock
    alone, and the last frames before may have come late: so the least delay of the latest arrivals is the measure."""
    away = arrival.now - (float(times[0]) + clock.offset) - min(behind for _, behind in clock.behind)
    if away < SHORTEST_ABSENCE:
        return _taken(clock, times, arrival)
    moved = replace(clock, shift=clock.shift + away)
    return _taken(moved, times, arrival, f"the source began anew, {_BY_THE_WALL}")


def _rejoined(clock: LiveClock, last: float, times: Floats, arrival: Arrival, seen: Seen) -> Reconciled:
    """Take the first frames of another connection, until one of them is new."""
    silent, shown = arrival.now - clock.came, times + clock.offset
    old = int(np.searchsorted(shown, last, "right"))
    if old and seen(shown[:old]).mean() < SEEN_SHARE:
        first = 0
    elif old == len(times):
        return Reconciled(replace(clock, joining=False, overlapping=True), times[old:], (), old)
    elif shown[old] - last > silent + CLOCK_SLACK:
        first = old
    else:
        return _taken(clock, times, arrival, _LOST, old)
    by = last + max(silent, arrival.gap) - float(shown[first])
    return _taken(replace(clock, shift=clock.shift + by), times, arrival, f"{_LOST}, {_BY_THE_WALL}", first)
