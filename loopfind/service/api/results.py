"""Results of jobs over HTTP: the answer, the report, the page, exports, clips, and the video itself."""

import os

from fastapi import APIRouter, Response
from starlette.responses import FileResponse

from loopfind.reports.formats import FORMATS, SUFFIXES
from loopfind.service.api.jobs import job_of
from loopfind.service.api.media import job_video, media_response
from loopfind.service.folders import RESULTS
from loopfind.service.gate import POLICY
from loopfind.service.refusals import Refused
from loopfind.service.state import Service, TheService

router = APIRouter(prefix="/v1/jobs/{number}", tags=["results"])

_JSON = "application/json"
_TYPES = {
    "json": _JSON,
    "otio": _JSON,
    "markdown": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "cuts-csv": "text/csv; charset=utf-8",
    "spots-csv": "text/csv; charset=utf-8",
    "losslesscut": "text/csv; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "fcpxml": "application/xml",
}
"""Format of an export -> its media type; the others are plain text."""
# The page carries a stricter policy of its own, which names its script by digest; both hold.
_PAGE_POLICY = POLICY.replace("default-src 'self';", "default-src 'self' 'unsafe-inline';")


def _result(number: int, service: Service, *names: str) -> str:
    """Return the path of a result of a job. Raises Refused where there is none."""
    job = job_of(number, service)
    if not job.over:
        raise Refused(409, f"job {number} is not over yet")
    path = os.path.join(service.results_of(job.results), *names) if job.results else ""
    if not path or not os.path.isfile(path):
        raise Refused(404, f"job {number} has no such result")
    return path


@router.get("/answer", response_class=FileResponse, summary="The answer in full")
def answer(number: int, service: TheService) -> Response:
    """Return the answer of a job in the machine form, with all that belongs to it."""
    return FileResponse(_result(number, service, RESULTS["answer"]), media_type=_JSON)


@router.get("/report", response_class=FileResponse, summary="The report of a scan")
def report(number: int, service: TheService) -> Response:
    """Return the report of the scan as `loopfind --json` writes it."""
    return FileResponse(_result(number, service, RESULTS["report"]), media_type=_JSON)


@router.get("/page", response_class=FileResponse, summary="The page of a scan")
def page(number: int, service: TheService) -> Response:
    """Return the page of the scan as `loopfind --html` writes it."""
    path = _result(number, service, RESULTS["page"])
    return FileResponse(path, 200, {"Content-Security-Policy": _PAGE_POLICY}, "text/html; charset=utf-8")


@router.get("/exports/{format}", response_class=FileResponse, summary="An export in one of the formats")
def export(number: int, format: str, service: TheService) -> Response:
    """Return what was found in a format, by the name that `--format` knows it by."""
    if format not in FORMATS:
        raise Refused(404, f"there is no format {format[:40]}; there are {', '.join(FORMATS)}")
    path = _result(number, service, "exports", format)
    ending = next((suffix for suffix, name in SUFFIXES.items() if name == format), ".txt")
    kind = _TYPES.get(format, "text/plain; charset=utf-8")
    return FileResponse(path, 200, media_type=kind, filename=f"job-{number}-{format}{ending}")


@router.get("/clips/{name}", response_class=FileResponse, summary="A clip of a repeat")
def clip(number: int, name: str, service: TheService) -> Response:
    """Return a clip of a repeat, by the name that the links of its job give."""
    job = job_of(number, service)
    folder = os.path.join(service.results_of(job.results), "clips") if job.results else ""
    if not folder or not os.path.isdir(folder) or name not in os.listdir(folder):
        raise Refused(404, f"job {number} has no such clip")
    return media_response(os.path.join(folder, name), name)


@router.get("/video", response_class=FileResponse, summary="The video that a job is about")
def video(number: int, service: TheService) -> Response:
    """Return the video of a job, for a player."""
    job = job_of(number, service)
    return media_response(job_video(job, service), job.request.name)
