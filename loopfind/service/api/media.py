"""Videos over HTTP, with ranges: of jobs, and of the library where they lie where the service may look."""

import mimetypes
import os

from fastapi import APIRouter, Response
from starlette.responses import FileResponse

from loopfind.model.job import Job
from loopfind.service.places import file_below, may_be_read
from loopfind.service.refusals import Refused
from loopfind.service.state import Service, TheService

router = APIRouter(prefix="/v1/library", tags=["library"])

_PLAYED = ("video/", "audio/", "image/gif", "image/webp", "image/apng")


def allowed_media(entry: int, service: Service) -> str:
    """Return the path of a file of the library, by the number of its entry. Raises Refused: 404 where there is none,
    410 where it is gone, 403 where it lies neither below the root nor among the uploads."""
    found = service.library.entry(entry)
    if found is None:
        raise Refused(404, f"the library has no entry {entry}")
    return allowed_path(found.paths, service)


def allowed_path(paths: tuple[str, ...], service: Service) -> str:
    """Return the first of the files that is there and may be read. Raises Refused: 410 where all are gone, 403 where
    none may."""
    there = [path for path in paths if os.path.isfile(path)]
    if not there:
        raise Refused(410, "the file is gone")
    for path in there:
        if may_be_read(path, service.settings):
            return path
    raise Refused(403, "the file does not lie below the root, nor among the uploads")


def is_allowed(paths: tuple[str, ...], service: Service) -> bool:
    """Return whether one of the files is there and may be read."""
    return any(os.path.isfile(path) and may_be_read(path, service.settings) for path in paths)


def job_video(job: Job, service: Service) -> str:
    """Return the path of the video that a job is about. Raises Refused where there is none, or where it is gone."""
    kind, place = job.request.kind, job.request.place
    if kind == "path":
        return file_below(service.settings.root, place)
    if kind == "entry":
        return allowed_media(int(place), service)
    path = service.uploads.path(place) if kind == "upload" else ""
    if kind == "address" and job.results:
        path = os.path.join(service.results_of(job.results), "fetched")
    if not path or not os.path.isfile(path):
        raise Refused(410 if kind in ("upload", "address") else 404, "the video of this job is not here")
    return path


def media_response(path: str, name: str) -> Response:
    """Return a file as an answer that knows ranges. name: of the file, for people, and for its type."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    # What is no media is never shown: it may be a page that somebody uploaded.
    shown = kind if kind.startswith(_PLAYED) else "application/octet-stream"
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return FileResponse(path, 200, headers, shown, content_disposition_type="inline")


@router.get("/entries/{entry}/video", response_class=FileResponse, summary="Play a file of the library")
def entry_video(entry: int, service: TheService) -> Response:
    """Return the file of an entry."""
    path = allowed_media(entry, service)
    return media_response(path, path)


@router.get("/contents/{digest}/video", response_class=FileResponse, summary="Play a file by its content")
def content_video(digest: str, service: TheService) -> Response:
    """Return the file of a content, by the hexadecimal digest that answers name it by."""
    try:
        content = bytes.fromhex(digest)
    except ValueError:
        content = b""
    paths = tuple(file.name for file in service.library.files_with(content))
    if not paths:
        raise Refused(404, "the library has no such content")
    path = allowed_path(paths, service)
    return media_response(path, path)
