"""Cameras over HTTP: how each stands, and what it reported last."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query

from loopfind.model.camera import CameraState
from loopfind.model.trajectory import CameraMap, Moment, Unusual
from loopfind.model.video import Loss
from loopfind.service.cameras import KEPT_EVENTS, KEPT_MOMENTS, CameraSight, RepeatShown
from loopfind.service.refusals import Refused
from loopfind.service.state import TheService

router = APIRouter(prefix="/v1/cameras", tags=["cameras"])

CameraName = Annotated[str, Path(max_length=400, description="The name of the camera.")]


@dataclass(frozen=True)
class CameraForm:
    """A camera as it stands. state: of its process, `starting` before the first one. said: why. again_in: seconds from
    the end of its process to the start of another one, null where none is started. since: seconds since 1970, when the
    state began. run: which process it is, from 1; each begins its clock and its maps anew. unread: lines that made no
    sense. moment: the newest one, null where there is none. moment_came: seconds since 1970. unusual: what is unusual
    now."""

    name: str
    state: CameraState | Literal["starting"]
    said: str
    again_in: float | None
    since: float
    run: int
    unread: int
    moment: Moment | None
    moment_came: float | None
    unusual: list[Unusual]
    links: dict[str, str]


@dataclass(frozen=True)
class EventForm:
    """Something unusual that a camera reported. came: seconds since 1970. run: of the camera, as its times count from
    there."""

    came: float
    run: int
    event: Unusual


@dataclass(frozen=True)
class ShownForm:
    """A repeat that a camera showed, as above."""

    came: float
    run: int
    repeat: RepeatShown


@dataclass(frozen=True)
class LossForm:
    """A stretch of a camera that was not read, as above."""

    came: float
    run: int
    loss: Loss


@dataclass(frozen=True)
class CameraDetailForm:
    """A camera, and what it reported last, each list with the oldest first. moments, maps: of this run."""

    camera: CameraForm
    maps: list[CameraMap]
    moments: list[Moment]
    events: list[EventForm]
    repeats: list[ShownForm]
    losses: list[LossForm]


def camera_of(name: CameraName, service: TheService) -> CameraSight:
    """Return a camera. Raises Refused, a 404, for a name that none has."""
    sight = service.cameras.sight(name)
    if sight is None:
        raise Refused(404, "there is no such camera")
    return sight


def camera_that_is_there(name: CameraName, service: TheService) -> None:
    """Raise Refused, before an event stream of it begins, for a name that no camera has."""
    camera_of(name, service)


@router.get("", summary="List the cameras that are followed")
def list_cameras(service: TheService) -> list[CameraForm]:
    """Return how each camera stands, in the order of the file that names them."""
    return [_camera_form(sight) for sight in service.cameras.sights()]


@router.get("/{name}", summary="Look at a camera")
def show_camera(
    name: CameraName,
    service: TheService,
    moments: Annotated[int, Query(ge=0, le=KEPT_MOMENTS, description="How many moments, one a second.")] = 60,
    events: Annotated[int, Query(ge=0, le=KEPT_EVENTS, description="How many events, repeats and losses.")] = 100,
) -> CameraDetailForm:
    """Return how a camera stands, its maps, and what it reported last."""
    sight = camera_of(name, service)
    some = slice(-events, None) if events else slice(0)
    return CameraDetailForm(
        camera=_camera_form(sight),
        maps=list(sight.maps),
        moments=[one.what for one in sight.moments[-moments:]] if moments else [],
        events=[EventForm(one.came, one.run, one.what) for one in sight.events[some]],
        repeats=[ShownForm(one.came, one.run, one.what) for one in sight.findings[some]],
        losses=[LossForm(one.came, one.run, one.what) for one in sight.losses[some]],
    )


def _camera_form(sight: CameraSight) -> CameraForm:
    here = quote(sight.name, safe="")
    return CameraForm(
        name=sight.name,
        state=sight.state or "starting",
        said=sight.said,
        again_in=sight.again_in,
        since=sight.since,
        run=sight.run,
        unread=sight.unread,
        moment=None if sight.moment is None else sight.moment.what,
        moment_came=None if sight.moment is None else sight.moment.came,
        unusual=list(sight.unusual_now),
        links={"self": f"/v1/cameras/{here}", "page": f"/cameras/{here}"},
    )
