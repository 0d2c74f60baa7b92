"""Chroma of a sound: how loud each tone of the octave is, whatever the octave, 25 times a second.

The idea is that of chroma features (Bartsch & Wakefield 2001). Here the octave has 24 tones, so that a sound that runs
at another speed, and so at another pitch, can be turned back by half a semitone at a time.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from loopfind.fingerprints.sound import power_of
from loopfind.model.sound import CHROMA_HOP, CHROMA_TONES, SOUND_RATE, SOUND_WINDOW, Chroma, Samples, Sound

_LOWEST, _HIGHEST, _CONCERT_PITCH = 120.0, 4000.0, 440.0
_AT_ONCE = 512


def chroma_of(sound: Sound) -> Chroma:
    """Return the chroma of a sound."""
    samples = sound.samples
    count = len(samples) // CHROMA_HOP
    energies = np.zeros((count, CHROMA_TONES), np.float32)
    for low in range(0, count, _AT_ONCE):
        high = min(count, low + _AT_ONCE)
        energies[low:high] = _energies(samples, low, high)
    return Chroma(energies, sound.start)


def _energies(samples: Samples, low: int, high: int) -> NDArray[np.float32]:
    """Return rows [low, high) of a chroma; a row's window has its instant in the middle."""
    half = SOUND_WINDOW // 2
    first, last = low * CHROMA_HOP - half, (high - 1) * CHROMA_HOP + half
    part = samples[max(0, first) : last][:, 0].astype(np.float32)
    part = np.pad(part, (max(0, -first), max(0, last - max(0, first) - len(part))))
    return np.asarray(power_of(part, CHROMA_HOP) @ tone_shares(), np.float32)


@cache
def tone_shares() -> NDArray[np.float32]:
    """Return the share of each line of a spectrum of SOUND_WINDOW samples in each tone, (lines, tones)."""
    lines = np.fft.rfftfreq(SOUND_WINDOW, 1 / SOUND_RATE)
    heard = np.flatnonzero((lines > _LOWEST) & (lines < _HIGHEST))
    place = CHROMA_TONES * np.log2(lines[heard] / _CONCERT_PITCH)
    below = np.floor(place).astype(int)
    shares = np.zeros((len(lines), CHROMA_TONES), np.float32)
    shares[heard, below % CHROMA_TONES] += 1 - (place - below)
    shares[heard, (below + 1) % CHROMA_TONES] += place - below
    return shares
