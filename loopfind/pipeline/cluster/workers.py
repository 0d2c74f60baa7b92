"""Processes that do tasks for this one: started here, or those of a Dask scheduler that is there already.

A task that is being done when its process ends is done again, behind all others, by another process. One that ends
three processes is given up. So a crash that has nothing to do with the task costs nothing, and one that the task brings
about costs three processes, which are replaced.
"""

import contextlib
import logging
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from loopfind.errors import BadSetting, MissingExtra, WorkersFailed
from loopfind.settings import MOST_JOBS, ClusterSettings

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

MOST_ENDED = 3
"""Processes that a task may end before it is given up."""
_ANSWERS_WITHIN = 10.0
"""Seconds in which a scheduler must answer."""
_CLOSES_WITHIN = 20.0
"""Seconds that processes have to end by themselves."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Task(Generic[_T]):
    """A function of a module with what it is called with, all of which can be pickled. key: a name for it, unlike those
    of the other tasks."""

    key: str
    work: Callable[..., _T]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class GivenUp:
    """The outcome of a task that was given up. processes: how many have ended while they did it."""

    processes: int


class Cluster:
    """Made by `open_cluster`; does tasks."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def outcomes(self, tasks: Iterable[Task[_T]]) -> Iterator[tuple[Task[_T], _T | GivenUp]]:
        """Do tasks, and yield each with what it returned, as they end. No more are handed out than there are processes.

        What a task raises is raised here, and ends all. Where the caller stops, what is not begun is called off.
        """
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        waiting, late = iter(tasks), deque[Task[_T]]()
        ended, attempts = Counter[str](), Counter[str]()
        running: dict[Future[_T], Task[_T]] = {}
        done = as_completed(loop=self._client.loop)
        try:
            while True:
                for _ in range(max(1, self.width) - len(running)):
                    task = next(waiting, None) or (late.popleft() if late else None)
                    if task is None:
                        break
                    attempts[task.key] += 1
                    name = f"{task.key}-{attempts[task.key]}"
                    future = self._client.submit(task.work, *task.arguments, key=name, pure=False)
                    running[future] = task
                    done.add(future)
                if not running:
                    return
                future = next(done)
                task = running.pop(future)
                error = future.exception()
                if isinstance(error, KilledWorker):
                    ended[task.key] += error.allowed_failures + 1
                    if ended[task.key] < MOST_ENDED:
                        late.append(task)
                        continue
                    yield task, GivenUp(ended[task.key])
                elif error is not None:
                    raise error
                else:
                    yield task, future.result()
                future.release()
        finally:
            if running:
                self._client.cancel(list(running), force=True)

    def in_order(self, tasks: Iterable[Task[_T]]) -> Iterator[tuple[Task[_T], _T | GivenUp]]:
        """Do tasks, and yield each with what it returned, in the order in which they were given."""
        early, numbers, next_one = dict[int, tuple[Task[_T], _T | GivenUp]](), dict[str, int](), 0

        def numbered() -> Iterator[Task[_T]]:
            for number, task in enumerate(tasks):
                numbers[task.key] = number
                yield task

        for task, outcome in self.outcomes(numbered()):
            early[numbers.pop(task.key)] = task, outcome
            while next_one in early:
                yield early.pop(next_one)
                next_one += 1

    @property
    def width(self) -> int:
        """Tasks that can be done at a time just now: one a thread of the workers."""
        return sum(self._client.nthreads().values())

    def everywhere(self, work: Callable[[], object]) -> None:
        """Call a function in every process that is there."""
        self._client.run(work)


@contextlib.contextmanager
def open_cluster(settings: ClusterSettings) -> Iterator[Cluster]:
    """Open what `settings` ask for, for as long as the body lasts; then the processes that were started end.

    Raises MissingExtra, BadSetting, and WorkersFailed where no scheduler answers.
    """
    if settings.workers and settings.scheduler:
        raise BadSetting("--workers", settings.workers, "the workers of --scheduler are started where they run")
    if not 0 <= settings.workers <= MOST_JOBS:
        raise BadSetting("--workers", settings.workers, f"give 1 to {MOST_JOBS}")
    try:
        import cryptography  # noqa: F401 - what Dask encrypts with
        import dask
        from distributed import Client
    except ImportError:
        raise MissingExtra("work on several processes or machines", "distributed", "dask") from None
    quiet = {"distributed.logging.distributed": "critical", "distributed.comm.timeouts.connect": f"{_ANSWERS_WITHIN}s"}
    with dask.config.set(quiet), contextlib.ExitStack() as opened:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        if settings.scheduler:
            try:
                client = Client(settings.scheduler, timeout=_ANSWERS_WITHIN, set_as_default=False)
            except (OSError, ValueError) as error:
                what = f"no Dask scheduler answers at {settings.scheduler}: start one with `dask scheduler`"
                raise WorkersFailed(what) from error
        else:
            client = Client(opened.enter_context(_started(settings.workers)), set_as_default=False)
        opened.callback(client.close, timeout=_CLOSES_WITHIN)
        yield Cluster(client)


@contextlib.contextmanager
def _started(workers: int) -> "Iterator[LocalCluster]":
    """Start workers on this machine, one thread each, that nobody else can reach, and end them."""
    import dask
    from distributed import LocalCluster

    # A worker that ends is never the fault of the task until `outcomes` counts it.
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"dashboard": False},
            security=True,
        )
    try:
        yield cluster
    except BaseException:  # Ctrl-C too: what is being done is not waited for
        _kill(cluster)
        raise
    finally:
        try:
            cluster.close(timeout=_CLOSES_WITHIN)
        except TimeoutError:
            _kill(cluster)


def _kill(cluster: "LocalCluster") -> None:
    """End the workers of a cluster at once."""
    for nanny in cluster.workers.values():
        if nanny.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGTERM)
