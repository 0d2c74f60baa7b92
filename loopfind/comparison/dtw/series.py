"""Mean colours as series that can be compared: one rate, no brightness, no contrast."""

import numpy as np

from loopfind.model.dtypes import Colours, Floats

RATE = 25.0
"""Samples a second, unless the shorter file of a pair would have more than MOST of them."""

MOST = 2000
"""Samples of the shorter file of a pair at most; a pair of longer files is compared at a lower rate."""

ACROSS = 0.8
"""Seconds over which a change of colour is taken."""

BLACK = 8.0 / 255
"""Added to a colour before its logarithm, as a share of full: below it, codecs change more than pictures do."""


def rate_for(shorter: float) -> float:
    """Samples a second for a pair whose shorter file lasts so many seconds."""
    return min(RATE, MOST / max(shorter, 1e-9))


def series_of(times: Floats, colours: Colours, rate: float) -> Floats:
    """How a file's colours change, at a steady rate and comparable with another file's: (m, 3) float64, C-contiguous.

    times: (n,) seconds, rising, n > 0. colours: (n, 3) uint16. Sample k stands for second times[0] + k / rate. The
    values are changes of the natural logarithm of light over ACROSS seconds, that is derivative time warping (Keogh &
    Pazzani 2001): a picture made darker by a factor has the same series, and a value depends on its neighbourhood
    alone, not on the rest of its file as in z-normalisation, so that a clip is what it was in its film.
    """
    count = int((times[-1] - times[0]) * rate + 1e-6) + 1
    places = times[0] + np.arange(count) / rate
    light = np.log(_sampled(times, colours / 65535.0, places, 1 / rate) + BLACK)
    reach = max(1, round(ACROSS * rate / 2))
    before, after = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach, count - 1)
    # At the ends there is less to take it over, and the slope is kept.
    return np.ascontiguousarray((light[after] - light[before]) * (2 * reach / np.maximum(after - before, 1))[:, None])


def _sampled(times: Floats, values: Floats, places: Floats, step: float) -> Floats:
    """Values (n, 3) at `places`: between frames along a line; the mean of a step's frames where it holds several."""
    if step > 1.5 * float(np.median(np.diff(times))) if len(times) > 1 else False:
        edges = np.searchsorted(times, np.append(places - step / 2, places[-1] + step / 2))
        sums = np.concatenate([np.zeros((1, 3)), np.cumsum(values, axis=0)])
        counts = np.diff(edges)[:, None]
        means = np.diff(sums[edges], axis=0) / np.maximum(counts, 1)
        return np.where(counts > 0, means, _between(times, values, places))
    return _between(times, values, places)


def _between(times: Floats, values: Floats, places: Floats) -> Floats:
    return np.stack([np.interp(places, times, channel) for channel in values.T], axis=1)
