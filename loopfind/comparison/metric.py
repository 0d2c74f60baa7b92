"""A metric that is learned: a linear change of vectors by which edits of one moment are nearer than other moments.

The triplet loss with hard negatives of E_LAN-NDVR's second way (Kordopatis-Zilos et al., ICCVW 2017) and of FaceNet
(Schroff et al., CVPR 2015). There a network of three layers is trained; here what is added to a vector is of low rank
and begins at nothing, so that a library of few files changes little. Adam (Kingma & Ba 2015) takes the steps.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.likeness_parameters import (
    METRIC_BATCH,
    METRIC_MARGIN,
    METRIC_RANK,
    METRIC_ROUNDS,
    METRIC_STEP,
    SAME_MOMENT,
)
from loopfind.model.likeness import Vectors

_SEED = 20171023


class Views(NamedTuple):
    """Moments of files, and edits of them. wholes: (n, d). files: (n,) the file of each moment. edits: (m, d). moments:
    (m,) the moment that each is an edit of."""

    wholes: Vectors
    files: NDArray[np.intp]
    edits: Vectors
    moments: NDArray[np.intp]

    def of(self, files: NDArray[np.intp]) -> "Views":
        """Return the views of some files alone."""
        kept = np.isin(self.files, files)
        places = np.cumsum(kept) - 1
        asked = kept[self.moments]
        return Views(self.wholes[kept], self.files[kept], self.edits[asked], places[self.moments[asked]])


def changed(vectors: Vectors, metric: NDArray[np.float16]) -> Vectors:
    """Return vectors (n, d) by a metric (2 r, d): what its first half finds in them adds its second half."""
    down, up = np.split(metric.astype(np.float32), 2)
    return unit(vectors + (vectors @ down.T) @ up)


def learn_metric(views: Views, checked: Views) -> NDArray[np.float16]:
    """Return the metric (2 r, d) that is learned of views, of all rounds the one by which most of `checked` are found:
    the same for the same views."""
    rng, width = np.random.default_rng(_SEED), views.wholes.shape[1]
    rank = min(METRIC_RANK, width)
    down = unit(rng.normal(size=(rank, width)))
    state = [down, np.zeros_like(down)]
    averages = [(np.zeros_like(down), np.zeros_like(down)) for _ in state]
    best, most, steps = np.concatenate(state).astype(np.float16), _found_count(checked, None), 0
    for _ in range(METRIC_ROUNDS):
        order = rng.permutation(len(views.edits))
        for first in range(0, len(order), METRIC_BATCH):
            steps += 1
            slopes = _slopes(views, order[first : first + METRIC_BATCH], state[0], state[1])
            for number, slope in enumerate(slopes):
                mean, square = averages[number]
                mean += 0.1 * (slope - mean)
                square += 0.001 * (np.square(slope) - square)
                step = mean / (1 - 0.9**steps) / (np.sqrt(square / (1 - 0.999**steps)) + 1e-8)
                state[number] = state[number] - METRIC_STEP * step
        metric = np.concatenate(state).astype(np.float16)
        if (count := _found_count(checked, metric)) > most:
            best, most = metric, count
    return best


def shuffled_files(views: Views) -> list[NDArray[np.intp]]:
    """Return the files in an order that is drawn, those that show the same together: what is learned of one is known of
    the other."""
    count = int(views.files.max()) + 1
    owners = np.arange(count)
    for first in range(0, len(views.wholes), METRIC_BATCH):
        rows, columns = np.nonzero(views.wholes[first : first + METRIC_BATCH] @ views.wholes.T >= SAME_MOMENT)
        for one, other in zip(views.files[first + rows], views.files[columns], strict=True):
            if owners[one] != owners[other]:
                owners[owners == owners[other]] = owners[one]
    heads = np.random.default_rng(_SEED).permutation(np.unique(owners))
    return [np.flatnonzero(owners == head) for head in heads]


def found(views: Views, metric: NDArray[np.float16] | None) -> NDArray[np.bool_]:
    """Return for which edits (m,) the nearest of all moments is of the same file, or shows the same."""
    wholes, edits = views.wholes, views.edits
    if not len(edits):
        return np.zeros(0, bool)
    if metric is not None:
        wholes, edits = changed(wholes, metric), changed(edits, metric)
    nearest = (edits @ wholes.T).argmax(1)
    same = (views.wholes[nearest] * views.wholes[views.moments]).sum(1) >= SAME_MOMENT
    return np.asarray(same | (views.files[nearest] == views.files[views.moments]))


def _found_count(views: Views, metric: NDArray[np.float16] | None) -> int:
    return int(found(views, metric).sum())


def _slopes(views: Views, chosen: NDArray[np.intp], down: Vectors, up: Vectors) -> tuple[Vectors, Vectors]:
    """Return the slopes of the loss of some edits: each should be nearer to its moment than to any of another file."""
    wholes, edits, own = views.wholes, views.edits[chosen], views.moments[chosen]
    seen, asked = _Changed(wholes, down, up), _Changed(edits, down, up)
    near = asked.unit @ seen.unit.T
    # What shows the same in another file is no negative: a library holds copies.
    strange = (views.files[None] != views.files[own][:, None]) & (wholes[own] @ wholes.T < SAME_MOMENT)
    hardest = np.where(strange, near, -np.inf).argmax(1)
    rows = np.arange(len(chosen))
    active = (METRIC_MARGIN + near[rows, hardest] - near[rows, own] > 0) & strange.any(1)
    share = (active / len(chosen))[:, None].astype(np.float32)
    of_edits = share * (seen.unit[hardest] - seen.unit[own])
    of_wholes = np.zeros_like(seen.unit)
    np.add.at(of_wholes, hardest, share * asked.unit)
    np.add.at(of_wholes, own, -share * asked.unit)
    (one_down, one_up), (two_down, two_up) = asked.slopes(of_edits, up), seen.slopes(of_wholes, up)
    return one_down + two_down, one_up + two_up


class _Changed:
    """Vectors as they are changed, with what the slopes need."""

    def __init__(self, vectors: Vectors, down: Vectors, up: Vectors) -> None:
        self._vectors, self._inner = vectors, vectors @ down.T
        whole = vectors + self._inner @ up
        self._length = np.maximum(np.sqrt(np.square(whole).sum(1, keepdims=True)), 1e-9)
        self.unit: Vectors = np.asarray(whole / self._length, np.float32)

    def slopes(self, of_units: Vectors, up: Vectors) -> tuple[Vectors, Vectors]:
        """Return the slopes of both halves, by those of the vectors of length 1."""
        of_whole = (of_units - self.unit * (of_units * self.unit).sum(1, keepdims=True)) / self._length
        return (of_whole @ up.T).T @ self._vectors, self._inner.T @ of_whole
