"""Which followed runs may be claimed, and how sure: every threshold of the claim stands here with its reason."""

import math

import numpy as np

from loopfind.engine.evidence.differences import HOP, both, partners
from loopfind.engine.evidence.extend import Trace
from loopfind.engine.evidence.uniqueness import EXACT, Rivals
from loopfind.engine.signal.per_file import frames_searched
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal

MARGIN = 8.0
"""Nats above the log of the places tried: a chance agreement of that size comes once in 3,000 files."""

LEAST_CONTRAST, LEAST_CHANGED_CONTRAST = 0.4, 0.6
"""Share of the video's own two-frame change. Look-alikes reach 0.3, recoded replays on fixed cameras keep 0.41 and
more. A copy at another speed or backwards keeps 0.7, and what only fits by the choice of the speed reaches 0.55."""

MOST_STRANGE = 60.0
"""Squared grey levels by which the ninth most different cell may change between two showings. Replays stay below 15,
copies at another quality included; a screen that shows the same steps again with another text, timer or cursor has
hundreds. Eight cells are left out: a running clock."""

MOST_RESIDUAL = 0.15
"""Share of the difference beside the line that remains on it, over the telling frames. Replays leave 0.0 to 0.1 of
it, a second car of the same kind on the same road a third and more."""

SPEEDS, VIEWS = math.log(200), math.log(30)
"""Nats more for a copy at another speed, or of a changed picture: how many of them were tried besides the plain one."""

LEAST_CHANGED = 1.0
"""Seconds that a copy at another speed must last: over less, one slow movement fits another by choosing the speed."""

CONSTANT, WEIGHTS = -12.03, (1.35, 0.76, 9.33, 0.73, 1.30, 0.79)
"""Log odds, and what is added to them for each nat by which a gap parts the match from its rivals; nat by which it
differs from the other showing by less than noise would; whole of contrast; nat of length past a second; a copy that
keeps its speed; nat of the nats by which chance is unlikely. Fitted to 1,137 runs of drawn footage of seeds from 1001
on, when rivals were still looked at evenly over a stretch and noise through a zoom was counted. What
benchmarks/fit_confidence.py makes of 566 runs of now is no better: held back in turn it loses 0.092 nats a run, these
weights lose 0.071 on the same runs, and of the 431 that they put at 0.99 and more all were true. So they are kept."""

MOST_GAP, MOST_NOISE, MOST_ODDS = 1000.0, math.log(20), 9.0
"""Limits of what the confidence is fitted on: past them a measure says no more. Odds of 9 nats are one in 8,000."""

LEAST_CONFIDENCE, LONG, LEAST_OF_LONG = 0.5, 5.0, 0.15
"""A claim must be more likely true than not. From LONG seconds on less is asked: most movements of one body, which the
false ones are, are over by then, and recorded copies under heavy compression or at another speed reach no more. Set
with recorded videos in view, so that 0.15 to 0.5 is a range in which a claim may well be false."""

_LEFT_OUT, _MOST_FRAMES = 8, 1500

LEAST_TELLING = 0.2
"""Seconds of frames that must say anything at all."""


def places(signal: Signal) -> float:
    """How many pairs of moments a repeat could have joined: half the square of the frames."""
    return max(1.0, frames_searched(signal) ** 2 / 2)


def least_score(signal: Signal) -> float:
    """Nats that a run must score to be claimed: 21 for ten seconds of video, 37 for a day of it."""
    return MARGIN + math.log(places(signal))


def holds(run: Run, signal: Signal) -> bool:
    """Whether the run may be claimed as one recording shown twice."""
    line = run.line
    asked = 0.0
    if not line.is_shift:
        # Two overlapping stretches at different speeds are one slow scene laid over itself.
        if min(run.end, run.other_end) > max(run.start, run.other_start) or run.end - run.start < LEAST_CHANGED:
            return False
        asked += SPEEDS
    if not line.view.plain:
        asked += VIEWS
    return (
        run.score >= least_score(signal) + asked
        and run.contrast >= (LEAST_CONTRAST if line.is_shift else LEAST_CHANGED_CONTRAST)
        and run.residual <= MOST_RESIDUAL
        and run.informative * signal.step >= LEAST_TELLING
    )


def same_picture(signal: Signal, trace: Trace) -> bool:
    """Whether no part of the picture goes its own way along the trace's stretch: so it is with a replay.

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
    return bool(np.sort(cells)[-_LEFT_OUT - 1] <= MOST_STRANGE)


def confidence(run: Run, signal: Signal, rivals: Rivals) -> float:
    """Chance that the run is one recording shown twice.

    A logistic regression on what a replay has and a look-alike has less of; the weights were fitted to the runs of
    drawn footage (benchmarks/fit_confidence.py; benchmarks/calibration.py measures it on other seeds).
    """
    odds = CONSTANT + sum(w * x for w, x in zip(WEIGHTS, measures(run, signal, rivals), strict=True))
    return round(1 / (1 + math.exp(-min(max(odds, -30.0), MOST_ODDS))), 4)


def measures(run: Run, signal: Signal, rivals: Rivals) -> tuple[float, float, float, float, float, float]:
    """What the confidence is made of, in the order of WEIGHTS; of each, more speaks for a replay."""
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
        -min(max(math.log(rivals.own / max(signal.noise, EXACT)), 0.0), MOST_NOISE) if run.line.view.plain else 0.0,
        max(run.contrast, 0.0),
        math.log(length),
        0.0 if run.line.is_shift else -1.0,
        0.0 if math.isnan(paid) else math.log(max(paid, 1.0)),
    )


def believed(run: Run, sure: float) -> bool:
    """Whether a confidence is enough for a claim."""
    return sure >= (LEAST_CONFIDENCE if run.end - run.start < LONG else LEAST_OF_LONG)
