"""The search for copies at another speed or pitch: candidates by codes, each followed once, the best claimed."""

from collections.abc import Callable, Sequence
from itertools import pairwise

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
    SAME_LAG,
)
from loopfind.engine.sound.rhythm import Beat
from loopfind.engine.sound.trace import SoundRun
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.candidate import Line
from loopfind.model.sound import SOUND_RATE, PitchCodes

_NEAR = 0.25 * SOUND_RATE
_SLACK = _SECOND = SOUND_RATE
_BESIDE = SOUND_RATE // 4
_ASIDE = 0.7 * SOUND_RATE


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
        if any(_explains(run, found) for run in runs) or _is_plain(white, _places_on(found.line)):
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


def is_piece_of(run: SoundRun, changed: ChangedRun) -> bool:
    """Say whether a run is a piece of a copy at another speed: programs that change the tempo by little leave seconds
    as they are."""
    if run.length > changed.length:
        return False
    one = (run.start + run.end) / 2
    other = run.other_at(one)
    return any(
        changed.start <= at <= changed.end and abs(changed.other_at(at) - there) <= _NEAR
        for at, there in ((one, other), (other, one))
    )


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


def _places_on(line: Line) -> list[tuple[float, float]]:
    """Return samples near the middle of a line, each with that of the other showing."""
    middle = (line.start + line.end) / 2 * SOUND_RATE
    return [(at, line.slope * at + line.offset * SOUND_RATE) for at in (middle - _ASIDE, middle + _ASIDE)]


def _is_plain(white: WhiteSound, places: Sequence[tuple[float, float]]) -> bool:
    """Say whether the sound agrees as it is, at one lag at two of some places: then no other speed is needed.

    places: samples of both showings. A program that changes the tempo by little leaves pieces of half a second as they
    are, but each at a lag of its own.
    """
    lags = sorted(lag for lag in (_plain_lag(white, at, there) for at, there in places) if lag is not None)
    return any(later - lag <= SAME_LAG * SOUND_RATE for lag, later in pairwise(lags))


def _plain_lag(white: WhiteSound, at: float, there: float) -> float | None:
    """Return the lag, in samples, at which the sound around two samples agrees as it is, over a second; None where it
    does not."""
    first, second = round(at) - _SECOND // 2, round(there) - _SECOND // 2
    one = white.part(first, first + _SECOND)
    other = white.part(second - _BESIDE, second + _SECOND + _BESIDE)
    shift, r = best_shift(one, other, _BESIDE)
    return second + shift - first if r >= PLAIN_AGREES else None


def _is_known(white: WhiteSound, run: ChangedRun, beats: Sequence[Beat]) -> bool:
    """Say whether the sound at its own speed explains a run: its showings agree as they are, or a machine keeps time
    there."""
    places = [run.start + share * run.length for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
    if _is_plain(white, [(at, run.other_at(at)) for at in places]):
        return True
    if run.pure or run.length >= RHYTHM_LENGTH * SOUND_RATE:
        return False
    at = places[2]
    return any(beat.start <= at <= beat.end and beat.start <= run.other_at(at) <= beat.end for beat in beats)
