"""A place at which footage can be joined to itself, so that it goes round."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seam:
    """A stretch [start, end) in seconds, [start_frame, end_frame) in frames from where reading began, that leads from
    its end into its start.

    score: 0 to 1, see docs/seams.md. jump: how many times as much changes at the seam as from any frame to the next
    there. moving: share of what changes within the stretch that does not remain as a jump at the seam, 0 to 1. turns:
    how often the footage goes round by itself with this period, 0.0 where it does not.
    """

    start: float
    end: float
    start_frame: int
    end_frame: int
    score: float
    jump: float
    moving: float
    turns: float = 0.0

    @property
    def length(self) -> float:
        """Seconds of one turn."""
        return self.end - self.start


@dataclass(frozen=True)
class SeamAnswer:
    """The seams of a video, the best first. begin, frames, rate: seconds of the first frame that was read, how many
    were, and how many there are in a second. shortest, longest: seconds that a turn may last. periods: seconds of one
    turn of each loop in it, also of those that are too short or too long."""

    video: str
    begin: float
    frames: int
    rate: float
    shortest: float
    longest: float
    seams: tuple[Seam, ...]
    periods: tuple[float, ...] = ()
