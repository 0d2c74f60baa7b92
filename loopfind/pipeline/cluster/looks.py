"""Files of a library that several processes look at: a task each, which keeps what it sees."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from loopfind.model.comparison import Failure
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.appearances import Eye, eye_of, looking
from loopfind.pipeline.cluster.shared_library import SharedLibrary
from loopfind.pipeline.cluster.workers import Cluster, GivenUp, Task, say_all
from loopfind.pipeline.inputs import each
from loopfind.settings import LookSettings

_Look = tuple[Failure | None, tuple[str, ...]]
_eye_of: Callable[[LookSettings], Eye] = lru_cache(maxsize=1)(eye_of)  # a network is loaded once in a process


def look_shared(
    cluster: Cluster,
    shared: SharedLibrary,
    paths: Sequence[str],
    settings: LookSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> tuple[Failure, ...]:
    """Look at files of a library. Return those that cannot be looked at. Raises LibraryError and WorkersFailed."""
    failures: dict[int, Failure] = {}
    tasks = (Task("look", number, _look, (shared, settings, path)) for number, path in enumerate(paths))
    for done, (task, outcome) in enumerate(cluster.outcomes(tasks), 1):
        if isinstance(outcome, GivenUp):
            what = f"it ended {outcome.processes} processes that looked at it, one after the other"
            failures[task.number] = Failure(paths[task.number], what)
        else:
            failure, said = outcome
            if failure is not None:
                failures[task.number] = failure
            say_all(said, log)
        if watch is not None:
            watch(Progress(f"read {done} of {len(paths)}", 0, 0.0, None, share=done / len(paths)))
    return tuple(failures[number] for number in sorted(failures))


def _look(shared: SharedLibrary, settings: LookSettings, path: str) -> _Look:
    said: list[str] = []
    with shared.open() as library:
        work = looking(library, _eye_of(settings))
        (found,) = each([(path, False)], work, 1, None, said.append, strict=False)
    return found, tuple(said)
