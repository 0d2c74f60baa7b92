"""The review as pages: the queue, a finding with both copies in step, decisions by plain forms, and exports."""

from collections.abc import AsyncIterator
from typing import Annotated, cast, get_args
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import RedirectResponse, Response

from loopfind.model.review import Decision
from loopfind.model.review_queue import Standing
from loopfind.pipeline.review_items import enter_library
from loopfind.reports.wording import count
from loopfind.service.api.media import media_response
from loopfind.service.api.review import LARGEST_FINDING, queue_in, queued_finding
from loopfind.service.numbers import whole_number
from loopfind.service.pages.file_names import called_item
from loopfind.service.pages.footage import PictureShelf, footage_of
from loopfind.service.pages.frame import PageRoute, form_of, fragment, page_of, with_query
from loopfind.service.pages.list_pages import PER_PAGE, pages_of
from loopfind.service.pages.live import Sight, seen_messages
from loopfind.service.pages.review_views import (
    PICTURED_MOMENTS,
    STANDINGS,
    finding_view,
    log_line,
    player_data,
    queue_lines,
)
from loopfind.service.refusals import Refused
from loopfind.service.state import TheService
from loopfind.service.streams import STREAM_PLACE
from loopfind.stores.decisions import LONGEST_NAME, NewDecision

router = APIRouter(prefix="/review", include_in_schema=False, route_class=PageRoute)

Form = Annotated[dict[str, str], Depends(form_of)]
REVIEWER = "loopfind-reviewer"
"""Cookie with the name under which a browser's decisions are kept. It is no secret, and opens nothing."""

_A_YEAR = 365 * 86400
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 135"><rect width="240" height="135" fill="#808890"/>'
    '<text x="120" y="72" font-family="sans-serif" font-size="14" text-anchor="middle" fill="#fff">'
    "no picture</text></svg>"
)

_shelf = PictureShelf()


def _standing(text: str) -> Standing:
    return cast(Standing, text) if text in get_args(Standing) else "open"


def _name_of(request: Request) -> str:
    return unquote(request.cookies.get(REVIEWER, ""))[:LONGEST_NAME]


@router.get("")
def queue_page(
    service: TheService,
    show: Annotated[str, Query(max_length=20)] = "open",
    number: Annotated[int, Query(alias="page")] = 1,
) -> Response:
    """Show the queue, thirty findings a page."""
    queue, standing = queue_in(service), _standing(show)
    counts = queue.counts()
    pages = pages_of(counts[standing], number, "/review", show=standing)
    items = [called_item(service, one) for one in queue.items(standing, pages.start, PER_PAGE)]
    first = queue.items("open", 0, 1)
    summary = f"{count(counts['open'], 'finding')} to decide on, {counts['decided']:,} decided."
    if counts["contested"]:
        summary += f" Reviewers disagree on {counts['contested']:,}."
    return page_of(
        "review.html.j2",
        "Review",
        here="/review",
        summary=summary,
        first_open=first[0].number if first else None,
        standings=list(STANDINGS.items()),
        counts=counts,
        chosen=standing,
        items=queue_lines(items),
        pages=pages,
        none="Nothing here." if counts["all"] else "Nothing was found yet: check a video, or compare the library.",
    )


@router.post("/collect")
def collect(service: TheService) -> Response:
    """Take in what comparisons of the library found."""
    enter_library(service.library)
    return RedirectResponse("/review", 303)


@router.post("/undo")
def undo(request: Request, service: TheService, form: Form) -> Response:
    """Take back the last decision of who asks, and show the finding."""
    queued = queue_in(service).undo(_name_of(request))
    return RedirectResponse(with_query(f"/review/{queued.number}", show=form.get("show", "")), 303)


@router.get("/{number}")
def finding_page(
    number: int, request: Request, service: TheService, show: Annotated[str, Query(max_length=20)] = "open"
) -> Response:
    """Show a finding: both copies, what was decided, and the form to decide."""
    queue, standing = queue_in(service), _standing(show)
    last = queue.last_line()  # before the finding, so that no decision comes between the two
    queued = called_item(service, queued_finding(number, service))
    footage = footage_of(service, queued)
    hrefs = [f"/review/{number}/file/{place}" if one.path else "" for place, one in enumerate(footage)]
    view = finding_view(queued, [one.lack for one in footage], queue.history(number))
    there = "Looking for the videos." if all(hrefs) else "Not all of it can be played; choose a file that you have."
    return page_of(
        "finding.html.j2",
        f"Finding {number}",
        here="/review",
        live=True,
        scripts=("common.js", "player.js", "review.js"),
        one=view,
        moments=PICTURED_MOMENTS,
        show=standing,
        reviewer=_name_of(request),
        previous=queue.neighbour(number, -1, standing),
        next=queue.neighbour(number, 1, standing),
        last_line=last,
        data=player_data(queued, hrefs),
        page={"audible": False, "several": len(hrefs) > 1, "heard": True, "looking": there},
    )


