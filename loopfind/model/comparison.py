"""The nouns of a comparison of files."""

from dataclasses import dataclass
from typing import Literal

from loopfind.model.report import Repeat
from loopfind.model.video import Loss, Source, Span
from loopfind.settings import CompareSettings


@dataclass(frozen=True)
class Failure:
    """A file that could not be compared, and why."""

    path: str
    what: str


@dataclass(frozen=True)
class Shared:
    """What two files share. files: their numbers. seconds: how much of each is also in the other. whole: whether that
    is all of each, but for a frame or two at its ends. closeness: how exactly what moves agrees, 1 for a perfect copy;
    None where the two were not laid over each other, but both over a third."""

    files: tuple[int, int]
    seconds: tuple[float, float]
    whole: tuple[bool, bool]
    closeness: float | None = None


@dataclass(frozen=True)
class Place:
    """[start, end) seconds of the clip that was looked for, shown at [there_start, there_end) of the other file."""

    start: float
    end: float
    there_start: float
    there_end: float


@dataclass(frozen=True)
class Match:
    """A file in which a clip was found. query, file: their numbers. rank: 1 for the best of this clip. score: share
    times confidence times closeness. share: of the clip, how much is in the file; confidence: chance that it is, the
    mean over what is there; closeness: as of Shared, all from 0 to 1. whole: the same from end to end. repeats: ids."""

    query: int
    file: int
    rank: int
    score: float
    share: float
    confidence: float
    closeness: float
    whole: bool
    places: tuple[Place, ...]
    repeats: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Files that all show the same: each of them the same stretches, or, where whole, all the same from end to end.

    files: their numbers, rising. seconds: how much that is. repeats: ids of the stretches that just these files show.
    """

    files: tuple[int, ...]
    whole: bool
    seconds: float
    repeats: tuple[int, ...]


Nearness = Literal["alike", "apart", "unclear"]


@dataclass(frozen=True)
class Warp:
    """How near the colours of two files come to each other, the shorter in the longer, where time may be warped.

    files: their numbers. nearness: unclear where the shorter is too short, or its colours change too little, to call
    them alike though they are near.
    distance: root mean square along the path, normalised by its length; 0 for the same, about 1 for nothing in common;
    None where it was given up. at_least: a lower bound of it, the distance itself where that is known. rate: samples a
    second. spans: what of each file the path covers. reversed: the one runs backwards against the other. path: seconds
    in each file, pair by pair, rising in the first. knots: those of them between which the speed is steady, to a few
    samples.
    """

    files: tuple[int, int]
    nearness: Nearness
    distance: float | None
    at_least: float
    rate: float
    spans: tuple[Span, Span] | None = None
    reversed: bool = False
    path: tuple[tuple[float, float], ...] = ()
    knots: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The whole answer to a comparison of files. repeats: what is shown in more than one of them, or, where that was
    asked for, more than once in one. pairs: any two files that share something, the most first. matches: where clips
    were looked for, by clip, the best first. groups: sets of files, where all were compared with all. warps: where
    colours were aligned instead, any two files, the nearest first; there is nothing else then."""

    sources: tuple[Source, ...]
    settings: CompareSettings
    summary: str
    repeats: tuple[Repeat, ...]
    pairs: tuple[Shared, ...]
    failures: tuple[Failure, ...] = ()
    losses: tuple[tuple[Loss, ...], ...] = ()
    matches: tuple[Match, ...] = ()
    groups: tuple[Group, ...] = ()
    warps: tuple[Warp, ...] = ()
