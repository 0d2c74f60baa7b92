"""Spots: what is shown more than once, each stretch of content counted by itself, however it was joined with others.

A repeat is as long as what was shown again at one time, so that a break of three spots is one repeat, and overlaps the
repeats of its spots. Here the timeline is parted wherever an occurrence begins or ends, also in all other showings of
the same content; equal parts are one spot, and parts that never come apart are joined again.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from statistics import median

from loopfind.model.comparison import Comparison
from loopfind.model.report import Repeat, Report

FRAMES = 2.5
"""Frames by which two ends may differ and be one: each is found to a frame or so."""
USUAL_RATE = 25.0
"""Frames a second where no file says its own."""
SHORTEST_OF_BREAK = 1.0
"""Seconds below which a part of a break is no spot of its own, but black or a sting that goes with a spot beside it."""


@dataclass(frozen=True)
class Airing:
    """One showing of a spot, [start, end) seconds. file: its number, from 0, among several."""

    start: float
    end: float
    file: int = 0


@dataclass(frozen=True)
class Spot:
    """A stretch of content and all its airings, by file and time. sound: whether it is only heard again. number: from
    1, those with the most airings first. repeats: ids of the repeats of which it is a part, or all."""

    number: int
    airings: tuple[Airing, ...]
    repeats: tuple[int, ...]
    sound: bool = False

    @property
    def length(self) -> float:
        """Seconds of its usual airing, the middle one by length."""
        return median(one.end - one.start for one in self.airings)

    @property
    def total(self) -> float:
        """Seconds of all its airings together."""
        return sum(one.end - one.start for one in self.airings)


def spots_of(answer: Report | Comparison) -> tuple[Spot, ...]:
    """Return the spots of a scan or a comparison. Motionless pictures are none."""
    sources = answer.sources if isinstance(answer, Comparison) else (answer.source,)
    rates = [source.fps for source in sources if source.fps > 0]
    tolerance = FRAMES / min(rates, default=USUAL_RATE)
    shown = [repeat for repeat in answer.repeats if repeat.kind != "still"]
    found = []
    # Sounds apart: a jingle under many pictures parts no spot of theirs.
    for heard in (False, True):
        of_one_sort = [repeat for repeat in shown if (repeat.of == "sound") == heard]
        found += [(heard, airings, ids) for airings, ids in parted(of_one_sort, tolerance)]
    found.sort(key=lambda one: (-len(one[1]), -(one[1][0].end - one[1][0].start), one[1][0].file, one[1][0].start))
    return tuple(Spot(number, airings, ids, heard) for number, (heard, airings, ids) in enumerate(found, 1))


def is_split(answer: Report | Comparison, spots: Sequence[Spot]) -> bool:
    """Return whether the spots say what the repeats do not: some are parts of repeats, or of several at once."""
    shown = [repeat for repeat in answer.repeats if repeat.kind != "still"]
    return len(spots) != len(shown) or any(len(spot.repeats) > 1 for spot in spots)


def parted(repeats: Sequence[Repeat], tolerance: float) -> list[tuple[tuple[Airing, ...], tuple[int, ...]]]:
    """Return the airings of each spot of these repeats, and the ids of the repeats that show it.

    tolerance: seconds by which ends that belong together may differ.
    """
    shortest = min((one.end - one.start for repeat in repeats for one in repeat.occurrences), default=0.0)
    timeline = _Timeline(repeats, min(tolerance, shortest / 4))
    timeline.part()
    spots: dict[int, list[_Part]] = defaultdict(list)
    for part in _joined(_without_slivers(timeline.parts())):
        spots[part.spot].append(part)
    return [
        (
            tuple(Airing(part.start, part.end, part.file) for part in same),
            tuple(sorted(set[int]().union(*(part.repeats for part in same)))),
        )
        for same in spots.values()
        if len(same) > 1
    ]


@dataclass
class _Part:
    """A part of the timeline between two marks. spot: what it shows, the number of the first part that shows it."""

    file: int
    start: float
    end: float
    spot: int
    repeats: set[int] = field(default_factory=set)
    backwards: bool = False


_NOTHING, _BACKWARDS = -1, -2
"""In place of the number of a spot beside a part: there is none; or the part runs backwards, so that its neighbours are
not those of its spot."""


class _Timeline:
    """Marks on the timelines of all files, and the parts between them."""

    def __init__(self, repeats: Sequence[Repeat], tolerance: float) -> None:
        self._repeats, self._near = repeats, tolerance
        self._shown: dict[int, list[tuple[float, float, int, int]]] = defaultdict(list)
        """File -> occurrences by their starts: start, end, repeat and occurrence by their places."""
        for place, repeat in enumerate(repeats):
            for number, one in enumerate(repeat.occurrences):
                self._shown[one.file or 0].append((one.start, one.end, place, number))
        for spans in self._shown.values():
            spans.sort()
        self._until = {file: [*accumulate((end for _, end, *_ in spans), max)] for file, spans in self._shown.items()}
        """File -> for each of these the latest end of it and all before it."""
        self._marks: dict[int, list[float]] = {file: [] for file in self._shown}

    def _around(self, file: int, time: float) -> Iterator[tuple[int, int]]:
        """Yield the occurrences in the midst of which a time lies, by repeat and number."""
        spans, near = self._shown[file], self._near
        for at in range(bisect_left(spans, (time - near,)) - 1, -1, -1):
            _, end, place, number = spans[at]
            if self._until[file][at] <= time + near:
                return
            if time < end - near:
                yield place, number

    def part(self) -> None:
        """Mark the ends of all occurrences, and what they are in all other showings of the same content."""
        waiting = deque(
            (file, time) for file, spans in self._shown.items() for start, end, *_ in spans for time in (start, end)
        )
        handed: list[list[float]] = [[] for _ in self._repeats]  # the seconds of content that were marked already

        def hand_on(place: int, content: float) -> None:
            if self._enter(handed[place], content):
                for other in self._repeats[place].occurrences:
                    if other.content_start + self._near < content < other.content_end - self._near:
                        waiting.append((other.file or 0, other.time_of(content)))

        for place, repeat in enumerate(self._repeats):
            for one in repeat.occurrences:
                hand_on(place, one.content_start)
                hand_on(place, one.content_end)
        while waiting:
            file, time = waiting.popleft()
            if not self._enter(self._marks[file], time):
                continue
            for place, number in self._around(file, time):
                hand_on(place, self._repeats[place].occurrences[number].content_at(time))

    def _enter(self, marks: list[float], time: float) -> bool:
        """Enter a time among others, and return whether none was there so near that it is the same."""
        at = bisect_left(marks, time)
        if any(abs(mark - time) <= self._near for mark in marks[max(0, at - 1) : at + 1]):
            return False
        marks.insert(at, time)
        return True

    def parts(self) -> list[_Part]:
        """Return the parts in which something is shown again, by file and time; those of equal content are one spot."""
        parts, at = list[_Part](), dict[int, list[int]]()
        for file, marks in sorted(self._marks.items()):
            at[file] = []
            for start, end in pairwise(marks):
                if any(True for _ in self._around(file, (start + end) / 2)):
                    at[file].append(len(parts))
                    parts.append(_Part(file, start, end, len(parts)))
        same = [*range(len(parts))]
        for one, other in self._equal(parts, at):
            low, high = sorted((_first(same, one), _first(same, other)))
            same[high] = low
        for number, part in enumerate(parts):
            part.spot = _first(same, number)
        return parts

    def _equal(self, parts: list[_Part], at: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
        """Yield the numbers of any two parts that show the same content of one repeat."""
        starts = {file: [parts[number].start for number in numbers] for file, numbers in at.items()}
        for repeat in self._repeats:
            known: list[tuple[float, int]] = []
            for one in repeat.occurrences:
                file = one.file or 0
                first = bisect_left(starts[file], one.start - self._near)
                last = bisect_left(starts[file], one.end - self._near)
                for number in at[file][first:last]:
                    part = parts[number]
                    part.repeats.add(repeat.id)
                    part.backwards |= one.reversed
                    middle = one.content_at((part.start + part.end) / 2)
                    place = bisect_left(known, (middle, 0))
                    beside = known[max(0, place - 1) : place + 1]
                    equal = [other for content, other in beside if abs(content - middle) <= self._near]
                    if equal:
                        yield equal[0], number
                    else:
                        known.insert(place, (middle, number))


def _first(same: list[int], number: int) -> int:
    """Return the number that stands for all parts that are equal to one."""
    while same[number] != number:
        same[number] = number = same[same[number]]
    return number


def _neighbours(parts: Sequence[_Part]) -> Iterator[tuple[_Part | None, _Part, _Part | None]]:
    """Yield each part with the part that ends where it starts, and the one that starts where it ends."""
    padded: list[_Part | None] = [None, *parts, None]
    for before, part, after in zip(padded, parts, padded[2:], strict=False):
        yield (
            before if before is not None and (before.file, before.end) == (part.file, part.start) else None,
            part,
            after if after is not None and (after.file, after.start) == (part.file, part.end) else None,
        )


def _without_slivers(parts: list[_Part]) -> list[_Part]:
    """Return the parts, each that is too short for a spot joined to the spot beside which it stands most often.

    What also stands by itself somewhere is no sliver, however short.
    """
    lengths = defaultdict[int, list[float]](list)
    for part in parts:
        lengths[part.spot].append(part.end - part.start)
    short = {spot for spot, all_of_it in lengths.items() if median(all_of_it) < SHORTEST_OF_BREAK}
    beside = defaultdict[int, Counter[tuple[int, bool]]](Counter)
    for before, part, after in _neighbours(parts):
        if part.spot in short:
            found = [
                (one.spot, late) for one, late in ((before, False), (after, True)) if one and one.spot not in short
            ]
            beside[part.spot].update(found)
            if not found:
                short.discard(part.spot)
    kept = []
    for before, part, after in _neighbours(parts):
        if part.spot not in short:
            kept.append(part)
            continue
        (spot, late), _ = max(beside[part.spot].items(), key=lambda one: one[1])
        if late and after is not None and after.spot == spot:
            after.start = part.start
        elif not late and before is not None and before.spot == spot:
            before.end = part.end
    return kept


def _joined(parts: list[_Part]) -> list[_Part]:
    """Return the parts, those of spots joined that never come apart: each is always followed by the other one."""
    followers, leaders = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for before, part, after in _neighbours(parts):
        alone = _BACKWARDS if part.backwards else _NOTHING
        followers[part.spot].add(after.spot if after and not part.backwards else alone)
        leaders[part.spot].add(before.spot if before and not part.backwards else alone)
    tied = {
        spot: next(iter(after))
        for spot, after in followers.items()
        if len(after) == 1 and after != {spot} and leaders.get(next(iter(after))) == {spot}
    }
    kept = list[_Part]()
    for before, part, _after in _neighbours(parts):
        if before is not None and tied.get(before.spot) == part.spot:
            kept[-1].end = part.end
            kept[-1].repeats |= part.repeats
        else:
            kept.append(part)
    return kept
