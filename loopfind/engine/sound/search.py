"""The search of a sound for runs: candidates from both sources, each followed once."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.sound.correlation import correlated_lines
from loopfind.engine.sound.parameters import (
    CORRELATED_SECONDS,
    FOUND_ALLOWS,
    MOST_FOLLOWED,
    MOST_TURNS_AT_ONCE,
    NEAREST_LAG,
    REFINE,
    ROUND_AGREES,
    ROUND_SHARE,
    SAME_LAG,
    SAME_SHARE,
)
from loopfind.engine.sound.trace import SoundRun, agreement_on, runs_along
from loopfind.engine.sound.white import WhiteSound
from loopfind.engine.sound.words import word_lines
from loopfind.model.candidate import Line
from loopfind.model.sound import SOUND_RATE


def sound_runs(
    white: WhiteSound,
    codes: NDArray[np.uint32],
    given_up: Callable[[], bool] = lambda: False,
    proposed: Iterable[Line] = (),
) -> list[SoundRun]:
    """Return the runs in a sound, the best first. Nothing is claimed of them yet. codes: (n,), its codes. given_up: see
    find_in_sound. proposed: candidates to follow besides, which others leave as they are."""
    runs, minutes = list[SoundRun](), len(white) / SOUND_RATE / 60
    most = round(MOST_FOLLOWED[0] + MOST_FOLLOWED[1] * minutes)
    for lines in (_candidates(white, codes), proposed):
        followed, in_vain = 0, 0
        for line in lines:
            if in_vain >= most or followed >= FOUND_ALLOWS * most or given_up():
                break
            if _is_explained(line, runs):
                continue
            known = len(runs)
            for run in runs_along(white, line):
                if not any(_is_same(run, other) for other in runs):
                    runs += [*_shorter_periods(white, run), run]
            followed, in_vain = followed + 1, in_vain + (len(runs) == known)
    return sorted(runs, key=lambda run: -run.score)


def _shorter_periods(white: WhiteSound, run: SoundRun) -> list[SoundRun]:
    """Return the run at the shortest period of a sound that goes round, where that is a part of the run's lag: every
    multiple of a period has as many votes."""
    if run.length < ROUND_SHARE * run.lag:
        return []
    middle = (run.start + run.end) / 2 / SOUND_RATE
    for turns in range(MOST_TURNS_AT_ONCE, 1, -1):
        lag = run.lag / SOUND_RATE / turns
        line = Line(1.0, lag, middle - 1.0, middle + 1.0, 0)
        if lag >= NEAREST_LAG and agreement_on(white, line) > ROUND_AGREES * run.correlation:
            return list(runs_along(white, line))
    return []


def _candidates(white: WhiteSound, codes: NDArray[np.uint32]) -> Iterator[Line]:
    """Yield candidates, those by codes first."""
    yield from word_lines(codes)
    if len(white) <= CORRELATED_SECONDS * SOUND_RATE:
        yield from correlated_lines(white)


def _is_explained(line: Line, runs: Sequence[SoundRun]) -> bool:
    """Say whether a run is known on a line, or a sound that goes round there with a period of which its lag is a
    multiple."""
    for run in runs:
        start, end, lag = run.start / SOUND_RATE, run.end / SOUND_RATE, run.lag / SOUND_RATE
        if start >= line.end or end <= line.start:
            continue
        if abs(lag - line.offset) < REFINE:
            return True
        turns = round(line.offset / lag)
        goes_round = run.end - run.start >= run.lag and line.end <= end + lag and line.start >= start
        if goes_round and turns > 1 and abs(line.offset - turns * lag) < REFINE:
            return True
    return False


def _is_same(run: SoundRun, known: SoundRun) -> bool:
    """Say whether two runs are one that was found twice. Runs that follow each other share a few samples at most."""
    near = abs(run.lag - known.lag) < SAME_LAG * SOUND_RATE
    shared = min(run.end, known.end) - max(run.start, known.start)
    return near and shared > SAME_SHARE * min(run.length, known.length)
