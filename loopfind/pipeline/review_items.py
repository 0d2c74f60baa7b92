"""Findings for the review queue: of a scan, of a comparison, and of all that a library has compared."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from loopfind.model.comparison import Comparison
from loopfind.model.library import File
from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.model.review_queue import ReviewedFile, ReviewItem
from loopfind.model.video import Source
from loopfind.settings import CompareSettings
from loopfind.stores.comparisons import Results
from loopfind.stores.decisions import ReviewQueue
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library

LIBRARY_ORIGIN = "library"
"""Origin of what a comparison of the library found."""
JOB_ORIGIN = "job "
"""Beginning of the origin of what a job found, before its number."""
_MOST_STRETCHES, _MOST_SHOWN = 20, 12
"""Stretches of an item, the longest ones, and occurrences of a stretch, the first ones, that a reviewer is shown."""

Identity = tuple[str, int]
"""Digest, in hexadecimal, and bytes of a file."""


def items_of_report(report: Report, origin: str) -> Iterator[ReviewItem]:
    """Yield an item for each repeat of a scan of a file on disk; stills, where nothing moves, are none."""
    source = report.source
    if source.digest is None or source.size is None:
        return
    file = _file(source, (source.digest, source.size))
    for repeat in report.repeats:
        if repeat.kind != "still":
            shown = tuple(_placed(one, 0) for one in repeat.occurrences[:_MOST_SHOWN])
            yield ReviewItem("repeat", (file,), (shown,), repeat.length, repeat.confidence, origin)


def items_of_comparison(
    comparison: Comparison, identities: Sequence[Identity | None], origin: str
) -> Iterator[ReviewItem]:
    """Yield an item for any two files that share something.

    identities: of each file, None for one that is not known by its content. Two files that hold the same bytes are left
    out: there is nothing to decide.
    """
    shared = defaultdict[tuple[int, int], list[Repeat]](list)
    for repeat in comparison.repeats:
        there = sorted({one.file or 0 for one in repeat.occurrences})
        for two in combinations(there, 2):
            shared[two].append(repeat)
    for pair in comparison.pairs:
        a, b = sorted(pair.files)
        one, other = identities[a], identities[b]
        repeats = sorted(shared[a, b], key=lambda repeat: -repeat.length)[:_MOST_STRETCHES]
        if one is None or other is None or one == other or not repeats:
            continue
        files = (_file(comparison.sources[a], one), _file(comparison.sources[b], other))
        yield ReviewItem(
            kind="duplicate" if all(pair.whole) else "part",
            files=files,
            stretches=tuple(_of_two(repeat, a, b) for repeat in repeats),
            seconds=max(pair.seconds),
            confidence=max(repeat.confidence for repeat in repeats),
            origin=origin,
        )


def enter_library(library: Library) -> int:
    """Put what comparisons of a library have found into its review queue; return how many findings are new there.

    Nothing is compared. Raises LibraryError.
    """
    queue, results = ReviewQueue(library.connections), Results(library.connections)
    contents = queue.contents()
    known = {entry.id: entry.source for entry in library.entries()}
    entries = [entry for entry, _, _ in results.standing() if entry in known]
    repeats, pairs = results.read(entries)
    sources = tuple(known[entry] for entry in entries)
    found = Comparison(sources, CompareSettings(), "", repeats, pairs)
    return queue.enter(items_of_comparison(found, [contents.get(entry) for entry in entries], LIBRARY_ORIGIN))


def enter_scan(report: Report, at: str | os.PathLike[str], origin: str) -> int:
    """Put the repeats of a scan into the review queue of the library at a path or address; return how many are new
    there. Raises LibraryError."""
    with open_library(at) as library:
        return ReviewQueue(library.connections).enter(items_of_report(report, origin))


def enter_search(found: Comparison, asked: Identity | None, at: str | os.PathLike[str], origin: str) -> int:
    """Put what a video shares with files of the library at a path or address into its review queue; return how many
    findings are new there. asked: of the video, the first file of the answer. Raises LibraryError."""
    with open_library(at) as library:
        known = library.files_at([source.path for source in found.sources[1:]])
        others = [_identity(known.get(source.path)) for source in found.sources[1:]]
        return ReviewQueue(library.connections).enter(items_of_comparison(found, [asked, *others], origin))


def _identity(file: File | None) -> Identity | None:
    return None if file is None else (file.digest.hex(), file.size)


def _file(source: Source, identity: Identity) -> ReviewedFile:
    return ReviewedFile(identity[0], identity[1], source.path, source.duration, source.width, source.height)


def _of_two(repeat: Repeat, a: int, b: int) -> tuple[Occurrence, ...]:
    """Return the occurrences in two files, those of the first file first."""
    each = [[_placed(one, place) for one in repeat.occurrences if one.file == file] for place, file in ((0, a), (1, b))]
    return tuple(one for shown in each for one in shown[: _MOST_SHOWN // 2])


def _placed(one: Occurrence, file: int) -> Occurrence:
    """Return an occurrence with its file's place in an item, without what an item does not keep."""
    return Occurrence(
        start=one.start,
        end=one.end,
        start_frame=one.start_frame,
        end_frame=one.end_frame,
        content_start=one.content_start,
        content_end=one.content_end,
        reversed=one.reversed,
        mirrored=one.mirrored,
        speed=one.speed,
        turned=one.turned,
        file=file,
    )
