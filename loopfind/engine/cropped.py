"""Repeats of a part of one file's picture and all of another's: the part is compared as a file of its own is."""

from collections.abc import Sequence
from dataclasses import replace

from loopfind.arrays.time_index import covered
from loopfind.engine.cross_file import CrossFileResult, compare_tracks, pairs_of
from loopfind.model.crop import Crop
from loopfind.model.fingerprint import Track
from loopfind.model.report import Occurrence, Repeat
from loopfind.settings import CompareSettings

_KNOWN = 0.5
"""Share of either occurrence from which a repeat says what is known."""


def compare_crop(
    host: tuple[int, Track], guest: tuple[int, Track], crop: Crop, known: Sequence[Repeat]
) -> CrossFileResult:
    """Return what a part of the picture of a host shares with a guest, each a file with its number, but for what is
    known of the two. The host's frames are those of that part alone."""
    both = sorted((host, guest), key=lambda file: file[0])
    numbers = tuple(number for number, _ in both)
    result = compare_tracks([track for _, track in both], CompareSettings())

    def named(one: Occurrence) -> Occurrence:
        number = numbers[one.file or 0]
        return replace(one, file=number, crop=crop if number == host[0] else None)

    repeats = [replace(repeat, occurrences=tuple(map(named, repeat.occurrences))) for repeat in result.repeats]
    repeats = [repeat for repeat in repeats if not _is_known(repeat, known)]
    pairs = [replace(pair, files=(numbers[0], numbers[1])) for pair in result.pairs]
    return replace(
        result,
        repeats=tuple(repeats),
        pairs=tuple(pairs) if repeats else (),
        numbers=tuple(numbers[n] for n in result.numbers),
    )


def _is_known(repeat: Repeat, known: Sequence[Repeat]) -> bool:
    """Say whether what is known of the files of a repeat covers most of each of its occurrences."""
    files = {one.file for one in repeat.occurrences}
    spans = [
        (one.file, one.start, one.end)
        for other in known
        if files <= {one.file for one in other.occurrences}
        for one in other.occurrences
    ]
    for one in repeat.occurrences:
        both = [(max(a, one.start), min(b, one.end)) for file, a, b in spans if file == one.file]
        if covered([(a, b) for a, b in both if b > a]) < _KNOWN * (one.end - one.start):
            return False
    return True


def joined_results(results: Sequence[CrossFileResult], files: Sequence[Track]) -> list[CrossFileResult]:
    """Return results with their repeats numbered on, the first one with the pairs of all."""
    first, *more = results
    more = [result for result in more if result.repeats]
    if not more:
        return [first]
    count, numbered = len(first.repeats), list[CrossFileResult]()
    for result in more:
        repeats = tuple(replace(repeat, id=count + k) for k, repeat in enumerate(result.repeats, 1))
        numbered.append(replace(result, repeats=repeats))
        count += len(repeats)
    close = {pair.files: pair.closeness for result in (*more, first) for pair in result.pairs}
    every = [repeat for result in (first, *numbered) for repeat in result.repeats]
    pairs = [replace(pair, closeness=close[pair.files]) for pair in pairs_of(every, files) if pair.files in close]
    return [replace(first, pairs=tuple(pairs)), *numbered]
