"""Splices: at the end of a repeated stretch the picture jumps more than it does beside it.

A repeat has two occurrences and only one need be spliced in: the original runs on where the copy ends. So each end is
judged by itself, against the change from frame to frame just around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.order import upper_quartile
from loopfind.engine.evidence.claim_parameters import MOST_SEAM, SEAM_REACH
from loopfind.engine.evidence.differences import Cells, changes_between
from loopfind.engine.evidence.parameters import HARD_CUT, LEAST_ONSET, LEAST_PEAK, LEAST_RATIO, SPLICE_WINDOW
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal
from loopfind.model.report import CutKind


@dataclass(frozen=True)
class Splice:
    """The change of the picture from the frame before to `frame`.

    change: squared grey levels. ratio: times the usual change. peak: times the largest change beside it. onset: times
    the usual change on the calmer side.
    """

    frame: int
    change: float = 0.0
    ratio: float = 0.0
    peak: float = 0.0
    onset: float = 0.0

    @property
    def shows(self) -> bool:
        return self.ratio >= LEAST_RATIO or self.peak >= LEAST_PEAK or self.onset >= LEAST_ONSET

    @property
    def kind(self) -> CutKind:
        return "hard" if self.change >= HARD_CUT else "seamless"


def splice_reach(signal: Signal) -> int:
    """Return how many frames on either side show how much the picture usually changes."""
    return max(3, round(SPLICE_WINDOW / signal.step))


def splice_at(signal: Signal, frame: int) -> Splice:
    """Measure how the picture jumps between the frame before `frame` and `frame`; nothing at the ends of the file."""
    return splices_at(signal, [frame])[0]


def splices_at(signal: Signal, frames: Sequence[int]) -> list[Splice]:
    """Measure splice_at for each frame. Frames that lie together are read once."""
    n, reach = len(signal.times), splice_reach(signal)
    inside = [frame for frame in frames if 0 < frame < n]
    if not inside:
        return [Splice(frame) for frame in frames]
    low, high = max(1, min(inside) - reach), min(n, max(inside) + reach + 1)
    if high - low > (2 * reach + 2) * len(inside):
        return [splice_at(signal, frame) for frame in frames]
    changes, floor = changes_between(signal, low - 1, high), 2 * signal.noise
    return [
        _splice_of(frame, changes, frame - low, reach, floor) if 0 < frame < n else Splice(frame) for frame in frames
    ]


def peak_if_joined(signal: Signal, before: Cells, after: Cells) -> float:
    """Return the peak of the splice that frames in a row would make with others in a row, if these followed them.

    before, after: (m, 144) float32, the cells of both.
    """
    cells = np.concatenate([before, after])
    changes = np.square(np.diff(cells, axis=0)).mean(1)
    return _splice_of(len(before), changes, len(before) - 1, len(cells), 2 * signal.noise).peak


def _splice_of(frame: int, changes: NDArray[np.float32], at: int, reach: int, floor: float) -> Splice:
    """Return the splice at a frame whose own change is at `at` among those of the frames around it."""
    own = float(changes[at])
    before, after = changes[max(0, at - reach) : at], changes[at + 1 : at + reach + 1]
    others = np.concatenate([before, after])
    calmer = min(usual_change(before), usual_change(after)) if len(before) and len(after) else np.inf
    return Splice(
        frame,
        own,
        own / max(usual_change(others), floor),
        own / max(float(others.max(initial=0)), floor),
        own / max(calmer, floor),
    )


class Seams(NamedTuple):
    """How clearly the picture jumps at the ends of a run, in nats: the logs of the lesser and of the greater peak."""

    lesser: float
    greater: float


NO_SEAMS = Seams(0.0, 0.0)


def seams_of(start: float, end: float) -> Seams:
    """Return the seams of a run from the peaks at its start and at its end."""
    lesser, greater = np.log(np.clip(sorted((start, end)), 1, MOST_SEAM)).tolist()
    return Seams(lesser, greater)


def seams_at(signal: Signal, run: Run) -> Seams:
    """Measure how clearly the picture jumps at the ends of a run.

    An end is where a look-alike stops being alike, and nothing jumps there. A copy that was put in has a jump at either
    end, in the one occurrence or in the other. Frames within SEAM_REACH of an end are looked at.
    """
    line, n, half = run.line, len(signal.times), signal.step / 2
    clearest = []
    for end in (run.start, run.end):
        frames = np.searchsorted(signal.times, np.array([end, line.slope * end + line.offset]) - half)
        beside = {int(frame) + k for frame in frames for k in range(-SEAM_REACH, SEAM_REACH + 1)}
        inside = [frame for frame in sorted(beside) if 0 < frame < n and not _begins_a_file(signal, frame)]
        clearest.append(max((splice.peak for splice in splices_at(signal, inside)), default=0.0))
    return seams_of(*clearest)


def _begins_a_file(signal: Signal, frame: int) -> bool:
    return signal.parts is not None and bool((signal.parts.first == frame).any())


def usual_change(changes: NDArray[np.float32]) -> float:
    """Return the usual change among some, their upper quartile: frames that a rate conversion repeated do not change at
    all, so half of them may be zero."""
    return upper_quartile(changes) if len(changes) else 0.0
