"""The review over HTTP: findings that wait for a person, decisions on them, and exports of what was decided."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from loopfind.model.review import Decision
from loopfind.model.review_queue import DecisionMade, ItemKind, QueuedItem, Standing
from loopfind.pipeline.review_items import enter_library
from loopfind.reports.formats import decisions as forms
from loopfind.service.numbers import whole_number
from loopfind.service.refusals import Refused
from loopfind.service.state import Service, TheService
from loopfind.service.streams import STREAM_PLACE
from loopfind.stores.decisions import LONGEST_NAME, LONGEST_NOTE, NewDecision, ReviewQueue

router = APIRouter(prefix="/v1/review", tags=["review"])

MOST_FINDINGS = 200
LARGEST_FINDING = (1 << 53) - 1
_EVERY = 0.4

DecisionsForm = Literal["json", "csv", "copies"]
"""A form of what was decided: all of it as JSON or CSV, or the paths of accepted copies that are not kept."""

_FORMS = {
    "json": (forms.decided_json, "application/json", "decisions.json"),
    "csv": (forms.decided_csv, "text/csv; charset=utf-8", "decisions.csv"),
    "copies": (forms.copies_list, "text/plain; charset=utf-8", "copies.txt"),
}


@dataclass(frozen=True)
class DecisionForm:
    """A decision that was made. id: rises with every one. seen: the one on the same finding that its reviewer had seen
    last, 0 for none. decision: null where it opens the finding again. keep: place of the file to keep, null for all.
    made: seconds since 1970. undoes: the decision that this one takes back."""

    id: int
    finding: int
    seen: int
    decision: Decision | None
    keep: int | None
    note: str
    reviewer: str
    made: float
    undoes: int | None


@dataclass(frozen=True)
class FindingFile:
    """A file of a finding. digest: of its content, in hexadecimal. name: its path when it was found."""

    digest: str
    bytes: int
    name: str
    duration: float
    width: int
    height: int


@dataclass(frozen=True)
class FindingPlace:
    """A place at which a stretch is shown, [start, end) seconds. file: its place in the files of the finding."""

    file: int
    start: float
    end: float
    reversed: bool
    mirrored: bool


@dataclass(frozen=True)
class FindingForm:
    """A finding. key: by what is in its files, the same in every library. stretches: each a list of its places. state:
    of the decisions so far. head: the decision to say that one has seen, when one decides. better: place of the file to
    keep, as long as nobody chose one. contested: decisions that contradict each other."""

    number: int
    key: str
    kind: ItemKind
    state: Literal["open", "accept", "reject", "contested"]
    head: int
    keep: int | None
    note: str
    reviewer: str
    better: int
    seconds: float
    confidence: float
    origin: str
    files: list[FindingFile]
    stretches: list[list[FindingPlace]]
    contested: list[DecisionForm]


@dataclass(frozen=True)
class FindingsForm:
    """A page of the queue. counts: of all findings, by state."""

    counts: dict[str, int]
    findings: list[FindingForm]


@dataclass(frozen=True)
class DecisionOrder:
    """A decision to make. seen: `head` of the finding as its reviewer saw it. decision: null to open it again. keep:
    place of the file to keep, null for all."""

    reviewer: str
    decision: Decision | None
    seen: int = 0
    keep: int | None = None
    note: str = ""


@dataclass(frozen=True)
class UndoOrder:
    """The reviewer whose last decision is to be taken back."""

    reviewer: str


@dataclass(frozen=True)
class Collected:
    """Findings that were new to the queue."""

    new: int


def queue_in(service: Service) -> ReviewQueue:
    """Return the review queue of the service's library."""
    return ReviewQueue(service.library.connections)


def queued_finding(number: int, service: Service) -> QueuedItem:
    """Return a finding. Raises Refused, a 404, for a number that none has."""
    try:
        return queue_in(service).item(number if 0 < number <= LARGEST_FINDING else 0)
    except KeyError:
        raise Refused(404, f"there is no finding {number}") from None


def decisions_response(form: DecisionsForm, service: Service) -> Response:
    """Return what was decided as a file to save."""
    write, kind, name = _FORMS[form]
    queue = queue_in(service)
    text = write([(one, queue.paths(one.item.files)) for one in queue.items("decided")])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8", "surrogateescape"), 200, headers, kind)


