"""Questions that a baseline teaches to answer: each tells windows of it from the same windows altered.

No example of anything unusual is needed: the baseline is shown backwards, faster, held, and with bodies that were not
there. That such tasks teach to see what is unusual is shown by Georgescu et al., "Anomaly detection in video via
self-supervised and multi-task learning", 2021 (arrow of time, irregular motion), and Li et al., "CutPaste", 2021. Here
linear discriminants (Fisher, 1936) answer rather than networks, as one camera's minutes must suffice to learn them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.looks import ARROW_PARTS
from loopfind.engine.trajectory.parameters import RIDGE, SHRINKAGE, STEP, WINDOW_SAMPLES
from loopfind.model.dtypes import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Discriminant:
    """A linear answer: how much more windows look like altered ones. centre, scale, weights: (k,) float64."""

    centre: Doubles
    scale: Doubles
    weights: Doubles

    def answer(self, rows: Grey) -> Floats:
        """Return the answers (m,) for windows (m, k)."""
        answers: Floats = ((rows - self.centre) / self.scale) @ self.weights
        return answers


def discriminant(plain: Grey, altered: Grey) -> Discriminant:
    """Return what tells altered windows (m, k) from plain ones (n, k): Fisher's, with a shrunk covariance."""
    centre = plain.mean(0, dtype=np.float64)
    scale = np.concatenate([plain, altered]).std(0, dtype=np.float64) + 0.05
    one, other = (plain - centre) / scale, (altered - centre) / scale
    within = (_scatter(one) + _scatter(other)) / 2 + SHRINKAGE * np.eye(len(scale))
    return Discriminant(centre, scale, np.linalg.solve(within, other.mean(0) - one.mean(0)))


def _scatter(rows: Doubles) -> Doubles:
    centred = rows - rows.mean(0)
    scatter: Doubles = centred.T @ centred / max(1, len(rows))
    return scatter


@dataclass(frozen=True)
class Arrow:
    """An answer to which way time runs: above 0 where windows look reversed. scale, weights: (ARROW,) float64.

    It has no constant, as what it weighs turns its sign with time.
    """

    scale: Doubles
    weights: Doubles

    def answer(self, rows: Grey) -> Floats:
        """Return the answers (m,) for windows (m, ARROW)."""
        answers: Floats = -(rows / self.scale) @ self.weights
        return answers


def arrow(rows: Grey) -> Arrow:
    """Return what tells windows (m, ARROW) from the same windows reversed.

    Each of ARROW_PARTS is learned apart, and weighed by how well it foretells what it was not shown: on a road the
    place tells, of a mouse in a dish only how it looks along its way.
    """
    scale = rows.std(0, dtype=np.float64) + 0.1
    scaled = rows / scale
    weights = np.zeros(len(scale))
    half = len(rows) // 2
    for part in ARROW_PARTS:
        own = scaled[:, part]
        foretold = np.concatenate([own[:half] @ _forwards(own[half:]), own[half:] @ _forwards(own[:half])])
        # Windows overlap, so that fewer of them are independent.
        doubt = float(foretold.std()) / np.sqrt(max(1.0, len(rows) * STEP / WINDOW_SAMPLES))
        trust = max(0.0, float(foretold.mean()) - doubt) / (float(foretold.var()) + 1e-6)
        weights[part] = _forwards(own) * trust
    return Arrow(scale, weights)


def _forwards(rows: Doubles) -> Doubles:
    """Return the weights (k,) under which rows (m, k) come near 1, so that their opposites come near -1."""
    weights: Doubles = np.linalg.solve(rows.T @ rows + RIDGE * np.eye(rows.shape[1]), rows.sum(0))
    return weights
