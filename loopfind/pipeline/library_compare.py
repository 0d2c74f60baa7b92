"""Compare the files of a library with one another."""

import contextlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.comparison.ranks import groups_of
from loopfind.engine.cross_file import CrossFileResult, compare_hits
from loopfind.errors import BadSetting
from loopfind.model.candidate import IndexHits
from loopfind.model.comparison import Comparison, Shared
from loopfind.model.fingerprint import Track
from loopfind.model.report import Repeat
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.library_index import IndexedEntries, StandingEntries, entry_track, update_index
from loopfind.pipeline.order import in_order, numbers_of
from loopfind.reports.summaries import summary_of_shared
from loopfind.settings import ClusterSettings, CompareSettings
from loopfind.stores.comparisons import Results
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library

COMPARED_AT_ONCE = 120_000
"""Frames of files that are compared at a time, with all that was there before them: an hour and more. So much is
done again if the work is stopped, and memory holds so much."""


@dataclass(frozen=True)
class ShardFindings:
    """The findings between some files of a library, and between them and those before them.

    shard: their entries. files: entries, by the numbers that the repeats and pairs give them. frames: of the shard.
    """

    shard: list[int]
    files: list[int]
    repeats: tuple[Repeat, ...]
    pairs: tuple[Shared, ...]
    frames: int


def compare_library(
    path: str | os.PathLike[str],
    watch: Watch | None = None,
    cluster: ClusterSettings = ClusterSettings(),  # noqa: B008 - frozen
) -> Comparison:
    """Compare each two files of a library.

    Only what was added since the last time is compared; the answer is of all. cluster: the processes that do it, which
    make no difference to the answer. Raises LibraryError, BadSetting for a library of fewer than two files, and what
    `open_cluster` raises.
    """
    with open_library(path, make=False) as library, contextlib.ExitStack() as opened:
        results = Results(library.connections)
        if len(results.standing()) < 2:
            raise BadSetting("the library to compare", os.fsdecode(path), "it holds fewer than two videos; add some")
        results.line_up()
        if cluster.wanted:
            from loopfind.pipeline.cluster import shards, shared_library, workers

            workforce, shared = opened.enter_context(workers.open_cluster(cluster)), shared_library.share_library(path)
            shards.index_shared(workforce, shared, library, watch)
            standing, compared = results.standing(), results.compared()
            wanted = list(_shards(standing, compared))
            found: Generator[ShardFindings] = shards.shards_of(workforce, shared, library, standing, wanted)
        else:
            update_index(library, watch)
            standing, compared = results.standing(), results.compared()
            indexed = IndexedEntries(library, standing)
            found = (compare_shard(library, indexed, shard) for shard in _shards(standing, compared))
        opened.enter_context(contextlib.closing(found))
        total = sum(frames for entry, _, frames in standing if entry not in compared)
        done = 0
        for one in found:
            results.write(one.shard, one.files, one.repeats, one.pairs)
            done += one.frames
            if watch is not None:
                watch(Progress("comparing", done, float(done), float(total)))
        return _whole_answer(library, results, standing)


def compare_shard(library: Library, indexed: IndexedEntries, shard: Sequence[int]) -> ShardFindings:
    """Compare some entries with one another and with all before them. Raises LibraryError."""
    asked = {indexed.place(entry): entry_track(library, entry) for entry in shard}
    hits = indexed.hits(asked)
    files = indexed.files(hits, asked, len(indexed))
    shared = share_of(files, hits, CompareSettings(), indexed.frames)
    return ShardFindings(
        [*shard], [*map(indexed.entry, files)], shared.repeats, shared.pairs, sum(map(len, asked.values()))
    )


def _whole_answer(library: Library, results: Results, standing: StandingEntries) -> Comparison:
    """Return all that was found between the entries, now and before."""
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


def _shards(standing: StandingEntries, compared: set[int]) -> Iterator[list[int]]:
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
