"""Jobs over HTTP: ask for one, list them, look at one, cancel one, watch them."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from loopfind.model.job import Job, JobRequest, JobState, JobWork
from loopfind.service.answers import JobForm, job_form
from loopfind.service.api.media import allowed_media
from loopfind.service.numbers import whole_number
from loopfind.service.places import checked_address, file_below, shown_address
from loopfind.service.refusals import Refused
from loopfind.service.state import Service, TheService
from loopfind.service.streams import STREAM_PLACE
from loopfind.service.uploads import checked_key
from loopfind.settings import LIKENESS_WAYS
from loopfind.stores.connections import LARGEST_NUMBER

router = APIRouter(prefix="/v1", tags=["jobs"])

MOST_LISTED = 200
POLL = 0.4
"""Seconds between two looks at what has changed."""
_OVERLAP = 2.0
"""Seconds before the last change seen from which is looked again: clocks of several workers differ."""
_EVENT_DIGITS = 19
_LIBRARY_WORKS = ("groups", "compare")

IdempotencyKey = Annotated[
    str | None, Header(description="A name for this job that its client makes up; asking again for it makes no other.")
]


@dataclass(frozen=True)
class JobOrder:
    """A job that is asked for. work: what to do. path: a file below the root; address: an http or https address;
    entry: the number of a file of the library; one of the three, and none where the work is about the library as a
    whole. keep: add the video to the library where it is new. likeness: a way to be alike that is asked too: palette,
    cnn, bag, sound. clips: cut out what repeats in the video."""

    work: JobWork = "check"
    path: str | None = None
    address: str | None = None
    entry: int | None = None
    keep: bool = False
    likeness: str = ""
    clips: bool = False


def job_of(number: int, service: Service) -> Job:
    """Return a job. Raises Refused, a 404, for a number that none has."""
    job = service.jobs.get(number) if 0 < number <= LARGEST_NUMBER else None
    if job is None:
        raise Refused(404, f"there is no job {number}")
    return job


def job_that_is_there(number: int, service: TheService) -> None:
    """Raise Refused, before an event stream of it begins, for a number that no job has."""
    job_of(number, service)


def new_job(request: JobRequest, key: str | None, service: Service) -> tuple[Job, bool]:
    """Return the job of a key, and whether it is new. Raises Refused, a 429, where too many wait, and a 409 for a key
    that another request has."""
    check_queue(service)
    job, new = service.jobs.add(request, token_hex(16) if key is None else key)
    if job.request != request:
        raise Refused(409, "another job has this Idempotency-Key")
    return job, new


def check_queue(service: Service) -> None:
    """Raise Refused where no more jobs may wait."""
    if service.jobs.counts()["waiting"] >= service.settings.most_waiting:
        raise Refused(429, "too many jobs wait already", {"Retry-After": "30"})


def check_likeness(likeness: str) -> None:
    """Raise Refused for a way to be alike that is none."""
    if likeness and likeness not in LIKENESS_WAYS:
        raise Refused(422, f"likeness is one of {', '.join(LIKENESS_WAYS)}, or nothing")


@router.post("/jobs", status_code=202, summary="Ask for a job")
def ask_for_job(
    order: JobOrder, service: TheService, response: Response, idempotency_key: IdempotencyKey = None
) -> JobForm:
    """Return the job, which waits; 200 for a key that has one already."""
    key = None if idempotency_key is None else checked_key(idempotency_key)
    job, new = new_job(request_of(order, service), key, service)
    response.status_code = 202 if new else 200
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_form(job, service)


def request_of(order: JobOrder, service: Service) -> JobRequest:
    """Return what an order asks for. Raises Refused for a place that may not be named."""
    check_likeness(order.likeness)
    named = [one for one in (order.path, order.address, order.entry) if one is not None]
    if len(named) != (order.work not in _LIBRARY_WORKS):
        wanted = "no path, address or entry" if order.work in _LIBRARY_WORKS else "one of path, address and entry"
        raise Refused(422, f"{order.work} takes {wanted}")
    if order.path is not None:
        file_below(service.settings.root, order.path)
        return JobRequest(order.work, order.path, "path", order.path, order.keep, order.likeness, order.clips)
    if order.address is not None:
        checked_address(order.address, service.settings.addresses)
        shown = shown_address(order.address)
        return JobRequest(order.work, shown, "address", order.address, order.keep, order.likeness, order.clips)
    if order.entry is not None:
        path = allowed_media(order.entry, service)
        return JobRequest(order.work, path, "entry", str(order.entry), False, order.likeness, order.clips)
    return JobRequest(order.work, "the library", "library", "", False, order.likeness)


@router.get("/jobs", summary="List jobs, the newest first")
def list_jobs(
    service: TheService,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in these states.")] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="Only jobs before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 30,
) -> list[JobForm]:
    """Return jobs, the newest first; `before` the last of them goes on."""
    return [job_form(job, service) for job in service.jobs.newest(limit, before, state or ())]


@router.get("/jobs/{number}", summary="Look at a job")
def show_job(number: int, service: TheService) -> JobForm:
    """Return a job as it is now."""
    return job_form(job_of(number, service), service)


@router.delete("/jobs/{number}", summary="Cancel a job")
def cancel_job(number: int, service: TheService) -> JobForm:
    """Cancel a job, and return it: at once where it waits, else once its worker hears of it. A job that is over stays
    as it is, and is a conflict."""
    if job_of(number, service).over:
        raise Refused(409, f"job {number} is over")
    job = service.jobs.cancel(number)
    if job is None:
        raise Refused(404, f"there is no job {number}")
    return job_form(job, service)


@router.get(
    "/jobs/{number}/events",
    response_class=EventSourceResponse,
    dependencies=[Depends(job_that_is_there), STREAM_PLACE],
    summary="Watch a job",
)
async def watch_job(
    number: int, request: Request, service: TheService, last_event_id: Annotated[str | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Send the job each time it changes, as an event `job` whose id is its version, until it is over. Whoever comes
    back with the id of the last one seen gets the newest, if there is one."""
    version = whole_number(last_event_id, _EVENT_DIGITS) or 0
    while not await request.is_disconnected():
        job = await run_in_threadpool(service.jobs.get, number)
        if job is None:  # it was taken out meanwhile
            return
        if job.version > version:
            version = job.version
            form = await run_in_threadpool(job_form, job, service)
            yield ServerSentEvent(data=form, event="job", id=str(version))
        if job.over:
            return
        await asyncio.sleep(POLL)


@router.get("/events", response_class=EventSourceResponse, dependencies=[STREAM_PLACE], summary="Watch all jobs")
async def watch_jobs(
    request: Request, service: TheService, last_event_id: Annotated[str | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Send each job that changes, as an event `job`, from now on or from the id of the last event seen; some may come
    twice, with the same version."""
    moment = (whole_number(last_event_id, _EVENT_DIGITS) or time.time() * 1e6) / 1e6
    sent: dict[int, int] = {}
    while not await request.is_disconnected():
        changed = await run_in_threadpool(service.jobs.changed_since, moment - _OVERLAP)
        for job in changed:
            if sent.get(job.id) != job.version:
                form = await run_in_threadpool(job_form, job, service)
                yield ServerSentEvent(data=form, event="job", id=str(int(job.changed * 1e6)))
        moment = max([moment, *(job.changed for job in changed)])
        sent = {job.id: job.version for job in changed}
        await asyncio.sleep(POLL)
