"""Repeats of sound across files: their samples end to end on one timeline, searched as one sound."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import covered
from loopfind.engine.sound.changed import ChangedRun
from loopfind.engine.sound.changed_search import changed_runs, is_piece_of
from loopfind.engine.sound.claims import is_claimed, without_overshadowed
from loopfind.engine.sound.parameters import FILE_SILENCE
from loopfind.engine.sound.repeats import in_sound_frames, sound_repeats
from loopfind.engine.sound.rhythm import beats_of, is_of_rhythm, without_shared_rhythm
from loopfind.engine.sound.search import sound_runs
from loopfind.engine.sound.second import chromaprint_lines
from loopfind.engine.sound.trace import SoundRun
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.comparison import Shared
from loopfind.model.report import Occurrence, Repeat, counted_from_first_content
from loopfind.model.sound import (
    LONGEST_PITCHED,
    SOUND_HOP,
    SOUND_RATE,
    AudioTrack,
    PitchCodes,
    Sound,
    SoundFingerprint,
)
from loopfind.settings import CompareSettings

_MISSING_AT_END = 0.15
"""Seconds that may lack at either end of a sound that is shared as a whole: codecs add and cut as much."""


class _JointSamples:
    """The samples of several sounds, with silence between them. begins: where each begins, and the end."""

    def __init__(self, sounds: Sequence[Sound]) -> None:
        self._sounds = sounds
        between = round(FILE_SILENCE * SOUND_RATE)
        # Each begins at a hop, so that its codes lie on the same grid.
        lengths = [-(-(len(sound) + between) // SOUND_HOP) * SOUND_HOP for sound in sounds]
        self.begins: list[int] = np.cumsum([0, *lengths]).tolist()

    def __len__(self) -> int:
        return self.begins[-1]

    def __getitem__(self, part: slice, /) -> NDArray[np.int16]:
        low, high, _ = part.indices(len(self))
        samples = np.zeros((max(0, high - low), 1), np.int16)
        for begin, sound in zip(self.begins, self._sounds, strict=False):
            first, last = max(low, begin), min(high, begin + len(sound))
            if first < last:
                samples[first - low : last - low] = sound.samples[first - begin : last - begin]
        return samples

    def file_of(self, sample: float) -> int:
        """Return the number of the sound in which, or in the silence behind which, a sample lies."""
        return min(max(0, bisect_right(self.begins, sample) - 1), len(self._sounds) - 1)


def compare_sounds(
    files: Sequence[SoundFingerprint], settings: CompareSettings
) -> tuple[tuple[Repeat, ...], tuple[Shared, ...]]:
    """Return what the sounds of files share, as repeats and by pairs of files.

    Start times of two occurrences differ by the offset of their files, to a fraction of a millisecond.
    """
    samples = _JointSamples([file.sound for file in files])
    codes = _joined([file.codes for file in files], samples)
    joint = Sound(samples, 0.0, AudioTrack(0, ""))
    white = WhiteSound(joint)
    proposed = chromaprint_lines(samples.begins[:-1], [file.chromaprint for file in files])
    seen = sound_runs(white, codes, proposed=proposed)
    runs = [run for run in seen if settings.joins(*_files_of(run, samples))]
    beats = beats_of([run for run in runs if samples.file_of(run.start) == samples.file_of(run.start + run.lag)])
    between = defaultdict[tuple[int, int], list[SoundRun]](list)
    for run in without_overshadowed(runs):
        if is_claimed(run) and not is_of_rhythm(run, beats):
            between[_files_of(run, samples)].append(run)
    claimed = list[SoundRun]()
    for (one, other), those in between.items():
        claimed += those if one == other else without_shared_rhythm(those)
    pitched = _joined_pitches(files, samples)
    found = [] if pitched is None else changed_runs(white, pitched, beats)
    changed = [run for run in found if settings.joins(*_files_of(run, samples))]
    claimed = [run for run in claimed if not any(is_piece_of(run, other) for other in changed)]
    repeats = []
    for repeat in sound_repeats(joint, claimed, changed):
        placed = counted_from_first_content([_placed(one, samples, files) for one in repeat.occurrences])
        repeats.append(in_sound_frames(replace(repeat, occurrences=tuple(sorted(placed, key=_by_file)))))
    return tuple(repeats), tuple(_pairs(repeats, files, [*claimed, *changed], samples, settings))


def is_whole(seconds: float, length: float) -> bool:
    """Say whether so many seconds that are shared are all of a sound of a length."""
    return seconds >= length - 2 * _MISSING_AT_END


def _joined(codes: Sequence[NDArray[np.uint32]], samples: _JointSamples) -> NDArray[np.uint32]:
    """Return the codes (..., n) of several sounds as those of the joint one."""
    joint = np.zeros((*codes[0].shape[:-1], len(samples) // SOUND_HOP), np.uint32)
    for begin, own in zip(samples.begins, codes, strict=False):
        joint[..., begin // SOUND_HOP : begin // SOUND_HOP + own.shape[-1]] = own
    return joint


def _joined_pitches(files: Sequence[SoundFingerprint], samples: _JointSamples) -> PitchCodes | None:
    """Return the codes of the joint sound at other pitches; None where it is too long for them."""
    pitched = [file.pitched for file in files if file.pitched is not None]
    if len(pitched) < len(files) or len(samples) > LONGEST_PITCHED * SOUND_RATE:
        return None
    return PitchCodes(pitched[0].pitches, _joined([one.codes for one in pitched], samples))


def _files_of(run: SoundRun | ChangedRun, samples: _JointSamples) -> tuple[int, int]:
    """Return the two files that a run joins, the one that lies first on the joint timeline first."""
    middle = (run.start + run.end) / 2
    one, other = sorted((middle, run.other_at(middle)))
    return samples.file_of(one), samples.file_of(other)


def _by_file(one: Occurrence) -> tuple[int, float]:
    return one.file or 0, one.start


def _placed(one: Occurrence, samples: _JointSamples, files: Sequence[SoundFingerprint]) -> Occurrence:
    """Return an occurrence on the joint timeline as one in its own file, not past its ends."""
    number = samples.file_of((one.start + one.end) / 2 * SOUND_RATE)
    sound, begin = files[number].sound, samples.begins[number] / SOUND_RATE
    low, high = max(one.start, begin), min(one.end, begin + len(sound) / SOUND_RATE)
    start, end = low - begin + sound.start, high - begin + sound.start
    contents = sorted((one.content_at(low), one.content_at(high)))
    return replace(
        one,
        start=start,
        end=end,
        content_start=contents[0],
        content_end=contents[1],
        start_range=None,
        end_range=None,
        file=number,
    )


def _pairs(
    repeats: Sequence[Repeat],
    files: Sequence[SoundFingerprint],
    runs: Sequence[SoundRun | ChangedRun],
    samples: _JointSamples,
    settings: CompareSettings,
) -> list[Shared]:
    """Return any two files that share something, those that share most first."""
    closeness = dict[tuple[int, int], list[tuple[float, int]]]()
    for run in runs:
        closeness.setdefault(_files_of(run, samples), []).append((run.correlation, run.length))
    found = []
    for one, other in combinations(range(len(files)), 2):
        if not settings.joins(one, other):
            continue
        sides = _sides(repeats, one, other)
        if not sides[0]:
            continue
        seconds = (covered(sides[0]), covered(sides[1]))
        lengths = [len(files[number].sound) / SOUND_RATE for number in (one, other)]
        whole = [is_whole(part, length) for part, length in zip(seconds, lengths, strict=True)]
        agree = closeness.get((one, other))
        close = sum(r * n for r, n in agree) / sum(n for _, n in agree) if agree else None
        found.append(Shared((one, other), seconds, (whole[0], whole[1]), close))
    return sorted(found, key=lambda pair: (-max(pair.seconds), pair.files))


def _sides(
    repeats: Sequence[Repeat], one: int, other: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the spans of a file that are also in another one, and those of the other."""
    sides: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for repeat in repeats:
        within = [[o for o in repeat.occurrences if o.file == number] for number in (one, other)]
        if all(within):
            for side, shown in zip(sides, within, strict=True):
                side += [(o.start, o.end) for o in shown]
    return sides
