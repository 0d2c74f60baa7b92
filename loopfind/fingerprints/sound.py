"""Codes of sound: 32 bits for each hop of 23 ms, by which two showings of one recording are alike.

Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): a bit says whether the difference between
the energies of two neighbouring bands rises or falls from one hop to the next. Here the window is 186 ms and the hop
23 ms, half as long as theirs, as 3,400 Hz need no more.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.sound import SOUND_HOP, SOUND_RATE, SOUND_WINDOW, Codes, Samples

_BITS = 32
_LOWEST, _HIGHEST = 300.0, 3400.0
_AT_ONCE = 512
_THREADS = 2


def sound_codes(samples: Samples) -> Codes:
    """Return the codes (n,) uint32 of a sound; code i is of the window in the middle of which sample
    i * SOUND_HOP + SOUND_WINDOW // 2 lies. No code is there where the sound is shorter than a window and a hop."""
    count = max(0, (len(samples) - SOUND_WINDOW) // SOUND_HOP)
    codes = np.zeros(count, np.uint32)
    parts = range(0, count, _AT_ONCE)
    # Transforms leave the interpreter free, so two threads take half the time.
    with ThreadPoolExecutor(_THREADS) as pool:
        for low, part in zip(parts, pool.map(lambda low: _codes_of(samples, low, count), parts), strict=True):
            codes[low : low + len(part)] = part
    return codes


def shifted_codes(samples: Samples, steps: int) -> dict[int, Codes]:
    """Return the codes of a sound from each of its first samples on that lies a step, so many a hop, behind another."""
    shifts = [step * SOUND_HOP // steps for step in range(steps)]
    return {low: sound_codes(samples[low : len(samples)] if low else samples) for low in shifts}


def _codes_of(samples: Samples, low: int, count: int) -> Codes:
    """Return the codes from one on, as many as are made at once, of `count` in all."""
    high = min(count, low + _AT_ONCE)
    # One window more than there are codes, as each is compared with the one before it too.
    part = samples[low * SOUND_HOP : high * SOUND_HOP + SOUND_WINDOW][:, 0].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(part, SOUND_WINDOW)[::SOUND_HOP]
    spectrum = np.fft.rfft(frames * _window())
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    bands = power @ _bands()
    steps = bands[:, :-1] - bands[:, 1:]
    bits = steps[1:] > steps[:-1]
    return np.packbits(bits, axis=1).view(">u4")[:, 0].astype(np.uint32)


@cache
def _window() -> NDArray[np.float32]:
    return np.hanning(SOUND_WINDOW).astype(np.float32)


@cache
def _bands() -> NDArray[np.float32]:
    """Shares (SOUND_WINDOW // 2 + 1, _BITS + 1) of each frequency in each band; bands widen with their frequency."""
    edges = _LOWEST * (_HIGHEST / _LOWEST) ** (np.arange(_BITS + 2) / (_BITS + 1))
    lines = np.fft.rfftfreq(SOUND_WINDOW, 1 / SOUND_RATE)
    inside = (lines[:, None] >= edges[:-1]) & (lines[:, None] < edges[1:])
    return inside.astype(np.float32)
