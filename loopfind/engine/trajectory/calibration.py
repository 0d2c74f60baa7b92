"""Calibration: how often a baseline reaches a score, so that a score says how rare it is."""

from dataclasses import dataclass, replace

import numpy as np

from loopfind.engine.trajectory.parameters import OTHER_CAMERAS, TAIL
from loopfind.model.dtypes import Floats, Ints


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
        spread = np.maximum(self.spread[0] + self.spread[1] * beside, self.spread[0] / 3)
        return (answers - usual) / spread


def same_activity(answers: Floats, activity: Floats, chunks: float, others: float) -> SameActivity:
    """Return what is usual of answers (m,) at each activity (m,).

    chunks: of footage that is new. others: the spread of such answers in other cameras. The fewer chunks there are, the
    more it counts (an empirical Bayes estimate: Efron and Morris, 1973), as in half a minute nothing may come that a
    question asks about.
    """
    middle = float(np.median(activity))
    design = np.stack([np.ones(len(activity)), activity - middle], 1)
    keep = np.ones(len(answers), bool)
    line: Floats = np.zeros(2)
    for _ in range(3):  # what is far off, as it may be unusual itself, is left out of the line
        line = np.asarray(np.linalg.lstsq(design[keep], answers[keep], rcond=None)[0], np.float64)
        off = np.abs(answers - design @ line)
        keep = off <= 3 * np.median(off) * 1.4826 + 1e-9
    own = np.linalg.lstsq(design, np.minimum(off, np.quantile(off, 0.98)), rcond=None)[0] * 1.2533
    low, high = float(activity.min()), float(activity.max())
    room = 0.25 * (high - low)
    spread = _shrunk(own[0], others, chunks), _shrunk(own[1], 0.0, chunks)
    return SameActivity(middle, low - room, high + room, (float(line[0]), float(line[1])), spread)


@dataclass(frozen=True)
class ScoreTail:
    """How often scores reach a level: the highest of a chunk passes `level` half of the time, and from there on e times
    less often for every `scale` at first. chunks: that this is known from, those of other cameras among them."""

    level: float
    scale: float
    chunks: float

    def rarity(self, scores: Floats) -> Floats:
        """Return the logarithm of the number of chunks in which scores (m,) are reached once; it goes to 0 below.

        An exponential tail whose scale is known from a number of chunks foretells a Pareto tail of that power (Lomax,
        1954): what lies far beyond all that was seen is less rare than the scale alone says.
        """
        beyond = (scores - self.level) / self.scale
        far = self.chunks * np.log1p(np.maximum(beyond, 0) / self.chunks)
        return np.logaddexp(0.0, np.where(beyond > 0, far, beyond))

    def wide_enough(self, highest: float, chunks: float) -> "ScoreTail":
        """Return this tail, wider where it would find the highest of so many chunks much rarer than once in them."""
        rarity = float(self.rarity(np.array([highest]))[0])
        return replace(self, scale=self.scale * max(1.0, rarity / (np.log(chunks) + _MUCH_RARER)))


def tail(highest: Floats, chunks: float, others: tuple[float, float]) -> ScoreTail:
    """Return the tail of the highest scores (c,) of chunks, taken for exponential (Pickands, 1975, for what lies far
    out). chunks: how many of them show what is new. others: level and scale in other cameras; the fewer chunks, the
    more they count."""
    low, high = np.quantile(highest, TAIL)
    steep = np.log((1 - TAIL[0]) / (1 - TAIL[1]))
    scale = max(float(high - low) / float(steep), _LEAST_SCALE)
    return ScoreTail(_shrunk(float(low), others[0], chunks), _shrunk(scale, others[1], chunks), chunks + OTHER_CAMERAS)


_LEAST_SCALE = 0.05
_MUCH_RARER = 1.0


def _shrunk(own: float, others: float, chunks: float) -> float:
    return float(chunks * own + OTHER_CAMERAS * others) / (chunks + OTHER_CAMERAS)


def highest_of(scores: Floats, chunks: Ints) -> Floats:
    """Return the highest of scores (m,) in each chunk. chunks: (m,) int64, the number of the chunk of each, rising."""
    starts = np.flatnonzero(np.r_[True, np.diff(chunks) != 0])
    return np.maximum.reduceat(scores, starts)
