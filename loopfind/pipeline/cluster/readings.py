"""Files that are read into a library by several processes: a task each, known by its content.

The process that reads a file keeps it in the library, and returns a few words. So a task that is done twice, or cut off
and done again, leaves what one would, and a run that was stopped goes on where it was. A file that ends the processes
which read it goes into the quarantine of the library.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from loopfind.errors import MediaError
from loopfind.model.comparison import Failure
from loopfind.model.library import Added
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.cache import Cache, open_reader
from loopfind.pipeline.cluster.shared_library import SharedLibrary, share_library
from loopfind.pipeline.cluster.workers import Cluster, GivenUp, Task, path_for_workers, say_all
from loopfind.pipeline.inputs import each
from loopfind.pipeline.library_add import adding
from loopfind.settings import Decoding, Settings
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library
from loopfind.stores.quarantine import Quarantine

_ONE_CORE = Decoding(jobs=1, threads=1)


@dataclass(frozen=True)
class Receipt:
    """Result of a task on a file. said: lines for a log."""

    became: Added | Failure
    said: tuple[str, ...]


def read_shared(
    cluster: Cluster,
    wanted: Sequence[tuple[str, bool]],
    at: str | os.PathLike[str],
    settings: Settings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    unbounded: bool,
) -> list[Added | Failure]:
    """Read files into a library, and return what became of each, in their order.

    wanted: paths, with whether each was named itself. Raises LibraryError and WorkersFailed.
    """
    order = (settings, replace(_ONE_CORE, unbounded=unbounded))
    found: dict[int, Added | Failure] = {}
    seconds = 0.0
    with open_library(at) as library:
        shared = share_library(at)
        for task, outcome in _once_each(cluster, [path for path, _ in wanted], library, (shared, *order)):
            path = wanted[task.number][0]
            if isinstance(outcome, GivenUp):
                done: Added | Failure = _quarantined(library, path, outcome.processes)
            else:
                done = replace(outcome.became, path=path)
                say_all(outcome.said, log)
            found[task.number] = done
            seconds += done.seconds if isinstance(done, Added) else 0.0
            if watch is not None:
                share = len(found) / len(wanted)
                watch(Progress(f"read {len(found)} of {len(wanted)}", 0, seconds, None, share=share))
    return [found[number] for number in range(len(wanted))]


def _once_each(
    cluster: Cluster, paths: Sequence[str], library: Library, order: tuple[SharedLibrary, Settings, Decoding]
) -> Iterator[tuple[Task[Receipt], Receipt | GivenUp]]:
    """Yield what became of each file; of files of one content, one is read before the others are looked at."""
    seen: set[bytes] = set()
    again: list[Task[Receipt]] = []

    def tasks() -> Iterator[Task[Receipt]]:
        for number, path in enumerate(paths):
            try:
                content = library.look(path).digest
            except (OSError, ValueError, MediaError):  # whoever reads it says why it cannot be read
                content = b""
            task = Task(f"add-{content.hex()[:16]}", number, _add, (*order, path_for_workers(path)))
            if content and content in seen:
                again.append(task)
            else:
                seen.add(content)
                yield task

    yield from cluster.outcomes(tasks())
    yield from cluster.outcomes(again)


def _add(shared: SharedLibrary, settings: Settings, decoding: Decoding, path: str) -> Receipt:
    shared.check()
    said: list[str] = []
    with open_reader(Cache(shared.at), decoding) as videos:
        (became,) = each([(path, False)], adding(videos, settings), 1, None, said.append, strict=False)
    return Receipt(became, tuple(said))


def _quarantined(library: Library, path: str, processes: int) -> Failure:
    """Put a file into quarantine. Return that it was."""
    with contextlib.suppress(OSError, MediaError):  # it is gone
        Quarantine(library.connections).add(library.look(path), processes)
    return Failure(path, f"it ended {processes} processes that read it, one after the other, and is in quarantine now")
