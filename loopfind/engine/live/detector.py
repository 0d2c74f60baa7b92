"""Repeats in footage that grows, found as its frames come in.

A portion that has come is compared with all that is held, by the engine that scans a finished file: the same candidates
are followed by the same rules. They only come from another source (engine/live/candidates.py), and a long repeat that
goes on is followed from where it was, not from its beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from loopfind.engine.evidence.merge import join_pieces
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.live.candidates import LiveCandidates
from loopfind.engine.live.findings import FindingLog
from loopfind.engine.live.parameters import GOING_ON, LONG_RUN, LONG_RUN_TAIL, RUN_SEED, SEARCHED_AGAIN, SURE_LENGTH
from loopfind.engine.live.signal import GrowingSignal
from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.model.candidate import CandidateBatch, Run
from loopfind.model.dtypes import Floats, Rows, Sketches
from loopfind.model.events import Finding
from loopfind.model.fingerprint import Signal
from loopfind.model.report import Repeat


class LiveDetector:
    """Takes footage portion by portion, and holds it until `forget` is called.

    ids: of the findings, in their order; from 1 on unless they are given. long_run, tail: seconds from which a run that
    goes on is followed from near its end, and how near.
    """

    def __init__(
        self, ids: Iterator[int] | None = None, *, long_run: float = LONG_RUN, tail: float = LONG_RUN_TAIL
    ) -> None:
        self._long_run, self._tail = long_run, tail
        self._signal, self._candidates, self._log = GrowingSignal(), LiveCandidates(), FindingLog(ids)
        self._runs: list[Run] = []
        self._until = -np.inf
        self._repeats: list[Repeat] = []

    def __len__(self) -> int:
        """Frames that it holds."""
        return len(self._signal)

    @property
    def repeats(self) -> Sequence[Repeat]:
        """All that is known to be shown again, of what is held."""
        return self._repeats

    @property
    def log(self) -> FindingLog:
        """The findings that were reported."""
        return self._log

    def detect(self, times: Floats, cells: Rows) -> list[Finding]:
        """Take new frames, and return what is to be reported now. times: (m,) seconds of the new frames, m > 0. cells:
        (n, 144) of all that are held."""
        before = len(self)
        signal = self._signal.grow(times, cells)
        if len(signal.times) < 3:
            return []
        self._candidates.take(signal, self._signal.recomputed)
        first = int(np.searchsorted(signal.times, signal.times[before] - SEARCHED_AGAIN))
        found = RunFinder(signal)
        for run in self._runs:
            if (known := self._followed_on(run, signal)) is not None:
                found.keep(known)
        for batch in self._candidates.candidates(signal, first):
            found.search(batch)
        self._runs = join_pieces(found.runs, signal)
        self._until = float(signal.times[-1]) + signal.step
        self._repeats = [
            _counted_from_first(repeat, self._signal.forgotten)
            for repeat in repeats_of(families_in(self._runs, signal), signal, self._until)
        ]
        self._signal.release()
        return self._log.update(self._repeats, self._until)

    def finish(self) -> list[Finding]:
        """Return what is still to be reported, as no more will come."""
        return self._log.update(self._repeats, self._until, ended=True)

    def forget(self, count: int) -> None:
        """Forget so many frames at the beginning, and the repeats in them."""
        if not count:
            return
        self._signal.drop(count)
        self._candidates.forget(count)
        begin = self._signal.begin
        self._runs = [kept for run in self._runs if (kept := _remainder(run, count, begin)) is not None]
        self._log.forget(begin)

    def _followed_on(self, run: Run, signal: Signal) -> Run | None:
        """Return a known run as it is now; None for one that is none after all, and was not reported."""
        if max(run.end, run.other_end) < self._until - GOING_ON:
            return run
        low = 0
        if run.line.slope > 0 and run.end - run.start > self._long_run:
            low = int(np.searchsorted(signal.times, run.end - self._tail))
        part = _from_frame(signal, low)
        again = RunFinder(part)
        again.search(CandidateBatch((replace(run.line, start=max(run.start, run.end - RUN_SEED), end=run.end),), 1))
        if not again.runs:
            return run if run.end - run.start >= SURE_LENGTH else None
        later = again.runs[0]
        if not low:
            return later
        return replace(
            run,
            last=later.last + low,
            other_last=later.other_last + low,
            end=later.end,
            other_end=later.other_end,
            end_range=later.end_range,
        )


class _RowsFrom:
    """Rows of a table from one on."""

    def __init__(self, rows: Rows, low: int) -> None:
        self._rows, self._low = rows, low

    def __len__(self) -> int:
        return len(self._rows) - self._low

    def __getitem__(self, part: slice, /) -> Sketches:
        low, high, _ = part.indices(len(self))
        return self._rows[low + self._low : max(low, high) + self._low]


def _from_frame(signal: Signal, low: int) -> Signal:
    """Return the signal from a frame on."""
    if not low:
        return signal
    return replace(
        signal,
        times=signal.times[low:],
        cells=_RowsFrom(signal.cells, low),
        motion=signal.motion[low:],
        picture=signal.picture[low:],
        moving=signal.moving[low:],
        lively=signal.lively[low:],
        blocks=signal.blocks[low:],
    )


def _remainder(run: Run, count: int, begin: float) -> Run | None:
    """Return a run once `count` frames were forgotten and what is held begins at `begin` seconds; None where too little
    of its first occurrence is left."""
    start = max(run.start, begin)
    if run.start < begin and (not run.line.is_shift or run.end - start < SURE_LENGTH):
        return None
    cut = max(0, count - run.first) if run.start < begin else 0
    return replace(
        run,
        first=run.first + cut - count,
        last=run.last - count,
        other_first=run.other_first + cut - count,
        other_last=run.other_last - count,
        start=start,
        other_start=run.other_start + start - run.start,
        start_range=run.start_range if start == run.start else (start, start),
    )


def _counted_from_first(repeat: Repeat, forgotten: int) -> Repeat:
    """Return a repeat with frames counted from the first one of all, not the first one held."""
    shown = tuple(
        replace(o, start_frame=o.start_frame + forgotten, end_frame=o.end_frame + forgotten) for o in repeat.occurrences
    )
    return replace(repeat, occurrences=shown)
