"""Processes that do tasks for this one: started here, or those of a Dask scheduler that is there already.

A task that is being done when its process ends is done again, behind all others, by another process. One that ends
three processes is given up. So a crash that has nothing to do with the task costs nothing, and one that the task brings
about costs three processes, which are replaced.
"""

import asyncio
import contextlib
import logging
import os
import signal
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from loopfind.errors import BadSetting, MissingExtra, WorkersFailed
from loopfind.settings import MOST_JOBS, ClusterSettings

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster, Nanny

MOST_ENDED = 3
"""Processes that a task may end before it is given up."""
_NAP = 10.0
"""Seconds to wait for a task before the workers are counted."""
_STARTS_WITHIN = 300.0
"""Seconds that a worker has to start, on a machine that has much else to do."""
_CALLED_FOR = 10.0
"""Seconds for which a worker is called that does not answer. One that has just ended is called in vain so long, if what
it returned was to be fetched."""
_ANSWERS_WITHIN = 10.0
"""Seconds in which a scheduler must answer."""
_GLANCE = 0.1
"""Seconds between two looks at workers that are to end."""
_CLOSES_WITHIN = 20.0
"""Seconds that processes have to end by themselves."""

_MEMORY = {"MALLOC_TRIM_THRESHOLD_": 64 << 20, "MALLOC_MMAP_THRESHOLD_": 32 << 20}
"""Bytes that glibc comes to by itself where arrays of such sizes come and go. Dask would have it give back each 64 kB,
which are then asked for again and emptied at each step: a fifth of all time."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Task(Generic[_T]):
    """A function of a module with what it is called with, all of which can be pickled. name: what it is, for people.
    number: its place among the tasks, from 0."""

    name: str
    number: int
    work: Callable[..., _T]
    arguments: tuple[Any, ...]

    @property
    def key(self) -> str:
        """A name unlike those of the other tasks."""
        return f"{self.name}-{self.number}"


@dataclass(frozen=True)
class GivenUp:
    """The outcome of a task that was given up. processes: how many have ended while they did it."""

    processes: int


class Cluster:
    """Made by `open_cluster`; does tasks. replenish: replaces workers that are lost; called while no task ends."""

    def __init__(self, client: "Client", replenish: Callable[[], object]) -> None:
        self._client, self._replenish = client, replenish

    def outcomes(self, tasks: Iterable[Task[_T]]) -> Iterator[tuple[Task[_T], _T | GivenUp]]:
        """Do tasks, and yield each with what it returned, as they end. No more are handed out than there are processes.

        What a task raises is raised here, and ends all. Where the caller stops, what is not begun is called off.
        """
        from distributed.scheduler import KilledWorker

        waiting, late = iter(tasks), deque[Task[_T]]()
        ended, attempts = Counter[str](), Counter[str]()
        running: dict[Future[_T], Task[_T]] = {}
        done: SimpleQueue[Future[_T]] = SimpleQueue()
        run = uuid.uuid4().hex  # others may give a scheduler tasks of the same names
        try:
            while True:
                for _ in range(max(1, self.width) - len(running)):
                    task = next(waiting, None) or (late.popleft() if late else None)
                    if task is None:
                        break
                    attempts[task.key] += 1
                    name = f"{task.key}-{attempts[task.key]}-{run}"
                    future = self._client.submit(task.work, *task.arguments, key=name, pure=False)
                    running[future] = task
                    future.add_done_callback(done.put)
                if not running:
                    return
                try:
                    future = done.get(timeout=_NAP)
                except Empty:
                    self._replenish()
                    continue
                task = running.pop(future)
                outcome: _T | GivenUp
                try:
                    outcome = future.result()  # done again if its worker ends before it is fetched
                except KilledWorker as error:
                    ended[task.key] += error.allowed_failures + 1
                    if ended[task.key] < MOST_ENDED:
                        late.append(task)
                        continue
                    outcome = GivenUp(ended[task.key])
                except CancelledError as error:
                    raise WorkersFailed("the Dask scheduler has ended, or has called off what it was to do") from error
                yield task, outcome
                future.release()
        finally:
            if running:
                self._client.cancel(list(running), force=True)

    def in_order(self, tasks: Iterable[Task[_T]]) -> Iterator[tuple[Task[_T], _T | GivenUp]]:
        """Do tasks, and yield each with what it returned, in the order of their numbers."""
        early, next_one = dict[int, tuple[Task[_T], _T | GivenUp]](), 0
        for task, outcome in self.outcomes(tasks):
            early[task.number] = task, outcome
            while next_one in early:
                yield early.pop(next_one)
                next_one += 1

    @property
    def width(self) -> int:
        """Tasks that can be done at a time just now: one a thread of the workers."""
        return sum(self._client.nthreads().values())

    def everywhere(self, work: Callable[[], object]) -> None:
        """Call a function in every process that is there. One that ends meanwhile need not do it."""
        self._client.run(work, on_error="ignore")


def path_for_workers(path: str) -> str:
    """Return a path as a process finds it that runs in another folder. What is no plain path stays as it is."""
    return path if path == "-" or "://" in path or "\0" in path else os.path.abspath(path)


def say_all(lines: Iterable[str], log: Callable[[str], None] | None) -> None:
    """Hand on what a process said, where anybody wants to hear it."""
    if log is not None:
        for line in lines:
            log(line)


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
    with dask.config.set({"distributed.logging.distributed": "critical"}), contextlib.ExitStack() as opened:
        for name in ("distributed", "tornado.application", "asyncio"):  # what is cut off complains there
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if settings.scheduler:
            try:
                client = Client(settings.scheduler, timeout=_ANSWERS_WITHIN, set_as_default=False)
            except (OSError, ValueError) as error:
                what = f"no Dask scheduler answers at {settings.scheduler}: start one with `dask scheduler`"
                raise WorkersFailed(what) from error
            more: Callable[[], object] = tuple  # others start more, or nobody does
        else:
            started = opened.enter_context(_started(settings.workers))
            client, more = Client(started, set_as_default=False), partial(started.scale, settings.workers)
        opened.callback(client.close, timeout=_CLOSES_WITHIN)
        yield Cluster(client, more)


@contextlib.contextmanager
def _started(workers: int) -> "Iterator[LocalCluster]":
    """Start workers on this machine, one thread each, that nobody else can reach, and end them."""
    import dask
    from distributed import LocalCluster, Nanny

    ours = {
        "distributed.scheduler.allowed-failures": 0,  # that a worker ends is the fault of a task if `outcomes` says so
        "distributed.comm.timeouts.connect": f"{_CALLED_FOR}s",
        "distributed.deploy.lost-worker-timeout": f"{_STARTS_WITHIN}s",
        "distributed.nanny.pre-spawn-environ.DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
        **{f"distributed.nanny.pre-spawn-environ.{name}": size for name, size in _MEMORY.items()},
    }
    patient = {"distributed.comm.timeouts.connect": f"{_STARTS_WITHIN}s"}

    nannies: list[Nanny] = []

    class Remembered(Nanny):
        """The parent of a worker, which its cluster would know only once it has started."""

        def __init__(self, *values: Any, **named: Any) -> None:
            super().__init__(*values, **named)
            nannies.append(self)

    async def start() -> None:
        cluster.scale(workers)
        await cluster

    with dask.config.set(ours), contextlib.ExitStack() as opened:
        with _without_interrupts():  # nor have the threads that are made here any, nor the processes that these start
            cluster = LocalCluster(
                n_workers=0,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                scheduler_kwargs={"dashboard": False},
                security=True,
                worker_class=Remembered,
                config=patient,
            )
            opened.push(lambda kind, *_: _end(cluster, nannies, at_once=kind is not None))
        cluster.sync(start)
        yield cluster


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait until the end of the body."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # or the first thread that needs it starts it, and gets interrupts again by that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(cluster: "LocalCluster", nannies: "Sequence[Nanny]", at_once: bool) -> None:
    """End a cluster. at_once: what is being done is not waited for, nor what Dask has to say about that. A worker that
    is just starting is never waited for."""
    from distributed.core import Status

    unwanted = [one for one in nannies if at_once or one.process is None or one.process.status != Status.running]

    async def close() -> None:
        for nanny in unwanted:
            nanny.close_gracefully()  # else it would start another one
        ending = asyncio.ensure_future(asyncio.gather(*(one.close() for one in unwanted), return_exceptions=True))
        while not ending.done():
            _kill(unwanted)  # again, as one may just have come into being
            await asyncio.wait([ending], timeout=_GLANCE)

    try:
        cluster.sync(close, callback_timeout=_CLOSES_WITHIN)
        cluster.close(timeout=_CLOSES_WITHIN)
    except Exception as error:
        if not at_once and not isinstance(error, TimeoutError):
            raise
    finally:
        cluster.shutdown_on_close = False  # nothing is left to wait for as the program ends
        _kill(nannies)


def _kill(nannies: "Iterable[Nanny]") -> None:
    """End the processes of workers, those that are there."""
    for nanny in nannies:
        if nanny.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGTERM)
