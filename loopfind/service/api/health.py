"""The state of the service itself, for those who watch over it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from loopfind.errors import LibraryError
from loopfind.model.version import version
from loopfind.service.problems import problem_response
from loopfind.service.state import Service, service_of

router = APIRouter(tags=["health"])


@router.get("/health", summary="Say whether the service runs")
async def health() -> dict[str, str]:
    """Return its version; nothing is looked at."""
    return {"status": "ok", "loopfind": version()}


@router.get("/ready", summary="Say whether the service can take work", response_model=None)
def ready(service: Annotated[Service, Depends(service_of)]) -> dict[str, str] | Response:
    """Return whether the library answers."""
    try:
        service.jobs.counts()
    except LibraryError as error:
        return problem_response(503, f"the library: {error.what}")
    return {"status": "ok"}
