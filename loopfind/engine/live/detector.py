"""What is shown again in footage that grows: each finding once when it is sure, and once more when it has ended.

A portion that has come is laid beside all that is held, by the engine that scans a finished file: the same lines are
followed by the same rules. Only where to look is asked otherwise (arrivals.py), and a long repeat that goes on is
followed from where it was, not from its beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from loopfind.arrays.time_index import covered
from loopfind.engine.evidence.merge import joined
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.live.candidates import LiveCandidates
from loopfind.engine.live.signal import Growing
from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.model.candidate import CandidateBatch, Run
from loopfind.model.dtypes import Floats, Rows, Sketches
from loopfind.model.events import Finding
from loopfind.model.fingerprint import Signal
from loopfind.model.report import Repeat

OVERLAP = 8.0
"""Seconds before a portion that are asked about once more, so that no short repeat is cut in two."""

GOING = 2.5
"""Seconds before the end of the footage within which a repeat that ends may yet go on: a little more than a line is
followed without gain."""

SURE = 3.0
"""Seconds that a repeat must last before it is told while it still goes on: of less, its end says much."""

LENGTHENED = 0.5
"""Seconds by which a finding that was told must end later to be told again."""

_LONG, _REACH, _SEED = 120.0, 60.0, 4.0
_MOSTLY = 0.9  # share of what was shown before that must be known to say that it is shown once more


@dataclass
class _Told:
    """A finding that is known by its id. spans: its occurrences. end: of the last one, when it was told; None where it
    was not yet."""

    id: int
    spans: list[tuple[float, float]] = field(default_factory=list)
    end: float | None = None
    going_on: bool = True
    kind: str = ""


class LiveDetector:
    """Takes footage portion by portion. How much it holds is decided by whoever tells it to forget."""

    def __init__(self) -> None:
        self._growing, self._arrivals = Growing(), LiveCandidates()
        self._runs: list[Run] = []
        self._told: list[_Told] = []
        self._until, self._last_id = -np.inf, 0
        self._repeats: list[Repeat] = []

    def __len__(self) -> int:
        """Frames that it holds."""
        return len(self._growing)

    def notice(self, times: Floats, cells: Rows) -> list[Finding]:
        """What is to be told once new frames are there. times: (m,) seconds of the new frames, one or more. cells:
        (n, 144) of all that are held."""
        before = len(self)
        signal = self._growing.grow(times, cells)
        if len(signal.times) < 3:
            return []
        self._arrivals.take(signal, self._growing.remade)
        first = int(np.searchsorted(signal.times, signal.times[before] - OVERLAP))
        found = RunFinder(signal)
        for run in self._runs:
            if (known := self._followed(run, signal)) is not None:
                found.keep(known)
        for batch in self._arrivals.lines(signal, first):
            found.search(batch)
        self._runs = joined(found.runs, signal)
        self._until = float(signal.times[-1]) + signal.step
        self._repeats = [
            _numbered(repeat, self._growing.forgotten)
            for repeat in repeats_of(families_in(self._runs, signal), signal, self._until)
        ]
        self._growing.rest()
        return self._news(ended=False)

    def finish(self) -> list[Finding]:
        """What is still to be told, as no more will come."""
        return self._news(ended=True)

    def forget(self, count: int) -> None:
        """Forget so many frames at the beginning, and what was shown in them."""
        if not count:
            return
        self._growing.drop(count)
        self._arrivals.forget(count)
        begin = self._growing.begin
        self._runs = [kept for run in self._runs if (kept := _without(run, count, begin)) is not None]
        self._told = [told for told in self._told if max(end for _, end in told.spans) > begin]

    def _followed(self, run: Run, signal: Signal) -> Run | None:
        """A known run as it is now; None for one that is none after all, and was not told."""
        if max(run.end, run.other_end) < self._until - GOING:
            return run
        low = 0
        if run.line.slope > 0 and run.end - run.start > _LONG:
            low = int(np.searchsorted(signal.times, run.end - _REACH))
        part = _behind(signal, low)
        again = RunFinder(part)
        again.search(CandidateBatch((replace(run.line, start=max(run.start, run.end - _SEED), end=run.end),), 1))
        if not again.runs:
            return run if run.end - run.start >= SURE else None
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

    def _news(self, ended: bool) -> list[Finding]:
        """The findings that are new, have ended, or last longer than was told."""
        found = []
        self._told = [told for told in self._told if told.id]
        edge = np.inf if ended else self._until - GOING
        repeats, turning = _whole(self._repeats, edge)
        for repeat, told in self._known(repeats, edge):
            end = max(o.end for o in repeat.occurrences)
            told.spans = _spans(repeat)
            going = end >= edge or repeat.id in turning
            if told.end is None:
                new = not going or repeat.length >= SURE
            elif going:
                # A repeat that turned out to be a loop, or had ended and is shown once more.
                new = repeat.kind != told.kind or (not told.going_on and end > told.end + SURE)
            else:
                new = told.going_on or end > told.end + LENGTHENED
            if new:
                told.end, told.going_on, told.kind = end, going, repeat.kind
                found.append(Finding(replace(repeat, id=self._named(told)), going, self._until))
        return found

    def _named(self, told: _Told) -> int:
        if not told.id:
            self._last_id += 1
            told.id = self._last_id
        return told.id

    def _known(self, repeats: Sequence[Repeat], edge: float) -> list[tuple[Repeat, _Told]]:
        """Each repeat with what it is known by: that of which it holds the most, half of either at the least; of
        several that was told first. What had ended is left out where it seems to be shown once more."""
        shares = []
        for number, repeat in enumerate(repeats):
            for told in self._told:
                spans = _spans(repeat)
                both = _common(spans, told.spans)
                if both > 0 and both >= 0.5 * min(covered(spans), covered(told.spans)):
                    shares.append((-round(both / covered(told.spans), 1), told.id, -both, number, told))
        found: dict[int, _Told] = {}
        for *_, number, told in sorted(shares, key=lambda share: share[:4]):
            if number not in found and all(told is not other for other in found.values()):
                found[number] = told
        left_out: set[int] = set()
        for number in sorted(range(len(repeats)), key=lambda number: number in found):
            if number in found or number in left_out:
                continue
            *earlier, last = _spans(repeats[number])
            again = [
                other
                for other, told in found.items()
                if last[1] >= edge
                and repeats[other].occurrences[-1].end < edge
                and _common(earlier, told.spans) >= _MOSTLY * covered(earlier)
            ]
            left_out.update(again[:1])
            found[number] = found.pop(again[0]) if again else _Told(0)
            self._told += [] if again else [found[number]]
        return [(repeats[number], found[number]) for number in sorted(found)]


def _spans(repeat: Repeat) -> list[tuple[float, float]]:
    return [(o.start, o.end) for o in repeat.occurrences]


def _common(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """Seconds that both cover."""
    return covered(one) + covered(other) - covered([*one, *other])


def _whole(repeats: Sequence[Repeat], edge: float) -> tuple[list[Repeat], set[int]]:
    """The repeats without the turns, cut short, of loops that reach the edge and so may go on; and the ids of these
    loops."""
    loops = [repeat for repeat in repeats if repeat.kind == "loop"]
    turns, turning = set(), set()
    for repeat in repeats:
        last = repeat.occurrences[-1]
        if repeat.kind == "loop" or last.end < edge:
            continue
        for loop in loops:
            if abs(last.start - loop.occurrences[-1].end) <= LENGTHENED:
                turns.add(repeat.id)
                turning.add(loop.id)
    return [repeat for repeat in repeats if repeat.id not in turns], turning


class _Behind:
    """Rows of a table from one on."""

    def __init__(self, rows: Rows, low: int) -> None:
        self._rows, self._low = rows, low

    def __len__(self) -> int:
        return len(self._rows) - self._low

    def __getitem__(self, part: slice, /) -> Sketches:
        low, high, _ = part.indices(len(self))
        return self._rows[low + self._low : max(low, high) + self._low]


def _behind(signal: Signal, low: int) -> Signal:
    """The signal from a frame on."""
    if not low:
        return signal
    return replace(
        signal,
        times=signal.times[low:],
        cells=_Behind(signal.cells, low),
        motion=signal.motion[low:],
        picture=signal.picture[low:],
        moving=signal.moving[low:],
        lively=signal.lively[low:],
        blocks=signal.blocks[low:],
    )


def _without(run: Run, count: int, begin: float) -> Run | None:
    """The run once frames were forgotten, of which the first that is left is shown at `begin`; None where too little of
    its first showing is left."""
    start = max(run.start, begin)
    if run.start < begin and (not run.line.is_shift or run.end - start < SURE):
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


def _numbered(repeat: Repeat, forgotten: int) -> Repeat:
    """The repeat with frames counted from the first one of all."""
    shown = tuple(
        replace(o, start_frame=o.start_frame + forgotten, end_frame=o.end_frame + forgotten) for o in repeat.occurrences
    )
    return replace(repeat, occurrences=shown)
