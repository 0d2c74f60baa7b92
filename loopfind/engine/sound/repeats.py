"""Runs in a sound as the repeats of a report: by the same stages as pictures, with ticks in the place of frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.engine.repeats.families import Family
from loopfind.engine.repeats.parameters import SAME_ENDS
from loopfind.engine.sound.changed import ChangedRun
from loopfind.engine.sound.claims import confidence_of, confidence_of_changed
from loopfind.engine.sound.parameters import SOUND_FRAME, TICK
from loopfind.engine.sound.trace import SoundRun
from loopfind.model.candidate import Line, Run
from loopfind.model.fingerprint import Timeline
from loopfind.model.report import Repeat
from loopfind.model.sound import SOUND_RATE, Sound


@dataclass(frozen=True)
class _Sides:
    """Two showings, the earlier one first: seconds [start, end) and [other_start, other_end)."""

    start: float
    end: float
    other_start: float
    other_end: float


def sound_repeats(sound: Sound, runs: Sequence[SoundRun], changed: Sequence[ChangedRun]) -> list[Repeat]:
    """Return what is claimed in a sound as repeats, numbered from 1; their frames are hundredths of a second.

    runs: at the sound's own speed. changed: at another speed or pitch.
    """
    timeline = ticks_of(sound)
    plain = [_as_run(run, sound, timeline.times) for run in runs]
    pitches = dict(_as_changed(run, sound, timeline.times) for run in changed)
    families = families_in([*plain, *pitches], timeline)
    found = []
    for family, repeat in zip(families, repeats_of(families, timeline, sound.end), strict=True):
        heights = _pitches(family, pitches)
        shown = [replace(one, pitch=height) for one, height in zip(repeat.occurrences, heights, strict=True)]
        found.append(in_sound_frames(replace(repeat, occurrences=tuple(shown))))
    return found


def in_sound_frames(repeat: Repeat) -> Repeat:
    """Return a repeat of ticks as one of sound, its frames hundredths of a second."""
    occurrences = []
    for one in repeat.occurrences:
        first, last = (round(t / SOUND_FRAME) for t in (one.start, one.end))
        occurrences.append(replace(one, start_frame=first, end_frame=max(last, first + 1)))
    return replace(repeat, of="sound", occurrences=tuple(occurrences))


def ticks_of(sound: Sound) -> Timeline:
    """Return the ticks of a sound, from the start of the file on."""
    count = max(1, int(np.ceil(sound.end / TICK - 1e-6)))
    return Timeline(np.arange(count, dtype=np.float64) * TICK, TICK)


def _as_run(run: SoundRun, sound: Sound, times: NDArray[np.float64]) -> Run:
    """Return a run as the stages that are common to sound and pictures take it."""
    lag = run.lag / SOUND_RATE
    start, end = sound.time_of(run.start), sound.time_of(run.end)
    sides = _Sides(start, end, start + lag, end + lag)
    quality = max(0.0, run.contrast), 1 - run.correlation, confidence_of(run)
    return _joined(sides, Line(1.0, lag, start, end, 0), times, run.score, quality)


def _as_changed(run: ChangedRun, sound: Sound, times: NDArray[np.float64]) -> tuple[Run, float]:
    """Return a run at another speed or pitch in the same way, and how many times as high its second side is."""
    start, end = sound.time_of(run.start), sound.time_of(run.end)
    other_start, other_end = sound.time_of(run.other_start), sound.time_of(run.other_end)
    quality = run.contrast, 1 - run.correlation, confidence_of_changed(run)
    if start < other_start:
        sides, slope, pitch = _Sides(start, end, other_start, other_end), run.speed, 1 / run.pitch
    else:
        sides, slope, pitch = _Sides(other_start, other_end, start, end), 1 / run.speed, run.pitch
    line = Line(slope, sides.other_start - slope * sides.start, sides.start, sides.end, 0)
    return _joined(sides, line, times, run.score, quality), pitch


def _joined(
    sides: _Sides, line: Line, times: NDArray[np.float64], score: float, quality: tuple[float, float, float]
) -> Run:
    """Return a run of two sides. quality: its contrast, residual and confidence."""
    first, last, other_first, other_last = (
        min(len(times), max(0, round(t / TICK))) for t in (sides.start, sides.end, sides.other_start, sides.other_end)
    )
    contrast, residual, confidence = quality
    return Run(
        line=line,
        first=first,
        last=max(last, first + 1),
        other_first=other_first,
        other_last=max(other_last, other_first + 1),
        start=sides.start,
        end=sides.end,
        other_start=sides.other_start,
        other_end=sides.other_end,
        start_range=(sides.start, sides.start),
        end_range=(sides.end, sides.end),
        score=score,
        contrast=contrast,
        residual=residual,
        informative=last - first,
        confidence=confidence,
    )


def _pitches(family: Family, changed: Mapping[Run, float]) -> list[float]:
    """Return for each occurrence of a family how many times as high it is as the first one.

    changed: how many times as high the second side of a run is; 1 for one that is not there.
    """
    starts = [one.stretch.start for one in family.occurrences]
    heights = {0: 1.0}
    for _ in family.runs:
        for run in family.runs:
            ratio = changed.get(run, 1.0)
            one, other = (_nearest(starts, start) for start in (run.start, run.other_start))
            if one in heights:
                heights.setdefault(other, heights[one] * ratio)
            elif other in heights:
                heights.setdefault(one, heights[other] / ratio)
    return [round(heights.get(number, 1.0), 4) for number in range(len(starts))]


def _nearest(starts: Sequence[float], start: float) -> int:
    """Return the number of the occurrence that begins at an instant, -1 where none does."""
    number = min(range(len(starts)), key=lambda number: abs(starts[number] - start))
    return number if abs(starts[number] - start) <= SAME_ENDS else -1
