"""Verification: candidate lines become runs, the best-voted first. Lines that a found run explains are left out."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from loopfind.engine.evidence.activity import eventful
from loopfind.engine.evidence.boundaries import settle, trim_blank
from loopfind.engine.evidence.claim_parameters import (
    CHANGED_WORTH,
    MOST_AGREEMENT_LOST,
    MOST_OF_PICTURE,
    MOST_PLAIN_RESIDUAL,
    SAME_READING,
    SEED_TRIES,
    SMALL_PART,
    TURNS_COMPARED,
)
from loopfind.engine.evidence.claims import Judge, confidence, may_hold, replays, sure_of
from loopfind.engine.evidence.extend import Trace, follow_line
from loopfind.engine.evidence.marks import WanderingMarks
from loopfind.engine.evidence.region import Regions, measure_regions
from loopfind.engine.evidence.run import run_of
from loopfind.engine.evidence.splices import seams_at
from loopfind.engine.evidence.uniqueness import Rivals, rivals_of
from loopfind.engine.signal.per_file import local_signal
from loopfind.model.candidate import CandidateBatch, Line, Run
from loopfind.model.fingerprint import Signal

_SHELF = 60.0
"""Seconds of the timeline whose runs are kept together, so that few are looked through."""


class RunFinder:
    """The runs found so far, so that no line is followed twice and nothing is claimed twice."""

    def __init__(self, signal: Signal, sure: Judge = confidence) -> None:
        """sure: how likely a run that passed every other question is a replay; less than believed drops it."""
        self._signal, self._sure, self._marks = signal, sure, WanderingMarks(signal)
        self._tried: dict[tuple[object, ...], list[Run]] = {}
        self._shelves: dict[int, list[Run]] = defaultdict(list)
        self.runs: list[Run] = []

    def search(self, batch: CandidateBatch) -> None:
        """Follow the lines of a batch, the best-voted first, and keep what may be claimed.

        Lines that a found run explains cost nothing; of the others at most `batch.most` are followed.
        """
        most = batch.most
        for line in batch.lines:
            if self._explained(line) or self._failed(line):
                continue
            if most == 0:
                return
            most -= 1
            signal = local_signal(self._signal, line)
            trace = follow_line(signal, line)
            if trace is None:
                continue
            run = run_of(signal, trace)
            found = self._judge(signal, trace, run) if may_hold(run, signal) else None
            if found is None:
                self._tried.setdefault(self._key(run.line), []).append(run)
            else:
                self.keep(found)

    def _judge(self, signal: Signal, trace: Trace, run: Run) -> Run | None:
        """Return the run with its confidence and its settled ends, None where it may not be claimed.

        It is judged before its ends are settled, so that an end that was moved wrongly does not undo a find.
        """
        regions = _regions_of(signal, run, trace)
        if regions is None:
            return None
        seams = seams_at(signal, run)
        if not replays(run, regions, seams):
            return None
        if not eventful(signal, run.first, run.last):
            return None

        def rivals() -> Rivals:
            return rivals_of(signal, run, trace.fit.weights, left_out=trace.fit.spared)

        sure = sure_of(self._sure, run, signal, rivals, regions, seams)
        if sure is None or self._marks.carry(run):
            return None
        settled = trim_blank(signal, settle(signal, trace))
        ended = run_of(signal, settled)
        after = _regions_of(signal, ended, settled)
        if after is not None and after.agreement_inside >= regions.agreement_inside - MOST_AGREEMENT_LOST:
            run, regions = ended, after
        share = min(regions.picture_share, _share_of_turns(signal, run, trace))
        return replace(run, confidence=sure, picture_share=round(share, 2))

    def keep(self, run: Run) -> None:
        """Add a run, unless a better one shows the same; runs that show the same worse are dropped."""
        near = {id(other): other for shelf in _shelves(run) for other in self._shelves[shelf]}
        rivals = [other for other in near.values() if self._same(run, other)]
        if all(_worth(run) > _worth(other) for other in rivals):
            for other in rivals:
                self.runs.remove(other)
                for shelf in _shelves(other):
                    self._shelves[shelf].remove(other)
            self.runs.append(run)
            for shelf in _shelves(run):
                self._shelves[shelf].append(run)

    def _explained(self, line: Line) -> bool:
        """Say whether a found run already shows what the line's middle would: the same two moments, at whatever
        speed."""
        middle = (line.start + line.end) / 2
        there = line.slope * middle + line.offset
        near = (run for at in {middle // _SHELF, there // _SHELF} for run in self._shelves.get(int(at), ()))
        if not line.view.plain:  # what agrees badly as it is may agree through a zoom
            near = (run for run in near if not run.line.view.plain or run.residual <= MOST_PLAIN_RESIDUAL)
        return any(_maps(run, middle, there, 4 * self._signal.step, line.is_plain) for run in near)

    def _failed(self, line: Line) -> bool:
        """Say whether lines within half a frame of this one were followed SEED_TRIES times in vain."""
        middle = (line.start + line.end) / 2
        failed = sum(
            run.start <= middle < run.end and abs(run.line.offset - line.offset) <= 0.5 * self._signal.step
            for run in self._tried.get(self._key(line), ())
        )
        return failed >= SEED_TRIES

    def _key(self, line: Line) -> tuple[object, ...]:
        return (line.slope, line.view, line.viewed_first, round(line.offset / (4 * self._signal.step)))

    def _same(self, run: Run, other: Run) -> bool:
        """Say whether two runs show the same moments of each other over more than a tenth of the shorter one."""
        low, high = max(run.start, other.start), min(run.end, other.end)
        if high - low <= 0.1 * min(run.end - run.start, other.end - other.start):
            return False
        middle = (low + high) / 2
        return _maps(other, middle, run.line.slope * middle + run.line.offset, SAME_READING)


def _regions_of(signal: Signal, run: Run, trace: Trace) -> Regions | None:
    return measure_regions(signal, run.line, np.arange(run.first, run.last), trace.fit)


def _share_of_turns(signal: Signal, run: Run, trace: Trace) -> float:
    """Return the usual share of the picture in which one turn of a loop is like another, 1 where there are too few.

    Each turn may be like the next one but for a frame, and no more like the tenth.
    """
    line, period = run.line, run.line.offset
    turns = int((run.other_end - run.start) / period) if line.is_shift and period > 0 else 0
    inside, shares = np.arange(run.first, run.last), []
    for turn in np.unique(np.linspace(2, turns - 1, TURNS_COMPARED).astype(int)) if turns > 2 else ():
        frames = inside[signal.times[inside] + turn * period < run.other_end]
        regions = measure_regions(signal, replace(line, offset=turn * period), frames, trace.fit)
        if regions is not None and regions.telling.sum() >= SMALL_PART:
            shares.append(regions.picture_share)
    return float(np.median(shares)) if shares else 1.0


def _shelves(run: Run) -> range:
    """Return the shelves on which a run is kept: all of its first side, and of a loop both sides."""
    end = max(run.end, run.other_end) if _goes_round(run) else run.end
    return range(int(run.start // _SHELF), int(end // _SHELF) + 1)


def _goes_round(run: Run) -> bool:
    """Say whether the second side of a run begins where the first one ends, or before."""
    return run.line.is_shift and 0 < run.line.offset <= run.end - run.start


def _worth(run: Run) -> float:
    """Return what a run is measured by against another reading of the same moments. Plain ones count in full."""
    return run.score * (1 - run.residual) * (1.0 if run.line.is_plain else CHANGED_WORTH)


def _maps(run: Run, here: float, there: float, slack: float, plainly: bool = True) -> bool:
    """Say whether the run pairs the two instants, either way round, to `slack` seconds.

    plainly: whether what pairs them otherwise changes nothing. Only that is worth a look at a multiple of a lag at
    which a part of the picture goes round.
    """
    slope, offset = run.line.slope, run.line.offset
    in_part = run.picture_share is not None and run.picture_share < MOST_OF_PICTURE
    # In a loop every multiple of the period matches too, as far as the loop reaches.
    multiples = _goes_round(run) and not (in_part and plainly)
    for a, b in ((here, there), (there, here)):
        if run.start <= a < run.end and abs(slope * a + offset - b) <= slack:
            return True
        turns = round((b - a) / offset) if multiples else 0
        if turns > 1 and run.start <= a and b < run.other_end and abs(b - a - turns * offset) <= slack:
            return True
    return False
