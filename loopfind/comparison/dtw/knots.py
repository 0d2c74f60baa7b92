"""A warping path in few words: knots between which the speed is steady."""

import numpy as np

from loopfind.model.dtypes import Floats, Ints

NEAR = 3.0
"""Samples by which a path may stray from the lines between its knots: where colours barely change it wavers."""


def knots_of(path: Ints) -> Ints:
    """Rows of a path (length, 2) at which its speed changes, its ends among them: rising, at least one.

    By splitting where the path is furthest from a line (Ramer 1972; Douglas & Peucker 1973) until none is further than
    NEAR.
    """
    kept, open_spans = {0, len(path) - 1}, [(0, len(path) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        if last - first < 2:
            continue
        away = _away(path[first : last + 1].astype(float))
        worst = int(away.argmax())
        if away[worst] > NEAR:
            kept.add(first + worst)
            open_spans += [(first, first + worst), (first + worst, last)]
    return np.array(sorted(kept), np.int64)


def _away(rows: Floats) -> Floats:
    """How far rows (k, 2) lie from the line between the first and the last."""
    along = rows[-1] - rows[0]
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
    away: Floats = np.abs((rows - rows[0]) @ across)
    return away
