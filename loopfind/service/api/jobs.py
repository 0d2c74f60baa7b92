"""Jobs over HTTP: list them, look at one, cancel one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from loopfind.model.job import Job, JobState
from loopfind.service.answers import JobForm, job_form
from loopfind.service.problems import Refused
from loopfind.service.state import Service, service_of

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

TheService = Annotated[Service, Depends(service_of)]
MOST_LISTED = 200
LARGEST_NUMBER = (1 << 62) - 1


def job_of(number: int, service: Service) -> Job:
    """Return a job. Raises Refused, a 404, for a number that none has."""
    job = service.jobs.get(number) if 0 < number <= LARGEST_NUMBER else None
    if job is None:
        raise Refused(404, f"there is no job {number}")
    return job


@router.get("", summary="List jobs, the newest first")
def list_jobs(
    service: TheService,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in these states.")] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="Only jobs before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 30,
) -> list[JobForm]:
    """Return jobs, the newest first; `before` the last of them goes on."""
    return [job_form(job) for job in service.jobs.newest(limit, before, state or ())]


@router.get("/{number}", summary="Look at a job")
def show_job(number: int, service: TheService) -> JobForm:
    """Return a job as it is now."""
    return job_form(job_of(number, service))


@router.delete("/{number}", summary="Cancel a job")
def cancel_job(number: int, service: TheService) -> JobForm:
    """Cancel a job, and return it. A job that is over stays as it is, and is a conflict."""
    if job_of(number, service).over:
        raise Refused(409, f"job {number} is over")
    job = service.jobs.cancel(number)
    if job is None:
        raise Refused(404, f"there is no job {number}")
    return job_form(job)
