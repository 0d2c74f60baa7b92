"""Requests as nobody in good faith makes them, drawn by seed, for the service over a real socket.

answer_to(address, hostile(rng, 0))     the status of the answer, None where the connection was closed, and its bytes
"""

import json
import random
import socket
import struct
from dataclasses import dataclass
from urllib.parse import quote

WAYS_OUT = (
    "../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "/etc/passwd", "//etc/passwd", "file:///etc/passwd", "..\\..\\..\\etc\\passwd", "..%5c..%5cetc%5cpasswd", "%00", "a%00.mp4",
    "%252e%252e%252fetc%252fpasswd", "%c0%ae%c0%ae/etc/passwd", "~root/.ssh/id_rsa", "/proc/self/environ", "concat:/etc/passwd",
    "%f0%28%8c%28", "\xff\xfe", "a" * 5000, "", ".", "..", " ", "%", "%zz", "?", "#", "*", "-rf", "outside", "outside/secret.mp4",
)  # fmt: skip
PATHS = (
    "/", "/v1/jobs", "/v1/jobs/{}", "/v1/jobs/1", "/v1/jobs/1/{}", "/v1/jobs/1/exports/{}", "/v1/jobs/1/clips/{}",
    "/v1/jobs/1/video", "/v1/jobs/1/page", "/v1/jobs/1/answer", "/v1/uploads/{}", "/v1/library/entries",
    "/v1/library/entries/{}/video", "/v1/library/contents/{}/video", "/v1/library/pairs", "/v1/review", "/v1/review/{}",
    "/static/{}", "/review/{}", "/jobs/{}", "/library", "/login", "/metrics", "/health", "/ready", "/v1/openapi.json", "/v1/docs",
    "/{}",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G\x00T")
NUMBERS = (
    "-1",
    "0",
    "1",
    "1e9",
    "99999999999999999999999999",
    "0x10",
    "NaN",
    "",
    "1;DROP TABLE job",
    "\u0661",
    "1" * 5000,
)
ODD = (
    "\x00",
    "\ud83d\ude00",
    "\u202e",
    "'; DROP TABLE job; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "a" * 70000,
)


@dataclass(frozen=True)
class HostileRequest:
    """Bytes that are sent, and how. kind: what is wrong with it. hold: whether the client then waits, without the rest
    that it has promised. cut: whether it closes without waiting."""

    kind: str
    data: bytes
    hold: bool = False
    cut: bool = False


def gif_bomb(pictures: int = 50, side: int = 65535) -> bytes:
    """A small GIF whose pictures would take gigabytes."""
    lines = [b"GIF89a", struct.pack("<HH", side, side), b"\x80\0\0\0\0\0\xff\xff\xff"]
    for _ in range(pictures):
        lines += [b"\x21\xf9\x04\0\x04\0\0\0", b"\x2c\0\0\0\0", struct.pack("<HH", side, side), b"\0\x02\x02\x44\x01\0"]
    return b"".join([*lines, b"\x3b"])


def hostile(rng: random.Random, number: int, marker: str = "127.0.0.1") -> HostileRequest:
    """Draw a request. number: by which its kind goes round. marker: the Host that is right."""
    makers = (
        _path,
        _method,
        _headers,
        _length,
        _json,
        _range,
        _upload,
        _parts,
        _query,
        _slow,
        _cut,
        _noise,
        _origin,
        _events,
    )
    return makers[number % len(makers)](rng, marker)


def _request(
    kind: str, line: str, marker: str, headers: dict[str, str] | None = None, body: bytes = b"", **more: bool
) -> HostileRequest:
    held = {"Host": marker, "Connection": "close"} | (headers or {})
    if body and "Content-Length" not in held and "Transfer-Encoding" not in held:
        held["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in held.items() if value != "-")
    return HostileRequest(kind, f"{line} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogatepass") + body, **more)


def _somewhere(rng: random.Random) -> str:
    path = rng.choice(PATHS)
    return path.replace("{}", rng.choice((*WAYS_OUT, *NUMBERS)))


def _printable(path: str) -> str:
    return quote(path, safe="/%?#*\\:=&.~-") or "/"


def _path(rng: random.Random, marker: str) -> HostileRequest:
    return _request("path", f"GET {_printable(_somewhere(rng))}", marker)


def _method(rng: random.Random, marker: str) -> HostileRequest:
    return _request("method", f"{rng.choice(METHODS)} {_printable(rng.choice(PATHS))}", marker)


def _headers(rng: random.Random, marker: str) -> HostileRequest:
    odd = rng.choice(
        (
            {"Host": "evil.example"}, {"Host": ""}, {"Host": f"{marker}\r\nHost: evil.example"}, {"Cookie": "a" * 9000},
            {f"X-{n}": "y" * 50 for n in range(300)}, {"X": "z" * 70000}, {"Authorization": "Bearer " + "x" * 9000},
            {"Accept": "\x01"}, {"Accept-Encoding": "gzip;q=NaN"}, {"Upgrade": "websocket", "Connection": "Upgrade"},
            {"Expect": "100-continue"}, {"X\x00Y": "z"}, {" Host": marker}, {"If-None-Match": '"' * 5000},
            {"Cookie": "loopfind_session=9999999999999.\xe9"}, {"Last-Event-ID": "9" * 400}, {"If-Range": "\xff" * 50},
            {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "evil.example", "Forwarded": "for=1"},
        )
    )  # fmt: skip
    return _request(
        "headers", f"GET {rng.choice(('/v1/jobs', '/v1/jobs/1/video', '/', '/v1/library/entries'))}", marker, odd
    )


def _length(rng: random.Random, marker: str) -> HostileRequest:
    odd = rng.choice(
        (
            {"Content-Length": "-1"}, {"Content-Length": "9" * 30}, {"Content-Length": "1e3"}, {"Content-Length": "5, 6"},
            {"Content-Length": "3", "Transfer-Encoding": "chunked"}, {"Transfer-Encoding": "gzip, chunked"},
            {"Transfer-Encoding": "chunked"}, {"Transfer-Encoding": "\x0bchunked"}, {"Content-Length": "+3"},
            {"Content-Length": str(1 << 40)},
        )
    )  # fmt: skip
    body = rng.choice(
        (b"abc", b"fffffffffffffffff\r\nabc", b"3\r\nabc\r\n0\r\n\r\nGET /v1/jobs HTTP/1.1\r\n\r\n", b"-1\r\n")
    )
    return _request(
        "length", rng.choice(("PUT /v1/uploads/a.mp4", "POST /v1/jobs", "POST /v1/login")), marker, odd, body
    )


def _json(rng: random.Random, marker: str) -> HostileRequest:
    value = rng.choice((None, True, 1 << 70, 1e308, [], {}, *ODD, *WAYS_OUT))
    name = rng.choice(
        ("path", "address", "entry", "work", "keep", "likeness", "token", "__proto__", "reviewer", "note")
    )
    body = rng.choice(
        (
            json.dumps({name: value, "work": rng.choice(("check", "scan", "groups", value))}).encode(),
            b"[" * rng.randrange(1, 90000), b"{" * 1000, b'{"path": "\\ud800"}', b'{"path": ' + b"9" * 60000 + b"}", b"\xff\xfe",
            b'{"entry": NaN}', b"null", b'{"path": "a", "path": "b"}', b'{"address": "http://169.254.169.254/latest/meta-data"}',
        )
    )  # fmt: skip
    path = rng.choice(("/v1/jobs", "/v1/login", "/v1/review/1/decisions", "/v1/review/undo", "/review/1", "/jobs"))
    kind = rng.choice(
        ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")
    )
    return _request("json", f"POST {path}", marker, {"Content-Type": kind}, body)


def _range(rng: random.Random, marker: str) -> HostileRequest:
    odd = rng.choice(
        (
            "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=0-0,1-1", "bytes=" + ",".join(f"{n}-{n}" for n in range(900)),
            "bytes=99999999999999999999-", "bytes=-99999999999999999999", "items=0-1", "bytes=a-b", "bytes=", "bytes=--1",
            "bytes=0-99999999999999999999999999", "bytes=" + "0-," * 2000,
        )
    )  # fmt: skip
    return _request(
        "range",
        f"GET {rng.choice(('/v1/jobs/1/video', '/v1/jobs/2/video', '/static/htmx.min.js'))}",
        marker,
        {"Range": odd},
    )


def _upload(rng: random.Random, marker: str) -> HostileRequest:
    name = _printable(
        rng.choice((*WAYS_OUT, "bomb.gif", "a.m3u8", "a.html", "a.ffconcat", "é.mp4", "a\x1b[31m.mp4"))
    ).replace("?", "")
    body = rng.choice(
        (
            gif_bomb(3), b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n", b"",
            rng.randbytes(3000), b"\0\0\0\x18ftypmp42" + rng.randbytes(500), b"RIFF\xff\xff\xff\xffAVI " + rng.randbytes(200),
            b"\x1a\x45\xdf\xa3" + rng.randbytes(300), b"PK\x03\x04" + rng.randbytes(200),
        )
    )  # fmt: skip
    return _request("upload", f"PUT /v1/uploads/{name}", marker, {"Content-Length": str(len(body))}, body)


def _parts(rng: random.Random, marker: str) -> HostileRequest:
    odd = rng.choice(
        (
            "bytes 0-9/5",
            "bytes 9-0/20",
            "bytes */5",
            "bytes 0-9/*",
            "bytes 5-9/20",
            f"bytes 0-{1 << 60}/*",
            "x",
            "bytes 0-9/10",
        )
    )
    key = rng.choice(("k" * 10, "../../etc/passwd", "k" * 4000, "", "\x00" * 9, "key-of-all-of-them"))
    headers = {
        "Content-Range": odd,
        "Idempotency-Key": key,
        "Repr-Digest": rng.choice(("-", "sha-256=:x:", "sha-256=:" + "A" * 500)),
    }
    return _request("parts", "PUT /v1/uploads/a.mp4", marker, headers, rng.randbytes(10))


def _query(rng: random.Random, marker: str) -> HostileRequest:
    name = rng.choice(
        ("limit", "before", "state", "offset", "text", "keep", "likeness", "work", "page", "kind", "after")
    )
    value = quote(rng.choice((*NUMBERS, *ODD[:7], *WAYS_OUT)).encode("utf-8", "surrogatepass"))
    path = rng.choice(
        ("/v1/jobs", "/v1/library/entries", "/v1/library/pairs", "/v1/review", "/library", "/review", "/jobs")
    )
    return _request("query", f"GET {path}?{name}={value}&{name}={value}", marker)


def _slow(rng: random.Random, marker: str) -> HostileRequest:
    data = rng.choice(
        (
            b"GET /v1/jobs HTTP/1.1\r\nHost: ", b"G", b"", b"PUT /v1/uploads/a.mp4 HTTP/1.1\r\nHost: %b\r\nContent-Length: 99\r\n\r\nab"
            % marker.encode(), b"POST /v1/jobs HTTP/1.1\r\nHost: %b\r\nContent-Length: 99\r\n\r\n{" % marker.encode(),
            b"POST /v1/login HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab" % marker.encode(),
        )
    )  # fmt: skip
    return HostileRequest("slow", data, hold=True)


def _cut(rng: random.Random, marker: str) -> HostileRequest:
    whole = rng.choice((_upload, _json, _range, _path))(rng, marker).data
    return HostileRequest("cut", whole[: rng.randrange(1, len(whole) + 1)], cut=True)


def _noise(rng: random.Random, marker: str) -> HostileRequest:
    start = rng.choice(
        (
            b"",
            b"\x16\x03\x01\x02\x00\x01\x00",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\r\n" * 50,
        )
    )
    return HostileRequest("noise", start + rng.randbytes(rng.randrange(1, 400)) + b"\r\n\r\n")


def _origin(rng: random.Random, marker: str) -> HostileRequest:
    odd = rng.choice(
        (
            {"Origin": "null"},
            {"Origin": "http://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "http://["},
        )
    )
    line = rng.choice(("DELETE /v1/jobs/1", "POST /v1/jobs", "PUT /v1/uploads/a.mp4", "POST /v1/logout"))
    return _request("origin", line, marker, odd, b"{}")


def _events(rng: random.Random, marker: str) -> HostileRequest:
    path = rng.choice(("/v1/events", "/v1/jobs/1/events", "/v1/jobs/999/events", "/v1/review/events", "/jobs/live"))
    return _request(
        "events", f"GET {path}", marker, {"Last-Event-ID": rng.choice(("1", "x", "9" * 30, "-1"))}, cut=True
    )


def answer_to(address: tuple[str, int], asked: HostileRequest, patience: float = 30.0) -> tuple[int | None, bytes]:
    """Return the status of the answer, None where there is none, and its bytes. Raises TimeoutError where the service
    neither answers nor closes the connection."""
    with socket.create_connection(address, timeout=patience) as connection:
        said = b""
        try:
            connection.sendall(asked.data)
            if asked.cut:
                return None, b""
            while len(said) < 1 << 20 and (data := connection.recv(1 << 16)):
                said += data
        except (ConnectionResetError, BrokenPipeError):
            pass
    words = said.split(None, 2)
    return (int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") else None), said
