"""Links to one second of a video, where it is watched."""

import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

Link = Callable[[float], str]
"""Seconds -> an ASCII address at which the video plays from there, or "" where there is none."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PIPE = re.compile(r"-|pipe:\d*|fd:.*", re.IGNORECASE)
_YOUTUBE = {"youtube.com", "youtube-nocookie.com"}
_YOUTUBE_PATH = re.compile(r"/(?:shorts|live|embed|v)/([^/]+)")
_YOUTUBE_TIMES = {"t", "start", "time_continue"}
_VIMEO = {"vimeo.com", "player.vimeo.com"}


def linker(page: str, path: str) -> Link:
    """The links for a video that is watched at `page`, or lies at `path` where page is empty.

    A path that is itself an address links to itself; standard input cannot be linked to.
    """
    if page:
        return _to_page(page if _ADDRESS.match(page) or page.startswith(("/", ".")) else f"https://{page}")
    if _PIPE.fullmatch(path) or not path:
        return lambda seconds: ""
    if _ADDRESS.match(path):
        return _to_page(path)
    file = Path(os.path.abspath(path.removeprefix("file:"))).as_uri()  # keeps the bytes of names that are not UTF-8
    return lambda seconds: f"{file}#t={_short(seconds)}"


def _to_page(page: str) -> Link:
    address = _ascii(page)
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.").removeprefix("music.")
    except ValueError:  # not an address that anyone could open, so any form will do
        return lambda seconds: f"{address.partition('#')[0]}#t={_short(seconds)}"
    if host in _YOUTUBE or host == "youtu.be":
        way, asked = parts.path, parse_qsl(parts.query, keep_blank_values=True)
        if video := _YOUTUBE_PATH.match(way):
            # Shorts and embedded players do not jump to a time; the watch page of the same video does.
            way, asked = "/watch", [("v", video[1]), *asked]
        kept = urlencode([(name, value) for name, value in asked if name not in _YOUTUBE_TIMES])
        start = urlunsplit((parts.scheme, parts.netloc, way, kept, ""))
        return lambda seconds: f"{start}{'&' if kept else '?'}t={_whole(seconds)}s"
    start = urlunsplit(parts._replace(fragment=""))
    if host in _VIMEO:
        return lambda seconds: f"{start}#t={_whole(seconds)}s"
    return lambda seconds: f"{start}#t={_short(seconds)}"


def _ascii(address: str) -> str:
    """An address in printable ASCII: what else a person typed, control characters too, is percent-encoded."""
    return quote(address.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~-._")


def _whole(seconds: float) -> int:
    return math.floor(seconds) if math.isfinite(seconds) and seconds > 0 else 0


def _short(seconds: float) -> str:
    """Seconds to the millisecond without needless zeros: 142.07."""
    known = seconds if math.isfinite(seconds) and seconds > 0 else 0.0
    return f"{known:.3f}".rstrip("0").rstrip(".")
