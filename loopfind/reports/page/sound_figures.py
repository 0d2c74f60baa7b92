"""Sounds on a page: waveform above spectrogram, with the parts that are heard again marked, and both axes labelled."""

import base64
import math
from dataclasses import dataclass

import numpy as np

from loopfind.model.dtypes import Floats
from loopfind.model.exhibits import SoundImage
from loopfind.reports.wording import clock

WIDE, TALL = 1000, 100
"""The box of a waveform, in its own units."""

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Seconds between marks of a time axis."""
_LAST_TIME = 86
"""Percent of the width up to which there is room for a time."""
_MOST_TIMES = 5
"""Marks of a time axis, so that they have room on a telephone."""


@dataclass(frozen=True)
class Marked:
    """A part that is heard again: from `left` on, `wide`, in thousandths of the width, in the colour of its repeat."""

    left: float
    wide: float
    colour: int


@dataclass(frozen=True)
class SoundFigure:
    """A sound to be looked at. wave: path data. picture: the spectrogram, a data URL. times: (percent of the width,
    words). highest: the note at its upper edge, in words. says: all of it in words."""

    name: str
    wave: str
    picture: str
    marks: tuple[Marked, ...]
    times: tuple[tuple[float, str], ...]
    highest: str
    says: str


def sound_figure(image: SoundImage, name: str, spans: list[tuple[float, float, int]]) -> SoundFigure:
    """Return a stretch of sound as a figure. spans: (start, end, colour) of what is heard again in it."""
    import imageio.v3 as imageio

    file = imageio.imwrite("<bytes>", image.levels, extension=".png", optimize=True)
    length = max(image.end - image.start, 1e-9)
    marks = []
    for start, end, colour in spans:
        left, right = (WIDE * (min(max(time, image.start), image.end) - image.start) / length for time in (start, end))
        if right > left:
            marks.append(Marked(round(left, 1), round(right - left, 1), colour))
    return SoundFigure(
        name=f"{name[:1].upper()}{name[1:]}, {clock(max(0.0, image.start))} to {clock(image.end)}",
        wave=wave_path(image.wave),
        picture="data:image/png;base64," + base64.b64encode(file or b"").decode(),
        marks=tuple(marks),
        times=_times(image.start, image.end),
        highest=f"{image.highest / 1000:.1f} kHz",
        says=f"Waveform and spectrogram of {name}, from {clock(max(0.0, image.start))} to {clock(image.end)}",
    )


def wave_path(wave: Floats) -> str:
    """Return a waveform (2, columns), the loudest as high as the box, as SVG path data."""
    loudest = max(float(np.abs(wave).max(initial=0)), 1e-4)
    across = np.linspace(0, WIDE, wave.shape[1])
    low, high = (np.rint(TALL / 2 * (1 - side / loudest)).astype(int).tolist() for side in wave)
    upper = [f"{x:.0f} {y}" for x, y in zip(across.tolist(), high, strict=True)]
    # A line of no height would not be seen.
    lower = [f"{x:.0f} {max(y, above + 1)}" for x, y, above in zip(across.tolist(), low, high, strict=True)]
    return f"M{'L'.join([*upper, *reversed(lower)])}Z"


def _times(start: float, end: float) -> tuple[tuple[float, str], ...]:
    """Return the marks of a time axis."""
    step = next(
        (step for step in _STEPS if (end - start) / step <= _MOST_TIMES), math.ceil((end - start) / _MOST_TIMES)
    )
    first, last = math.ceil(max(0.0, start) / step - 1e-9), math.floor(end / step + 1e-9)
    marks = [
        (100 * (number * step - start) / max(end - start, 1e-9), number * step) for number in range(first, last + 1)
    ]
    return tuple((round(at, 2), _short(mark, step)) for at, mark in marks if at <= _LAST_TIME)


def _short(seconds: float, step: float) -> str:
    """Return a time as short as the step between marks allows."""
    whole = clock(seconds)
    shown = whole.partition(".")[0] if step >= 1 else whole[:-2]
    return shown.removeprefix("0:")
