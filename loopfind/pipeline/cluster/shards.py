"""All files of a library against all, in shards: some files each, with all that were there before them.

What a shard shares depends on the index alone, not on other shards. So they are found side by side, in any order, and
written in the order in which one process would find them.
"""

import contextlib
import threading
import uuid
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial

from loopfind.errors import WorkersFailed
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.cluster.shared_library import SharedLibrary
from loopfind.pipeline.cluster.workers import Cluster, GivenUp, Task
from loopfind.pipeline.library_compare import ShardFindings, compare_shard
from loopfind.pipeline.library_index import IndexedEntries, StandingEntries, index_entries
from loopfind.stores.comparisons import Results
from loopfind.stores.library import Library
from loopfind.stores.postings import MOST_ENTRIES_AT_ONCE, Postings

_SHARES = 4
"""Parts of the work on an index that each worker has, so that none waits long for another at the end."""


@dataclass(frozen=True)
class _Order:
    """A comparison of a library. run: unlike that of any other. last: the highest id of an entry that is compared.
    sizes: of the tables of the index."""

    library: SharedLibrary
    run: str
    last: int
    sizes: tuple[tuple[int, int], ...]


_OPEN: dict[_Order, tuple[Library, IndexedEntries]] = {}
"""Comparisons that this process has a part in."""
_TURN = threading.Lock()


def index_shared(cluster: Cluster, shared: SharedLibrary, library: Library, watch: Watch | None) -> None:
    """Put every entry into the index that is not in it yet. Raises LibraryError and WorkersFailed."""
    missing, done = Postings(library.connections).missing(), 0
    size = max(1, min(MOST_ENTRIES_AT_ONCE, -(-len(missing) // (_SHARES * max(1, cluster.width)))))
    parts = [missing[low : low + size] for low in range(0, len(missing), size)]
    tasks = (Task("index", number, _index, (shared, part)) for number, part in enumerate(parts))
    for task, outcome in cluster.outcomes(tasks):
        part = task.arguments[1]
        if isinstance(outcome, GivenUp):
            raise _failed("indexing", [entry for entry, _ in part], library, outcome)
        done += len(part)
        if watch is not None:
            watch(Progress("indexing", done, float(done), float(len(missing))))


def _index(shared: SharedLibrary, entries: Sequence[tuple[int, str]]) -> None:
    with shared.open() as library:
        deque(index_entries(library, entries), maxlen=0)


def shards_of(
    cluster: Cluster, shared: SharedLibrary, library: Library, standing: StandingEntries, shards: Sequence[list[int]]
) -> Generator[ShardFindings]:
    """Yield what each shard shares, in their order. Raises LibraryError and WorkersFailed."""
    sizes = tuple(sorted(Postings(library.connections).sizes().items()))
    order = _Order(shared, uuid.uuid4().hex, max(entry for entry, _, _ in standing), sizes)
    tasks = [Task(f"compare-{order.run}", number, _compare, (order, shard)) for number, shard in enumerate(shards)]
    try:
        for task, outcome in cluster.in_order(tasks):
            if isinstance(outcome, GivenUp):
                raise _failed("comparing", task.arguments[1], library, outcome)
            yield outcome
    finally:
        cluster.everywhere(partial(_forget, order))


def _compare(order: _Order, shard: list[int]) -> ShardFindings:
    with _TURN:  # the index is copied once
        if order not in _OPEN:
            with contextlib.ExitStack() as opened:
                library = opened.enter_context(order.library.open())
                standing = [one for one in Results(library.connections).standing() if one[0] <= order.last]
                _OPEN[order] = library, IndexedEntries(library, standing, dict(order.sizes))
                opened.pop_all()
        library, indexed = _OPEN[order]
    return compare_shard(library, indexed, shard)


def _forget(order: _Order) -> None:
    """Close what a comparison has open in this process."""
    with _TURN:
        if order in _OPEN:
            _OPEN.pop(order)[0].close()


def _failed(doing: str, entries: Sequence[int], library: Library, outcome: GivenUp) -> WorkersFailed:
    """Return the error of entries that end whoever has to do with them."""
    names = {number: entry.source.path for number, entry in library.entries_of(entries[:3]).items()}
    named = ", ".join(names.get(entry, f"entry {entry}") for entry in entries[:3])
    more = f" and {len(entries) - 3} others" if len(entries) > 3 else ""
    return WorkersFailed(f"{doing} {named}{more} ended {outcome.processes} workers, one after the other")
