"""Rest states: where the path of a camera stays, and comes back to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.parameters import (
    FEWEST_REST,
    LEAST_SHARE,
    MOST_REST_STATES,
    NEAR_PLACE,
    REST_STEP,
)
from loopfind.model.dtypes import Ints


@dataclass(frozen=True)
class RestStates:
    """Rest states. centres: (p, k) float32, coordinates in the subspace. radius: within which a sample is there, in the
    same unit. samples (p,) int64: a sample of the baseline that shows each."""

    centres: Grey
    radius: float
    samples: Ints

    def at(self, coordinates: Grey) -> Ints:
        """Return the number of the place of each sample, -1 for none: (n,) int64."""
        if not len(self.centres):
            return np.full(len(coordinates), -1)
        distances = np.sqrt(((coordinates[:, None] - self.centres) ** 2).sum(2))
        nearest = distances.argmin(1)
        return np.where(distances[np.arange(len(nearest)), nearest] <= self.radius, nearest, -1)


def find_places(coordinates: Grey) -> RestStates:
    """Return the rest states of a baseline whose samples have coordinates (n, k) float32, by the time spent in each,
    the longest first.

    A rest is a stretch in which the path hardly moves. Rests that lie within a radius of one that lasts longer are of
    the same place.
    """
    spread = float(np.quantile(np.sqrt(((coordinates - np.median(coordinates, axis=0)) ** 2).sum(1)), 0.95))
    ahead = np.sqrt(((coordinates[FEWEST_REST:] - coordinates[:-FEWEST_REST]) ** 2).sum(1))
    quiet = float(np.quantile(ahead, 0.1)) if len(ahead) else 0.0
    least = max(REST_STEP * spread, 1.5 * quiet)
    radius = max(NEAR_PLACE * spread, 2.0 * quiet)
    rests = _rests(ahead <= least)
    rests.sort(key=lambda rest: rest[0] - rest[1])
    centres: list[Grey] = []
    samples, spent = list[int](), list[int]()
    for low, high in rests:
        middle = np.median(coordinates[low:high], axis=0)
        known = [number for number, centre in enumerate(centres) if float(((centre - middle) ** 2).sum()) <= radius**2]
        if known:
            spent[known[0]] += high - low
        elif len(centres) < 4 * MOST_REST_STATES:
            centres.append(middle)
            samples.append(low + int(((coordinates[low:high] - middle) ** 2).sum(1).argmin()))
            spent.append(high - low)
    order = [one for one in np.argsort(spent)[::-1] if spent[one] >= LEAST_SHARE * len(coordinates)][:MOST_REST_STATES]
    width = coordinates.shape[1]
    chosen = np.array([centres[one] for one in order], np.float32).reshape(len(order), width)
    return RestStates(chosen, radius, np.array([samples[one] for one in order], np.int64))


def _rests(quiet: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the stretches [low, high) of samples in which the path hardly moves."""
    edges = np.flatnonzero(np.diff(np.r_[0, quiet.astype(np.int8), 0]))
    return [(int(low), int(high) + FEWEST_REST) for low, high in edges.reshape(-1, 2)]
