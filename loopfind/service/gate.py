"""The gate before every request: names, rates, sign-in, origins, sizes, patience, and the headers of every answer."""

import asyncio
import ipaddress
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopfind.service.problems import problem_response
from loopfind.service.rates import Rates
from loopfind.service.refusals import Refused
from loopfind.service.sessions import bearer_of, is_session, is_token, session_in
from loopfind.service.settings import LOOPBACK
from loopfind.service.state import Service

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)
"""The Content-Security-Policy of every answer that brings none."""
UPLOADS = "/v1/uploads/"
OPEN_PATHS = ("/health", "/ready", "/login", "/v1/login", "/favicon.ico")
"""Paths that nobody signs in for, and below /static/ what every page needs."""
SMALL_BODY = 1 << 20
"""Bytes of a body that is no upload."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_KNOWN_METHODS = (*_SAFE, "PUT", "POST", "PATCH", "DELETE")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": POLICY,
    "cache-control": "no-store",
}


@dataclass
class _Exchange:
    """One request and its answer, as they go through the gate. who: how it was signed in."""

    scope: Scope
    headers: Headers
    began: float = field(default_factory=time.monotonic)
    who: str = "nobody"
    received: int = 0
    sent: int = 0
    status: int = 0


class Gate:
    """An ASGI application before another one."""

    def __init__(self, app: ASGIApp, service: Service, guesses: Rates) -> None:
        """guesses: how often a client may show a wrong token."""
        self._app, self._guesses, settings = app, guesses, service.settings
        self._settings, self._audit, self._figures = settings, service.audit, service.figures
        self._rates = Rates(settings.rate, settings.burst)
        self._hosts = {name.lower() for name in (*LOOPBACK, settings.host, *settings.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # a web socket that is not accepted is refused
        exchange = _Exchange(scope, Headers(scope=scope))
        answered = self._answered(exchange, send)
        try:
            try:
                self._check(exchange)
            except Refused as error:
                # The body is not read, so that the connection cannot be used for another request.
                headers = {**error.headers, "Connection": "close"}
                await problem_response(error.status, error.detail, headers)(scope, receive, answered)
                return
            await self._app(scope, self._received(exchange, receive), answered)
        finally:
            self._note(exchange)

    def _check(self, exchange: _Exchange) -> None:
        """Raise Refused for a request that is not let through."""
        scope, headers = exchange.scope, exchange.headers
        self._check_host(headers)
        client = scope["client"][0] if scope.get("client") else "unknown"
        if seconds := self._rates.wait(client):
            raise Refused(429, "too many requests", {"Retry-After": str(int(seconds) + 1)})
        exchange.who = self._signed_in(exchange, client)
        if scope["method"] not in _KNOWN_METHODS:
            raise Refused(405, "there is no such method", {"Allow": ", ".join(_KNOWN_METHODS)})
        if scope["method"] not in _SAFE and exchange.who != "token":
            self._check_origin(headers)
        limit = self._limit(scope)
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > limit:
            raise Refused(413, f"the body has more than {limit:,} bytes")

    def _check_host(self, headers: Headers) -> None:
        """Raise Refused for a name that the service is not called by: a page elsewhere may have its own name lead
        here."""
        names = headers.getlist("host")
        host = _host_of(names[0]) if len(names) == 1 else ""
        if not host:
            raise Refused(400, "the Host header must name this service once")
        if host in self._hosts or (self._settings.host not in LOOPBACK and _is_number(host)):
            return
        raise Refused(400, "this service is not called by that name: name it with --allow-host")

    def _signed_in(self, exchange: _Exchange, client: str) -> str:
        """Return how a request is signed in: "token", "session" or "nobody". Raise Refused where it has to be."""
        token, headers, path = self._settings.token, exchange.headers, exchange.scope["path"]
        if not token:
            return "nobody"
        given = bearer_of(headers.get("authorization", ""))
        if given:
            if is_token(given, token):
                return "token"
            if seconds := self._guesses.wait(client):
                raise Refused(429, "too many wrong tokens", {"Retry-After": str(int(seconds) + 1)})
        elif is_session(session_in(headers.get("cookie", "")), token, time.time()):
            return "session"
        elif path in OPEN_PATHS or path.startswith("/static/"):
            return "nobody"
        elif exchange.scope["method"] == "GET" and "text/html" in headers.get("accept", "") and path[:4] != "/v1/":
            raise Refused(303, "sign in first", {"Location": "/login"})
        raise Refused(401, "show the token: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})

    def _check_origin(self, headers: Headers) -> None:
        """Raise Refused for a change that a page of another origin asks for. Programs send no origin."""
        origin = headers.get("origin")
        if origin is None:
            if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
                return
        elif origin.partition("://")[2].lower() == headers.get("host", "").lower():
            return
        raise Refused(403, "a page of another origin may not change anything here")

    def _limit(self, scope: Scope) -> int:
        return self._settings.most_bytes if scope["path"].startswith(UPLOADS) else SMALL_BODY

    def _received(self, exchange: _Exchange, receive: Receive) -> Receive:
        """Return a `receive` that waits for no byte of the body longer than a while, and takes no more than it may."""
        limit, whole = self._limit(exchange.scope), False

        async def received() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._settings.patience)
            except TimeoutError:
                raise Refused(
                    408, f"no byte for {self._settings.patience:g} s: go on by Content-Range", {"Connection": "close"}
                ) from None
            whole = not message.get("more_body", False)
            exchange.received += len(message.get("body", b""))
            if exchange.received > limit:
                raise Refused(413, f"the body has more than {limit:,} bytes", {"Connection": "close"})
            return message

        return received

    def _answered(self, exchange: _Exchange, send: Send) -> Send:
        """Return a `send` that adds the headers of every answer, and gives up a client that takes nothing."""

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                _add_headers(message)
            exchange.sent += len(message.get("body", b""))
            try:
                await asyncio.wait_for(send(message), self._settings.patience)
            except TimeoutError:
                raise ConnectionResetError("the client takes nothing") from None

        return answered

    def _note(self, exchange: _Exchange) -> None:
        scope, seconds = exchange.scope, time.monotonic() - exchange.began
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"
        self._figures.count(method, exchange.status, seconds, exchange.received, exchange.sent)
        self._audit.add(
            client=scope["client"][0] if scope.get("client") else "",
            who=exchange.who,
            method=method,
            path=scope["path"],
            status=exchange.status,
            received=exchange.received,
            sent=exchange.sent,
            seconds=round(seconds, 4),
        )


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


def _host_of(header: str) -> str:
    """Return the name in a Host header, without the port; "" for one that is none."""
    try:
        parts = urlsplit(f"//{header}")
        if parts.port is None and header.endswith(":"):
            return ""
        name = parts.hostname or ""
    except ValueError:
        return ""
    return name if parts.netloc == header and "@" not in header else ""


def _is_number(host: str) -> bool:
    """Return whether a name is an address in numbers, which no other name server can make lead here."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
