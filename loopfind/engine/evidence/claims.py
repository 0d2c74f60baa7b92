"""Claims: which followed runs may be made one, and with what confidence."""

import math
from collections.abc import Callable

import numpy as np

from loopfind.engine.evidence.claim_parameters import (
    AGREEMENT_FLOOR,
    CONFIDENCE_CONSTANT,
    CONFIDENCE_WEIGHTS,
    DIGIT_SLACK,
    DIGIT_TURN,
    LEAST_AGREEMENT,
    LEAST_BARE_SEAMS,
    LEAST_CHANGED_SECONDS,
    LEAST_CONFIDENCE,
    LEAST_CONFIDENCE_OF_BARE,
    LEAST_CONFIDENCE_OF_CROWDED,
    LEAST_CONTRAST,
    LEAST_CROWDED_LAG,
    LEAST_CROWDED_SCORE,
    LEAST_REPLAYED_SHARE,
    LEAST_RIM_SEAMS,
    LEAST_SCORE_SHARE,
    LEAST_SEAMED_CONTRAST,
    LEAST_TELLING_SECONDS,
    MOST_FRAME_WORTH,
    MOST_GAP,
    MOST_LENGTH,
    MOST_ODDS,
    MOST_RESIDUAL,
    SCORE_MARGIN,
    SHORT_CLAIM,
    SMALL_PART,
)
from loopfind.engine.evidence.parameters import NATS_A_SECOND
from loopfind.engine.evidence.region import Regions
from loopfind.engine.evidence.splices import Seams
from loopfind.engine.evidence.uniqueness import NO_RIVALS, Rivals
from loopfind.engine.signal.per_file import frames_searched
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal

Judge = Callable[[Run, Signal, Rivals, Regions, Seams], float]
"""How likely a run is a replay, from its measures."""


def places(signal: Signal) -> float:
    """Return how many pairs of moments a repeat could have joined: half the square of the frames."""
    return max(1.0, frames_searched(signal) ** 2 / 2)


def least_score(signal: Signal) -> float:
    """Return the nats that a run must score to be claimed: 21 for ten seconds of video, 37 for a day of it."""
    return SCORE_MARGIN + math.log(places(signal))


def may_hold(run: Run, signal: Signal) -> bool:
    """Say whether a run is worth measuring further. Most candidates are chance, and score next to nothing."""
    return (
        (run.line.is_shift or _can_be_changed(run))
        and run.score * _frame_worth(signal.step) >= LEAST_SCORE_SHARE * least_score(signal)
        and run.contrast >= LEAST_SEAMED_CONTRAST
        and run.residual <= MOST_RESIDUAL
        and run.informative * signal.step >= LEAST_TELLING_SECONDS
    )


def _frame_worth(step: float) -> float:
    """Return how many frames one counts for where they come slowly: each then shows more that the one before did not,
    and what a frame may score is bounded."""
    return min(max(1.0, NATS_A_SECOND * step), MOST_FRAME_WORTH)


def replays(run: Run, regions: Regions, seams: Seams) -> bool:
    """Say whether the picture is replayed, and not a ticker or a clock alone, which say nothing of the picture.

    Where most of what moves goes on, what comes round soon has a rhythm: the dashes of a road while the road goes by.
    A small mover among what goes on must have moved for long. What moves at the rim alone may be footage, of which an
    end jumps. A ticker that comes round has no such end, and the digits of a clock come back after tens of seconds.
    Calm footage is hardly sharp in time, and is believed where the picture jumps at both ends.
    """
    if run.contrast < LEAST_CONTRAST and seams.lesser < LEAST_RIM_SEAMS:
        return False
    too_soon = run.line.offset < LEAST_CROWDED_LAG
    too_little = regions.replayed.sum() < SMALL_PART and run.score < LEAST_CROWDED_SCORE
    if _is_crowded(regions) and run.line.is_shift and (too_soon or too_little):
        return False
    if regions.is_at_the_rim and (seams.greater < LEAST_RIM_SEAMS or _is_clock_lag(run)):
        return False
    return regions.agreement_inside >= LEAST_AGREEMENT


