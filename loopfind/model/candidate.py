"""Matches, candidate lines and runs: what the engine passes on from stage to stage."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Ints
from loopfind.model.transform import PLAIN, Transform

SPEED_ROUNDING = 1e-9
"""Share by which two speeds may differ and count as one: far more than a product of a few speeds loses by rounding, and
over a day less than a tenth of a millisecond."""


def same_speed(one: float, other: float = 1.0) -> bool:
    """Tell whether two speeds, seconds per second, are one but for rounding; negative ones run backwards."""
    return abs(one - other) <= SPEED_ROUNDING * abs(other)


@dataclass(frozen=True)
class Matches:
    """Pairs of frames with similar codes. first, second: (m,) int64 frame numbers."""

    first: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class IndexHits:
    """Moments that an index finds alike, (m,) int64 each.

    question: number of the question that they answer, see engine/candidates/library.py. stored, stored_ms: the stored
    file, and when it shows its moment, in milliseconds. asked, asked_ms: the same of the file that was asked about.
    """

    question: Ints
    stored: Ints
    stored_ms: Ints
    asked: Ints
    asked_ms: Ints

    def __len__(self) -> int:
        return len(self.question)

    def where(self, chosen: NDArray[np.bool_]) -> "IndexHits":
        """Return the hits that are chosen, (m,) bool."""
        return IndexHits(*(column[chosen] for column in self._columns()))

    @classmethod
    def concatenated(cls, several: Iterable["IndexHits"]) -> "IndexHits":
        """Return several tables as one, in their order."""
        nothing = (np.zeros(0, np.int64),) * 5
        columns = zip(nothing, *(hits._columns() for hits in several), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def _columns(self) -> tuple[Ints, ...]:
        return self.question, self.stored, self.stored_ms, self.asked, self.asked_ms


@dataclass(frozen=True)
class Line:
    """A candidate: what is shown at t, for start <= t < end, may be shown again at slope * t + offset.

    slope: seconds of the second occurrence per second of the first, negative where the second runs backwards. offset,
    start, end: seconds. votes: how many matches lie on the line. view: the transform that makes one occurrence's
    picture look like the other's. viewed_first: whether it is the first one's picture that is to be transformed, as the
    second one was changed.
    """

    slope: float
    offset: float
    start: float
    end: float
    votes: int
    view: Transform = PLAIN
    viewed_first: bool = False

    @property
    def keeps_speed(self) -> bool:
        """True where the copy runs at the speed of the original, forwards or backwards: each frame has one partner."""
        return same_speed(abs(self.slope))

    @property
    def is_shift(self) -> bool:
        """True where the copy runs forwards at the speed of the original: one lag holds all along it."""
        return same_speed(self.slope)

    @property
    def is_plain(self) -> bool:
        """True where the copy is the original shown later: neither speed nor picture is changed."""
        return self.is_shift and self.view.plain


@dataclass(frozen=True)
class CandidateBatch:
    """The candidates that answer one question, the best-voted first.

    lines: the candidates. most: how many of them are worth following, those that a found run already explains not
    counted.
    """

    lines: tuple[Line, ...]
    most: int


@dataclass(frozen=True)
class Run:
    """A line followed to its ends, with what was measured along it.

    first, last: frames [first, last) of the first occurrence. other_first, other_last: those of the other one, in
    rising order even where it runs backwards. start, end, other_start, other_end: the same in seconds. start_range,
    end_range: seconds, the instants of the first occurrence that the content allows for either end. score: nats in
    favour of one recording shown twice, against the same view at another moment. contrast: near 1 where the match is as
    sharp in time as the video's own motion, near 0 where it is not. residual: share of the difference at other lags
    that is left on the line, 0 for a perfect copy. informative: frames that say anything. confidence: probability that
    it is one recording shown twice; 0 until it is claimed. picture_share: of what moves in the picture, the share that
    is shown again; something covers the rest in one of the two occurrences or in both. None where it was not measured.
    """

    line: Line
    first: int
    last: int
    other_first: int
    other_last: int
    start: float
    end: float
    other_start: float
    other_end: float
    start_range: tuple[float, float]
    end_range: tuple[float, float]
    score: float
    contrast: float
    residual: float
    informative: int
    confidence: float = 0.0
    picture_share: float | None = None
