"""Codes of sound and the white sound, against plain forms of them."""

import itertools

import numpy as np
import pytest
import sounds

from loopfind.engine.sound.correlation import best_shift, moved
from loopfind.engine.sound.white import WhiteSound
from loopfind.fingerprints.sound import sound_codes
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, SOUND_WINDOW, AudioTrack, Sound


def sampled(seconds: float, seed: int) -> np.ndarray:
    """Talk at SOUND_RATE, (n, 1) int16."""
    return np.rint(32767 * sounds.talk(seconds, seed)[::2, None]).astype(np.int16)


def plain_codes(samples: np.ndarray) -> list[int]:
    """The bits of Haitsma and Kalker one by one: E(n, m) - E(n, m + 1) against the same of the hop before."""
    edges = 300 * (3400 / 300) ** (np.arange(34) / 33)
    lines, window = np.fft.rfftfreq(SOUND_WINDOW, 1 / SOUND_RATE), np.hanning(SOUND_WINDOW)

    def energies(hop: int) -> list[float]:
        part = samples[hop * SOUND_HOP : hop * SOUND_HOP + SOUND_WINDOW, 0] * window
        power = np.abs(np.fft.rfft(part)) ** 2
        return [power[(lines >= low) & (lines < high)].sum() for low, high in itertools.pairwise(edges)]

    found = []
    for hop in range((len(samples) - SOUND_WINDOW) // SOUND_HOP):
        before, now = energies(hop), energies(hop + 1)
        bits = [now[m] - now[m + 1] > before[m] - before[m + 1] for m in range(32)]
        found.append(sum(bit << (31 - m) for m, bit in enumerate(bits)))
    return found


def test_codes_are_those_of_the_plain_form() -> None:
    samples = sampled(4, 3)
    expected, codes = np.array(plain_codes(samples), np.uint32), sound_codes(samples)
    assert len(codes) == len(expected) > 150
    # Of 32 bits fewer than one in a thousand hangs on rounding.
    assert np.bitwise_count(codes ^ expected).sum() <= 0.001 * 32 * len(codes)


def test_a_sound_shorter_than_a_window_has_no_codes() -> None:
    assert len(sound_codes(sampled(0.1, 3))) == 0


@pytest.mark.slow
def test_a_white_sound_is_the_same_in_parts() -> None:
    sound = Sound(sampled(60, 4), 0.0, AudioTrack(0, "flac"))
    whole = WhiteSound(sound).part(0, len(sound))
    for low, high in [(0, 1000), (261_000, 264_000), (524_288, 524_289), (len(sound) - 500, len(sound))]:
        assert np.array_equal(WhiteSound(sound).part(low, high), whole[low:high])
    beyond = WhiteSound(sound).part(-100, len(sound) + 50)
    assert not beyond[:100].any() and not beyond[-50:].any() and np.array_equal(beyond[100:-50], whole)


def test_a_white_sound_agrees_with_itself_at_its_own_lag_alone() -> None:
    white = WhiteSound(Sound(sampled(8, 5), 0.0, AudioTrack(0, "flac"))).part(0, 8 * SOUND_RATE)
    for lag in (30, 111, 500, 5000):
        one, other = white[:-lag], white[lag:]
        assert abs((one * other).mean() / (one * one).mean()) < 0.25


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 0.9])
def test_samples_between_samples_are_those_of_the_sound(fraction: float) -> None:
    at = np.arange(400)
    tone = np.sin(0.7 * at).astype(np.float32)
    assert moved(tone, fraction)[20:-20] == pytest.approx(np.sin(0.7 * (at + fraction))[20:-20], abs=2e-3)


def test_the_best_shift_is_that_of_trying_each() -> None:
    rng = np.random.default_rng(9)
    first = rng.normal(size=3000).astype(np.float32)
    second = np.concatenate([rng.normal(size=57), first, rng.normal(size=43)]).astype(np.float32)
    tried = [float(np.corrcoef(first, second[k : k + 3000])[0, 1]) for k in range(101)]
    shift, r = best_shift(first, second, 50)
    assert round(shift + 50) == int(np.argmax(tried)) == 57
    assert r == pytest.approx(1, abs=0.01)
