"""The web server of the service: uvicorn, which gives up clients that do not finish a request."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from loopfind.errors import BadSetting
from loopfind.service.app import create_app
from loopfind.service.cameras import CameraBoard
from loopfind.service.settings import LOOPBACK, ServiceSettings

_MOST_HEADER_BYTES = 16 << 10
_IDLE = 5
"""Seconds that a connection may stay open between two requests."""
_FAREWELL = 3
"""Seconds that requests have to end once the service is to end."""
_BACKLOG = 512


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit for the time in which the head of a request comes. uvicorn waits for it for ever, as each
    byte begins its own limit anew; the body is limited by the gate."""

    patience = 30.0
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and wait no more once they make a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for another request."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Set the limit where the head of a request is waited for, and take it away where it is not."""
        if self.conn.their_state is not h11.IDLE or self.conn.our_state is not h11.IDLE:
            self._forget()
        elif self._limit is None:
            self._limit = self.loop.call_later(self.patience, self._give_up)

    def _forget(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        self._limit = None
        if not self.transport.is_closing():
            self.transport.close()


def _heard(*_: object) -> None:
    """Take a signal that was acted on already."""


def check_settings(settings: ServiceSettings) -> None:
    """Raise BadSetting for a service that anyone could reach and nobody would sign in to."""
    if settings.host not in LOOPBACK and not settings.token:
        raise BadSetting(
            "--host", settings.host, "another machine may reach it, so it needs a token: give --token-file FILE"
        )


def bound_socket(settings: ServiceSettings) -> socket.socket:
    """Return a socket that listens where the settings say. Raises BadSetting where that cannot be."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BadSetting("--port", settings.port, f"nothing can listen at {settings.host} there ({why})") from None


def serve(
    settings: ServiceSettings,
    listener: socket.socket,
    ready: Callable[[], None],
    board: CameraBoard | None = None,
    *,
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Answer requests until a signal to end comes. ready: called once requests are answered. board: of the cameras that
    are followed, None for none. ending: called as soon as the signal came, while requests still have time to end.

    Raises LibraryError, and OSError where the folders of the service cannot be made.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # what clients do wrong is in the audit log
    protocol = type("_Protocol", (PatientProtocol,), {"patience": settings.patience})
    config = uvicorn.Config(
        create_app(settings, board),
        http=protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.most_connections,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_FAREWELL,
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
    )

    class Announced(uvicorn.Server):
        """A server that says when it is ready, and when it is to end."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            ending()
            await super().shutdown(sockets)

    server: Any = Announced(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _heard)  # uvicorn sends itself what it heard, once it has ended
    server.run([listener])