@router.post("/{number}")
def decide(number: int, request: Request, service: TheService, form: Form) -> Response:
    """Keep a decision, and show the next finding that is open; the same one after a note alone, or where reviewers
    disagree."""
    queue, queued, standing = queue_in(service), queued_finding(number, service), _standing(form.get("show", ""))
    onward = queue.neighbour(number, 1, standing)
    wish = form.get("decision", "note")
    name = form.get("reviewer", "") or _name_of(request)
    state = queued.state
    if wish == "note":
        new = NewDecision(
            name, _whole(form.get("seen", ""), state.head), state.decision, state.keep, form.get("note", "")
        )
    else:
        chosen = cast(Decision, wish) if wish in get_args(Decision) else None
        keep = _whole(form.get("keep", ""), -1) if chosen == "accept" and form.get("keep") else None
        new = NewDecision(name, _whole(form.get("seen", ""), 0), chosen, keep, form.get("note", ""))
    after = queue.decide(number, new)
    stays = wish == "note" or after.state.contested or onward is None
    to = f"/review/{number}" if stays else f"/review/{onward}"
    answer = RedirectResponse(with_query(to, show=standing), 303)
    answer.set_cookie(REVIEWER, quote(name[:LONGEST_NAME]), _A_YEAR, samesite="strict", httponly=True)
    return answer


def _whole(text: str, otherwise: int) -> int:
    found = whole_number(text)
    return otherwise if found is None else found


@router.get("/{number}/live", response_class=EventSourceResponse, dependencies=[STREAM_PLACE])
async def finding_live(
    number: int, request: Request, service: TheService, after: Annotated[int, Query(ge=0, le=LARGEST_FINDING)] = 0
) -> AsyncIterator[ServerSentEvent]:
    """Send what others decide while the page is open."""
    me = _name_of(request)

    def look(mark: str) -> Sight:
        before = _whole(mark, after)
        lines = queue_in(service).since(before)
        if not lines:
            return Sight(mark, "")
        newest = str(lines[-1][1].id)
        others = [(item, line) for item, line in lines if line.reviewer != me]
        if not others:
            return Sight(newest, "")
        here = [line for item, line in others if item == number]
        item = number if here else others[-1][0]
        line = here[-1] if here else others[-1][1]
        queued = called_item(service, queued_finding(item, service))
        words = f"{log_line(queued, line).words}: finding {item}" if not here else f"{log_line(queued, line).words}."
        view = finding_view(queued, [""] * len(queued.item.files), ()) if here else None
        return Sight(newest, fragment("others.html.j2", words=words, here=bool(here), one=view))

    async for message in seen_messages(request, look, str(after)):
        yield message


@router.get("/{number}/file/{place}")
def finding_file(number: int, place: int, service: TheService) -> Response:
    """Give a video of a finding to the player."""
    queued = queued_finding(number, service)
    if not 0 <= place < len(queued.item.files):
        raise Refused(404, "there is no such file")
    path, lack = footage_of(service, queued)[place]
    if not path:
        raise Refused(404, lack)
    return media_response(path, queued.item.files[place].name)


@router.get("/{number}/picture/{row}/{column}")
def finding_picture(number: int, row: int, column: int, service: TheService) -> Response:
    """Give a picture of a moment of a finding."""
    queued = queued_finding(number, service)
    if not (0 <= row < len(PICTURED_MOMENTS) and 0 <= column < 2 and queued.item.stretches):
        raise Refused(404, "there is no such picture")
    data = _shelf.picture(service, queued, row, column)
    if data is None:
        return Response(_NO_PICTURE, 200, {"Cache-Control": "no-store"}, "image/svg+xml")
    return Response(data, 200, {"Cache-Control": "private, max-age=3600"}, "image/jpeg")
