"""Events of a recording that is followed, in the order in which they are reported."""

from dataclasses import dataclass
from typing import Literal

from loopfind.model.report import Repeat, Report
from loopfind.model.video import Loss

Why = Literal["asked", "end", "silent", "changed"]
"""Why following ended: it was asked to; the source ended, or the limit of the settings was reached; nothing came for
too long; the file is not the one any more that was followed."""


@dataclass(frozen=True)
class Finding:
    """Footage that was shown before is shown again.

    repeat: what, where and how often, as far as it is known; its id stays the same in all that is reported of it.
    going_on: whether it had not ended yet where the footage did. time: seconds, up to where there was footage.
    """

    repeat: Repeat
    going_on: bool
    time: float


@dataclass(frozen=True)
class Missed:
    """A stretch that was not read, or not as it was sent."""

    loss: Loss


@dataclass(frozen=True)
class Ended:
    """The end: the whole answer on the footage held, as a scan of it gives it. said: why in words, "" where that is
    plain."""

    report: Report
    why: Why
    said: str = ""


Event = Finding | Missed | Ended
