"""Claims: which followed runs may be made one, and with what confidence."""

import math

import numpy as np

from loopfind.engine.evidence.differences import both, partners
from loopfind.engine.evidence.extend import Trace
from loopfind.engine.evidence.parameters import (
    CLOCK_CELLS,
    CONFIDENCE_CONSTANT,
    CONFIDENCE_WEIGHTS,
    EXACT_LEVEL,
    HOP,
    LEAST_CHANGED_CONTRAST,
    LEAST_CHANGED_SECONDS,
    LEAST_CONFIDENCE,
    LEAST_CONFIDENCE_OF_LONG,
    LEAST_CONTRAST,
    LEAST_TELLING_SECONDS,
    LONG_CLAIM,
    MOST_GAP,
    MOST_NOISE,
    MOST_ODDS,
    MOST_RESIDUAL,
    MOST_STRANGE_CELL,
    SCORE_MARGIN,
    SPEED_NATS,
    VIEW_NATS,
)
from loopfind.engine.evidence.uniqueness import Rivals
from loopfind.engine.signal.per_file import frames_searched
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal

_MOST_FRAMES = 1500


def places(signal: Signal) -> float:
    """Return how many pairs of moments a repeat could have joined: half the square of the frames."""
    return max(1.0, frames_searched(signal) ** 2 / 2)


def least_score(signal: Signal) -> float:
    """Return the nats that a run must score to be claimed: 21 for ten seconds of video, 37 for a day of it."""
    return SCORE_MARGIN + math.log(places(signal))


def holds(run: Run, signal: Signal) -> bool:
    """Say whether the run may be claimed as one recording shown twice."""
    line = run.line
    asked = 0.0
    if not line.is_shift:
        # Two overlapping stretches at different speeds are one slow scene aligned with itself.
        if min(run.end, run.other_end) > max(run.start, run.other_start) or run.end - run.start < LEAST_CHANGED_SECONDS:
            return False
        asked += SPEED_NATS
    if not line.view.plain:
        asked += VIEW_NATS
    return (
        run.score >= least_score(signal) + asked
        and run.contrast >= (LEAST_CONTRAST if line.is_shift else LEAST_CHANGED_CONTRAST)
        and run.residual <= MOST_RESIDUAL
        and run.informative * signal.step >= LEAST_TELLING_SECONDS
    )


def same_picture(signal: Signal, trace: Trace) -> bool:
    """Say whether no part of the picture goes its own way along the trace's stretch, as in a replay.

    A copy at another speed or zoom cannot be held to that, as its pictures fall between those of the other.
    """
    if not trace.line.is_plain:
        return True
    frames = trace.frames[trace.low : trace.high]
    there, real = partners(signal, trace.line, frames)
    ours, theirs = both(signal, trace.line, frames[real][:_MOST_FRAMES], there[real][:_MOST_FRAMES])
    gap = ours - theirs * trace.fit.gain
    hop = max(1, round(HOP / signal.step))
    if len(gap) <= hop:
        return True
    cells = np.square(gap[hop:] - gap[:-hop]).mean(0)[trace.fit.weights > 0] / 2
    return bool(np.sort(cells)[-CLOCK_CELLS - 1] <= MOST_STRANGE_CELL)


def confidence(run: Run, signal: Signal, rivals: Rivals) -> float:
    """Return the chance that the run is one recording shown twice.

    It is a logistic regression on measures of which a look-alike has less. The weights were fitted to the runs of drawn
    footage (benchmarks/fit_confidence.py; benchmarks/calibration.py measures it on other seeds).
    """
    odds = CONFIDENCE_CONSTANT + sum(
        w * x for w, x in zip(CONFIDENCE_WEIGHTS, measures(run, signal, rivals), strict=True)
    )
    return round(1 / (1 + math.exp(-min(max(odds, -30.0), MOST_ODDS))), 4)


def measures(run: Run, signal: Signal, rivals: Rivals) -> tuple[float, float, float, float, float, float]:
    """Return what the confidence is made of, in the order of CONFIDENCE_WEIGHTS. Of each, more speaks for a replay."""
    length = run.end - run.start
    gap, tail = rivals.gap, rivals.tail
    if math.isnan(gap):  # nothing else in the file: then what the stretch itself shows half a second later
        gap = max(1.0, float(np.median(signal.lively[run.first : run.last])) / rivals.own)
    # As many stretches as the file has looked for their likes, and the best of them all is before us.
    seconds = float(signal.times[-1] - signal.times[0]) + signal.step
    paid = tail - math.log(max(1.0, seconds * frames_searched(signal) / len(signal.times) / length))
    return (
        math.log(min(gap, MOST_GAP)),
        # Seen through a zoom the pictures fall between each other: there, noise is no measure.
        -min(max(math.log(rivals.own / max(signal.noise, EXACT_LEVEL)), 0.0), MOST_NOISE)
        if run.line.view.plain
        else 0.0,
        max(run.contrast, 0.0),
        math.log(length),
        0.0 if run.line.is_shift else -1.0,
        0.0 if math.isnan(paid) else math.log(max(paid, 1.0)),
    )


def believed(run: Run, sure: float) -> bool:
    """Say whether a confidence is enough for a claim."""
    return sure >= (LEAST_CONFIDENCE if run.end - run.start < LONG_CLAIM else LEAST_CONFIDENCE_OF_LONG)
