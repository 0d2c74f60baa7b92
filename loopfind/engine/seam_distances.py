"""Distances of pictures from those that come some time later, block by block, so that memory stays small."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray

from loopfind.engine.seam_parameters import LEAST_USUAL_CHANGE, USUAL_CHANGE, USUAL_SHARE
from loopfind.model.dtypes import Floats, Rows
from loopfind.settings import PICTURE_SIDE

_BLOCK = 256
"""Frames whose distances are worked out at once."""
_MIDDLE = 128.0

Distances = NDArray[np.float32]


@dataclass(frozen=True)
class Band:
    """Distances of frames from later ones. first: number of the first frame. values: (m, lags) mean square difference
    in grey levels, filtered along time, of frame `first` + row from the one `shortest` + column frames later."""

    first: int
    shortest: int
    values: Distances


def filter_weights(taps: int) -> Floats:
    """Return binomial weights (taps,), which sum to 1."""
    weights = np.ones(1)
    for _ in range(taps - 1):
        weights = np.convolve(weights, [0.5, 0.5])
    return weights


def bands(pictures: Rows, lags: tuple[int, int], taps: int) -> Iterator[Band]:
    """Yield the distances of all frames from those that come lags [low, high) later, each band with one row of the one
    before and of the one behind.

    pictures: (n, 4096) uint8. taps: frames around a seam that are compared, half of them before it; a frame without so
    many around itself and its later one has no distance (infinite).
    """
    half, count = taps // 2, len(pictures)
    weights = filter_weights(taps).astype(np.float32)
    for first in range(half, count - lags[0] - half + 1, _BLOCK):
        low, high = max(half, first - 1), min(first + _BLOCK + 1, count - lags[0] - half + 1)
        raw = _raw(pictures, low - half, high + half - 1, lags)
        values = np.tensordot(sliding_window_view(raw, taps, axis=0), weights, axes=(2, 0))
        yield Band(low, lags[0], values.astype(np.float32))


def _raw(pictures: Rows, low: int, high: int, lags: tuple[int, int]) -> Distances:
    """Return the mean square differences (high - low, lags) of frames [low, high) from later ones."""
    end = min(len(pictures), high + lags[1] - 1)
    later = _halved(pictures[low + lags[0] : end])
    frames = _halved(pictures[low:high])
    rows, width = len(frames), lags[1] - lags[0]
    squares = np.full((rows, rows + width - 1), np.inf, np.float32)
    squares[:, : len(later)] = (frames**2).sum(1)[:, None] + (later**2).sum(1) - 2 * (frames @ later.T)
    np.maximum(squares, 0, out=squares)
    squares /= frames.shape[1]
    step, along = squares.strides
    diagonals: Distances = as_strided(squares, (rows, width), (step + along, along), writeable=False)
    return diagonals


def _halved(pictures: NDArray[Any]) -> Distances:
    """Return pictures at half their size, (n, 1024) float32, around 0."""
    grid = pictures.reshape(-1, PICTURE_SIDE // 2, 2, PICTURE_SIDE // 2, 2).astype(np.float32)
    halved: Distances = grid.mean((2, 4)).reshape(len(pictures), -1) - np.float32(_MIDDLE)
    return halved


def usual_changes(pictures: Rows, rate: float, full: bool = False) -> Floats:
    """Return the change that is usual before and behind each frame, whichever is less: (n,) mean squares in grey levels
    from one frame to the next. full: at full size, as `between` has it."""
    changes = np.zeros(len(pictures) - 1)
    for low in range(0, len(pictures) - 1, _BLOCK):
        part = pictures[low : low + _BLOCK + 1]
        rows = part.astype(np.float32) if full else _halved(part)
        changes[low : low + len(rows) - 1] = np.square(np.diff(rows, axis=0)).mean(1)
    # On each side by itself: what moves up to a cut hides no jump into what is calm.
    reach = max(2, round(USUAL_CHANGE * rate))
    padded = np.pad(changes, reach, "edge")
    sides = np.concatenate(
        [
            np.percentile(sliding_window_view(padded[low : low + _BLOCK + reach - 1], reach), USUAL_SHARE, axis=1)
            for low in range(0, len(changes) + reach + 1, _BLOCK)
        ]
    )
    usual: Floats = np.maximum(
        np.minimum(sides[: len(changes) + 1], sides[reach : len(changes) + reach + 1]), LEAST_USUAL_CHANGE**2
    )
    return usual[: len(pictures)]


def between(pictures: Rows, start: int, end: int, taps: int) -> float:
    """Return the mean square difference in grey levels of the frames around `start` from those around `end`, filtered
    as a band is, at full size."""
    half = taps // 2
    one, other = (pictures[at - half : at + half].astype(np.float32) for at in (start, end))
    return float(filter_weights(taps) @ np.square(one - other).mean(1))
