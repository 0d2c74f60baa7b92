"""A process for each job: a file that crashes or outgrows it ends this process, and no more.

Processes are forked from one that has loaded what they need (multiprocessing's fork server), where the system can do
that, so that none has to load it again. Each is the leader of a group with the decoders that it starts, and ends the
group where its worker is gone.
"""

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any

from loopfind.model.job import Job, JobProblem
from loopfind.model.video import Progress
from loopfind.service.budgets import Use, use_of_group
from loopfind.service.settings import ServiceSettings

_EVERY = 0.25
"""Seconds between two reports of progress."""
_PATIENCE = 10.0


@dataclass(frozen=True)
class Stage:
    """The stage that a child is at. share: of its work that is done, 0 to 1, where that is known."""

    stage: str
    share: float | None


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job: an answer for the job itself, or a problem."""

    answer: dict[str, Any]
    problem: JobProblem | None = None


def processes() -> BaseContext:
    """Return the way in which children are started."""
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    if "forkserver" in ways:
        multiprocessing.set_forkserver_preload(["loopfind.service.tasks", "loopfind.service.results"])
    return context


class JobProcess:
    """The process of one job. Its results go into `folder`, and what it needs for a while into `scratch`."""

    def __init__(self, context: Any, job: Job, settings: ServiceSettings, folder: str, scratch: str) -> None:
        self._inlet, outlet = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(outlet, job, settings, folder, scratch), name="loopfind job")
        self._process.start()
        outlet.close()
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began

    def heard(self, seconds: float) -> Any:
        """Wait so long for word of it. Return a Stage, an Outcome, None for no word, or EOFError where it has ended
        without one."""
        try:
            return self._inlet.recv() if self._inlet.poll(seconds) else None
        except (EOFError, OSError):
            return EOFError

    def use(self) -> Use:
        """Return what it and its decoders use."""
        return use_of_group(self._process.pid) if hasattr(os, "killpg") else Use()

    def end(self) -> None:
        """Kill it and its decoders, and wait for it."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, 9)
        self._process.kill()
        self._process.join(_PATIENCE)
        self._inlet.close()
        with contextlib.suppress(ValueError):  # it cannot be killed, as it hangs in a dead mount
            self._process.close()


def _run(outlet: Connection, job: Job, settings: ServiceSettings, folder: str, scratch: str) -> None:
    """Do a job in a process of its own, and send its stages and its outcome."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its worker ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_worker, name="worker watch", daemon=True).start()
    tempfile.tempdir = scratch
    last = 0.0

    def watch(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            outlet.send(Stage(progress.stage[:200], progress.done))

    from loopfind.service.tasks import outcome_of

    outlet.send(outcome_of(job, settings, folder, watch))
    outlet.close()


def _end_with_worker() -> None:
    """End this process and its decoders once its worker is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    if hasattr(os, "killpg"):
        os.killpg(0, 9)
    signal.raise_signal(signal.SIGTERM)
