"""Likeness of videos: how each appears at some of its moments, and the ones that appear alike. Likeness is no proof."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.comparison import Comparison, Failure
from loopfind.model.dtypes import Floats

Vectors = NDArray[np.float32]
"""(n, d), each of length 1: the likeness of two is their product."""


@dataclass(frozen=True)
class AppearanceKey:
    """The way in which an appearance was taken. way: one of `LIKENESS_WAYS`. model: digest of the network, or of the
    codebook, "" for none. stream: of the pictures, or of the sound. Appearances of unlike keys are never compared."""

    way: str
    model: str
    stream: int

    @property
    def what(self) -> str:
        """Return "pictures" or "sound", whatever is looked at."""
        return "sound" if self.way == "sound" else "pictures"


@dataclass(frozen=True)
class Appearance:
    """How a video appears at some moments. times: (n,) seconds, about. vectors: (n, d), of
    which the direction counts, rounded to a byte a number."""

    key: AppearanceKey
    times: Floats
    vectors: NDArray[np.int8]


@dataclass(frozen=True)
class Learned:
    """Knowledge that a library has of appearances of one key. what: "codebook", or "metric". files: how many it had
    then. values: (n, d)."""

    what: str
    key: AppearanceKey
    files: int
    values: NDArray[np.float16]

    @property
    def digest(self) -> str:
        """Return 16 hexadecimal digits of it, and of the key."""
        about = f"{self.what} {self.key} {self.values.shape}".encode()
        return hashlib.sha256(about + np.ascontiguousarray(self.values, "<f2").tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class AlikeMoments:
    """Two moments that look alike, in seconds, about. likeness: 1 for equal ones."""

    time: float
    other: float
    likeness: float


@dataclass(frozen=True)
class Neighbour:
    """A file that looks like another one.

    likeness: up to 1. chance: share of searches in which the nearest of files that are not the one looked for is as
    alike, as the library itself shows it; None in a library that is too small to tell. moments: the most alike ones,
    the best first. proven: seconds of it that the engine has shown to be the same recording, None where it was not
    asked.
    """

    path: str
    likeness: float
    chance: float | None
    moments: tuple[AlikeMoments, ...]
    proven: float | None = None


@dataclass(frozen=True)
class Likeness:
    """The files of a library that look like a video, the nearest first; with proof, the proven ones before the others.

    searched: how many files were compared. itself: whether the library holds the video too, which is left out of the
    neighbours. failures: files of the library that could not be looked at. comparison: what the engine found between
    the video and its neighbours, None where it was not asked.
    """

    video: str
    key: AppearanceKey
    neighbours: tuple[Neighbour, ...]
    searched: int
    itself: bool = False
    failures: tuple[Failure, ...] = ()
    comparison: Comparison | None = None


@dataclass(frozen=True)
class ProvenPair:
    """Two files in which the engine has found the same recording. seconds: of the other one."""

    path: str
    other: str
    seconds: float


@dataclass(frozen=True)
class AlikeGroup:
    """Files that look alike. reference: the one that all others are alike to. others: the nearest first; the moments of
    each are beside those of the reference, and its proof is that of the two. proven: every two of the files that show
    the same recording, the most seconds first; None where the engine was not asked."""

    reference: str
    others: tuple[Neighbour, ...]
    proven: tuple[ProvenPair, ...] | None = None


@dataclass(frozen=True)
class LikenessGroups:
    """The files of a library that look alike, in groups; the largest first.

    searched: how many files were compared. level: likeness from which files are alike. chance: share of files whose
    nearest stranger reaches the level, as the library shows it; None for a level that was given. failures: files that
    could not be looked at, or proven.
    """

    key: AppearanceKey
    groups: tuple[AlikeGroup, ...]
    searched: int
    level: float
    chance: float | None
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Training:
    """The outcome of training on a library.

    files: that were looked at. judged: how many of them were left out to judge by, with so many `edits`. before, after:
    share of these edits for which the nearest moment is the right one. kept: whether that rose by more than chance
    makes. digest: of what is compared by from now on, "" for nothing learned. failures: files that could not be looked
    at.
    """

    key: AppearanceKey
    files: int
    judged: int
    edits: int
    before: float
    after: float
    kept: bool
    digest: str
    failures: tuple[Failure, ...] = ()
