"""Candidates by correlation: each stretch of a white sound against each other one, at every lag.

What noise or another voice covers has no code left that is equal, but its samples still agree in the mean. Two
stretches are correlated at all their lags by one transform; the peaks that chance does not make are candidates.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.sound.parameters import (
    CORRELATION_BLOCK,
    CORRELATION_LINES,
    CORRELATION_PEAK,
    NEAREST_LAG,
)
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.candidate import Line
from loopfind.model.sound import SOUND_RATE

TAPS = 8
"""Samples to either side that one between two is made of."""
_SMALLEST = 1 << 15
_APART = round(0.02 * SOUND_RATE)
"""Samples within which peaks are one."""


def correlated_lines(white: WhiteSound) -> list[Line]:
    """Return the lines on which stretches of a sound agree beyond chance, the best first, seconds of its samples."""
    size = _block_size(len(white))
    blocks, length = max(1, -(-len(white) // size)), 2 * size
    spectra = []
    for number in range(blocks):
        part = white.part(number * size, (number + 1) * size)
        level = float(np.sqrt(np.square(part).mean())) or 1.0
        # A crash is no more than other sounds.
        spectra.append(np.fft.rfft(np.clip(part, -3 * level, 3 * level), length).astype(np.complex64))
    found = list[tuple[float, Line]]()
    for one in range(blocks):
        for other in range(one, blocks):
            correlation = np.fft.irfft(np.conj(spectra[one]) * spectra[other], length).astype(np.float32)
            found += _peaks(correlation, size, one, other)
    found.sort(key=lambda pair: -pair[0])
    return [line for _, line in found]


def _block_size(count: int) -> int:
    """Return the samples of a stretch: a third of a short sound, and a number that a transform is fast with."""
    wanted = min(CORRELATION_BLOCK * SOUND_RATE, max(count / 3, _SMALLEST))
    power = int(np.floor(np.log2(wanted)))
    return max(k << (power - 3) for k in (8, 9, 10, 12, 15) if k << (power - 3) <= wanted)


def _peaks(correlation: NDArray[np.float32], size: int, one: int, other: int) -> Iterator[tuple[float, Line]]:
    """Yield the peaks of the correlation of two stretches, each with how far it stands out."""
    between = (other - one) * size
    shifts = np.arange(-size + 1, size)
    values = correlation[shifts]
    values[(shifts + between) < NEAREST_LAG * SOUND_RATE] = 0
    spread = float(np.sqrt(np.square(values).mean())) or 1.0
    for _ in range(CORRELATION_LINES):
        at = int(np.argmax(values))
        rank = float(values[at]) / spread
        if rank < CORRELATION_PEAK:
            return
        shift = int(shifts[at])
        values[max(0, at - _APART) : at + _APART] = 0
        low, high = max(0, -shift), min(size, size - shift)
        begin = one * size
        yield (
            rank,
            Line(
                1.0,
                (shift + between) / SOUND_RATE,
                (begin + low) / SOUND_RATE,
                (begin + high) / SOUND_RATE,
                round(rank),
            ),
        )


def best_shift(first: NDArray[np.float32], second: NDArray[np.float32], reach: int) -> tuple[float, float]:
    """Return the shift, in samples within `reach`, at which the second signal agrees best with the first, and their
    correlation there. first: (n,) float32. second: (n + 2 * reach,), of which first is expected at `reach`."""
    length = 1 << (len(second) - 1).bit_length()
    whole = np.fft.irfft(np.conj(np.fft.rfft(first, length)) * np.fft.rfft(second, length), length)[: 2 * reach + 1]
    energy = np.concatenate([[0.0], np.cumsum(np.square(second, dtype=np.float64))])
    there = energy[len(first) : len(first) + 2 * reach + 1] - energy[: 2 * reach + 1]
    own = float(np.square(first, dtype=np.float64).sum())
    normal = whole / np.sqrt(np.maximum(there * own, 1e-9))
    at = int(np.argmax(normal))
    shift = float(at)
    if 0 < at < len(normal) - 1:
        before, here, after = (float(normal[at + k]) for k in (-1, 0, 1))
        bend = before - 2 * here + after
        shift += 0.5 * (before - after) / bend if bend < 0 else 0.0
    return shift - reach, float(normal[at])


def moved(signal: NDArray[np.float32], fraction: float) -> NDArray[np.float32]:
    """Return the samples between those of a signal: sample i is that at i + fraction, 0 <= fraction < 1. The first and
    last TAPS are worth nothing."""
    if fraction < 1e-3:
        return signal
    taps = np.arange(-TAPS + 1, TAPS + 1) - fraction
    kernel = (np.sinc(taps) * np.sinc(taps / TAPS)).astype(np.float32)  # after Lanczos
    # In two halves, as numpy has a fast way for kernels of up to eleven.
    between = np.convolve(signal, kernel[TAPS - 1 :: -1])[: len(signal)]
    between[:-1] += np.convolve(signal, kernel[: TAPS - 1 : -1])[TAPS:]
    return between
