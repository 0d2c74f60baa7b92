"""Compare the files of a library with one another."""

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from loopfind.comparison.ranks import groups_of
from loopfind.engine.cross_file import CrossFileResult, compare_hits
from loopfind.errors import BadSetting
from loopfind.model.candidate import IndexHits
from loopfind.model.comparison import Comparison
from loopfind.model.fingerprint import Track
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.library_index import IndexedEntries, entry_track, update_index
from loopfind.pipeline.order import in_order, numbers_of
from loopfind.reports.summaries import summary_of_shared
from loopfind.settings import CompareSettings
from loopfind.stores.comparisons import Results
from loopfind.stores.opener import open_library

COMPARED_AT_ONCE = 120_000
"""Frames of files that are compared at a time, with all that was there before them: an hour and more. So much is
done again if the work is stopped, and memory holds so much."""


def compare_library(path: str | os.PathLike[str], watch: Watch | None = None) -> Comparison:
    """Compare each two files of a library.

    Only what was added since the last time is compared; the answer is of all. Raises LibraryError, and BadSetting for
    a library of fewer than two files.
    """
    with open_library(path, make=False) as library:
        update_index(library, watch)
        results = Results(library.connections)
        standing, compared = results.standing(), results.compared()
        if len(standing) < 2:
            raise BadSetting("the library to compare", os.fsdecode(path), "it holds fewer than two videos; add some")
        indexed = IndexedEntries(library, standing)
        total = sum(frames for entry, _, frames in standing if entry not in compared)
        done = 0
        for batch in _batches(standing, compared):
            asked = {entry: entry_track(library, entry) for entry in batch}
            hits = indexed.hits(asked)
            files = indexed.files(hits, asked, len(indexed))
            shared = share_of(files, hits, CompareSettings(), indexed.frames)
            results.write(batch, [*files], shared.repeats, shared.pairs)
            done += sum(len(file) for file in asked.values())
            if watch is not None:
                watch(Progress("comparing", done, float(done), float(total)))
        entries = [entry for entry, _, _ in standing]
        known = {entry.id: entry.source for entry in library.entries()}
        sources = tuple(known[entry] for entry in entries)
        found, pairs = results.read(entries)
        repeats = in_order(found, numbers_of(found))
        return Comparison(
            sources=sources,
            settings=CompareSettings(),
            summary=summary_of_shared(repeats, pairs, len(entries)),
            repeats=repeats,
            pairs=pairs,
            losses=tuple(() for _ in entries),
            groups=groups_of(repeats, pairs, sources),
        )


def share_of(files: Mapping[int, Track], hits: IndexHits, settings: CompareSettings, among: int) -> CrossFileResult:
    """Return what files, by rising number, share in the moments of the hits. among: frames of everything that was
    looked through."""
    numbers = np.array([*files], np.int64)
    hits = hits.where(np.isin(hits.stored, numbers) & np.isin(hits.asked, numbers))
    if not len(hits):
        return CrossFileResult()
    stored, asked = np.searchsorted(numbers, hits.stored), np.searchsorted(numbers, hits.asked)
    placed = IndexHits(hits.question, stored, hits.stored_ms, asked, hits.asked_ms)
    return compare_hits(list(files.values()), placed, settings, among)


def _batches(standing: Sequence[tuple[int, int, int]], compared: set[int]) -> Iterator[list[int]]:
    """Yield the entries that are to be compared, COMPARED_AT_ONCE frames or one entry at a time."""
    batch: list[int] = []
    held = 0
    for entry, _, frames in standing:
        if entry in compared:
            continue
        if batch and held + frames > COMPARED_AT_ONCE:
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += frames
    if batch:
        yield batch
