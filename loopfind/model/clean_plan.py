"""The plan of a copy without repeats: what stays, what goes, and why."""

from dataclasses import dataclass
from typing import Literal

from loopfind.model.video import Span

WhyLeft = Literal["still", "heard", "runs on", "unsure", "rejected"]


@dataclass(frozen=True)
class Removal:
    """A stretch [start, end) in seconds that goes, as its content is shown from `kept_at` seconds on. repeat: the
    number of the repeat that says so."""

    start: float
    end: float
    repeat: int
    kept_at: float


@dataclass(frozen=True)
class LeftIn:
    """A repeat of which all occurrences stay, and why."""

    repeat: int
    why: WhyLeft


@dataclass(frozen=True)
class CleanPlan:
    """The stretches of a video that stay, and those that go. duration: seconds of the video. kept: in rising order."""

    duration: float
    kept: tuple[Span, ...]
    removals: tuple[Removal, ...] = ()
    left: tuple[LeftIn, ...] = ()


@dataclass(frozen=True)
class CleanCopy:
    """A copy without repeats, or what it would be.

    frames: that it holds. encoded: frames among them that are encoded again. why_encoded: why all of them are, "" where
    only those around cuts are. spans: seconds of the video that it shows, as its frames have them. tracks: numbers of
    the tracks of sound that it has. subtitles: tracks of them in the video, which it does not have.
    """

    plan: CleanPlan
    spans: tuple[Span, ...]
    frames: int
    encoded: int
    why_encoded: str
    tracks: tuple[int, ...]
    subtitles: int = 0

    @property
    def seconds(self) -> float:
        """Seconds that it lasts."""
        return sum(span.length for span in self.spans)
