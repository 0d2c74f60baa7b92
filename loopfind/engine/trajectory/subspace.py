"""The subspace of what a camera sees: principal components, by which pictures have coordinates and a residual."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.parameters import SUBSPACE_SAMPLES


@dataclass(frozen=True)
class Subspace:
    """Principal components. centre: (p,) float32. basis: (k, p) float32, rows of length 1. kept: share of the variance
    of what it was fitted to, 0 to 1."""

    centre: Grey
    basis: Grey
    kept: float

    def project(self, rows: Grey) -> Grey:
        """Return the coordinates (n, k) of rows (n, p)."""
        coordinates: Grey = ((rows - self.centre) @ self.basis.T).astype(np.float32, copy=False)
        return coordinates

    def residual(self, rows: Grey, coordinates: Grey) -> Grey:
        """Return what the subspace cannot show of rows (n, p) by the first dimensions, whose coordinates (n, k) are
        known: (n, p)."""
        left: Grey = rows - self.centre - coordinates @ self.basis[: coordinates.shape[1]]
        return left


def fit_subspace(rows: Grey, dimensions: int) -> Subspace:
    """Return the subspace of rows (n, p) float32, with as many dimensions as they have variance for.

    The components come from the products of the rows with one another, as there are fewer rows than pixels (Sirovich
    and Kirby, 1987).
    """
    spread = rows[:: max(1, -(-len(rows) // SUBSPACE_SAMPLES))]
    centre: Grey = spread.mean(0)
    centred = (spread - centre).astype(np.float64)
    rising, columns = np.linalg.eigh(centred @ centred.T)
    values, vectors = rising[::-1], columns[:, ::-1]
    total = max(float(values.clip(0).sum()), 1e-12)
    count = min(dimensions, int((values > 1e-6 * total).sum()), len(spread) - 1)
    basis: NDArray[np.float64] = (vectors[:, :count].T @ centred) / np.sqrt(values[:count])[:, None]
    return Subspace(centre, basis.astype(np.float32), float(values[:count].sum()) / total)
