"""Codes of sound: 32 bits for each hop of 23 ms, by which two showings of one recording are alike.

Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): a bit says whether the difference between
the energies of two neighbouring bands rises or falls from one hop to the next. Here the window is 186 ms and the hop
23 ms, half as long as theirs, as 3,400 Hz need no more.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from loopfind.model.sound import (
    LONGEST_PITCHED,
    SOUND_HOP,
    SOUND_RATE,
    SOUND_WINDOW,
    Codes,
    PitchCodes,
    Samples,
    Sound,
    SoundFingerprint,
)

_BITS = 32
_LOWEST, _HIGHEST = 300.0, 3400.0
_AT_ONCE = 512
_THREADS = 2

PITCHES = tuple(float(1.25 ** (step / 11)) for step in range(12))
"""Pitches at which a sound has codes: 2 % apart, as codes bear 1 %."""


def fingerprint_of(sound: Sound) -> SoundFingerprint:
    """Return a sound with its codes, not those at other pitches."""
    return SoundFingerprint(sound, sound_codes(sound.samples))


def pitched_fingerprint_of(sound: Sound) -> SoundFingerprint:
    """Return a sound with its codes and, where it is short enough, those at other pitches."""
    if not is_pitched(sound.samples):
        return fingerprint_of(sound)
    # Both from one transform: that is what takes the time.
    codes = _coded(sound.samples, lambda power: np.concatenate([_plain(power), _pitched(power)], 1))
    pitched = PitchCodes(PITCHES, np.ascontiguousarray(codes[:, 1:].T))
    return SoundFingerprint(sound, np.ascontiguousarray(codes[:, 0]), pitched=pitched)


def is_pitched(samples: Samples) -> bool:
    """Say whether a sound is short enough to have codes at other pitches."""
    return len(samples) <= LONGEST_PITCHED * SOUND_RATE


def sound_codes(samples: Samples) -> Codes:
    """Return the codes (n,) uint32 of a sound; code i is of the window in the middle of which sample
    i * SOUND_HOP + SOUND_WINDOW // 2 lies. No code is there where the sound is shorter than a window and a hop."""
    return _coded(samples, _plain)[:, 0]


def _plain(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the energies (m, 1, _BITS + 1) of the bands of windows (m, SOUND_WINDOW // 2 + 1)."""
    return np.asarray((power @ _bands())[:, None], np.float32)


def _pitched(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the same at each of PITCHES, (m, k, _BITS + 1)."""
    lines, shares = _pitched_edges()
    total = np.pad(np.cumsum(power, 1, dtype=np.float64), ((0, 0), (1, 0)))
    below = total[:, lines] + shares * (total[:, lines + 1] - total[:, lines])
    return np.diff(below.reshape(len(power), len(PITCHES), -1), axis=2).astype(np.float32)


def _coded(samples: Samples, energies: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Codes:
    """Return the codes (n, k) of a sound. energies: of power (m, SOUND_WINDOW // 2 + 1), those of _BITS + 1 bands, in k
    ways: (m, k, _BITS + 1)."""
    count = max(0, (len(samples) - SOUND_WINDOW) // SOUND_HOP)
    parts = range(0, count, _AT_ONCE)
    # Transforms leave the interpreter free, so two threads take half the time.
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(lambda low: _codes_of(energies(_power(samples, low, count))), parts))
    return np.concatenate(found) if found else np.zeros((0, 1), np.uint32)


def shifted_codes(samples: Samples, steps: int) -> dict[int, Codes]:
    """Return the codes of a sound from each of its first samples on that lies a step, so many a hop, behind another."""
    shifts = [step * SOUND_HOP // steps for step in range(steps)]
    return {low: sound_codes(samples[low : len(samples)] if low else samples) for low in shifts}


def _power(samples: Samples, low: int, count: int) -> NDArray[np.float32]:
    """Return the power of the windows from one on, of as many codes as are made at once, of `count` in all."""
    high = min(count, low + _AT_ONCE)
    # One window more than there are codes, as each is compared with the one before it too.
    part = samples[low * SOUND_HOP : high * SOUND_HOP + SOUND_WINDOW][:, 0].astype(np.float32)
    return power_of(part, SOUND_HOP)


def power_of(samples: NDArray[np.float32], hop: int) -> NDArray[np.float32]:
    """Return the power (m, SOUND_WINDOW // 2 + 1) of the windows of samples (n,), one each hop."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, SOUND_WINDOW)[::hop]
    spectrum = np.fft.rfft(frames * _window())
    return np.square(spectrum.real) + np.square(spectrum.imag)


def _codes_of(bands: NDArray[np.float32]) -> Codes:
    """Return the codes (m - 1, k) of the energies (m, k, _BITS + 1) of bands."""
    steps = bands[:, :, :-1] - bands[:, :, 1:]
    bits = steps[1:] > steps[:-1]
    return np.packbits(bits, axis=2).view(">u4")[:, :, 0].astype(np.uint32)


@cache
def _window() -> NDArray[np.float32]:
    return np.hanning(SOUND_WINDOW).astype(np.float32)


@cache
def _pitched_edges() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Lines of the spectrum below the edges of all bands at all pitches, and the share of a line from there to each."""
    places = np.concatenate([_edges() / pitch for pitch in PITCHES]) * SOUND_WINDOW / SOUND_RATE
    below = np.floor(places).astype(np.int64)
    return below, (places - below).astype(np.float32)


@cache
def _bands() -> NDArray[np.float32]:
    """Shares (SOUND_WINDOW // 2 + 1, _BITS + 1) of each frequency in each band; bands widen with their frequency."""
    edges = _edges()
    lines = np.fft.rfftfreq(SOUND_WINDOW, 1 / SOUND_RATE)
    inside = (lines[:, None] >= edges[:-1]) & (lines[:, None] < edges[1:])
    return inside.astype(np.float32)


def _edges() -> NDArray[np.float64]:
    """The frequencies (_BITS + 2,) between bands, each as many times as high as the one before."""
    return np.asarray(_LOWEST * (_HIGHEST / _LOWEST) ** (np.arange(_BITS + 2) / (_BITS + 1)))
