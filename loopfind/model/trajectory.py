"""The path of a fixed camera through a map of what it sees, and what on it is unusual against a baseline."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints
from loopfind.model.events import Finding, Missed, Why
from loopfind.model.report import Report
from loopfind.model.video import Loss, Source, Span
from loopfind.settings import TrajectorySettings

Reason = Literal["off_map", "object", "changed", "backwards", "faster", "slower", "stands", "jumps"]
"""Why a stretch is unusual against the baseline: the picture as a whole is like none of it; a part of the picture shows
what was never seen there; a part of the picture changed and stays so, as where a thing was left or taken; a known path
is run backwards, or at another pace; something stands where things pass."""

WhyLearned = Literal["first", "moved", "light", "usual"]
"""Why a map was learned: it is the first one; the camera moved, or another one is shown; the light changed for good; so
much was unusual against the one before that something else is usual now."""

Position = tuple[float, float, float]
"""A point of a map. Its unit is that of the picture distances that the map was learned from."""


@dataclass(frozen=True)
class RestPlace:
    """A rest state: a state of the picture that the camera comes back to and stays in.

    share: of the time that the map stands for, 0 to 1. visits: how often it was come to. moment: seconds, of a frame
    that shows it.
    """

    id: int
    position: Position
    share: float
    visits: int
    moment: float


@dataclass(frozen=True)
class CameraMap:
    """A map of what a camera sees, and how long it stood for it.

    learned: the baseline it was learned from. start, end: seconds between which positions are in it. kept: share of the
    variance of the pictures that the subspace keeps, 0 to 1. fits: whether new footage of the baseline is like the rest
    of it, so that anything can be called unusual; where not, nothing is. places: by share, the largest first.
    """

    id: int
    why: WhyLearned
    learned: Span
    start: float
    end: float
    kept: float
    fits: bool
    places: tuple[RestPlace, ...]


@dataclass(frozen=True)
class Moment:
    """The latest of a trajectory, reported about once a second while it is followed.

    map: id of the map, None while it is learned; then position is None too. place: id of the place it is at, None on
    the way. activity: how much moves, 1 for what is usual in the baseline. score: how unusual, 1 where it is reported;
    None while nothing can be called so. learned: share of the baseline that is there, 0 to 1, while a map is learned.
    """

    time: float
    map: int | None
    position: Position | None
    place: int | None
    activity: float
    score: float | None
    learned: float


@dataclass(frozen=True)
class Unusual:
    """A stretch that is unusual against the baseline: [start, end) seconds.

    peak: seconds, where it is most so. score: there; 1 is the least that is reported. per_hour: false events an hour
    that the baseline lets expect at that score or above. reasons: the strongest first. pace: times the usual one, where
    the reason is one of pace. like: seconds of the moment of the baseline that it was compared with, which is nearest.
    region: left, top, width, height of the part of the picture that differs most, as shares of it; None where it is
    the whole. going_on: whether it had not ended yet where the footage did. repeat: id of the repeat that shows the
    same again, None where there is none.
    """

    id: int
    map: int
    start: float
    end: float
    peak: float
    score: float
    per_hour: float
    reasons: tuple[Reason, ...]
    pace: float | None
    like: float
    region: tuple[float, float, float, float] | None
    going_on: bool = False
    repeat: int | None = None


@dataclass(frozen=True)
class Retrace:
    """A stretch of the path that runs over an earlier one exactly, pace included: [start, end) seconds, `lag` seconds
    later than what it retraces. error: mean distance between the two, as a share of that to the nearest other passage;
    1 is no closer than other passages are. repeat: id of the repeat of the engine that it agrees with, None for a
    candidate that the engine did not confirm."""

    start: float
    end: float
    lag: float
    error: float
    repeat: int | None


@dataclass(frozen=True)
class Trajectory:
    """The whole answer.

    rate: samples a second. times (n,) float64: seconds of the samples. positions (n, 3) float32: in the map of each;
    not a number where there was none. places (n,) int64: id of the place of each in its map, -1 on the way. map_ids
    (n,) int64: id of the map of each, -1 for none. activity, scores (n,) float64: as in Moment; not a number where
    there is none. report: what the engine says of the same video.
    """

    source: Source
    settings: TrajectorySettings
    rate: float
    times: Floats
    positions: NDArray[np.float32]
    places: Ints
    map_ids: Ints
    activity: Floats
    scores: Floats
    maps: tuple[CameraMap, ...]
    events: tuple[Unusual, ...]
    retraces: tuple[Retrace, ...]
    report: Report
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True)
class TrajectoryEnded:
    """The end of what is followed: the whole answer on the footage held. said: why in words, "" where that is plain."""

    trajectory: Trajectory
    why: Why
    said: str = ""


Followed = Moment | CameraMap | Unusual | Finding | Missed | TrajectoryEnded
"""An event of a trajectory that is followed. An `Unusual` comes when it is sure, still going on, and once more with the
same id when it has ended."""
