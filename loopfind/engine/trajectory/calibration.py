"""Calibration: how often a baseline reaches a score, so that a score says how rare it is."""

from dataclasses import dataclass

import numpy as np

from loopfind.engine.trajectory.parameters import TAIL
from loopfind.model.dtypes import Floats, Ints

_LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class SameActivity:
    """The usual answers at each activity, so that busy moments are compared with busy ones: a line for the middle
    and one for the spread, (intercept, slope) each, about `middle`; `low` and `high` bound the activities that it was
    fitted to."""

    middle: float
    low: float
    high: float
    usual: tuple[float, float]
    spread: tuple[float, float]

    def standing(self, answers: Floats, activity: Floats) -> Floats:
        """Return how many spreads answers (m,) lie above what is usual at their activity (m,)."""
        beside = np.clip(activity, self.low, self.high) - self.middle
        usual = self.usual[0] + self.usual[1] * beside
        spread = np.maximum(self.spread[0] + self.spread[1] * beside, max(_LEAST_SPREAD, self.spread[0] / 3))
        return (answers - usual) / spread


def same_activity(answers: Floats, activity: Floats) -> SameActivity:
    """Return what is usual of answers (m,) at each activity (m,)."""
    middle = float(np.median(activity))
    design = np.stack([np.ones(len(activity)), activity - middle], 1)
    keep = np.ones(len(answers), bool)
    line: Floats = np.zeros(2)
    for _ in range(3):  # what is far off, as it may be unusual itself, is left out of the line
        line = np.asarray(np.linalg.lstsq(design[keep], answers[keep], rcond=None)[0], np.float64)
        off = np.abs(answers - design @ line)
        keep = off <= 3 * np.median(off) * 1.4826 + 1e-9
    spread = np.linalg.lstsq(design, np.minimum(off, np.quantile(off, 0.98)), rcond=None)[0] * 1.2533
    low, high = float(activity.min()), float(activity.max())
    room = 0.25 * (high - low)
    return SameActivity(
        middle, low - room, high + room, (float(line[0]), float(line[1])), (float(spread[0]), float(spread[1]))
    )


@dataclass(frozen=True)
class ScoreTail:
    """How often scores reach a level: the highest of a chunk passes `level` half of the time, and from there on e times
    less often for every `scale`."""

    level: float
    scale: float

    def rarity(self, scores: Floats) -> Floats:
        """Return the logarithm of the number of chunks in which scores (m,) are reached once; it goes to 0 below."""
        return np.logaddexp(0.0, (scores - self.level) / self.scale)


def tail(highest: Floats) -> ScoreTail:
    """Return the tail of the highest scores (c,) of chunks, taken for exponential (Pickands, 1975, for what lies far
    out)."""
    low, high = np.quantile(highest, TAIL)
    steep = np.log((1 - TAIL[0]) / (1 - TAIL[1]))
    scale = max(float(high - low) / float(steep), 0.15)
    return ScoreTail(float(low), scale)


def highest_of(scores: Floats, chunks: Ints) -> Floats:
    """Return the highest of scores (m,) in each chunk. chunks: (m,) int64, the number of the chunk of each, rising."""
    starts = np.flatnonzero(np.r_[True, np.diff(chunks) != 0])
    return np.maximum.reduceat(scores, starts)
