"""The machine form of jobs, as the API and its event streams give it."""

import os
from dataclasses import dataclass
from typing import Any

from loopfind.model.job import Job, JobState, JobWork, PlaceKind
from loopfind.service.folders import RESULTS
from loopfind.service.state import Service


@dataclass(frozen=True)
class ProblemForm:
    """Why a job failed: an HTTP status, a title, and a line on what is wrong and what to do."""

    status: int
    title: str
    detail: str


@dataclass(frozen=True)
class JobForm:
    """A job. made, changed: seconds since 1970. version: rises with every change. share: of the work that is done, 0 to
    1, where that is known. links: where more of it is, by name."""

    id: int
    key: str
    work: JobWork
    name: str
    source: PlaceKind
    state: JobState
    version: int
    made: float
    changed: float
    attempts: int
    stopping: bool
    stage: str
    share: float | None
    problem: ProblemForm | None
    answer: dict[str, Any] | None
    links: dict[str, str]


def job_form(job: Job, service: Service) -> JobForm:
    """Return a job in the machine form."""
    request, problem = job.request, job.problem
    return JobForm(
        id=job.id,
        key=job.key,
        work=request.work,
        name=request.name,
        source=request.kind,
        state=job.state,
        version=job.version,
        made=job.made,
        changed=job.changed,
        attempts=job.attempts,
        stopping=job.stopping,
        stage=job.stage,
        share=job.share,
        problem=None if problem is None else ProblemForm(problem.status, problem.title, problem.detail),
        answer=job.answer or None,
        links=job_links(job, service),
    )


def job_links(job: Job, service: Service) -> dict[str, str]:
    """Return where more of a job is: name -> path. Results are those that are there: `answer`, `report`, `page`,
    `exports/NAME` and `clips/NAME`; `video` is what the job is about."""
    here = f"/v1/jobs/{job.id}"
    links = {"self": here, "events": f"{here}/events"}
    if job.request.kind != "library":
        links["video"] = f"{here}/video"
    if job.results:
        folder = service.results_of(job.results)
        for name, file in RESULTS.items():
            if os.path.isfile(os.path.join(folder, file)):
                links[name] = f"{here}/{name}"
        for kind in ("exports", "clips"):
            names = sorted(os.listdir(inner)) if os.path.isdir(inner := os.path.join(folder, kind)) else []
            links |= {f"{kind}/{name}": f"{here}/{kind}/{name}" for name in names}
    return links
