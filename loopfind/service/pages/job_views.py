"""Jobs as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from loopfind.model.job import Job, JobProblem
from loopfind.reports.wording import name
from loopfind.service.pages.job_answers import words_when_done

_STATES = {"waiting": "waits", "running": "runs", "done": "done", "failed": "failed", "cancelled": "cancelled"}
_WORKS = {
    "check": "new or known?",
    "scan": "scan",
    "search": "search in the library",
    "similar": "files that look alike",
    "groups": "groups of the library",
    "compare": "comparison of the library",
}


@dataclass(frozen=True)
class JobView:
    """A job as a page shows it. words: how far it is. share: 0 to 1, None where it is over or that is not known."""

    id: int
    name: str
    work: str
    state: str
    words: str
    share: float | None
    percent: str
    made: str
    over: bool
    stopping: bool
    problem: JobProblem | None


def day_and_time(seconds: float) -> str:
    """Return a moment, given in seconds since 1970, as a date and a time of day in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def job_view(job: Job) -> JobView:
    """Return a job as a page shows it."""
    running = job.state == "running"
    words = job.stage if running and job.stage else _STATES[job.state]
    if job.state == "done":
        words = words_when_done(job)
    share = job.share if running else None
    percent = "" if share is None else f"{100 * share:.0f}%"
    called = name(job.request.name) or _WORKS[job.request.work]
    return JobView(
        id=job.id,
        name=called,
        work=_WORKS[job.request.work],
        state=job.state,
        words=f"{words}, {percent}" if percent else words,
        share=share,
        percent=percent,
        made=day_and_time(job.made),
        over=job.over,
        stopping=job.stopping,
        problem=job.problem,
    )


def job_views(jobs: Sequence[Job]) -> list[JobView]:
    """Return jobs as a page shows them."""
    return [job_view(job) for job in jobs]
