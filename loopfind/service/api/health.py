"""The state of the service itself, for those who watch over it."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from loopfind.errors import LibraryError
from loopfind.model.version import version
from loopfind.service.figures import METRICS_TYPE
from loopfind.service.problems import problem_response
from loopfind.service.state import TheService

router = APIRouter(tags=["health"])


@router.get("/health", summary="Say whether the service runs")
async def health() -> dict[str, str]:
    """Return its version; nothing is looked at."""
    return {"status": "ok", "loopfind": version()}


@router.get("/ready", summary="Say whether the service can take work", response_model=None)
def ready(service: TheService) -> dict[str, str] | Response:
    """Return whether the library answers."""
    try:
        service.jobs.counts()
    except LibraryError as error:
        return problem_response(503, f"the library: {error.what}")
    return {"status": "ok"}


@router.get("/metrics", response_class=PlainTextResponse, summary="Figures for Prometheus")
def metrics(service: TheService) -> Response:
    """Return counts of requests and jobs, and the size of the library, in Prometheus' text format."""
    counts = service.jobs.counts()
    lines = service.figures.lines({str(state): number for state, number in counts.items()}, service.jobs.entries())
    return PlainTextResponse("".join(lines), media_type=METRICS_TYPE)
