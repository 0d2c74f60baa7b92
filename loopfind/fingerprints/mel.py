"""Log-mel spectra of sound: how loud each of some bands is, evenly spaced as ears have them, window by window."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats

_FULL = 32768.0


@dataclass(frozen=True)
class Mel:
    """A log-mel spectrum. rate: samples a second. window, hop: in samples. bands, lowest, highest: how many, in Hz.
    offset: added before the logarithm."""

    rate: int
    window: int
    hop: int
    bands: int
    lowest: float
    highest: float
    offset: float


def log_mel(samples: NDArray[np.int16], mel: Mel) -> Floats:
    """Return the log-mel spectra (n, frames, bands) of sounds (n, samples): of magnitudes, full scale being 1, as
    VGGish takes it."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, mel.window, axis=1)[:, :: mel.hop]
    size = 1 << (mel.window - 1).bit_length()
    shape = (0.5 - 0.5 * np.cos(2 * np.pi / mel.window * np.arange(mel.window))) / _FULL
    found = [np.abs(np.fft.rfft(one * shape, size)) @ _filters(mel, size) for one in windows]
    return np.log(np.stack(found) + mel.offset)


@lru_cache(8)
def _filters(mel: Mel, size: int) -> Floats:
    """Return the weight of each line of a spectrum in each band: triangles on the mel scale."""
    lines = _mels(np.arange(size // 2 + 1) * mel.rate / size)
    ends = np.linspace(_mels(np.array(mel.lowest)), _mels(np.array(mel.highest)), mel.bands + 2)
    low, middle, high = ends[:-2], ends[1:-1], ends[2:]
    rising = (lines[:, None] - low) / (middle - low)
    falling = (high - lines[:, None]) / (high - middle)
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0
    return np.asarray(weights)


def _mels(hertz: Floats) -> Floats:
    return np.asarray(1127 * np.log1p(hertz / 700))
