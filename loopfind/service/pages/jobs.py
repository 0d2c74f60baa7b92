"""Jobs as pages: the list, a job while it runs, and what came of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import RedirectResponse, Response

from loopfind.model.job import JOB_WORKS, Job, JobState
from loopfind.pipeline.review_items import JOB_ORIGIN
from loopfind.service.api.jobs import JobOrder, job_of, new_job, request_of
from loopfind.service.api.review import queue_in
from loopfind.service.numbers import whole_number
from loopfind.service.pages.file_names import called_item
from loopfind.service.pages.frame import PageRoute, form_of, fragment, page_of
from loopfind.service.pages.job_answers import answer_view
from loopfind.service.pages.job_views import job_view, job_views
from loopfind.service.pages.list_pages import PER_PAGE
from loopfind.service.pages.live import Sight, seen_messages
from loopfind.service.pages.review_views import queue_lines
from loopfind.service.refusals import Refused
from loopfind.service.state import Service, TheService
from loopfind.service.streams import STREAM_PLACE

router = APIRouter(prefix="/jobs", include_in_schema=False, route_class=PageRoute)

Fields = Annotated[dict[str, str], Depends(form_of)]
LOOKS = "palette"
"""The way to be alike that the pages ask for: it needs no extra."""
NEWEST = 10
"""Jobs on the first page."""
_LARGEST_ID = (1 << 53) - 1


@router.get("")
def jobs_page(
    service: TheService,
    state: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int | None, Query(ge=1, le=_LARGEST_ID)] = None,
) -> Response:
    """List jobs, thirty a page, the newest first."""
    chosen = state if state in get_args(JobState) else ""
    wanted = (cast(JobState, chosen),) if chosen else ()
    found = service.jobs.newest(PER_PAGE + 1, before, wanted)
    counts = service.jobs.counts()
    states = [("", "all", sum(counts.values())), *((one, one, counts[one]) for one in counts)]
    older = found[PER_PAGE - 1].id if len(found) > PER_PAGE else None
    shown = job_views(found[:PER_PAGE])
    return page_of("jobs.html.j2", "Jobs", here="/jobs", jobs=shown, states=states, chosen=chosen, before=older)


@router.post("")
def ask(form: Fields, service: TheService) -> Response:
    """Make the job that a form asks for, and show it."""
    kind, place, work = form.get("kind", ""), form.get("place", "").strip(), form.get("work", "check")
    if work not in JOB_WORKS:
        raise Refused(422, "there is no such work")
    order = JobOrder(work, likeness=LOOKS if work in ("similar", "groups") else "")
    entry = whole_number(place) if kind == "entry" else None
    if entry is not None:
        order = replace(order, entry=entry)
    elif kind != "library":
        order = replace(order, address=place) if "://" in place else replace(order, path=place)
    job, _ = new_job(request_of(order, service), None, service)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.get("/live", response_class=EventSourceResponse, dependencies=[STREAM_PLACE])
async def newest_live(request: Request, service: TheService) -> AsyncIterator[ServerSentEvent]:
    """Send the newest jobs whenever one changes."""

    def look(mark: str) -> Sight:
        jobs = service.jobs.newest(NEWEST)
        now = " ".join(f"{job.id}.{job.version}" for job in jobs)[:200]
        return Sight(now, "" if now == mark else fragment("jobs_table.html.j2", jobs=job_views(jobs)))

    async for message in seen_messages(request, look):
        yield message


@router.get("/{number}")
def job_page(number: int, service: TheService, at: Annotated[int, Query(alias="page")] = 1) -> Response:
    """Show a job: how far it is, and what came of it."""
    job = job_of(number, service)
    scripts = ("service.js", "forward.js")
    shown = _shown(service, job, at)
    live = not job.over
    title = job_view(job).name
    return page_of("job.html.j2", title, here="/jobs", live=live, refreshed=live, scripts=scripts, **shown)


def _shown(service: Service, job: Job, at: int = 1) -> dict[str, Any]:
    """Return what the page of a job shows. at: the page of its list, from 1."""
    answer = answer_view(job, service, at)
    found = queue_in(service).items_of_origin(f"{JOB_ORIGIN}{job.id}", PER_PAGE) if job.over else []
    forward = answer.forward if answer is not None and service.settings.front == job.id else ""
    return {
        "job": job_view(job),
        "answer": answer,
        "findings": queue_lines([called_item(service, one) for one in found]),
        "forward": forward,
    }


@router.get("/{number}/live", response_class=EventSourceResponse, dependencies=[STREAM_PLACE])
async def job_live(number: int, request: Request, service: TheService) -> AsyncIterator[ServerSentEvent]:
    """Send how far a job is until it is over."""

    def look(mark: str) -> Sight:
        job = job_of(number, service)
        now = str(job.version)
        html = "" if now == mark else fragment("job_state.html.j2", **_shown(service, job))
        return Sight(now, html, job.over)

    async for message in seen_messages(request, look):
        yield message


@router.post("/{number}/cancel")
def stop_job(number: int, service: TheService) -> Response:
    """Cancel a job that is not over, and show it."""
    if not job_of(number, service).over:
        service.jobs.cancel(number)
    return RedirectResponse(f"/jobs/{number}", 303)
