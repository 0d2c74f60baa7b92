"""The frame of all pages: templates, the policy of what a page may do, errors as pages, and forms."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from loopfind.errors import LoopfindError
from loopfind.model.version import version
from loopfind.service.refusals import Refused
from loopfind.service.statuses import said_of, status_of

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page: nothing from elsewhere, and no script or style within the page."""

# With no referrer at all, browsers would send the forms of a page without saying where they come from.
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

OURS, REPORTS = "loopfind.service.pages", "loopfind.reports.page"
_MOST_FORM, _MOST_FIELDS = 1 << 16, 32
ASSETS = {
    "page.css": (REPORTS, "templates/page.css", "text/css"),
    "common.js": (REPORTS, "templates/common.js", "text/javascript"),
    "player.js": (REPORTS, "templates/player.js", "text/javascript"),
    "service.css": (OURS, "assets/service.css", "text/css"),
    "theme.js": (OURS, "assets/theme.js", "text/javascript"),
    "service.js": (OURS, "assets/service.js", "text/javascript"),
    "upload.js": (OURS, "assets/upload.js", "text/javascript"),
    "forward.js": (OURS, "assets/forward.js", "text/javascript"),
    "camera.js": (OURS, "assets/camera.js", "text/javascript"),
    "review.js": (OURS, "assets/review.js", "text/javascript"),
    "htmx.min.js": (OURS, "assets/htmx.min.js", "text/javascript"),
    "hx-sse.min.js": (OURS, "assets/hx-sse.min.js", "text/javascript"),
}
"""Name -> package, file in it, and type: style and scripts of the pages, of which some are those of a scan's page."""


@cache
def asset_bytes(name: str) -> bytes:
    """Return the content of an asset. Raises KeyError for a name that is none."""
    package, file, _ = ASSETS[name]
    return resources.files(package).joinpath(file).read_bytes()


@cache
def asset_mark(name: str) -> str:
    """Return digits that change with the content of an asset, so that browsers may keep it for ever."""
    return hashlib.sha256(asset_bytes(name)).hexdigest()[:12]


@cache
def _templates() -> Any:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader(OURS), PackageLoader(REPORTS)])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.globals |= {"asset": lambda name: f"/static/{asset_mark(name)}/{name}", "version": version()}
    return made


def fragment(template: str, **shown: Any) -> str:
    """Return a part of a page as HTML. A name of a file that is no UTF-8 stands with a mark for each such byte."""
    text: str = _templates().get_template(template).render(**shown)
    return text.encode("utf-8", "replace").decode()


def page_of(template: str, title: str, status: int = 200, **shown: Any) -> Response:
    """Return a page. here: the entry of the menu that it belongs to. live: whether the service sends to it. refreshed:
    whether it is loaded again and again where no script runs. scripts: assets that it runs. bare: whether it is for
    somebody who is not signed in."""
    frame: dict[str, Any] = {"here": "", "live": False, "refreshed": False, "scripts": ("service.js",), "bare": False}
    text = fragment(template, **{**frame, "title": title, **shown})
    return HTMLResponse(text, status, _HEADERS)


class PageRoute(APIRoute):
    """A route whose errors are pages too."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        inner = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await inner(request)
            except Refused as error:
                return error_page(request, error.status, error.detail, error.headers)
            except RequestValidationError:
                return error_page(request, 422, "There is no such page: something in its address is wrong.")
            except HTTPException as error:
                return error_page(request, error.status_code, str(error.detail), error.headers)
            except LoopfindError as error:
                return error_page(request, status_of(error).status, said_of(error))

        return handled


def error_page(request: Request, status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the page that says what is wrong."""
    came = urlsplit(request.headers.get("referer", ""))
    back = came.path if came.netloc == request.url.netloc and came.path != request.url.path else ""
    answer = page_of(
        "error.html.j2", str(status), status, number=status, words=words[:1].upper() + words[1:], back=back
    )
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form, as browsers send one without files. Raises Refused, a 413 or a 400."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_FORM:
            raise Refused(413, "the form is too long")
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(400, "the form has too many fields") from None
    return dict(fields)


def with_query(path: str, **values: object) -> str:
    """Return a path with the values that say something as its query."""
    said = {name: str(value) for name, value in values.items() if value not in ("", None)}
    words = "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())
    return f"{path}?{words}" if words else path
