"""The findings of footage that grows: each reported once when it is sure, and once more when it has ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from loopfind.arrays.time_index import covered
from loopfind.engine.live.parameters import GOING_ON, LENGTHENED, MOSTLY_KNOWN, SHARED_HALF, SURE_LENGTH
from loopfind.model.events import Finding
from loopfind.model.report import Repeat


@dataclass
class _Known:
    """A finding that is known by its id, 0 until it is reported. spans: its occurrences. end: of the last one, when it
    was last reported; None before. going_on, kind: as it was last reported."""

    id: int
    spans: list[tuple[float, float]] = field(default_factory=list)
    end: float | None = None
    going_on: bool = True
    kind: str = ""


class FindingLog:
    """The findings reported so far, and which repeats make a new report. ids: of new findings, in their order."""

    def __init__(self, ids: Iterator[int] | None = None) -> None:
        self._known: list[_Known] = []
        self._ids = count(1) if ids is None else ids

    def update(self, repeats: Sequence[Repeat], until: float, ended: bool = False) -> list[Finding]:
        """Return the findings that are new, have ended, or last longer than was reported.

        repeats: all that is known now. until: seconds, where the footage ends so far. ended: no more will come.
        """
        found = []
        edge = np.inf if ended else until - GOING_ON
        self._known = [known for known in self._known if known.id]
        repeats, turning = _without_cut_turns(repeats, edge)
        for repeat, known in self._matched(repeats, edge):
            end = max(o.end for o in repeat.occurrences)
            known.spans = _spans(repeat)
            going = end >= edge or repeat.id in turning
            if known.end is None:
                new = not going or repeat.length >= SURE_LENGTH
            elif going:
                # A repeat that turned out to be a loop, or had ended and is shown once more.
                new = repeat.kind != known.kind or (not known.going_on and end > known.end + SURE_LENGTH)
            else:
                new = known.going_on or end > known.end + LENGTHENED
            if new:
                known.end, known.going_on, known.kind = end, going, repeat.kind
                found.append(Finding(replace(repeat, id=self._id_of(known)), going, until))
        return found

    def numbers(self, repeats: Sequence[Repeat]) -> dict[int, int]:
        """Return the ids under which repeats of the whole answer were reported, by their ids there."""
        return {repeat.id: known.id for repeat, known in self._matched(repeats, np.inf) if known.id}

    def forget(self, begin: float) -> None:
        """Forget the findings that lie before a time, in seconds, as a whole."""
        self._known = [known for known in self._known if max(end for _, end in known.spans) > begin]

    def _id_of(self, known: _Known) -> int:
        """Return the id of a finding, the next free one where it has none yet."""
        if not known.id:
            known.id = next(self._ids)
        return known.id

    def _matched(self, repeats: Sequence[Repeat], edge: float) -> list[tuple[Repeat, _Known]]:
        """Pair each repeat with the known finding that it holds the most of, SHARED_HALF of either at the least; of
        several with the one reported first. A finding that has ended is left out where it seems to be shown once more.
        """
        shares = []
        for number, repeat in enumerate(repeats):
            for known in self._known:
                spans = _spans(repeat)
                both = _seconds_in_both(spans, known.spans)
                if both > 0 and both >= SHARED_HALF * min(covered(spans), covered(known.spans)):
                    shares.append((-round(both / covered(known.spans), 1), known.id, -both, number, known))
        found: dict[int, _Known] = {}
        for *_, number, known in sorted(shares, key=lambda share: share[:4]):
            if number not in found and all(known is not other for other in found.values()):
                found[number] = known
        left_out: set[int] = set()
        for number in sorted(range(len(repeats)), key=lambda number: number in found):
            if number in found or number in left_out:
                continue
            *earlier, last = _spans(repeats[number])
            again = [
                other
                for other, known in found.items()
                if last[1] >= edge
                and repeats[other].occurrences[-1].end < edge
                and _seconds_in_both(earlier, known.spans) >= MOSTLY_KNOWN * covered(earlier)
            ]
            left_out.update(again[:1])
            found[number] = found.pop(again[0]) if again else _Known(0)
            self._known += [] if again else [found[number]]
        return [(repeats[number], found[number]) for number in sorted(found)]


def _spans(repeat: Repeat) -> list[tuple[float, float]]:
    """The occurrences of a repeat, (start, end) in seconds each."""
    return [(o.start, o.end) for o in repeat.occurrences]


def _seconds_in_both(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """Seconds that spans of both cover."""
    return covered(one) + covered(other) - covered([*one, *other])


def _without_cut_turns(repeats: Sequence[Repeat], edge: float) -> tuple[list[Repeat], set[int]]:
    """Leave out the turns, cut short by the end of the footage, of loops that reach it and so may go on; return what is
    left, and the ids of these loops."""
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
