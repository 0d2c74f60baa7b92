"""A job of the service: what was asked for, how far it is, and what came of it."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
"""A job waits until a worker takes it, and ends as done, as failed with a reason, or as cancelled by whoever asked."""

OVER: tuple[JobState, ...] = ("done", "failed", "cancelled")
"""States that a job does not leave."""

JobWork = Literal["check", "scan", "search", "similar", "groups", "compare"]
"""The work of a job: check an upload against the library and scan it, scan it alone, or ask the library."""

JOB_WORKS: tuple[JobWork, ...] = get_args(JobWork)

PlaceKind = Literal["upload", "path", "address", "entry", "library"]
"""The origin of the video of a job: an upload, a file below a root, an address, a file of the library; or the library
as a whole."""

PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)


@dataclass(frozen=True)
class JobRequest:
    """A question to the service.

    work: what to do. name: what to call the video, for people. kind, place: where it comes from; the name of an
    uploaded file in the folder of uploads, a path below the root, an address, or the number of an entry. keep: whether
    to add the video to the library where it is new. likeness: a way to be alike that is asked too, "" for none. clips:
    whether to cut out what repeats in the video.
    """

    work: JobWork
    name: str
    kind: PlaceKind
    place: str
    keep: bool = False
    likeness: str = ""
    clips: bool = False


@dataclass(frozen=True)
class JobProblem:
    """The reason for which a job failed. status: the HTTP status that says as much. title: what sort of thing it is.
    detail: what is wrong, with which file, and what to do."""

    status: int
    title: str
    detail: str


@dataclass(frozen=True)
class Job:
    """A job as it is now.

    id: rises with every job, and is never given twice. key: what a client calls it, so that asking twice makes one.
    version: rises with every change of this job. made, changed: seconds since 1970. attempts: how often a worker took
    it. holder: the claim of the worker that has it, or had it last. lease: seconds since 1970 until which that claim
    holds. stopping: whether it is to be cancelled. stage, share: what is being done, and how much of it is, 0 to 1,
    where that is known. results: name of the folder of its results, "" for none. answer: what came of it, in the
    machine form; empty until it is done.
    """

    id: int
    key: str
    request: JobRequest
    state: JobState
    made: float
    changed: float
    version: int = 1
    attempts: int = 0
    holder: str = ""
    lease: float = 0.0
    stopping: bool = False
    stage: str = ""
    share: float | None = None
    problem: JobProblem | None = None
    results: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Return whether nothing more will come of it."""
        return self.state in OVER
