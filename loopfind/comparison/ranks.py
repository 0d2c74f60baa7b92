"""The files that show most of a clip, and the groups of files that all show the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
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
    """Rank the files that show something of each of the first `queries` files, the best first; equal ones by their
    order."""
    wanted = [pair for pair in pairs if pair.files[0] < queries]  # the clips that are looked for are the first files
    places_of = _places_by_files(repeats, {pair.files for pair in wanted})
    found = []
    for pair in wanted:
        query, file = pair.files
        places = places_of[pair.files]
        if not places:
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
    """Give the matches of each clip their ranks, the best first."""
    ranks: dict[int, int] = defaultdict(int)
    for match in sorted(found, key=lambda m: (m.query, -m.score, m.file)):
        ranks[match.query] += 1
        yield replace(match, rank=ranks[match.query])


def _places_by_files(
    repeats: Sequence[Repeat], wanted: Set[tuple[int, int]]
) -> dict[tuple[int, int], list[tuple[Place, Repeat]]]:
    """Return for each wanted pair of a clip and a file the places of the clip in the file, by the clip's own time. A
    part of a longer stretch that is found there as well is left out."""
    found: dict[tuple[int, int], list[tuple[Place, Repeat]]] = {files: [] for files in wanted}
    clips = {clip for clip, _ in wanted}
    for repeat in sorted(repeats, key=lambda repeat: -repeat.length):
        for one in repeat.occurrences:
            if one.file not in clips:
                continue
            for other in repeat.occurrences:
                if one.file is None or other.file is None or (one.file, other.file) not in found:
                    continue
                own, place = found[one.file, other.file], Place(one.start, one.end, other.start, other.end)
                if not any(_holds(longer, place) for longer, _ in own):
                    own.append((place, repeat))
    return {
        files: sorted(places, key=lambda each: (each[0].start, each[0].there_start)) for files, places in found.items()
    }


def _holds(longer: Place, part: Place) -> bool:
    """Tell whether a place lies within another one, in the clip and in the file."""
    own = longer.start - _SLACK <= part.start and part.end <= longer.end + _SLACK
    return own and longer.there_start - _SLACK <= part.there_start and part.there_end <= longer.there_end + _SLACK


def groups_of(repeats: Sequence[Repeat], pairs: Sequence[Shared], sources: Sequence[Source]) -> tuple[Group, ...]:
    """Group the files of which every two share the same: those that are the same from end to end first, then the
    largest. Nothing is chained: that a file shares something with each of two others does not put these in one
    group."""
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
    """Return sets of numbers of which every two are a pair; every pair is in one, and they may overlap."""
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    found: list[tuple[int, ...]] = []
    listed: set[tuple[int, int]] = set()
    for one, other in sorted(pairs):
        if (one, other) in listed:
            continue
        members, open_to = [one, other], beside[one] & beside[other]
        while open_to:
            members.append(min(open_to))
            open_to &= beside[members[-1]]
        members.sort()
        listed.update(combinations(members, 2))
        found.append(tuple(members))
    return found
