"""A page as HTML: its view model in a template beside this module, with style and scripts.

A page asks the network for nothing. Its policy lets it show the pictures that it carries, run its own script, and play
the videos from where the person put them.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from loopfind.model.exhibits import Shots, ShownFrame
from loopfind.reports.formats.json import jsonable
from loopfind.reports.page.limits import PAGE_BYTES
from loopfind.reports.page.views import Page

_UNIT = re.compile(r" (?=(?:s|min|h)\b|%)")
"""The space before a unit, at which no line may break."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""How Python carries a byte of a file name that is not UTF-8; a page is UTF-8."""


@dataclass(frozen=True)
class _Assets:
    """Our own files and the data, which go into a page as they are. policy: the Content-Security-Policy."""

    style: Any
    script: Any
    data: Any
    policy: str


def rendered(page: Page) -> Iterator[str]:
    """Yield the page as HTML, in one piece."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("loopfind.reports.page")
    parts = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def source(name: str) -> str:
        return loader.get_source(parts, name)[0]

    script = "".join(map(source, page.scripts))
    # Style and scripts are our own files and hold no closing tag, and the data cannot end its element; everything
    # else goes through the escaping.
    assets = _Assets(
        style=Markup(source("page.css")),
        script=Markup(script),
        data=Markup(island(page.data)),
        policy=_policy(script, [file.href for file in page.data.files]),
    )
    yield _SURROGATE.sub("\ufffd", parts.get_template(page.template).render(page=page, assets=assets))


def island(value: Any) -> str:
    """Return JSON that may stand in a script element: nothing in it can end the element or a line of a script."""
    text = json.dumps(jsonable(value), allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def unbroken(text: str) -> str:
    """Return the text with no line break between a number and its unit."""
    return _UNIT.sub("\u00a0", text)


def affordable(shots: Shots, frames: Iterable[ShownFrame]) -> Shots:
    """Return as many pictures as a page can hold, the first of `frames` first.

    A frame that comes twice counts twice: the page carries a copy of its picture at each place.
    """
    kept: Shots = {}
    left = PAGE_BYTES
    for frame in frames:
        shot = shots.get(frame)
        if shot is not None and (left := left - len(shot)) >= 0:
            kept[frame] = shot
    return kept


def _policy(script: str, hrefs: Sequence[str]) -> str:
    """Return what the page may do: run its own script, show its own pictures, play the videos, also those that a person
    chooses (blob:)."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    media = " ".join(("blob:", *dict.fromkeys(_media_source(href) for href in hrefs if href)))
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"media-src {media}; base-uri 'none'; form-action 'none'"
    )


def _media_source(href: str) -> str:
    parts = urlsplit(href)
    media = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else "'self' file:"
    return re.sub(r"[;,\s\"]", "", media) if parts.netloc else media
