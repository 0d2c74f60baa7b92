"""Sign-in over HTTP: the token once, for a cookie that stands for it."""

import json
import time
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from loopfind.service.rates import Rates
from loopfind.service.refusals import Refused
from loopfind.service.sessions import cookie_header, is_token, new_session
from loopfind.service.state import Service, TheService

router = APIRouter(prefix="/v1", tags=["sign-in"])


def signed_in(token: str, request: Request, service: Service) -> str:
    """Return the Set-Cookie header of a new session. Raises Refused: 401 for another token, 429 after many of them."""
    guesses: Rates = request.app.state.guesses
    wanted = service.settings.token
    if not is_token(token, wanted):
        client = request.client.host if request.client else ""
        if wanted and (seconds := guesses.wait(client)):
            raise Refused(429, "too many wrong tokens", {"Retry-After": str(int(seconds) + 1)})
        raise Refused(401, "this is not the token" if wanted else "no token is set, so nobody signs in")
    return cookie_header(new_session(wanted, time.time()), _is_secure(request))


def signed_out(request: Request) -> str:
    """Return the Set-Cookie header that ends the session of a browser."""
    return cookie_header("", _is_secure(request))


def _is_secure(request: Request) -> bool:
    """Return whether a browser came over TLS; a proxy may have taken that off, but the origin says so still."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")


async def token_in(request: Request) -> str:
    """Return the token in the body of a request, a form or JSON, "" for none."""
    body = await request.body()
    try:
        text = body.decode()
        if request.headers.get("content-type", "").startswith("application/json"):
            held = json.loads(text)
            given = held.get("token", "") if isinstance(held, dict) else ""
        else:
            given = parse_qs(text, max_num_fields=10).get("token", [""])[0]
    except (ValueError, RecursionError):
        return ""
    return given if isinstance(given, str) else ""


@router.post(
    "/login",
    status_code=204,
    response_class=Response,
    summary="Sign a browser in",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def sign_in(request: Request, service: TheService) -> Response:
    """Take `{"token": TOKEN}`, or a form of it, and set a cookie that stands for it for a week."""
    cookie = signed_in(await token_in(request), request, service)
    return Response(status_code=204, headers={"Set-Cookie": cookie})


@router.post("/logout", status_code=204, response_class=Response, summary="Sign a browser out")
async def sign_out(request: Request) -> Response:
    """Take the cookie away from this browser. Another token ends the sessions of all."""
    return Response(status_code=204, headers={"Set-Cookie": signed_out(request)})
