"""Claims: which followed runs may be made one, and with what confidence."""

import math

import numpy as np

from loopfind.engine.evidence.claim_parameters import (
    AGREEMENT_FLOOR,
    CONFIDENCE_CONSTANT,
    CONFIDENCE_WEIGHTS,
    EXACT_LEVEL,
    LEAST_AGREEMENT,
    LEAST_CHANGED_SECONDS,
    LEAST_CONFIDENCE,
    LEAST_CONFIDENCE_OF_SHORT,
    LEAST_CONTRAST,
    LEAST_CROWDED_LAG,
    LEAST_REPLAYED_SHARE,
    LEAST_SCORE_SHARE,
    LEAST_TELLING_SECONDS,
    MOST_GAP,
    MOST_LENGTH,
    MOST_NOISE,
    MOST_ODDS,
    MOST_RESIDUAL,
    SCORE_MARGIN,
    SHORT_CLAIM,
)
from loopfind.engine.evidence.region import Regions
from loopfind.engine.evidence.uniqueness import Rivals
from loopfind.engine.signal.per_file import frames_searched
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal


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
        and run.score >= LEAST_SCORE_SHARE * least_score(signal)
        and run.contrast >= LEAST_CONTRAST
        and run.residual <= MOST_RESIDUAL
        and run.informative * signal.step >= LEAST_TELLING_SECONDS
    )


def replays(run: Run, regions: Regions) -> bool:
    """Say whether the picture is replayed, and not a ticker or a clock alone, which say nothing of the picture.

    Where most of what moves goes on, what comes round soon has a rhythm: the dashes of a road while the road goes by.
    """
    replayed, covered = int(regions.replayed.sum()), int(regions.covered.sum())
    crowded = replayed < LEAST_REPLAYED_SHARE * (replayed + covered)
    if crowded and run.line.is_shift and run.line.offset < LEAST_CROWDED_LAG:
        return False
    return regions.agreement_inside >= LEAST_AGREEMENT and not regions.is_at_the_rim


def _can_be_changed(run: Run) -> bool:
    """Say whether a run at another speed, or backwards, can be a copy.

    It must be long enough, and its sides must not overlap, since a slow scene can be aligned with itself.
    """
    apart = min(run.end, run.other_end) <= max(run.start, run.other_start)
    return apart and run.end - run.start >= LEAST_CHANGED_SECONDS


def confidence(run: Run, signal: Signal, rivals: Rivals, regions: Regions) -> float:
    """Return the chance that the run is one recording shown twice.

    It is a logistic regression on measures of which a look-alike has less, and it rises with each of them. The weights
    were fitted to the runs of drawn and of recorded footage (benchmarks/fit_confidence.py), and
    benchmarks/calibration.py measures it on other seeds.
    """
    odds = CONFIDENCE_CONSTANT + sum(
        w * x for w, x in zip(CONFIDENCE_WEIGHTS, measures(run, signal, rivals, regions), strict=True)
    )
    return round(1 / (1 + math.exp(-min(max(odds, -30.0), MOST_ODDS))), 4)


def measures(run: Run, signal: Signal, rivals: Rivals, regions: Regions) -> tuple[float, ...]:
    """Return the measures of a run, in the order of CONFIDENCE_WEIGHTS. More of each speaks for a replay."""
    length, gap, replayed = run.end - run.start, rivals.gap, int(regions.replayed.sum())
    if math.isnan(gap):  # nothing else in the file, so the stretch is compared with itself a moment later
        gap = max(1.0, float(np.median(signal.lively[run.first : run.last])) / rivals.own)
    return (
        math.log(max(run.score, 1.0) / least_score(signal)),
        -math.log(1 + AGREEMENT_FLOOR - min(max(regions.agreement_inside, 0.0), 1.0)),
        math.log(min(gap, MOST_GAP)),
        # Noise is no measure where a zoom resamples the picture, or where the light changes.
        -min(max(math.log(rivals.own / max(signal.noise, EXACT_LEVEL)), 0.0), MOST_NOISE)
        if run.line.view.plain and not regions.relit
        else 0.0,
        max(run.contrast, 0.0),
        min(math.log(max(length, 0.2)), MOST_LENGTH),
        math.log(1 + replayed),
        math.log((1 + replayed) / (1 + replayed + int(regions.covered.sum()))),
        -min(run.residual, 1.0),
        0.0 if run.line.is_shift else -1.0,
        0.0 if run.line.view.plain else -1.0,
    )


def believed(sure: float, length: float) -> bool:
    """Say whether a confidence is enough for a claim of so many seconds.

    It must be more likely true than not, and a short one surer than that: single movements of one body look alike.
    """
    return sure >= (LEAST_CONFIDENCE if length >= SHORT_CLAIM else LEAST_CONFIDENCE_OF_SHORT)
