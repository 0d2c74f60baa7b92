"""A map of files in two dimensions: the two directions in which they differ most (principal components)."""

from collections.abc import Sequence

import numpy as np

from loopfind.arrays.directions import unit
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Vectors


def flat_map(vectors: Sequence[Vectors]) -> Floats:
    """Return the places (n, 2), each 0 to 1, of files by the vectors of their moments: the same each time. Files that
    are near each other on it need not be alike; those that are alike are near each other."""
    means = unit(np.stack([unit(one).mean(0) for one in vectors])).astype(np.float64)
    centred = means - means.mean(0)
    if len(centred) <= centred.shape[1]:
        values, sides = np.linalg.eigh(centred @ centred.T)
        places = sides[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0))
    else:
        places = centred @ np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    places = np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
    # Which way round an axis runs is chance: let the farther end be on the right, and above.
    farthest = places[np.abs(places).argmax(0), np.arange(2)]
    places = places * np.where(farthest < 0, -1, 1)
    low, high = places.min(0), places.max(0)
    return np.asarray(np.where(high - low > 1e-9, (places - low) / np.maximum(high - low, 1e-9), 0.5))
