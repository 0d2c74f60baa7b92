"""The answer to the question how steadily a video runs: frames that are held, shown again, mixed, or lacking."""

from dataclasses import dataclass
from typing import Literal

from loopfind.model.report import Freeze
from loopfind.model.video import Loss, Source
from loopfind.settings import SteadySettings

CadenceKind = Literal["repeated", "fields", "dropped"]
"""Frames of a pattern that change less: are the frame before, shown again; are mixed of two fields, as telecine makes
them; or all change alike but for one, before which a frame was left out."""


@dataclass(frozen=True)
class Cadence:
    """A stretch whose frames follow a pattern: [start, end) seconds, [start_frame, end_frame) frames.

    mask: one period, a 1 for each frame that changes as much as footage does, a 0 for one that changes less. rate:
    frames a second without those that were added, or with those that were left out. certainty: mean contrast of a
    period, in its own standard errors.
    """

    start: float
    end: float
    start_frame: int
    end_frame: int
    kind: CadenceKind
    mask: str
    rate: float
    certainty: float


@dataclass(frozen=True)
class Hold:
    """A frame that is shown for several, amid motion and outside of any pattern: [start_frame, end_frame) frames."""

    start: float
    end: float
    start_frame: int
    end_frame: int


@dataclass(frozen=True)
class FrameGap:
    """A gap between two frames in which others are lacking. start: seconds of the frame before it. frame: number of the
    frame after it. lacking: how many would fit."""

    start: float
    end: float
    frame: int
    lacking: int


@dataclass(frozen=True)
class Steadiness:
    """The whole answer.

    frozen, holds: frames that are held, for a fifth of a second or longer, or shorter. gaps: None where the file has no
    rate of its own, so that nothing can be said to be lacking. judged: share of the frames around which enough moves
    for a pattern to show, or that are in one.
    """

    source: Source
    settings: SteadySettings
    frozen: tuple[Freeze, ...]
    cadences: tuple[Cadence, ...]
    holds: tuple[Hold, ...]
    gaps: tuple[FrameGap, ...] | None
    judged: float
    losses: tuple[Loss, ...] = ()

    @property
    def is_steady(self) -> bool:
        """Return whether nothing of all this was found."""
        return not (self.frozen or self.cadences or self.holds or self.gaps)
