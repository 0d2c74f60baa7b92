"""The search for copies at another speed or pitch: candidates by codes, each followed once, the best claimed."""

from collections.abc import Callable, Sequence

from loopfind.engine.sound.changed import ChangedRun, changed_run
from loopfind.engine.sound.changed_words import ChangedLine, changed_lines
from loopfind.engine.sound.claims import is_changed_claimed
from loopfind.engine.sound.correlation import best_shift
from loopfind.engine.sound.parameters import (
    CHANGED_REACH,
    MOST_CHANGED,
    PLAIN_AGREES,
    RHYTHM_LENGTH,
    SAME_CHANGE,
)
from loopfind.engine.sound.rhythm import Beat
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.sound import SOUND_RATE, PitchCodes

_NEAR = 0.25 * SOUND_RATE
_SLACK = _SECOND = SOUND_RATE
_BESIDE = SOUND_RATE // 4


def changed_runs(
    white: WhiteSound,
    codes: PitchCodes,
    beats: Sequence[Beat],
    given_up: Callable[[], bool] = lambda: False,
) -> list[ChangedRun]:
    """Return the copies at another speed or pitch that may be claimed, the longest first.

    beats: its rhythms. given_up: see find_in_sound.
    """
    runs, minutes = list[ChangedRun](), len(white) / SOUND_RATE / 60
    left = round(MOST_CHANGED[0] + MOST_CHANGED[1] * minutes)
    for found in changed_lines(codes):
        if left <= 0 or given_up():
            break
        middle = (found.line.start + found.line.end) / 2
        there = found.line.slope * middle + found.line.offset
        if any(_explains(run, found) for run in runs) or _is_plain(white, middle * SOUND_RATE, there * SOUND_RATE):
            continue
        left -= 1
        run = changed_run(white, found)
        if run is not None and is_changed_claimed(run) and not _is_known(white, run, beats):
            runs.append(run)
    kept = list[ChangedRun]()
    # One line of time that holds all along a copy is a better reading of it than pieces beside one.
    for run in sorted(runs, key=lambda run: (-run.pure, -run.score)):
        if not any(_shows_same(run, known) for known in kept):
            kept.append(run)
    return kept


def _explains(run: ChangedRun, found: ChangedLine) -> bool:
    """Say whether a run lies on a candidate."""
    line = found.line
    middle = (line.start + line.end) / 2 * SOUND_RATE
    if not run.start - _NEAR <= middle <= run.end + _NEAR:
        return False
    off = abs(line.slope * middle + line.offset * SOUND_RATE - run.other_at(middle))
    if run.pure:
        return off <= _NEAR
    return off <= CHANGED_REACH and abs(line.slope / run.speed - 1) <= SAME_CHANGE >= abs(found.pitch / run.pitch - 1)


def _shows_same(run: ChangedRun, known: ChangedRun) -> bool:
    """Say whether a run pairs about the same two stretches as a better one, whichever of them is called the faster."""
    for low, high in ((known.start, known.end), (known.other_start, known.other_end)):
        shared = min(run.end, high) - max(run.start, low)
        if shared < run.length / 2:
            continue
        middle = (max(run.start, low) + min(run.end, high)) / 2
        there = known.other_at(middle) if low == known.start else known.start_at(middle)
        if abs(run.other_at(middle) - there) <= _SLACK:
            return True
    return False


def _is_plain(white: WhiteSound, at: float, there: float) -> bool:
    """Say whether the sound around two samples agrees as it is, over a second: then no other speed is needed."""
    first, second = round(at) - _SECOND // 2, round(there) - _SECOND // 2
    one = white.part(first, first + _SECOND)
    other = white.part(second - _BESIDE, second + _SECOND + _BESIDE)
    return best_shift(one, other, _BESIDE)[1] >= PLAIN_AGREES


def _is_known(white: WhiteSound, run: ChangedRun, beats: Sequence[Beat]) -> bool:
    """Say whether the sound at its own speed explains a run: its showings agree as they are, or a machine keeps time
    there."""
    places = [run.start + share * run.length for share in (0.25, 0.5, 0.75)]
    if any(_is_plain(white, at, run.other_at(at)) for at in places):
        return True
    if run.pure or run.length >= RHYTHM_LENGTH * SOUND_RATE:
        return False
    at = places[1]
    return any(beat.start <= at <= beat.end and beat.start <= run.other_at(at) <= beat.end for beat in beats)
