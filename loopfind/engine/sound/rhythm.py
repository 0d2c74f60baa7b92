"""Rhythms: what a machine plays again and again, beat by beat. It repeats truly, and is no sign of a cut."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.engine.sound.claims import is_claimed
from loopfind.engine.sound.parameters import (
    COHERENT,
    COMB_CONTRAST,
    COMB_LAGS,
    COMB_NATS,
    COMB_SHARE,
    LOOP_OVER_RHYTHM,
    RHYTHM_LENGTH,
    RHYTHM_STEP,
    SAME_LAG,
)
from loopfind.engine.sound.trace import SoundRun
from loopfind.model.dtypes import Floats
from loopfind.model.sound import SOUND_RATE

_SHORTEST_STEP = 0.1
_MOST_LAGS = 40
_BESIDE = 0.02
"""Seconds by which lags must differ to be two."""


@dataclass(frozen=True)
class Beat:
    """A stretch of sound in which a machine keeps time: samples [start, end), `step` seconds from beat to beat.

    correlation: of the sound with itself a step later, 0 where only phrases of it are played again.
    """

    start: int
    end: int
    step: float
    correlation: float


def beats_of(runs: Sequence[SoundRun]) -> list[Beat]:
    """Return the rhythms that coherent runs make: those that go round sooner than RHYTHM_STEP, and those whose lags lie
    on a comb of so small a step."""
    coherent = [run for run in runs if run.peak >= COHERENT]
    found = list[Beat]()
    for run in sorted(coherent, key=lambda run: run.lag):
        step = run.lag / SOUND_RATE
        if step <= RHYTHM_STEP and run.length >= run.lag:
            found.append(Beat(run.start, round(run.end + run.lag), step, run.correlation))
    notes = [run for run in coherent if is_claimed(run) and run.contrast <= COMB_CONTRAST]
    step_of_all = comb_step(run.lag / SOUND_RATE for run in notes)
    if step_of_all is not None:
        on_it = [run for run in notes if _lies_on(run.lag / SOUND_RATE, step_of_all)]
        start = min(run.start for run in on_it)
        end = max(round(run.end + run.lag) for run in on_it)
        found.append(Beat(start, end, step_of_all, 0.0))
    return found


def is_of_rhythm(run: SoundRun, beats: Sequence[Beat]) -> bool:
    """Say whether a run shows no more than the rhythm around it."""
    lag = run.lag / SOUND_RATE
    for beat in beats:
        inside = run.start >= beat.start - SOUND_RATE and run.end + run.lag <= beat.end + SOUND_RATE
        if not inside or not _lies_on(lag, beat.step):
            continue
        if beat.correlation > 0 and run.correlation - beat.correlation < LOOP_OVER_RHYTHM:
            return True
        if beat.correlation == 0 and run.length < RHYTHM_LENGTH * SOUND_RATE:
            return True
    return False


def without_shared_rhythm(runs: Sequence[SoundRun]) -> list[SoundRun]:
    """Return the runs between two files but for those that only show that one machine keeps time in both: short ones
    that are no better than others, a beat apart."""
    lags = sorted(run.lag / SOUND_RATE for run in runs)
    # The first one stands at the beginning of the comb.
    step = comb_step((lag - lags[0] for lag in lags if lag - lags[0] > _BESIDE), COMB_LAGS - 1)
    if step is None:
        return list(runs)
    usual = float(np.median([run.correlation for run in runs]))
    return [
        run for run in runs if run.length >= RHYTHM_LENGTH * SOUND_RATE or run.correlation - usual >= LOOP_OVER_RHYTHM
    ]


def comb_step(given: Iterable[float], fewest: int = COMB_LAGS) -> float | None:
    """Return the step of which lags are multiples, all in seconds; None where they lie on no comb, or where fewer than
    `fewest` are different."""
    lags = list[float]()
    for lag in sorted(given):
        if not lags or lag - lags[-1] > _BESIDE:
            lags.append(lag)
    if len(lags) < fewest:
        return None
    those: Floats = np.array(lags[:_MOST_LAGS])
    steps: Floats = np.concatenate(
        [lag / np.arange(np.ceil(lag / RHYTHM_STEP), np.floor(lag / _SHORTEST_STEP) + 1) for lag in those]
    )
    away = those[:, None] / steps
    fits = (np.abs(away - np.round(away)) * steps <= SAME_LAG).sum(0)
    chance = np.minimum(1.0, 2 * SAME_LAG / steps)
    nats = (fits - 1) * -np.log(chance) - np.log(len(steps))
    good = (fits >= COMB_SHARE * len(those)) & (nats >= COMB_NATS)
    return float(steps[good].max()) if good.any() else None


def _lies_on(lag: float, step: float) -> bool:
    """Say whether a lag is a multiple of a step, both in seconds."""
    turns = round(lag / step)
    return turns > 0 and abs(lag - turns * step) <= SAME_LAG * (1 + 0.05 * turns)
