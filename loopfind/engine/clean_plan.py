"""The plan of a copy without repeats, from the repeats of a report.

Nothing is removed whose content does not stay elsewhere. Repeats are taken one after another, the longest content
first. Of each, one occurrence is kept; of the others goes what the kept one shows of the content, and what they show
beyond it stays as well. What stays for one repeat is never removed for a later one, so overlapping and nested repeats
cannot take each other's last occurrence.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loopfind.engine.clean_parameters import LEAST_CUT, LEAST_KEPT
from loopfind.model.clean_plan import CleanPlan, LeftIn, Removal, WhyLeft
from loopfind.model.report import Occurrence, Repeat
from loopfind.model.video import Span

_Stretch = tuple[float, float]
_MOSTLY_GONE = 0.05
"""Share of an occurrence that may have gone for other repeats before another occurrence is rather kept."""


@dataclass(frozen=True)
class CleanWishes:
    """The wishes of a user for a clean copy. sure: confidence from which a repeat is removed. best: number of the best
    occurrence, by the number of the repeat; the first where it is not there. decided: whether a repeat is one, by the
    word of a person, by its number. only: numbers of the repeats that are removed, None for all."""

    sure: float
    best: Mapping[int, int] = field(default_factory=dict)
    decided: Mapping[int, bool] = field(default_factory=dict)
    only: frozenset[int] | None = None


def removable(repeats: Sequence[Repeat], wishes: CleanWishes) -> tuple[list[Repeat], tuple[LeftIn, ...]]:
    """Return the repeats that a copy is to be without, and those that are left in, by their numbers."""
    several = [one for one in repeats if len(one.occurrences) > 1]
    asked = [one for one in several if wishes.only is None or one.id in wishes.only]
    reasons = {one.id: why for one in asked if (why := _why_left(one, wishes))}
    return [one for one in asked if one.id not in reasons], tuple(LeftIn(*each) for each in sorted(reasons.items()))


def plan_clean(repeats: Sequence[Repeat], limits: Span, wishes: CleanWishes) -> CleanPlan:
    """Return what stays of a video. limits: its seconds, from the first frame to the end of the last."""
    taken, left = removable(repeats, wishes)
    gone, needed = _Stretches(), _Stretches()
    removals: list[Removal] = []
    for repeat in sorted(taken, key=lambda one: (-one.content_length, one.id)):
        _remove(repeat, wishes.best.get(repeat.id, 0), gone, needed, removals)
    # A flash between two cuts goes, unless it is all that is left of a content.
    kept = [one for one in gone.without(limits.start, limits.end) if _lasts(one) or needed.within(*one)]
    removals.sort(key=lambda one: one.start)
    return CleanPlan(limits.length, tuple(Span(*one) for one in kept), tuple(removals), left)


def _lasts(stretch: _Stretch) -> bool:
    return stretch[1] - stretch[0] >= LEAST_KEPT


class _Stretches:
    """Stretches in rising order, none of which touch."""

    def __init__(self) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []

    def add(self, start: float, end: float) -> None:
        """Add a stretch, joined with those that it touches."""
        low, high = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if low < high:
            start, end = min(start, self._starts[low]), max(end, self._ends[high - 1])
        self._starts[low:high], self._ends[low:high] = [start], [end]

    def within(self, start: float, end: float) -> list[_Stretch]:
        """Return the parts of [start, end) that are in these."""
        low, high = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return [(max(start, self._starts[at]), min(end, self._ends[at])) for at in range(low, high)]

    def without(self, start: float, end: float) -> list[_Stretch]:
        """Return the parts of [start, end) that are in none of these."""
        edges = [start, *(edge for part in self.within(start, end) for edge in part), end]
        return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]


def _why_left(repeat: Repeat, wishes: CleanWishes) -> WhyLeft | None:
    """Return why a repeat stays as it is, None where it goes."""
    decided = wishes.decided.get(repeat.id)
    if decided is False:
        return "rejected"
    if repeat.of == "sound":
        return "heard"
    if repeat.kind == "still":
        return "still"
    if decided:
        return None
    if repeat.sound == "runs on":
        return "runs on"
    return "unsure" if repeat.confidence < wishes.sure else None


def _remove(repeat: Repeat, best: int, gone: _Stretches, needed: _Stretches, removals: list[Removal]) -> None:
    """Add to `gone` what goes of a repeat, and to `needed` what must stay for it."""
    order = sorted(repeat.occurrences, key=lambda one: one.start)
    wanted = repeat.occurrences[best] if best < len(repeat.occurrences) else order[0]

    def rank(one: Occurrence) -> tuple[bool, bool, bool, float]:
        stays = _stays_anyway(one, needed) and _shows_as_much(one, wanted)
        return _share_of(one, gone) > _MOSTLY_GONE, not stays, one is not wanted, one.start

    keeper = min(order, key=rank)
    known = _Stretches()
    sources: list[tuple[_Stretch, Occurrence]] = []
    for one in [keeper, *(each for each in order if each is not keeper)]:
        for low, high in known.within(one.content_start, one.content_end):
            for start, end in _not_needed(_between(one, low, high), gone, needed):
                if end - start >= LEAST_CUT:
                    first, last = sorted((one.content_at(start), one.content_at(end)))
                    removals.append(Removal(start, end, repeat.id, _shown_at(first, last, sources)))
                    gone.add(start, end)
        for stays in gone.without(one.start, one.end):
            for news in known.without(*sorted((one.content_at(stays[0]), one.content_at(stays[1])))):
                if one is keeper or _lasts(news):
                    sources.append((news, one))
                    needed.add(*_between(one, *news))
                    known.add(*news)


def _stays_anyway(one: Occurrence, needed: _Stretches) -> bool:
    """Return whether all of an occurrence stays for other repeats."""
    return not any(_lasts(part) for part in needed.without(one.start, one.end))


def _shows_as_much(one: Occurrence, other: Occurrence) -> bool:
    """Return whether an occurrence shows all the content that another does, but for a moment."""
    return one.content_start < other.content_start + LEAST_CUT and one.content_end > other.content_end - LEAST_CUT


def _not_needed(stretch: _Stretch, gone: _Stretches, needed: _Stretches) -> list[_Stretch]:
    """Return the parts of a stretch that are still there and may go."""
    return [part for there in gone.without(*stretch) for part in needed.without(*there)]


def _shown_at(low: float, high: float, sources: Sequence[tuple[_Stretch, Occurrence]]) -> float:
    """Return the time from which on a part of the content stays."""
    (_, one) = min(sources, key=lambda each: max(each[0][0] - low, low - each[0][1], high - each[0][1]))
    return min(one.time_of(low), one.time_of(high))


def _between(one: Occurrence, low: float, high: float) -> _Stretch:
    """Return when an occurrence shows a part of the content; up to its own end where all but a moment is shown."""
    start, end = sorted((one.time_of(low), one.time_of(high)))
    start = one.start if abs(start - one.start) < LEAST_CUT else start
    return start, one.end if abs(end - one.end) < LEAST_CUT else end


def _share_of(one: Occurrence, gone: _Stretches) -> float:
    """Return the share of an occurrence that has gone, 0 to 1."""
    return sum(end - start for start, end in gone.within(one.start, one.end)) / (one.end - one.start)
