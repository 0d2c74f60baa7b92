"""Uploads over HTTP: streamed, resumable, checked by a digest."""

from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from loopfind.model.job import JobRequest
from loopfind.service.answers import JobForm, job_form
from loopfind.service.api.jobs import check_likeness, check_queue, new_job
from loopfind.service.refusals import Refused
from loopfind.service.state import TheService
from loopfind.service.uploads import check_type, checked_key, checked_name, digest_in, part_of

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="A name for this upload that its client makes up, to go on with it."),
]


@router.put("/{name}", status_code=202, response_model=JobForm, summary="Upload a video, and have it checked")
async def upload(
    name: str,
    request: Request,
    response: Response,
    service: TheService,
    work: Annotated[str, Query(pattern="^(check|scan)$")] = "check",
    keep: Annotated[bool, Query(description="Add it to the library where it is new.")] = False,
    likeness: Annotated[str, Query(description="A way to be alike that is asked too.")] = "",
    clips: Annotated[bool, Query(description="Cut out what repeats in it.")] = False,
    key: Key = None,
    content_range: Annotated[str | None, Header(description="bytes FIRST-LAST/TOTAL: a part of it.")] = None,
    repr_digest: Annotated[str | None, Header(description="sha-256=:BASE64: of the whole file.")] = None,
) -> JobForm | Response:
    """Take the bytes of a video, and return the job that checks it. With Content-Range and Idempotency-Key they may
    come in parts: 200 says how many there are, 202 is the job of the whole. A key whose job is there already gets
    that."""
    check_type(request.headers.get("content-type"))
    check_likeness(likeness)
    shown, part = checked_name(name), part_of(content_range, request.headers.get("content-length"))
    digest = digest_in(repr_digest)
    if part.ranged and key is None:
        raise Refused(400, "parts need an Idempotency-Key")
    known = token_hex(16) if key is None else checked_key(key)
    there = await run_in_threadpool(service.jobs.by_key, known) if key is not None else None
    if there is not None:
        if there.request.kind != "upload" or there.request.name != shown:
            raise Refused(409, "another job has this Idempotency-Key")
        response.status_code = 200
        return job_form(there, service)
    await run_in_threadpool(check_queue, service)
    last = await service.uploads.receive(known, shown, part, request.stream(), digest, key is not None)
    if last is None:
        offset = service.uploads.offset(known)
        return JSONResponse({"offset": offset}, 200, {"Upload-Offset": str(offset)})
    wanted = JobRequest("scan" if work == "scan" else "check", shown, "upload", last, keep, likeness, clips)
    job, _ = await run_in_threadpool(new_job, wanted, known, service)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return await run_in_threadpool(job_form, job, service)


@router.head("/{name}", summary="Say how much of an upload has come")
def upload_offset(name: str, service: TheService, key: Key = None) -> Response:
    """Return how many bytes of the upload with this key have come, in the header Upload-Offset."""
    checked_name(name)
    if key is None:
        raise Refused(400, "an upload is known by its Idempotency-Key")
    return Response(status_code=204, headers={"Upload-Offset": str(service.uploads.offset(checked_key(key)))})
