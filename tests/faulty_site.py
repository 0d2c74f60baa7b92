"""A web server on this machine that fails at a chosen byte: it falls silent, hangs up, resets, or sends rubbish."""

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from patience import let_pass

KINDS = ("stall", "close", "reset", "garbage")


@dataclass(frozen=True)
class Fault:
    """A fault at a byte of the file, and how the server answers otherwise.

    kind: one of KINDS, "" for nothing. seeks: whether it answers Range. once: only on the first connection that comes
    to that byte. claimed: the Content-Length that it claims, None for the true one, -1 for none. drip: bytes that are
    sent at a time, a millisecond apart, 0 for all at once. redirect: an address that it sends everyone to.
    """

    kind: str = ""
    at: int = 0
    seeks: bool = True
    once: bool = False
    claimed: int | None = None
    drip: int = 0
    redirect: str = ""


@dataclass
class Site:
    """A running server. address: of its one file. asked: paths and ranges that were asked for, in order."""

    address: str
    asked: list[str] = field(default_factory=list)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asks may leave at any time."""


@contextlib.contextmanager
def serving(data: bytes, fault: Fault, name: str = "video.mkv") -> Iterator[Site]:
    """Serve `data` with a fault for as long as the body lasts."""
    over, left = threading.Event(), [1 if fault.once else 1 << 30]
    site = Site("")

    class Answer(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            site.asked.append(f"{self.path} {asked}".strip())
            if fault.redirect:
                self.send_response(302)
                self.send_header("Location", fault.redirect)
                self.end_headers()
                return
            low = int(asked.removeprefix("bytes=").split("-")[0] or 0) if asked and fault.seeks else 0
            if low >= len(data):
                self.send_error(416)
                return
            self.send_response(206 if asked and fault.seeks else 200)
            self.send_header("Accept-Ranges", "bytes" if fault.seeks else "none")
            if fault.claimed != -1:
                self.send_header("Content-Length", str((fault.claimed or len(data)) - low))
            if asked and fault.seeks:
                self.send_header("Content-Range", f"bytes {low}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            self._send(low)

        def _send(self, low: int) -> None:
            fails = bool(fault.kind) and low <= fault.at and left[0] > 0
            self._put(data[low : fault.at] if fails else data[low:])
            if not fails:
                return
            left[0] -= 1
            if fault.kind == "garbage":
                self._put(random.Random(fault.at).randbytes(len(data) - fault.at))
            elif fault.kind == "stall":
                self.wfile.flush()
                over.wait(60)
            elif fault.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def _put(self, part: bytes) -> None:
            step = fault.drip or max(1, len(part))
            for place in range(0, len(part), step):
                self.wfile.write(part[place : place + step])
                if fault.drip:
                    let_pass(0.001)

    with _Quiet(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        site.address = f"http://127.0.0.1:{server.server_port}/{name}"
        try:
            yield site
        finally:
            over.set()
            server.shutdown()
            thread.join()
