"""Links to one second of a video, on the page where it is watched."""

import math
import os
import re
from collections.abc import Callable
from pathlib import Path, PurePath
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

Link = Callable[[float], str]
"""Seconds -> an ASCII address at which the video plays from there, or "" where there is none."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PIPE = re.compile(r"-|pipe:\d*|fd:.*", re.IGNORECASE)
_YOUTUBE = {"youtube.com", "youtube-nocookie.com"}
_YOUTUBE_PATH = re.compile(r"/(?:shorts|live|embed|v)/([^/]+)")
_YOUTUBE_TIMES = {"t", "start", "time_continue"}
_VIMEO = {"vimeo.com", "player.vimeo.com"}
_TWITCH_PATH = re.compile(r"/(?:videos/\d+|[^/]+/(?:v|video)/\d+)/?")
_ARCHIVE_PATH = re.compile(r"/(?:details|embed)/.+")
_PEERTUBE_PATH = re.compile(
    r"/(?:w|videos/watch|videos/embed)/(?:p/|playlist/)?(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9A-Za-z]{22})/?"
)
"""Anyone may run a PeerTube, so its pages are known by the form of their path: a UUID, or 22 letters of base 58."""


def address(path: str) -> str:
    """Return the ASCII address of the video itself: a URL as it stands, `file://` for a path, "" for standard input."""
    if _PIPE.fullmatch(path) or not path:
        return ""
    if _ADDRESS.match(path):
        return _ascii(path)
    return Path(os.path.abspath(path)).as_uri()  # keeps the bytes of names that are not UTF-8


def linker(page: str, path: str) -> Link:
    """Return the links for a video that is watched at `page`, or lies at `path` where page is empty.

    A path that is itself an address links to itself; standard input cannot be linked to.
    """
    if page:
        return _page_link(page if _ADDRESS.match(page) or page.startswith(("/", ".")) else f"https://{page}")
    if _ADDRESS.match(path):
        return _page_link(path)
    file = address(path)
    if not file:
        return lambda seconds: ""
    return lambda seconds: f"{file}#t={seconds_of(seconds)}"


def page_linker(page: str, path: str, href: str) -> Link:
    """Return the links on a page of HTML, which may be sent on: those of `linker`, but a file on disk is linked to as
    the page finds it, at `href`, "" for nowhere."""
    if page or _ADDRESS.match(path):
        return linker(page, path)
    return lambda seconds: f"{href}#t={seconds_of(seconds)}" if href else ""


def sendable(path: str) -> str:
    """Return a path or an address as it may be sent on: a file without the folders above those that were named, an
    address without a password."""
    if path.startswith("file:"):
        return path.rpartition("/")[2]
    if _ADDRESS.match(path):
        start, _, rest = path.partition("://")
        if start.lower().startswith("postgres"):  # a library: its password may stand in either of two places
            return f"{start}://{rest.rpartition('@')[2].partition('?')[0]}"
        place, slash, way = rest.partition("/")
        return f"{start}://{place.rpartition('@')[2]}{slash}{way}"
    if os.path.isabs(path) or path.startswith("~") or os.path.normpath(path).startswith(".."):
        return PurePath(path).name or path
    return path


def _page_link(page: str) -> Link:
    known = _ascii(page)
    try:
        parts = urlsplit(known)
        host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.").removeprefix("music.")
    except ValueError:  # not an address that anyone could open, so any form will do
        return lambda seconds: f"{known.partition('#')[0]}#t={seconds_of(seconds)}"
    if host in _YOUTUBE or host == "youtu.be":
        if (video := _YOUTUBE_PATH.match(parts.path)) and video[1] != "videoseries":
            # Shorts and embedded players do not jump to a time; the watch page of the same video does.
            asked = urlencode([("v", video[1]), *parse_qsl(parts.query, keep_blank_values=True)])
            parts = parts._replace(path="/watch", query=asked)
        return _query_link(parts, _YOUTUBE_TIMES, lambda seconds: f"t={_whole_seconds(seconds)}s")
    if host == "twitch.tv" and _TWITCH_PATH.fullmatch(parts.path):
        return _query_link(parts, {"t"}, lambda seconds: f"t={_twitch_time(seconds)}")
    if host == "archive.org" and _ARCHIVE_PATH.fullmatch(parts.path):
        return _query_link(parts, {"start", "end"}, lambda seconds: f"start={seconds_of(seconds)}")
    if _PEERTUBE_PATH.fullmatch(parts.path):
        return _query_link(parts, {"start", "stop"}, lambda seconds: f"start={_whole_seconds(seconds)}s")
    start = urlunsplit(parts._replace(fragment=""))
    if host in _VIMEO:
        return lambda seconds: f"{start}#t={_whole_seconds(seconds)}s"
    return lambda seconds: f"{start}#t={seconds_of(seconds)}"


def _query_link(parts: SplitResult, times: set[str], asked: Callable[[float], str]) -> Link:
    """Return links with the time in the query, in place of the parameters named in `times`."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in pairs if name not in times])
    start = urlunsplit(parts._replace(query=kept, fragment=""))
    return lambda seconds: f"{start}{'&' if kept else '?'}{asked(seconds)}"


def _ascii(text: str) -> str:
    """Return an address in printable ASCII; all other characters, control characters too, are percent-encoded."""
    return quote(text.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~-._")


def _whole_seconds(seconds: float) -> int:
    return math.floor(seconds) if math.isfinite(seconds) and seconds > 0 else 0


def _twitch_time(seconds: float) -> str:
    """Return whole seconds as Twitch writes them: 0h2m22s."""
    minutes, rest = divmod(_whole_seconds(seconds), 60)
    return f"{minutes // 60}h{minutes % 60}m{rest}s"


def seconds_of(seconds: float) -> str:
    """Return seconds to the millisecond without needless zeros: 142.07."""
    known = seconds if math.isfinite(seconds) and seconds > 0 else 0.0
    return f"{known:.3f}".rstrip("0").rstrip(".")
