"""Codebooks: typical vectors of a library, by k-means, and how much files have of each, as histograms.

The bag of E_LAN-NDVR (Kordopatis-Zilos et al., MMM 2017), after Sivic & Zisserman (ICCV 2003). There each moment counts
for one word; here for several, by how near they are (van Gemert et al., TPAMI 2010), and roots of shares are compared,
as Hellinger does. It forgets in which moment something is seen, and is kept as a baseline.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.likeness_parameters import (
    CODEBOOK_ROUNDS,
    MOST_LEARNED,
    MOST_WORDS,
    VECTORS_PER_WORD,
    WORD_WIDTH,
)
from loopfind.model.likeness import Appearance, Vectors

_SEED = 20030829


def learn_words(appearances: Sequence[Appearance]) -> NDArray[np.float16]:
    """Return the words (k, d) of a codebook, each of length 1: the same for the same appearances."""
    rng = np.random.default_rng(_SEED)
    rows = np.cumsum([0, *(len(one.vectors) for one in appearances)])
    chosen = np.arange(rows[-1])
    if len(chosen) > MOST_LEARNED:
        chosen = np.sort(rng.choice(len(chosen), MOST_LEARNED, replace=False))
    vectors = np.concatenate(
        [
            unit(one.vectors[chosen[low:high] - first])
            for one, first, low, high in zip(
                appearances,
                rows[:-1],
                np.searchsorted(chosen, rows[:-1]),
                np.searchsorted(chosen, rows[1:]),
                strict=True,
            )
        ]
    )
    words = _far_apart(vectors, int(np.clip(len(vectors) // VECTORS_PER_WORD, 1, MOST_WORDS)), rng)
    for _ in range(CODEBOOK_ROUNDS):
        nearest = (vectors @ words.T).argmax(1)
        order = np.argsort(nearest, kind="stable")
        there, firsts = np.unique(nearest[order], return_index=True)
        words[there] = unit(np.add.reduceat(vectors[order], firsts))
    return words.astype(np.float16)


def bag(vectors: Vectors, words: NDArray[np.float16]) -> Vectors:
    """Return how much of each word the vectors (n, d) of a file have, as one vector (1, k) of length 1."""
    near = vectors @ words.astype(np.float32).T
    weights = np.exp((near - near.max(1, keepdims=True)) / WORD_WIDTH)
    shares = (weights / weights.sum(1, keepdims=True)).mean(0, keepdims=True)
    return unit(np.sqrt(shares))


def _far_apart(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Return vectors to begin with, each drawn the rather the farther it is from those before it (k-means++, Arthur &
    Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(vectors)))]
    apart = np.full(len(vectors), np.inf)
    while len(chosen) < count:
        apart = np.minimum(apart, np.maximum(1 - vectors @ vectors[chosen[-1]], 0))
        total = float(apart.sum())
        if total <= 1e-6 * len(vectors):  # all of them are there already
            break
        chosen.append(int(rng.choice(len(vectors), p=apart / total)))
    return vectors[chosen].copy()
