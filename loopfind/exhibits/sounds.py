"""Spectrograms of what is heard again, one occurrence under the other, to be compared by eye."""

import numpy as np

from loopfind.model.dtypes import Bytes
from loopfind.model.exhibits import SoundStrip
from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.model.sound import SOUND_RATE, Sound

MOST_SOUNDS = 24
"""Repeats whose sound is shown, the first ones."""
BESIDE = 1.0
"""Seconds that are shown before and after what is heard again."""
LONGEST = 10.0
"""Seconds of a repeat that are shown, from its start on."""

_WINDOW, _ROWS, _COLUMNS = 512, 96, 480
_RANGE = 60.0
"""Decibels from black to white."""


def sound_strips(report: Report, sound: Sound) -> tuple[SoundStrip, ...]:
    """Return the spectrograms of the first two occurrences of each repeat whose sound can be compared."""
    strips: list[SoundStrip] = []
    heard = [repeat for repeat in report.repeats if repeat.of != "picture" or repeat.sound == "runs on"]
    for repeat in heard[:MOST_SOUNDS]:
        strips += (_strip(repeat, place, one, sound) for place, one in enumerate(repeat.occurrences[:2]))
    return tuple(strips)


def _strip(repeat: Repeat, place: int, one: Occurrence, sound: Sound) -> SoundStrip:
    # Both from the same content on, so that what is alike lies one under the other.
    first = repeat.occurrences[0]
    begin = float(one.time_of(first.content_start))
    length = min(LONGEST, first.end - first.start)
    low, high = begin - BESIDE, begin + length + BESIDE
    return SoundStrip(
        repeat=repeat.id,
        occurrence=place,
        start=low,
        end=high,
        heard_start=max(low, one.start),
        heard_end=min(high, one.end),
        levels=_levels(sound, low, high),
    )


def _levels(sound: Sound, low: float, high: float) -> Bytes:
    """Return a spectrogram (rows, columns) uint8, high notes above, loud ones bright."""
    count = max(_WINDOW, round((high - low) * SOUND_RATE))
    begin = round((low - sound.start) * SOUND_RATE)
    samples = np.zeros(count, np.float32)
    inside = slice(max(0, begin), max(0, min(len(sound), begin + count)))
    part = sound.samples[inside][:, 0]
    samples[inside.start - begin : inside.start - begin + len(part)] = part
    places = np.linspace(0, count - _WINDOW, _COLUMNS).astype(np.int64)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[places] * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(frames)[:, 1 : 2 * _ROWS + 1])).reshape(_COLUMNS, _ROWS, 2).mean(2)
    decibels = 10 * np.log10(power + 1e-3)
    bright = np.clip(255 * (decibels - decibels.max() + _RANGE) / _RANGE, 0, 255)
    return np.asarray(bright.T[::-1], np.uint8)
