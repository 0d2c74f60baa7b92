"""Sign-in as a page: the token once, for a cookie."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from loopfind.service.api.sign_in import signed_in, signed_out
from loopfind.service.pages.frame import PageRoute, form_of, page_of
from loopfind.service.refusals import Refused
from loopfind.service.state import TheService

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/login")
def login_page(service: TheService, next: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Show where to give the token; without one nobody signs in."""
    if not service.settings.token:
        return RedirectResponse("/", 303)
    return page_of("login.html.j2", "Sign in", bare=True, wrong="", next=_own(next))


@router.post("/login")
def login(request: Request, service: TheService, form: Annotated[dict[str, str], Depends(form_of)]) -> Response:
    """Take the token, and lead to the page that was asked for."""
    try:
        cookie = signed_in(form.get("token", ""), request, service)
    except Refused as error:
        answer = page_of(
            "login.html.j2",
            "Sign in",
            error.status,
            bare=True,
            wrong=f"{error.detail[:1].upper()}{error.detail[1:]}.",
            next=_own(form.get("next", "/")),
        )
        answer.headers.update(error.headers)
        return answer
    return RedirectResponse(_own(form.get("next", "/")), 303, {"Set-Cookie": cookie})


@router.post("/logout")
def logout(request: Request) -> Response:
    """End the session of this browser."""
    return RedirectResponse("/login", 303, {"Set-Cookie": signed_out(request)})


def _own(path: str) -> str:
    """Return a path of this service, the first page for what leads elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
