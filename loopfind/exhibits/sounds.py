"""Sounds to be looked at: waveform and spectrogram of a whole one, and of what is heard again, one occurrence under the
other, to be compared by eye."""

from collections.abc import Sequence

import numpy as np

from loopfind.model.dtypes import Floats
from loopfind.model.exhibits import ComparisonExhibits, Origin, SoundExhibits, SoundImage, SoundStrip
from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.model.sound import SOUND_RATE, Sound

MOST_SOUNDS = 24
"""Repeats whose sound is shown, the first ones."""
MOST_WAVES = 120
"""Files of a comparison whose waveform is shown, the first ones."""
BESIDE = 1.0
"""Seconds that are shown before and after what is heard again."""
LONGEST = 10.0
"""Seconds of a repeat that are shown, from its start on."""

_WINDOW, _ROWS, _COLUMNS, _WHOLE_COLUMNS = 512, 96, 480, 960
_HIGHEST = 2 * _ROWS * SOUND_RATE / _WINDOW
"""Hz at the upper edge of a spectrogram, of which a row has two steps of the transform."""
_RANGE = 60.0
"""Decibels from black to white."""
_MOST_WINDOWS = 16
"""Windows, spread over a column, that its spectrum is the mean of."""


def sound_exhibits(report: Report, sound: Sound, origin: Origin | None) -> SoundExhibits:
    """Return what is shown of a file that holds sound alone."""
    return SoundExhibits(whole_image(sound), sound_strips(report.repeats, [sound]), origin)


def sounds_across(repeats: Sequence[Repeat], sounds: Sequence[Sound]) -> ComparisonExhibits:
    """Return what is shown of files whose sounds were compared."""
    sharing = sorted({one.file or 0 for repeat in repeats for one in repeat.occurrences})[:MOST_WAVES]
    waves = {number: whole_image(sounds[number]) for number in sharing}
    return ComparisonExhibits(sounds=sound_strips(repeats, sounds), waves=waves)


def whole_image(sound: Sound) -> SoundImage:
    """Return all of a sound."""
    return _image(sound, sound.start, sound.end, _WHOLE_COLUMNS)


def sound_strips(repeats: Sequence[Repeat], sounds: Sequence[Sound]) -> tuple[SoundStrip, ...]:
    """Return strips of two occurrences of each repeat whose sound can be compared: the first, and the next one, of
    another file where there is one. sounds: of each file."""
    strips: list[SoundStrip] = []
    heard = [repeat for repeat in repeats if repeat.of != "picture" or repeat.sound == "runs on"]
    for repeat in heard[:MOST_SOUNDS]:
        shown = repeat.occurrences
        other = next((place for place, one in enumerate(shown) if one.file != shown[0].file), 1)
        for place, one in enumerate(shown):
            if place in (0, other):
                strips.append(_strip(repeat, place, one, sounds[one.file or 0]))
    return tuple(strips)


def _strip(repeat: Repeat, place: int, one: Occurrence, sound: Sound) -> SoundStrip:
    # Both from the same content on, so that what is alike lies one under the other.
    first = repeat.occurrences[0]
    length = min(LONGEST, first.end - first.start)
    begin, end = sorted(float(one.time_of(first.content_start + gone)) for gone in (0.0, length))
    beside = BESIDE * (end - begin) / length
    low, high = begin - beside, end + beside
    return SoundStrip(
        repeat=repeat.id,
        occurrence=place,
        heard_start=max(low, one.start),
        heard_end=min(high, one.end),
        image=_image(sound, low, high, _COLUMNS),
    )


def _image(sound: Sound, low: float, high: float, columns: int) -> SoundImage:
    """Return a stretch of a sound; what lies outside of it is silent."""
    begin, count = round((low - sound.start) * SOUND_RATE), max(_WINDOW, round((high - low) * SOUND_RATE))
    edges = begin + np.linspace(0, count, columns + 1).astype(np.int64)
    wave, power = np.zeros((2, columns)), np.zeros((columns, _ROWS))
    step = max(1, (count // columns) // _MOST_WINDOWS)
    for column, (edge, last) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        # The windows of a column begin in it, but for those that would end behind the stretch.
        first = min(edge, begin + count - _WINDOW)
        samples = _samples(sound, first, max(last, first + _WINDOW))
        wave[:, column] = samples[: last - first].min(initial=0), samples[: last - first].max(initial=0)
        power[column] = _spectrum(samples, step)
    decibels = 10 * np.log10(power + 1e-3)
    bright = np.clip(255 * (decibels - decibels.max() + _RANGE) / _RANGE, 0, 255)
    return SoundImage(low, high, np.asarray(bright.T[::-1], np.uint8), wave / 32768, _HIGHEST)


def _spectrum(samples: Floats, step: int) -> Floats:
    """Return the mean power (rows,) of windows `step` samples apart."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::step][:_MOST_WINDOWS] * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(frames)[:, 1 : 2 * _ROWS + 1]))
    return np.asarray(power.reshape(-1, _ROWS, 2).mean((0, 2)), np.float64)


def _samples(sound: Sound, low: int, high: int) -> Floats:
    """Return samples [low, high), 0 where the sound has none."""
    samples = np.zeros(high - low)
    inside = slice(max(0, low), max(0, min(len(sound), high)))
    part = sound.samples[inside][:, 0]
    samples[inside.start - low : inside.start - low + len(part)] = part
    return samples
