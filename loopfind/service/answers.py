"""The machine form of jobs, as the API and its event streams give it."""

from dataclasses import dataclass
from typing import Any

from loopfind.model.job import Job, JobState, JobWork, PlaceKind


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


def job_form(job: Job) -> JobForm:
    """Return a job in the machine form."""
    here, request, problem = f"/v1/jobs/{job.id}", job.request, job.problem
    links = {"self": here, "events": f"{here}/events"}
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
        links=links,
    )
