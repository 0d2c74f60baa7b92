"""Fetch the file at an address, and nothing else: each step of the way is checked, and asked at the number checked.

A name may have other numbers by the time a program looks it up again (DNS rebinding), and an answer may lead elsewhere;
so the connection is made to the number that was checked, and every redirect is checked anew. ffmpeg sees a file alone.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin

from loopfind.errors import Unreadable
from loopfind.service.places import checked_address, port_of, resolved_host, shown_address

_MOST_LEAPS = 5
_AT_ONCE = 1 << 18
_REDIRECTS = (301, 302, 303, 307, 308)


def fetch(
    address: str,
    path: str,
    most_bytes: int,
    patience: float,
    private: bool,
    watch: Callable[[int, int | None], None] | None = None,
) -> None:
    """Fetch what lies at an address into a file. watch: called with the bytes that have come, and with all of them
    where that is known.

    Raises Refused for an address that may not be asked, also one that another leads to, and Unreadable for one that
    does not answer with a file, or with more than `most_bytes`.
    """
    shown = shown_address(address)
    for _ in range(_MOST_LEAPS + 1):
        parts = checked_address(address, True)
        try:
            connection, answer = _answer(parts, resolved_host(parts, private), patience)
        except (OSError, http.client.HTTPException) as error:
            raise Unreadable(shown, f"it does not answer: {error or type(error).__name__}") from None
        try:
            if answer.status in _REDIRECTS and (place := answer.getheader("Location")):
                address = urljoin(address, place)
                continue
            if answer.status != 200:
                raise Unreadable(shown, f"its server answers {answer.status}")
            _copy(answer, path, most_bytes, shown, watch)
            return
        except (OSError, http.client.HTTPException) as error:
            raise Unreadable(shown, f"its server broke off: {error or type(error).__name__}") from None
        finally:
            connection.close()
    raise Unreadable(shown, f"it leads on more than {_MOST_LEAPS} times")


def _answer(
    parts: SplitResult, numbers: list[str], patience: float
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Return a connection to one of the numbers, and the answer that it gave."""
    host = parts.hostname or ""
    port = port_of(parts)
    connection = http.client.HTTPConnection(host, port, timeout=patience)
    connection.sock = _connected(numbers, port, patience)
    if parts.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", parts.netloc)
        connection.putheader("Accept", "video/*, audio/*, */*;q=0.1")
        connection.endheaders()
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def _connected(numbers: list[str], port: int, patience: float) -> socket.socket:
    failed: OSError | None = None
    for number in numbers:
        try:
            return socket.create_connection((number, port), patience)
        except OSError as error:
            failed = error
    raise failed or OSError("no address")


def _copy(
    answer: http.client.HTTPResponse,
    path: str,
    most_bytes: int,
    shown: str,
    watch: Callable[[int, int | None], None] | None,
) -> None:
    total, size = answer.length, 0
    with open(path, "wb") as file:
        while data := answer.read(_AT_ONCE):
            size += len(data)
            if size > most_bytes:
                raise Unreadable(shown, f"it has more than {most_bytes:,} bytes")
            file.write(data)
            if watch is not None:
                watch(size, total)
    if total is not None and answer.length:
        raise Unreadable(shown, "its server broke off")
