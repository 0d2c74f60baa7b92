"""Sound made white: each part of its spectrum as loud as any other, so that few lags but the true one agree.

The correlation of a voice or of a chord with itself is high at each of its periods. Divided by its own smooth spectrum
(the idea of the generalised correlation with a phase transform, Knapp & Carter 1976) it agrees at the true lag alone.
Here the spectrum is divided by its smooth envelope rather than by itself, so that a line that stands out still weighs
no more than its neighbours, and what is far softer than the sound around it is left soft: it is the codec's own noise.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.sound.parameters import BAND, FLOOR, SILENCE, SMOOTH_BLOCKS, SMOOTH_LINES, WHITE_BLOCK, WHITENESS
from loopfind.model.sound import SOUND_RATE, Sound

White = NDArray[np.float32]

_HOP = WHITE_BLOCK // 2
_CHUNK = 1 << 16
"""Samples that are made white at a time, 6 s."""
WHITE_MARGIN = (SMOOTH_BLOCKS + 2) * _HOP
"""Samples beside a part that its whiteness depends on."""
_KEPT = 160
"""Chunks that are kept: a quarter of an hour, 42 MB."""


class WhiteSound:
    """A sound made white as far as it is asked for; the last few chunks are kept."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self._kept: OrderedDict[int, White] = OrderedDict()

    def __len__(self) -> int:
        return len(self.sound)

    def part(self, low: int, high: int) -> White:
        """Return samples [low, high) float32 of variance 1 where anything is heard; 0 outside of the sound."""
        pieces = [np.zeros(max(0, min(high, 0) - low), np.float32)]
        at = max(0, low)
        while at < min(high, len(self)):
            number = at // _CHUNK
            chunk, begin = self._chunk(number), number * _CHUNK
            pieces.append(chunk[at - begin : min(high, len(self)) - begin])
            at = begin + len(chunk) if begin + len(chunk) > at else high
        pieces.append(np.zeros(max(0, high - max(low, len(self))), np.float32))
        return np.concatenate(pieces)

    def _chunk(self, number: int) -> White:
        found = self._kept.get(number)
        if found is None:
            low, high = number * _CHUNK, min(len(self), (number + 1) * _CHUNK)
            first = max(0, low - WHITE_MARGIN)
            samples = self.sound.samples[first : high + WHITE_MARGIN][:, 0].astype(np.float32)
            found = self._kept[number] = whitened(samples)[low - first : high - first]
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(number)
        return found


def whitened(samples: White) -> White:
    """Return samples (n,) made white."""
    count = len(samples)
    padded = np.concatenate([np.zeros(_HOP, np.float32), samples, np.zeros(WHITE_BLOCK + _HOP, np.float32)])
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WHITE_BLOCK) / WHITE_BLOCK)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WHITE_BLOCK)[::_HOP] * window
    spectrum = np.fft.rfft(frames).astype(np.complex64)
    lines = np.fft.rfftfreq(WHITE_BLOCK, 1 / SOUND_RATE)
    spectrum[:, (lines < BAND[0]) | (lines > BAND[1])] = 0
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    near = _box(_box(power, SMOOTH_BLOCKS, 0), SMOOTH_LINES, 1)
    inside = (lines >= BAND[0]) & (lines <= BAND[1])
    near += np.float32(FLOOR**2) * power.mean(0) + np.float32(SILENCE**2 * WHITE_BLOCK / 2)
    level = near[:, inside].mean(1, keepdims=True)
    spectrum /= np.sqrt(near**WHITENESS * level ** (1 - WHITENESS))
    blocks = np.fft.irfft(spectrum, WHITE_BLOCK).astype(np.float32) * window
    white = np.zeros(len(padded) + WHITE_BLOCK, np.float32)
    for half in (0, 1):
        part = blocks[half::2]
        white[half * _HOP : half * _HOP + part.size] += part.ravel()
    return white[_HOP : _HOP + count] * np.float32(np.sqrt(WHITE_BLOCK / inside.mean()))


def _box(values: White, reach: int, axis: int) -> White:
    """Return the mean over `reach` values to either side along an axis."""
    padding = [(0, 0), (0, 0)]
    padding[axis] = (reach + 1, reach)
    total = np.cumsum(np.pad(values, padding, mode="edge"), axis, dtype=np.float64)
    width = 2 * reach + 1
    high, low = [slice(None)] * 2, [slice(None)] * 2
    high[axis], low[axis] = slice(width, None), slice(None, -width)
    return np.asarray((total[tuple(high)] - total[tuple(low)]) / width, np.float32)
