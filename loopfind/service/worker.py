"""The worker: takes jobs from the store, does each in a process of its own, and says what came of it.

Any number of workers, on any number of machines that reach the store and the folder of data, share the jobs.
"""

import contextlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable

from loopfind.errors import LibraryError
from loopfind.model.job import Job, JobProblem
from loopfind.service.child import JobProcess, Outcome, Stage, processes
from loopfind.service.folders import RESULT_FOLDER, UPLOAD_FOLDER, WORK_FOLDER, make_folders
from loopfind.service.numbers import whole_number
from loopfind.service.settings import ServiceSettings
from loopfind.stores.jobs import Jobs
from loopfind.stores.opener import open_library

_NAP = 0.25
"""Seconds between two looks for a job, and at one that runs."""
_LOOKS = 1.0
"""Seconds between two looks at what a job uses."""
_DAY = 86400.0
_SWEEP = 3600.0
"""Seconds between two looks for what nobody needs any more."""

Say = Callable[[str], None]


class Worker:
    """A worker with a place for each of so many jobs at a time. Every job that it has taken is given back, or noted as
    over, by the time that `run` returns."""

    def __init__(self, settings: ServiceSettings, note: Say) -> None:
        """note: called with a line on each job. Raises LibraryError, and OSError for folders that cannot be made."""
        make_folders(settings.data)
        self._settings, self._note = settings, note
        self._library = open_library(settings.library)
        self._jobs, self._context = Jobs(self._library.connections), processes()
        self._over = threading.Event()

    def stop(self) -> None:
        """Take no more jobs, and give back those that are being done. For any thread, and for signals."""
        self._over.set()

    def run(self) -> None:
        """Do jobs until `stop` is called."""
        places = [threading.Thread(target=self._place, name=f"job {n}") for n in range(self._settings.at_once)]
        for place in places:
            place.start()
        swept = 0.0
        try:
            while not self._over.wait(_NAP):
                if time.monotonic() - swept > _SWEEP or not swept:
                    swept = time.monotonic()
                    self._sweep()
        finally:
            self._over.set()
            for place in places:
                place.join()
            self._library.close()

    def _place(self) -> None:
        """Do one job after the other."""
        while not self._over.is_set():
            holder = secrets.token_hex(8)
            try:
                job = self._jobs.claim(holder, self._settings.lease)
                if job is not None:
                    self._do(job)
                    continue
            except LibraryError as error:  # it may be well again, and the lease runs out if not
                self._note(f"the library: {error.what}")
                self._over.wait(_LOOKS)
            self._over.wait(_NAP)

    def _do(self, job: Job) -> None:
        """Do one job, and note what came of it."""
        results = _folder_name(job)
        folder = os.path.join(self._settings.data, RESULT_FOLDER, results)
        scratch = os.path.join(self._settings.data, WORK_FOLDER, results)
        process, kept = None, False
        try:
            os.mkdir(folder, 0o700)
            os.mkdir(scratch, 0o700)
            process = JobProcess(self._context, job, self._settings, folder, scratch)
            kept = self._followed(job, process, results)
        except OSError as error:
            self._jobs.fail(job.id, job.holder, JobProblem(507, "No room", error.strerror or "no room for this"))
        finally:
            if process is not None:
                process.end()
            shutil.rmtree(scratch, ignore_errors=True)
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _followed(self, job: Job, process: JobProcess, results: str) -> bool:
        """Follow the process of a job to its end. Return whether its results are kept."""
        stage, renewed, looked = Stage("", None), time.monotonic(), time.monotonic()
        said = stage
        while True:
            heard, now = process.heard(_NAP), time.monotonic()
            if isinstance(heard, Outcome):
                return self._ended(job, heard, results)
            if heard is EOFError:
                self._note(f"job {job.id}: its process ended without a word")
                self._jobs.expire(job.id, job.holder)
                return False
            if isinstance(heard, Stage):
                stage = heard
            if self._over.is_set():
                self._jobs.release(job.id, job.holder)
                return False
            if now - looked >= _LOOKS:
                looked = now
                if problem := self._over_budget(process):
                    self._jobs.fail(job.id, job.holder, problem)
                    return False
            # What was cancelled is heard of within a second or so.
            if (stage != said and now - renewed > 2 * _NAP) or now - renewed > min(1.0, self._settings.lease / 3):
                renewed, said = now, stage
                state = self._jobs.renew(job.id, job.holder, self._settings.lease, stage.stage, stage.share)
                if state == "stopping":
                    self._jobs.drop(job.id, job.holder)
                if state != "held":
                    self._note(f"job {job.id}: {'cancelled' if state == 'stopping' else 'another worker has it'}")
                    return False

    def _ended(self, job: Job, outcome: Outcome, results: str) -> bool:
        """Note the outcome of a job. Return whether its results are kept."""
        if outcome.problem is not None:
            self._note(f"job {job.id}: {outcome.problem.detail}")
            self._jobs.fail(job.id, job.holder, outcome.problem)
            return False
        self._note(f"job {job.id}: done")
        return self._jobs.finish(job.id, job.holder, results, outcome.answer)

    def _over_budget(self, process: JobProcess) -> JobProblem | None:
        """Return the limit that a job has passed, None for none."""
        settings, use = self._settings, process.use()
        if process.seconds > settings.wall_seconds:
            return JobProblem(422, "Too long", f"it took more than {settings.wall_seconds:g} s")
        if use.cpu_seconds > settings.cpu_seconds:
            return JobProblem(422, "Too much work", f"it took more than {settings.cpu_seconds:g} s of processor time")
        if use.memory > settings.memory:
            return JobProblem(422, "Too large", f"it took more than {settings.memory / 1e9:.1f} GB of memory")
        return None

    def _sweep(self) -> None:
        """Remove what killed workers and clients left, and jobs that have been over for longer than is set."""
        data = self._settings.data
        with contextlib.suppress(LibraryError):  # there is another sweep
            for kind in (RESULT_FOLDER, WORK_FOLDER):
                for name in os.listdir(os.path.join(data, kind)):
                    if not self._is_needed(name):
                        shutil.rmtree(os.path.join(data, kind, name), ignore_errors=True)
            retain = self._settings.retain * _DAY
            for job in self._jobs.over_before(time.time() - retain) if retain else ():
                self._forget(job)
        for file in os.scandir(os.path.join(data, UPLOAD_FOLDER)):
            with contextlib.suppress(OSError):
                if file.name.endswith(".part") and time.time() - file.stat().st_mtime > _DAY:
                    os.unlink(file.path)

    def _is_needed(self, name: str) -> bool:
        """Return whether a folder belongs to a job that is being done, or is its result. It is asked after the folder
        was seen, as a job is claimed before it has a folder."""
        number = whole_number(name.partition("-")[0])
        job = None if number is None else self._jobs.get(number)
        if job is None:
            return False
        return name == job.results or (job.state == "running" and name == _folder_name(job))

    def _forget(self, job: Job) -> None:
        """Take a job out, with its results and its upload; a video that is in the library stays."""
        data = self._settings.data
        if job.results:
            shutil.rmtree(os.path.join(data, RESULT_FOLDER, job.results), ignore_errors=True)
        if job.request.kind == "upload" and not job.answer.get("kept"):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(data, UPLOAD_FOLDER, os.path.basename(job.request.place)))
        self._jobs.forget(job.id)


def _folder_name(job: Job) -> str:
    """Return the name of the folders of a job that is being done, which is that of its claim."""
    return f"{job.id}-{job.holder}"
