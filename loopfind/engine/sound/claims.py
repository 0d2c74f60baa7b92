"""Confidence in runs: whether two showings are of one recording, or two sounds that are alike."""

import math
from collections.abc import Sequence

from loopfind.engine.sound.changed import ChangedRun
from loopfind.engine.sound.parameters import (
    CHANGED_WEIGHTS,
    CLAIM_WEIGHTS,
    CLAIMED,
    LEAST_CHANGED_CONTRAST,
    LEAST_SOUND_CHANGE,
    LEAST_SOUND_CONTRAST,
    MOST_OWN,
    OVERSHADOWED,
    SHORTEST_CHANGED,
    SHORTEST_CLAIM,
)
from loopfind.engine.sound.trace import SoundRun
from loopfind.model.sound import SOUND_RATE

_MOST = 0.9999


def confidence_of(run: SoundRun) -> float:
    """Return the probability that a run is one recording shown twice, 0 to 1.

    What counts is how well its clear moments agree, by how much better than beside its lag, and how much of it is
    heard.
    """
    alone, peak, contrast, doubled = CLAIM_WEIGHTS
    seconds = run.heard / SOUND_RATE
    odds = alone + peak * run.peak + contrast * run.contrast + doubled * min(2.0, math.log2(max(seconds, 0.1)))
    return min(_MOST, 1 / (1 + math.exp(-odds)))


def is_claimed(run: SoundRun) -> bool:
    """Say whether a run may be claimed."""
    long_enough = run.heard >= SHORTEST_CLAIM * SOUND_RATE and run.contrast >= LEAST_SOUND_CONTRAST
    return long_enough and confidence_of(run) >= CLAIMED


def confidence_of_changed(run: ChangedRun) -> float:
    """Return the probability that a run at another speed or pitch is one recording heard twice, 0 to 1."""
    correlation, contrast, doubled, pure = CHANGED_WEIGHTS
    odds = correlation * (run.correlation - 0.5) + contrast * (run.contrast - 0.45) + pure * run.pure
    odds += doubled * min(2.0, math.log2(max(run.heard / SOUND_RATE, 0.1) / 2))
    return min(_MOST, 1 / (1 + math.exp(-odds)))


def is_changed_claimed(run: ChangedRun) -> bool:
    """Say whether a run at another speed or pitch may be claimed."""
    changes = abs(run.speed - 1), abs(run.pitch - 1)
    if max(changes) < LEAST_SOUND_CHANGE or run.contrast < LEAST_CHANGED_CONTRAST:
        return False
    # Tones agree at any pitch and tempo that lead from one to the other.
    known_way = run.pure or (min(changes) < LEAST_SOUND_CHANGE / 2 and run.own <= MOST_OWN)
    long_enough = run.heard >= SHORTEST_CHANGED[0 if run.pure else 1] * SOUND_RATE
    return known_way and long_enough and confidence_of_changed(run) >= CLAIMED


def without_overshadowed(runs: Sequence[SoundRun]) -> list[SoundRun]:
    """Return the runs but for those that a better one over the same sound explains, at a lag beside theirs."""
    kept = list[SoundRun]()
    for run in sorted(runs, key=lambda run: -run.score):
        if not any(_overshadows(better, run) for better in kept):
            kept.append(run)
    return kept


def _overshadows(better: SoundRun, run: SoundRun) -> bool:
    """Say whether a better run shows most of the sound of another at a lag beside its own."""
    shared = min(better.end, run.end) - max(better.start, run.start)
    return shared > run.length / 2 and abs(better.lag - run.lag) < OVERSHADOWED * SOUND_RATE
