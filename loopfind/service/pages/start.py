"""The first page: uploads, the newest jobs, and what there is."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from loopfind.reports.wording import length
from loopfind.service.pages.frame import PageRoute, page_of
from loopfind.service.pages.job_views import job_views
from loopfind.service.pages.jobs import NEWEST
from loopfind.service.state import TheService
from loopfind.stores.decisions import ReviewQueue

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def start_page(request: Request, service: TheService) -> Response:
    """Show where to upload, and what there is; for one video its job."""
    if service.settings.front:
        return RedirectResponse(f"/jobs/{service.settings.front}", 303)
    settings = service.settings
    queue = ReviewQueue(service.library.connections)
    files, seconds = queue.holdings()
    named = "Or name a file below the folder of the service" if settings.root else ""
    if settings.addresses:
        named = f"{named}, or an http address" if named else "Or give an http address"
    return page_of(
        "start.html.j2",
        "Start",
        here="/",
        live=True,
        scripts=("service.js", "upload.js"),
        most_bytes=f"{settings.most_bytes / 1e9:,.1f} GB",
        address=str(request.base_url).rstrip("/"),
        named=named,
        jobs=job_views(service.jobs.newest(NEWEST)),
        files=f"{files:,}",
        footage=length(seconds),
        counts={name: f"{number:,}" for name, number in queue.counts().items()},
    )
