"""Colours and sounds as series that can be compared: one rate, no brightness or loudness, changes alone."""

import numpy as np

from loopfind.comparison.dtw.parameters import (
    BLACK_LIGHT,
    CHANGE_SPAN,
    CHROMA_MEAN,
    CHROMA_SILENCE,
    MOST_SAMPLES,
    SERIES_RATE,
)
from loopfind.model.dtypes import Colours, Floats
from loopfind.model.sound import CHROMA_HOP, CHROMA_TONES, SOUND_RATE, Chroma


def rate_for(shorter: float) -> float:
    """Return the samples a second for a pair whose shorter file lasts so many seconds."""
    return min(SERIES_RATE, MOST_SAMPLES / max(shorter, 1e-9))


def series_of(times: Floats, colours: Colours, rate: float) -> Floats:
    """Return the changes of a file's colours at a steady rate, comparable with another file's: (m, 3) float64,
    C-contiguous.

    times: (n,) seconds, rising, n > 0. colours: (n, 3) uint16. Sample k stands for second times[0] + k / rate. The
    values are changes of the natural logarithm of light over CHANGE_SPAN seconds, as in derivative time warping (Keogh
    & Pazzani 2001). So a picture made darker by a factor has the same series. A value depends on its neighbourhood
    alone, not on the rest of its file as after z-normalisation, so that a clip is what it was in its film.
    """
    count = int((times[-1] - times[0]) * rate + 1e-6) + 1
    places = times[0] + np.arange(count) / rate
    light = np.log(_sampled(times, colours / 65535.0, places, 1 / rate) + BLACK_LIGHT)
    reach = max(1, round(CHANGE_SPAN * rate / 2))
    before, after = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach, count - 1)
    # At the ends there is less to take it over, and the slope is kept.
    return np.ascontiguousarray((light[after] - light[before]) * (2 * reach / np.maximum(after - before, 1))[:, None])


def _sampled(times: Floats, values: Floats, places: Floats, step: float) -> Floats:
    """Sample values (n, 3) at `places`: along a line between frames, or the mean of a step's frames."""
    if step > 1.5 * float(np.median(np.diff(times))) if len(times) > 1 else False:
        edges = np.searchsorted(times, np.append(places - step / 2, places[-1] + step / 2))
        sums = np.concatenate([np.zeros((1, 3)), np.cumsum(values, axis=0)])
        counts = np.diff(edges)[:, None]
        means = np.diff(sums[edges], axis=0) / np.maximum(counts, 1)
        return np.where(counts > 0, means, _between(times, values, places))
    return _between(times, values, places)


def _between(times: Floats, values: Floats, places: Floats) -> Floats:
    """Return values (n, 3) at `places`, along lines between frames."""
    return np.stack([np.interp(places, times, channel) for channel in values.T], axis=1)


def chroma_series(chroma: Chroma, rate: float, transposed: int = 0) -> Floats:
    """Return the changes of a sound's tones at a steady rate, comparable with another's: (m, 12) float64, C-contiguous.

    transposed: half semitones by which it is turned down. Sample k stands for the second k / rate behind the start. The
    values are amplitudes of a length of 1 at each moment, less their mean over CHROMA_MEAN seconds on either side.
    """
    own = SOUND_RATE / CHROMA_HOP
    energies = np.roll(chroma.energies, -transposed, axis=1)
    # A semitone takes the half of what lies between it and its neighbours.
    between = energies[:, 1::2] / 2
    tones = np.sqrt(energies[:, 0:CHROMA_TONES:2] + between + np.roll(between, 1, axis=1))
    count = int(len(tones) / own * rate)
    edges = np.minimum(np.round(np.arange(count + 1) * own / rate).astype(int), len(tones))
    sums = np.concatenate([np.zeros((1, tones.shape[1])), np.cumsum(tones, axis=0, dtype=np.float64)])
    means = np.diff(sums[edges], axis=0) / np.maximum(np.diff(edges), 1)[:, None]
    means /= np.linalg.norm(means, axis=1, keepdims=True) + CHROMA_SILENCE
    reach = max(1, round(CHROMA_MEAN * rate))
    sums = np.concatenate([np.zeros((1, tones.shape[1])), np.cumsum(means, axis=0)])
    low, high = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach + 1, count)
    return np.ascontiguousarray(means - (sums[high] - sums[low]) / (high - low)[:, None])
