"""Errors as problem+json (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from loopfind.errors import LoopfindError
from loopfind.service.refusals import Refused
from loopfind.service.statuses import said_of, status_of

PROBLEM = "application/problem+json"
_MOST_FAULTS = 20


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return a problem as an answer. more: members of it, beside those of the standard."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    text = json.dumps(body)  # ASCII, so that half a surrogate in a name is no error
    return Response(text, status, {**(headers or {}), "Cache-Control": "no-store"}, PROBLEM)


def add_problems(app: FastAPI) -> None:
    """Have every error of an app answered by a problem."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return problem_response(error.status, error.detail, error.headers)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return problem_response(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        faults = [
            {"where": ".".join(str(part) for part in one["loc"]), "what": str(one["msg"])}
            for one in error.errors()[:_MOST_FAULTS]
        ]
        first = f"{faults[0]['where']}: {faults[0]['what']}" if faults else "the request is not as the API says"
        return problem_response(422, first, faults=faults)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return problem_response(400, "the body broke off")  # nobody hears it; the log does

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> Response:
        return problem_response(
            500, f"this is a bug in loopfind: {type(error).__name__}; the log of the service has it"
        )

    @app.exception_handler(LoopfindError)
    async def failed(_: Request, error: LoopfindError) -> Response:
        return problem_response(status_of(error).status, said_of(error))