def finding_form(queued: QueuedItem) -> FindingForm:
    """Return a finding in the machine form."""
    item, state = queued.item, queued.state
    return FindingForm(
        number=queued.number,
        key=item.key,
        kind=item.kind,
        state="contested" if state.contested else state.decision or "open",
        head=state.head,
        keep=state.keep,
        note=state.note,
        reviewer=state.reviewer,
        better=item.better,
        seconds=item.seconds,
        confidence=item.confidence,
        origin=item.origin,
        files=[
            FindingFile(one.digest, one.size, _text(one.name), one.duration, one.width, one.height)
            for one in item.files
        ],
        stretches=[
            [FindingPlace(one.file or 0, one.start, one.end, one.reversed, one.mirrored) for one in shown]
            for shown in item.stretches
        ],
        contested=[_decision_form(queued.number, one) for one in state.contested],
    )


def _decision_form(finding: int, line: DecisionMade) -> DecisionForm:
    return DecisionForm(
        line.id, finding, line.seen, line.decision, line.keep, line.note, line.reviewer, line.made, line.undoes
    )


def _text(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


@router.get("", summary="List findings to review, those that reviewers disagree on first")
def list_findings(
    service: TheService,
    show: Annotated[Standing, Query(description="Only findings of this state.")] = "open",
    offset: Annotated[int, Query(ge=0, le=LARGEST_FINDING)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_FINDINGS)] = 30,
) -> FindingsForm:
    """Return a page of the queue."""
    queue = queue_in(service)
    counts = {str(name): number for name, number in queue.counts().items()}
    return FindingsForm(counts, [finding_form(one) for one in queue.items(show, offset, limit)])


@router.post("/collect", summary="Take in what comparisons of the library found")
def collect_findings(service: TheService) -> Collected:
    """Put every pair of files that share something into the queue; those that are there keep their decisions."""
    return Collected(enter_library(service.library))


@router.post("/undo", summary="Take back a reviewer's last decision")
def undo_decision(order: UndoOrder, service: TheService) -> FindingForm:
    """Return the finding without it; once more takes back the one before. A conflict where there is none, or where
    somebody has decided on the same finding since."""
    return finding_form(queue_in(service).undo(order.reviewer))


@router.get("/decisions/{form}", summary="What was decided, to take on")
def decided_findings(form: DecisionsForm, service: TheService) -> Response:
    """Return the decisions as JSON or CSV, or the paths of accepted copies that are not kept, one on a line. Nothing is
    deleted."""
    return decisions_response(form, service)


@router.get("/events", response_class=EventSourceResponse, dependencies=[STREAM_PLACE], summary="Watch decisions")
async def watch_decisions(
    request: Request, service: TheService, last_event_id: Annotated[str | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Send each decision that anybody makes, as an event `decision`, from now on or from the id of the last event
    seen."""
    queue = queue_in(service)
    seen = whole_number(last_event_id)
    line = await run_in_threadpool(queue.last_line) if seen is None else seen
    while not await request.is_disconnected():
        for finding, made in await run_in_threadpool(queue.since, line):
            line = made.id
            yield ServerSentEvent(data=_decision_form(finding, made), event="decision", id=str(line))
        await asyncio.sleep(_EVERY)


@router.get("/{number}", summary="Look at a finding")
def show_finding(number: int, service: TheService) -> FindingForm:
    """Return a finding with the decisions on it so far."""
    return finding_form(queued_finding(number, service))


@router.get("/{number}/decisions", summary="Every decision on a finding")
def list_decisions(number: int, service: TheService) -> list[DecisionForm]:
    """Return all that was decided, in order, with what was taken back."""
    queued_finding(number, service)
    return [_decision_form(number, line) for line in queue_in(service).history(number)]


@router.post("/{number}/decisions", status_code=201, summary="Decide on a finding")
def make_decision(number: int, order: DecisionOrder, service: TheService) -> FindingForm:
    """Return the finding with the decision. It is `contested` where somebody else has decided otherwise and `seen` does
    not say that this was seen: both decisions are kept then, until one is made that has seen them."""
    if len(order.reviewer) > LONGEST_NAME or len(order.note) > LONGEST_NOTE:
        raise Refused(422, f"a name has up to {LONGEST_NAME} letters, a note up to {LONGEST_NOTE}")
    if not 0 <= order.seen <= LARGEST_FINDING:
        raise Refused(422, "seen is the head of the finding as it was shown")
    queued = queued_finding(number, service)
    if not order.reviewer.strip() or not 0 <= (order.keep or 0) < len(queued.item.files):
        raise Refused(422, "a decision has the name of its reviewer, and keeps a file of the finding or all")
    new = NewDecision(order.reviewer, order.seen, order.decision, order.keep, order.note)
    return finding_form(queue_in(service).decide(number, new))
