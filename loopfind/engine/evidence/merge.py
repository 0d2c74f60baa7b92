"""One repeat found in two pieces, which are joined.

Between them an overlay such as a subtitle lies on one of the occurrences alone, or nothing moves, so that no frame says
anything.
"""

from dataclasses import replace

import numpy as np

from loopfind.engine.evidence.claim_parameters import (
    LONGEST_OVERLAY,
    LONGEST_REST,
    MOST_RESIDUAL,
    OVERLAY_AGREEMENT,
    REST_NOISE,
)
from loopfind.engine.evidence.differences import Fit, along, beside, partners
from loopfind.engine.evidence.photometry import fit_of
from loopfind.engine.evidence.region import goes_on
from loopfind.engine.signal.per_file import local_signal
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import shown


def join_pieces(runs: list[Run], signal: Signal) -> list[Run]:
    """Join runs that go on along one line, past an overlay or a rest."""
    whole: list[Run] = []
    for run in sorted(runs, key=lambda r: (r.start, r.end)):
        for place, before in enumerate(whole):
            if _go_on(before, run, local_signal(signal, run.line)):
                whole[place] = _join(before, run)
                break
        else:
            whole.append(run)
    return whole


def _go_on(before: Run, after: Run, signal: Signal) -> bool:
    """Say whether the second run continues the first, and what lies between repeats but for an overlay."""
    if not (before.line.is_shift and after.line.is_shift) or before.line.view != after.line.view:
        return False
    if abs(before.line.offset - after.line.offset) > signal.step / 2 or before.last >= after.first:
        return False
    if signal.parts is not None:
        held = signal.parts.holding(np.array([before.first, after.first, before.other_first, after.other_first]))
        if held[0] != held[1] or held[2] != held[3]:
            return False
    gap = after.start - before.end
    frames = np.arange(before.last, after.first)
    if gap > LONGEST_REST or not partners(signal, before.line, frames)[1].any():
        return False
    if any(_rests(before, frames, signal, fit) for fit in (Fit(), Fit(drifts=True))):
        return True
    if gap > LONGEST_OVERLAY or gap > (before.end - before.start) + (after.end - after.start):
        return False
    fit = fit_of(signal, before.line, frames)
    if goes_on(signal, before.line, frames, fit):
        return True
    if ((fit.weights > 0) == (shown(before.line.view) > 0)).all():
        return False
    on, real = along(signal, before.line, frames, fit)
    off = beside(signal, before.line, frames, fit)
    return bool((on[real] <= MOST_RESIDUAL * off[real] + signal.noise).mean() >= OVERLAY_AGREEMENT)


def _rests(run: Run, frames: Ints, signal: Signal, fit: Fit) -> bool:
    """Say whether nothing moves in the frames, and the run's line joins them to pictures like them."""
    on, real = along(signal, run.line, frames, fit)
    still = signal.lively[frames] <= REST_NOISE * signal.noise
    return bool((still & (on <= REST_NOISE * signal.noise))[real].mean() >= OVERLAY_AGREEMENT)


def _join(before: Run, after: Run) -> Run:
    """Join two runs, from the start of the first to the end of the second."""
    return replace(
        before,
        last=after.last,
        other_last=after.other_last,
        end=after.end,
        other_end=after.other_end,
        end_range=after.end_range,
        score=before.score + after.score,
        contrast=min(before.contrast, after.contrast),
        residual=max(before.residual, after.residual),
        confidence=max(before.confidence, after.confidence),
        informative=before.informative + after.informative,
        picture_share=min(
            (run.picture_share for run in (before, after) if run.picture_share is not None), default=None
        ),
    )
