"""Which files show most of a clip, and which files all show the same: read off what was found between any two."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from loopfind.model.comparison import Group, Match, Place, Shared
from loopfind.model.report import Repeat
from loopfind.model.video import Source

_SLACK = 0.1
"""Seconds by which a part may stick out of the whole: either end is found to a frame or two."""


def matches_of(
    repeats: Sequence[Repeat], pairs: Sequence[Shared], sources: Sequence[Source], queries: int
) -> tuple[Match, ...]:
    """The files that show something of each of the first `queries` files, the best first; equal ones by their order."""
    found = []
    for pair in pairs:
        query, file = pair.files  # the clips that are looked for are the first files
        places = _places(repeats, query, file)
        if query >= queries or not places:
            continue
        length = max(sources[query].duration, 1e-9)
        share = 1.0 if pair.whole[0] else min(1.0, pair.seconds[0] / length)
        weights = [(place.end - place.start, repeat.confidence) for place, repeat in places]
        confidence = sum(a * b for a, b in weights) / max(sum(a for a, _ in weights), 1e-9)
        closeness = 1.0 if pair.closeness is None else pair.closeness
        found.append(
            Match(
                query=query,
                file=file,
                rank=0,
                score=share * confidence * closeness,
                share=share,
                confidence=confidence,
                closeness=closeness,
                whole=all(pair.whole),
                places=tuple(place for place, _ in places),
                repeats=tuple(dict.fromkeys(repeat.id for _, repeat in places)),
            )
        )
    return tuple(_ranked(found))


def _ranked(found: Iterable[Match]) -> Iterable[Match]:
    ranks: dict[int, int] = defaultdict(int)
    for match in sorted(found, key=lambda m: (m.query, -m.score, m.file)):
        ranks[match.query] += 1
        yield replace(match, rank=ranks[match.query])


def _places(repeats: Sequence[Repeat], query: int, file: int) -> list[tuple[Place, Repeat]]:
    """Where the clip is in the file, by its own time; what is part of a longer stretch that is found there as well is
    left out."""
    found: list[tuple[Place, Repeat]] = []
    for repeat in sorted(repeats, key=lambda repeat: -repeat.length):
        for one in repeat.occurrences:
            for other in repeat.occurrences:
                place = Place(one.start, one.end, other.start, other.end)
                if one.file == query and other.file == file and not any(_holds(longer, place) for longer, _ in found):
                    found.append((place, repeat))
    return sorted(found, key=lambda each: (each[0].start, each[0].there_start))


def _holds(longer: Place, part: Place) -> bool:
    """Whether a place lies within another one, in the clip and in the file."""
    own = longer.start - _SLACK <= part.start and part.end <= longer.end + _SLACK
    return own and longer.there_start - _SLACK <= part.there_start and part.there_end <= longer.there_end + _SLACK


def groups_of(repeats: Sequence[Repeat], pairs: Sequence[Shared], sources: Sequence[Source]) -> tuple[Group, ...]:
    """Sets of files of which every two share the same, the largest first. Those that are the same from end to end come
    first. Nothing is chained: that a file shares something with each of two others does not put these in one group."""
    stretches: dict[tuple[int, ...], list[Repeat]] = defaultdict(list)
    for repeat in repeats:
        files = tuple(sorted({occurrence.file for occurrence in repeat.occurrences if occurrence.file is not None}))
        if len(files) > 1:
            stretches[files].append(repeat)
    shared = [
        Group(files, False, sum(repeat.length for repeat in found), tuple(repeat.id for repeat in found))
        for files, found in stretches.items()
    ]
    whole = []
    for files in _cliques([pair.files for pair in pairs if all(pair.whole)]):
        shown = [repeat.id for repeat in repeats if {*files} <= {o.file for o in repeat.occurrences}]
        whole.append(Group(files, True, min(sources[file].duration for file in files), tuple(shown)))
    same = {group.files for group in whole}
    shared = [group for group in shared if group.files not in same]
    return tuple(sorted(whole + shared, key=lambda g: (not g.whole, -len(g.files), -g.seconds, g.files)))


def _cliques(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Sets of numbers of which every two are a pair; every pair is in one, and they may overlap."""
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    found: list[tuple[int, ...]] = []
    told: set[tuple[int, int]] = set()
    for one, other in sorted(pairs):
        if (one, other) in told:
            continue
        members, open_to = [one, other], beside[one] & beside[other]
        while open_to:
            members.append(min(open_to))
            open_to &= beside[members[-1]]
        members.sort()
        told.update(combinations(members, 2))
        found.append(tuple(members))
    return found
