"""The map of a camera in three dimensions: Isomap over landmarks, and a place in it for what comes later."""

import warnings
from dataclasses import dataclass

import numpy as np

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.parameters import LANDMARKS, NEIGHBOURS
from loopfind.errors import MissingExtra
from loopfind.model.dtypes import Ints

_AXES = 3


@dataclass(frozen=True)
class Chart:
    """A learned map. landmarks: (m, k) float32, coordinates in the subspace. samples (m,) int64: of the baseline that
    they are. between: (m, m) float32, distances along the graph. positions: (m, 3) float32. middle (m,), axes (m, 3):
    by which squared distances become positions."""

    landmarks: Grey
    samples: Ints
    between: Grey
    positions: Grey
    middle: Grey
    axes: Grey

    def place(self, coordinates: Grey) -> tuple[Grey, Ints]:
        """Return the positions (n, 3) of coordinates (n, k) float32, and which landmark (n,) is nearest to each.

        The way from a sample to a landmark leads by the neighbours of the sample. Its squared lengths, centred as those
        of the landmarks are, are projected on the axes of the map: the formula of Nystrom, as Bengio et al. give it for
        Isomap in "Out-of-sample extensions for LLE, Isomap, MDS, eigenmaps, and spectral clustering", 2003.
        """
        own = (self.landmarks**2).sum(1)
        squared = (coordinates**2).sum(1)[:, None] + own - 2 * coordinates @ self.landmarks.T
        distances = np.sqrt(squared.clip(0))
        count = min(NEIGHBOURS, len(self.landmarks))
        near = np.argpartition(distances, count - 1, axis=1)[:, :count]
        steps = np.take_along_axis(distances, near, axis=1)
        positions = np.empty((len(coordinates), self.axes.shape[1]), np.float32)
        for number, (some, lengths) in enumerate(zip(near, steps, strict=True)):
            ways = (self.between[some] + lengths[:, None]).min(0)
            kernel = -0.5 * ways * ways
            positions[number] = (kernel - kernel.mean() - self.middle) @ self.axes
        return positions, distances.argmin(1)


def learn_chart(coordinates: Grey) -> Chart:
    """Return the map of a baseline whose samples have coordinates (n, k) float32.

    Isomap is that of Tenenbaum, de Silva and Langford, "A global geometric framework for nonlinear dimensionality
    reduction", 2000, from scikit-learn. Raises MissingExtra without it.
    """
    try:
        from sklearn.manifold import Isomap
    except ImportError:
        raise MissingExtra("the map of a camera", "scikit-learn", "explore") from None

    samples = np.unique(np.linspace(0, len(coordinates) - 1, min(LANDMARKS, len(coordinates))).astype(np.int64))
    landmarks = coordinates[samples]
    isomap = Isomap(n_neighbors=min(NEIGHBOURS, len(samples) - 1), n_components=_AXES)
    with warnings.catch_warnings():
        # Where states are far apart the graph has several parts; they are joined where they are nearest, as is right
        # here.
        warnings.simplefilter("ignore")
        positions = isomap.fit_transform(landmarks.astype(np.float64))
    between = isomap.dist_matrix_
    kernel = -0.5 * between**2
    middle = kernel.mean(0)
    values, vectors = isomap.kernel_pca_.eigenvalues_, isomap.kernel_pca_.eigenvectors_
    axes = np.zeros((len(samples), _AXES))
    there = values > 1e-9 * max(float(values.max()), 1e-12)
    axes[:, : len(values)][:, there] = vectors[:, there] / np.sqrt(values[there])
    shown = np.zeros((len(samples), _AXES))
    shown[:, : positions.shape[1]] = positions
    return Chart(
        landmarks,
        samples,
        between.astype(np.float32),
        shown.astype(np.float32),
        (middle - middle.mean()).astype(np.float32),
        axes.astype(np.float32),
    )
