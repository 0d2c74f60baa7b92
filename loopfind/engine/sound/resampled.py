"""A sound played faster, and so higher, made white: what a copy at another speed is compared with."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.sound.correlation import TAPS
from loopfind.engine.sound.white import WHITE_MARGIN, White, whitened
from loopfind.model.sound import Samples


def raised_part(samples: Samples, pitch: float, low: int, high: int) -> White:
    """Return samples [low, high) of a sound that is played `pitch` times as fast, made white, 0 outside of it: sample i
    is that at i * pitch."""
    first = low - WHITE_MARGIN
    return whitened(_resampled(samples, pitch, first, high + WHITE_MARGIN))[WHITE_MARGIN : high - first]


def _resampled(samples: Samples, pitch: float, low: int, high: int) -> NDArray[np.float32]:
    """Return samples [low, high) as they are when it is played so much faster, made of those beside each (Lanczos)."""
    places = np.arange(low, high) * pitch
    begin, end = int(np.floor(places[0])) - TAPS, int(np.floor(places[-1])) + TAPS + 2
    first, last = min(max(begin, 0), len(samples)), min(max(end, 0), len(samples))
    held = np.zeros(end - begin, np.float32)
    if first < last:
        held[first - begin : last - begin] = samples[first:last][:, 0]
    if pitch == 1.0:
        return held[TAPS : TAPS + high - low]
    whole = np.floor(places).astype(np.int64)
    rest = (places - whole).astype(np.float32)
    found = np.zeros(high - low, np.float32)
    for tap in range(1 - TAPS, TAPS + 1):
        away = rest - np.float32(tap)
        found += held[whole - begin + tap] * np.sinc(away) * np.sinc(away / TAPS)
    return found
