"""Cameras as pages: the list, and the live path of one."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from loopfind.service.api.cameras import camera_of, camera_that_is_there
from loopfind.service.cameras import CameraSight
from loopfind.service.numbers import whole_number
from loopfind.service.pages.camera_views import camera_href, camera_view, drawn_json, lists_view
from loopfind.service.pages.frame import PageRoute, fragment, page_of
from loopfind.service.pages.live import Sight, seen_messages
from loopfind.service.state import TheService
from loopfind.service.streams import STREAM_PLACE

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/cameras")
def cameras_page(service: TheService) -> Response:
    """List the cameras."""
    shown = [camera_view(one) for one in service.cameras.sights()]
    live = bool(shown)
    return page_of("cameras.html.j2", "Cameras", here="/cameras", live=live, refreshed=live, cameras=shown)


@router.get("/live/cameras", response_class=EventSourceResponse, dependencies=[STREAM_PLACE])
async def cameras_live(request: Request, service: TheService) -> AsyncIterator[ServerSentEvent]:
    """Send the list whenever a camera reports something."""
    board = service.cameras

    def look(mark: str) -> Sight:
        sights = board.sights()
        now = f"{board.mark}.{max((one.number for one in sights), default=0)}"
        shown = "" if now == mark else fragment("cameras_table.html.j2", cameras=[camera_view(one) for one in sights])
        return Sight(now, shown)

    async for message in seen_messages(request, look):
        yield message


@router.get("/cameras/{name}")
def camera_page(sight: Annotated[CameraSight, Depends(camera_of)]) -> Response:
    """Show a camera: where it is on its path, what is unusual, what repeats."""
    return page_of(
        "camera.html.j2",
        sight.name,
        here="/cameras",
        live=True,
        refreshed=True,
        scripts=("service.js", "camera.js"),
        camera=camera_view(sight),
        lists=lists_view(sight),
        stream=f"{camera_href(sight.name)}/live",
    )


@router.get(
    "/cameras/{name}/live",
    response_class=EventSourceResponse,
    dependencies=[Depends(camera_that_is_there), STREAM_PLACE],
)
async def camera_live(name: str, request: Request, service: TheService) -> AsyncIterator[ServerSentEvent]:
    """Send how a camera stands, and what its path gained: all that is kept at first, and after a break what was
    missed."""
    board = service.cameras

    def look(mark: str) -> Sight:
        known, _, seen = mark.partition(".")
        after = whole_number(seen) if known == board.mark else None
        fresh = after is None
        sight = board.sight(name, after or 0)
        if sight is None or (not fresh and sight.number <= (after or 0)):
            return Sight(mark, "")
        lists = fresh or sight.listed > (after or 0)
        html = fragment("camera_changes.html.j2", camera=camera_view(sight), lists=lists_view(sight) if lists else None)
        return Sight(f"{board.mark}.{sight.number}", html, drawn=drawn_json(sight, fresh, lists))

    async for message in seen_messages(request, look):
        yield message
