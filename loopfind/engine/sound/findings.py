"""The stages of the search in sound, in their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.engine.sound.claims import confidence_of, is_claimed, without_overshadowed
from loopfind.engine.sound.coverage import SoundCoverage, sound_coverage
from loopfind.engine.sound.parameters import SOUND_FRAME, TICK
from loopfind.engine.sound.rhythm import Beat, beats_of, is_of_rhythm
from loopfind.engine.sound.search import sound_runs
from loopfind.engine.sound.trace import SoundRun, whole_turns
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.candidate import Line, Run
from loopfind.model.fingerprint import Timeline
from loopfind.model.report import Repeat, Rhythm
from loopfind.model.sound import SOUND_RATE, Sound, SoundFingerprint

_GAP_IN_RHYTHM = 2.0
"""Seconds between two stretches of a rhythm that are one."""


@dataclass(frozen=True)
class SoundFindings:
    """Findings in a sound. white: the sound made white, for whoever looks further."""

    white: WhiteSound
    repeats: tuple[Repeat, ...]
    rhythms: tuple[Rhythm, ...]
    coverage: SoundCoverage

    @property
    def sound(self) -> Sound:
        return self.white.sound


def find_in_sound(fingerprint: SoundFingerprint, given_up: Callable[[], bool] = lambda: False) -> SoundFindings:
    """Find what repeats in a sound, and what would have been found if it did. Repeats are numbered from 1; their frames
    are hundredths of a second. given_up: asked now and then; once it returns True, the rest is left undone."""
    white = WhiteSound(fingerprint.sound)
    runs = sound_runs(white, fingerprint.codes, given_up)
    beats = beats_of(runs)
    claimed = [
        whole_turns(white, run)
        for run in without_overshadowed(runs)
        if is_claimed(run) and not is_of_rhythm(run, beats)
    ]
    timeline = ticks_of(fingerprint.sound)
    families = families_in([as_run(run, fingerprint.sound, timeline.times) for run in claimed], timeline)
    repeats = repeats_of(families, timeline, fingerprint.sound.end)
    found = tuple(in_sound_frames(repeat) for repeat in repeats)
    return SoundFindings(white, found, _rhythms(beats, fingerprint.sound), sound_coverage(white))


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


def as_run(run: SoundRun, sound: Sound, times: NDArray[np.float64]) -> Run:
    """Return a run as the stages that are common to sound and pictures take it."""
    lag = run.lag / SOUND_RATE
    start, end = sound.time_of(run.start), sound.time_of(run.end)
    first, last, other_first, other_last = (
        min(len(times), max(0, round(t / TICK))) for t in (start, end, start + lag, end + lag)
    )
    line = Line(1.0, lag, start, end, 0)
    return Run(
        line=line,
        first=first,
        last=max(last, first + 1),
        other_first=other_first,
        other_last=max(other_last, other_first + 1),
        start=start,
        end=end,
        other_start=start + lag,
        other_end=end + lag,
        start_range=(start, start),
        end_range=(end, end),
        score=run.score,
        contrast=max(0.0, run.contrast),
        residual=1 - run.correlation,
        informative=last - first,
        confidence=confidence_of(run),
    )


def _rhythms(beats: Sequence[Beat], sound: Sound) -> tuple[Rhythm, ...]:
    """Return rhythms, those of one stretch as one, with its shortest step."""
    found = list[Rhythm]()
    for beat in sorted(beats, key=lambda beat: (beat.start, beat.end)):
        now = Rhythm(sound.time_of(beat.start), min(sound.end, sound.time_of(beat.end)), beat.step)
        if found and now.start <= found[-1].end + _GAP_IN_RHYTHM:
            before = found.pop()
            now = Rhythm(before.start, max(before.end, now.end), min(before.step, now.step))
        found.append(now)
    return tuple(Rhythm(round(one.start, 3), round(one.end, 3), round(one.step, 4)) for one in found)
