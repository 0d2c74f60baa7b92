"""The nouns of a comparison of files."""

from dataclasses import dataclass

from loopfind.model import Loss, Repeat, Source
from loopfind.settings import CompareSettings


@dataclass(frozen=True)
class Failure:
    """A file that could not be compared, and why."""

    path: str
    what: str


@dataclass(frozen=True)
class Shared:
    """What two files share. files: their numbers. seconds: how much of each is also in the other. whole: whether that
    is all of each, but for a frame or two at its ends."""

    files: tuple[int, int]
    seconds: tuple[float, float]
    whole: tuple[bool, bool]


@dataclass(frozen=True)
class Comparison:
    """The whole answer to a comparison of files. repeats: what is shown in more than one of them, or, where that was
    asked for, more than once in one. pairs: any two files that share something, the most first."""

    sources: tuple[Source, ...]
    settings: CompareSettings
    summary: str
    repeats: tuple[Repeat, ...]
    pairs: tuple[Shared, ...]
    failures: tuple[Failure, ...] = ()
    losses: tuple[tuple[Loss, ...], ...] = ()
