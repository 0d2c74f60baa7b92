"""The answer to a comparison of files."""

from dataclasses import dataclass, replace
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
    """The content that two files share.

    files: their numbers. seconds: for each, how much of it is also in the other. whole: for each, whether that is all
    of it, but for a frame or two at its ends. closeness: how exactly what moves agrees, 1 for a perfect copy; None
    where the two were not aligned with each other, but both with a third file.
    """

    files: tuple[int, int]
    seconds: tuple[float, float]
    whole: tuple[bool, bool]
    closeness: float | None = None

    def in_order(self) -> "Shared":
        """Return the same with the file of the lower number first."""
        if self.files[0] < self.files[1]:
            return self
        return replace(self, files=self.files[::-1], seconds=self.seconds[::-1], whole=self.whole[::-1])


@dataclass(frozen=True)
class Place:
    """A part of a clip in another file: [start, end) seconds of the clip are shown at [there_start, there_end)."""

    start: float
    end: float
    there_start: float
    there_end: float


@dataclass(frozen=True)
class Match:
    """A file in which a clip was found.

    query, file: numbers of the clip and of the file. rank: 1 for the best match of this clip. score: share times
    confidence times closeness. share: how much of the clip is in the file, 0 to 1. confidence: probability that it is,
    the mean over what is there. closeness: as in Shared, 0 to 1. whole: whether the two are the same from end to end.
    repeats: ids of what they share. codes_alone: whether that rests on the codes of a sound alone, as the file is gone
    or is another one now.
    """

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
    codes_alone: bool = False


@dataclass(frozen=True)
class Group:
    """Files that all show the same content: the same repeats, or, if whole, the same from end to end.

    files: their numbers, rising. seconds: length of that content. repeats: ids of the repeats that just these files
    show.
    """

    files: tuple[int, ...]
    whole: bool
    seconds: float
    repeats: tuple[int, ...]


Nearness = Literal["alike", "apart", "unclear"]


@dataclass(frozen=True)
class Warp:
    """The distance between the colours of two files, the shorter aligned with a part of the longer by time warping.

    files: their numbers. nearness: unclear where the shorter is too short, or its colours change too little, to call
    them alike though they are near.
    distance: root mean square along the path, normalised by its length; 0 for the same, about 1 for nothing in common;
    None where it was given up. at_least: a lower bound of it, the distance itself where that is known. rate: samples a
    second. spans: what of each file the path covers. reversed: whether one runs backwards against the other. path:
    seconds in each file, pair by pair, rising in the first. knots: the pairs between which the speed is steady, to a
    few samples.
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
    """The whole answer to a comparison of files.

    repeats: content shown in more than one file or, with settings.own, more than once in one. pairs: any two files that
    share something, the most first. losses: of each file. matches: where clips were looked for, by clip, the best
    first. groups: where all files were compared with all. warps: where colours were aligned instead, any two files, the
    nearest first; the other lists are empty then.
    """

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
