"""Judge the windows of what a camera shows: how unusual each is, why, and where in the picture."""

from dataclasses import dataclass

import numpy as np

from loopfind.engine.trajectory.camera_model import TRAJECTORY_QUESTIONS, Model
from loopfind.engine.trajectory.chart import Chart
from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.looks import Differing, Movement
from loopfind.engine.trajectory.motion import CORNERS
from loopfind.engine.trajectory.parameters import (
    BLOCK_SIDE,
    CHUNK_SAMPLES,
    LEAST_TRAFFIC,
    MOST_REASONS,
    REASONS_WITHIN,
    SLOW_PACES,
    TAIL_DOUBT,
    WINDOW_SAMPLES,
)
from loopfind.engine.trajectory.windows import pace_beside
from loopfind.model.dtypes import Floats
from loopfind.model.trajectory import Reason
from loopfind.settings import PICTURE_SIDE

Region = tuple[float, float, float, float]

_MOST_OF_PICTURE = 0.6


_REASONS = tuple(TRAJECTORY_QUESTIONS.values())


@dataclass(frozen=True)
class Limit:
    """The rarity, by all questions together, from which a window is reported: as rare as `false_alarms` an hour allow.

    rate: samples a second.
    """

    rate: float
    false_alarms: float

    def per_hour(self, rarity: float) -> float:
        """Return how many chunks an hour a baseline lets expect at such a rarity or above."""
        return self._an_hour * min(1.0, float(np.exp(-rarity / TAIL_DOUBT)))

    @property
    def rarity(self) -> float:
        # What half of the chunks reach is usual, however many false alarms are allowed.
        return float(np.log(max(2.0, self._an_hour / self.false_alarms))) * TAIL_DOUBT

    @property
    def _an_hour(self) -> float:
        return 3600 * self.rate / CHUNK_SAMPLES


@dataclass(frozen=True)
class Judged:
    """A window that was judged. start, end: seconds. score: 1 where it is reported. rarity (q,): by each question.
    place: number of its last sample. region, pace, like: as in Unusual, None where it is not near being reported."""

    start: float
    end: float
    score: float
    rarity: Floats
    detail: "WindowDetail | None"

    def reasons(self, limit: float) -> tuple[Reason, ...]:
        """Return why, the strongest first. limit: rarity from which a window is reported.

        What stands where nothing passes is a part that has changed.
        """
        order = np.argsort(self.rarity)[::-1][:MOST_REASONS].tolist()
        least = min(REASONS_WITHIN * self.rarity[order[0]], limit)
        named = list(dict.fromkeys(_REASONS[one] for one in order if self.rarity[one] >= least))
        detail = self.detail
        if detail is not None and "stands" in named:
            slow = detail.pace is not None and SLOW_PACES[0] <= detail.pace <= SLOW_PACES[1]
            stands: Reason = "changed" if not detail.passed else "slower" if slow else "stands"
            named = list(dict.fromkeys(stands if one == "stands" else one for one in named))
        return tuple(named)


@dataclass(frozen=True)
class WindowDetail:
    """More of a window that may be reported: as in Unusual. passed: whether things pass where it differs."""

    passed: bool
    like: float
    pace: float | None
    region: Region | None


def detail_of(
    rarity: Floats, moved: Movement, seen: Differing, model: Model, chart: Chart, times: Floats
) -> WindowDetail:
    """Return what is said of a window. moved, seen: of its samples. times (m,): seconds of the landmarks."""
    first, usual = list(TRAJECTORY_QUESTIONS)[int(rarity.argmax())], model.usual
    _, nearest = chart.place(seen.coordinates[WINDOW_SAMPLES // 2 : WINDOW_SAMPLES // 2 + 1])
    levels = {
        "passing": seen.strange / usual.strange,
        "left": seen.stays / usual.stays,
        "distance": seen.strange,
        "never there": seen.strange / usual.most_strange,
        "never stood": seen.stands / usual.most_stands,
    }.get(first, seen.front / usual.front)
    strongest = levels.mean(0)
    where = (strongest >= 0.5 * strongest.max())[::2, ::2]
    return WindowDetail(
        bool(where.any() and model.traffic[where].mean() >= LEAST_TRAFFIC),
        float(times[nearest[0]]),
        pace_beside(moved.pace, usual.pace) or None,
        _region(strongest),
    )


def _region(levels: Grey) -> Region | None:
    """Return the part of the picture about the blocks that differ most, None where that is most of it."""
    rows, columns = np.nonzero(levels >= 0.5 * levels.max())
    top, left = CORNERS[rows.min()] / PICTURE_SIDE, CORNERS[columns.min()] / PICTURE_SIDE
    high = (CORNERS[rows.max()] + BLOCK_SIDE) / PICTURE_SIDE - top
    wide = (CORNERS[columns.max()] + BLOCK_SIDE) / PICTURE_SIDE - left
    return None if high * wide > _MOST_OF_PICTURE else (float(left), float(top), float(wide), float(high))
