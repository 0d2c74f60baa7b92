"""Which followed runs may be claimed, and how sure: every threshold of the claim stands here with its reason."""

import math

from loopfind.model import Run, Signal

MARGIN = 8.0
"""Nats above the log of the places tried: a chance agreement of that size comes once in 3,000 files."""

LEAST_CONTRAST = 0.4
"""Share of the video's own two-frame change. Look-alikes reach 0.33 on a fixed camera over one moving animal; recoded
replays keep 0.48 to 1."""

MOST_RESIDUAL = 0.15
"""Share of the difference beside the line that remains on it, over the telling frames. Replays leave 0.0 to 0.1 of
it, a second car of the same kind on the same road a third and more."""

SPEEDS, VIEWS = math.log(200), math.log(30)
"""Nats more for a copy at another speed, or of a changed picture: how many of them were tried besides the plain one."""

LEAST_CHANGED = 1.0
"""Seconds that a copy at another speed must last: over less, one slow movement fits another by choosing the speed."""

LEAST_TELLING = 0.2
"""Seconds of frames that must say anything at all."""


def places(signal: Signal) -> float:
    """How many pairs of moments a repeat could have joined: half the square of the frames."""
    return max(1.0, len(signal.times) ** 2 / 2)


def least_score(signal: Signal) -> float:
    """Nats that a run must score to be claimed: 21 for ten seconds of video, 37 for a day of it."""
    return MARGIN + math.log(places(signal))


def holds(run: Run, signal: Signal) -> bool:
    """Whether the run may be claimed as one recording shown twice."""
    line = run.line
    asked = 0.0
    if abs(line.slope) != 1:
        # Two overlapping stretches at different speeds are one slow scene laid over itself.
        if min(run.end, run.other_end) > max(run.start, run.other_start) or run.end - run.start < LEAST_CHANGED:
            return False
        asked += SPEEDS
    if not line.view.plain:
        asked += VIEWS
    return (
        run.score >= least_score(signal) + asked
        and run.contrast >= LEAST_CONTRAST
        and run.residual <= MOST_RESIDUAL
        and run.informative * signal.step >= LEAST_TELLING
    )


def confidence(run: Run, signal: Signal) -> float:
    """Chance that the claim is true, from its score in nats and the number of places that were open to it.

    Bayes with a prior of one true repeat among all places tried; a score counts half, as neighbouring evidence is
    alike.
    """
    odds = 0.5 * (run.score - math.log(places(signal)))
    return round(1 / (1 + math.exp(-min(max(odds, -30.0), 9.0))), 4)
