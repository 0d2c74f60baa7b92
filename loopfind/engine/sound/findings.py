"""The stages of the search in sound, in their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loopfind.engine.sound.changed_search import changed_runs, is_piece_of
from loopfind.engine.sound.claims import is_claimed, without_overshadowed
from loopfind.engine.sound.coverage import SoundCoverage, sound_coverage
from loopfind.engine.sound.repeats import sound_repeats
from loopfind.engine.sound.rhythm import Beat, beats_of, is_of_rhythm
from loopfind.engine.sound.search import sound_runs
from loopfind.engine.sound.trace import whole_turns
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.report import Repeat, Rhythm
from loopfind.model.sound import Sound, SoundFingerprint

_GAP_IN_RHYTHM = 2.0
"""Seconds between two stretches of a rhythm that are one."""


@dataclass(frozen=True)
class SoundFindings:
    """Findings in a sound. white: the sound made white, for whoever looks further. other_speeds: whether copies at
    another speed or pitch were looked for."""

    white: WhiteSound
    repeats: tuple[Repeat, ...]
    rhythms: tuple[Rhythm, ...]
    coverage: SoundCoverage
    other_speeds: bool

    @property
    def sound(self) -> Sound:
        return self.white.sound


def find_in_sound(fingerprint: SoundFingerprint, given_up: Callable[[], bool] = lambda: False) -> SoundFindings:
    """Find what repeats in a sound, and what would have been found if it did. Repeats are numbered from 1; their frames
    are hundredths of a second. given_up: asked now and then; once it returns True, the rest is left undone."""
    white = WhiteSound(fingerprint.sound)
    found, beats = _heard_again(white, fingerprint, given_up)
    rhythms, looked = _rhythms(beats, fingerprint.sound), fingerprint.pitched is not None
    return SoundFindings(white, found, rhythms, sound_coverage(white), looked)


def repeats_in_sound(fingerprint: SoundFingerprint, given_up: Callable[[], bool] = lambda: False) -> tuple[Repeat, ...]:
    """Return the repeats that find_in_sound finds, and look no further."""
    return _heard_again(WhiteSound(fingerprint.sound), fingerprint, given_up)[0]


def _heard_again(
    white: WhiteSound, fingerprint: SoundFingerprint, given_up: Callable[[], bool]
) -> tuple[tuple[Repeat, ...], list[Beat]]:
    """Return the repeats in a sound, at its own speed and at others, and its rhythms."""
    runs = sound_runs(white, fingerprint.codes, given_up)
    beats = beats_of(runs)
    claimed = [run for run in without_overshadowed(runs) if is_claimed(run) and not is_of_rhythm(run, beats)]
    pitched = fingerprint.pitched
    changed = [] if pitched is None else changed_runs(white, pitched, beats, given_up)
    whole = [whole_turns(white, run) for run in claimed if not any(is_piece_of(run, other) for other in changed)]
    return tuple(sound_repeats(fingerprint.sound, whole, changed)), beats


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
