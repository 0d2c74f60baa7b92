"""Scores of likeness on files that someone has labelled."""

from dataclasses import dataclass

from loopfind.model.comparison import Failure
from loopfind.model.likeness import AppearanceKey


@dataclass(frozen=True)
class Label:
    """A file with its class, and the group of files of which none tests another, such as the takes of one scene."""

    path: str
    name: str
    group: str


@dataclass(frozen=True)
class NearestScore:
    """Shares of files. recall: those with one of their class among so many nearest files of other groups. accuracy:
    those whose class these vote for. within: as recall, with files of their own group among the others."""

    count: int
    recall: float
    accuracy: float
    within: float


@dataclass(frozen=True)
class ClassScore:
    """The same of one class: recall at the least number of neighbours, accuracy at the most. files: asked for."""

    name: str
    files: int
    recall: float
    accuracy: float


@dataclass(frozen=True)
class NearestScores:
    """The scores of a way to be alike. files, groups: that were compared. judged: how many could be asked for: of the
    others no other group has the class. failures: files that could not be looked at."""

    key: AppearanceKey
    files: int
    groups: int
    judged: int
    scores: tuple[NearestScore, ...]
    classes: tuple[ClassScore, ...]
    failures: tuple[Failure, ...] = ()
