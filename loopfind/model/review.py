"""A person's review of a report: what they decided on each finding, and noted of it."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["accept", "reject"]


@dataclass(frozen=True)
class ReviewedFinding:
    """A decision on one repeat, and a note of it.

    id: of the repeat in the report. decision: None where it is only noted. start, end: seconds of its first occurrence,
    by which it is known again; None where the review, one written by hand, does not say.
    """

    id: int
    decision: Decision | None = None
    note: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Review:
    """A review that was read from a file, which `name` names.

    video: the name of the video that it is of. size, digest, duration: of that video, as for a Source; None where the
    review does not say.
    """

    name: str
    video: str
    size: int | None
    digest: str | None
    duration: float | None
    findings: tuple[ReviewedFinding, ...]
