"""Files that several processes scan: a task each, which returns the report."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from loopfind.errors import Broken, LoopfindError, MediaError, UsageError
from loopfind.model.exhibits import Exhibits, SoundExhibits
from loopfind.model.report import Report
from loopfind.pipeline.cache import Cache
from loopfind.pipeline.cluster.workers import Cluster, GivenUp, Task, path_for_workers
from loopfind.pipeline.packet_scan import scan_packets
from loopfind.pipeline.scanning import scan, scan_to_show
from loopfind.settings import Decoding, Settings
from loopfind.stores.opener import is_address


@dataclass(frozen=True)
class SharedScan:
    """The way to scan files. shown: whether exhibits are wanted, for a page. library: that readings go through, None
    for none."""

    settings: Settings
    decoding: Decoding
    shown: bool
    library: str | None


@dataclass(frozen=True)
class Scanned:
    """A scan that has ended. report: None where the file cannot be scanned, which `error` then says. notes: lines for
    people. said: lines for a log."""

    report: Report | None
    exhibits: Exhibits | SoundExhibits | None
    error: LoopfindError | None
    notes: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


def scan_shared(cluster: Cluster, paths: Sequence[str], order: SharedScan) -> Iterator[Scanned]:
    """Scan files, and yield what became of each, in their order. Raises WorkersFailed, and LibraryError."""
    if order.library is not None and not is_address(order.library):
        order = replace(order, library=os.path.abspath(order.library))
    order = replace(order, decoding=replace(order.decoding, jobs=1, threads=1))
    tasks = [Task("scan", number, _scan, (order, path, path_for_workers(path))) for number, path in enumerate(paths)]
    for task, outcome in cluster.in_order(tasks):
        if isinstance(outcome, GivenUp):
            path = task.arguments[1]
            what = f"it ended {outcome.processes} processes that read it, one after the other"
            yield Scanned(None, None, Broken(path, what))
        else:
            yield outcome


def _scan(order: SharedScan, shown: str, path: str) -> Scanned:
    notes: list[str] = []
    said: list[str] = []
    try:
        report, exhibits = _answer(order, path, notes.append, said.append)
    except (MediaError, UsageError) as error:
        if isinstance(error, MediaError) and error.path == path:
            error.path = shown
            error.args = (f"{shown}: {error.what}",)
        return Scanned(None, None, error, tuple(notes), tuple(said))
    source = replace(report.source, path=shown) if report.source.path == path else report.source
    return Scanned(replace(report, source=source), exhibits, None, tuple(notes), tuple(said))


def _answer(
    order: SharedScan, path: str, note: Callable[[str], None], log: Callable[[str], None]
) -> tuple[Report, Exhibits | SoundExhibits | None]:
    if order.settings.packets_only:
        return scan_packets(path, order.settings, None, log, order.decoding.unbounded), None
    cache = None if order.library is None else Cache(order.library, note)
    if order.shown:
        return scan_to_show(path, order.settings, None, log, cache, None, order.decoding)
    return scan(path, order.settings, None, log, cache, None, order.decoding), None