def _is_crowded(regions: Regions) -> bool:
    """Say whether most of what moves goes on its own way."""
    replayed, covered = int(regions.replayed.sum()), int(regions.covered.sum())
    return replayed < LEAST_REPLAYED_SHARE * (replayed + covered)


def _is_clock_lag(run: Run) -> bool:
    """Say whether the digits of a running clock are the same again after the lag of a run, but for some of them."""
    tens = run.line.offset / DIGIT_TURN
    return run.line.is_shift and abs(tens - round(tens)) * DIGIT_TURN <= DIGIT_SLACK


def _can_be_changed(run: Run) -> bool:
    """Say whether a run at another speed, or backwards, can be a copy.

    It must be long enough, and its sides must not overlap, since a slow scene can be aligned with itself.
    """
    apart = min(run.end, run.other_end) <= max(run.start, run.other_start)
    return apart and run.end - run.start >= LEAST_CHANGED_SECONDS


def confidence(run: Run, signal: Signal, rivals: Rivals, regions: Regions, seams: Seams) -> float:
    """Return the chance that the run is one recording shown twice.

    It is a logistic regression on measures of which a look-alike has less, and it rises with each of them. The weights
    were fitted to the runs of drawn and of recorded footage (benchmarks/fit_confidence.py), and
    benchmarks/calibration.py measures it on other seeds.
    """
    odds = CONFIDENCE_CONSTANT + sum(
        w * x for w, x in zip(CONFIDENCE_WEIGHTS, measures(run, signal, rivals, regions, seams), strict=True)
    )
    return round(1 / (1 + math.exp(-min(max(odds, -30.0), MOST_ODDS))), 4)


def measures(run: Run, signal: Signal, rivals: Rivals, regions: Regions, seams: Seams) -> tuple[float, ...]:
    """Return the measures of a run, in the order of CONFIDENCE_WEIGHTS. More of each speaks for a replay."""
    length, gap, replayed = run.end - run.start, rivals.gap, int(regions.replayed.sum())
    if math.isnan(gap):  # nothing else in the file, so the stretch is compared with itself a moment later
        gap = max(1.0, float(np.median(signal.lively[run.first : run.last])) / rivals.own)
    return (
        -math.log(1 + AGREEMENT_FLOOR - min(max(regions.agreement_inside, 0.0), 1.0)),
        math.log(min(gap, MOST_GAP)),
        max(run.contrast, 0.0),
        min(math.log(max(length, 0.2)), MOST_LENGTH),
        math.log((1 + replayed) / (1 + replayed + int(regions.covered.sum()))),
        -min(run.residual, 1.0),
        seams.lesser,
        0.0 if run.line.is_shift else -1.0,
        0.0 if run.line.view.plain else -1.0,
    )


def sure_of(
    judge: Judge, run: Run, signal: Signal, rivals: Callable[[], Rivals], regions: Regions, seams: Seams
) -> float | None:
    """Return the confidence of a run that is believed, None for any other.

    judge: gives the confidence. rivals: measures them. That takes longest, and is left out where none could help.
    """
    length = run.end - run.start
    if not believed(judge(run, signal, NO_RIVALS, regions, seams), length, regions, seams):
        return None
    sure = judge(run, signal, rivals(), regions, seams)
    return sure if believed(sure, length, regions, seams) else None


def believed(sure: float, length: float, regions: Regions, seams: Seams) -> bool:
    """Say whether a confidence is enough for a claim of so many seconds.

    It must be more likely true than not, by far. What is short, or but a small part of the picture, must be surer
    unless the picture jumps at both its ends. Single movements of one body look alike, and so does a watermark that
    comes round. Nothing jumps where they begin and end.
    """
    small = bool(regions.replayed.sum() < SMALL_PART)
    if small and _is_crowded(regions):
        return sure >= LEAST_CONFIDENCE_OF_CROWDED
    bare = (small or length < SHORT_CLAIM) and seams.lesser < LEAST_BARE_SEAMS
    return sure >= (LEAST_CONFIDENCE_OF_BARE if bare else LEAST_CONFIDENCE)
