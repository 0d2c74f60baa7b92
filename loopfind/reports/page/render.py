"""What every page is made with: a template beside this module (the extra `report`), with its style and its scripts
inside it. A page asks the network for nothing: its policy lets it load pictures that it carries, and the videos where
the person put them.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar
from urllib.parse import urlsplit

from loopfind.errors import MissingExtra
from loopfind.reports.formats.json import plain

MOST_BYTES = 4_000_000
"""Bytes of pictures; a third more as text, and a page stays below 10 MB with all that stands around them."""

_UNIT = re.compile(r" (?=(?:s|min|h)\b|%)")
"""The space before a unit, at which no line may break."""

Key = TypeVar("Key")


def check() -> None:
    """Raise MissingExtra where a page cannot be made for want of a package."""
    if find_spec("jinja2") is None:
        raise MissingExtra("--html", "jinja2", "report")


def rendered(
    template: str, scripts: Sequence[str], words: dict[str, Any], data: Any, hrefs: Sequence[str]
) -> Iterator[str]:
    """A page, in one piece. scripts: files beside the template, run in order. words: what the template reads. data:
    what the scripts do. hrefs: where players find the videos. Raises MissingExtra."""
    check()
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    parts = Environment(
        loader=PackageLoader("loopfind.reports.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    def source(name: str) -> str:
        return (parts.loader.get_source(parts, name) if parts.loader else ("",))[0]

    script = "".join(map(source, scripts))
    # Style and scripts are our own files and hold no closing tag, and the data cannot end its element; everything
    # else goes through the escaping.
    own = {"style": source("page.css"), "script": script, "data": island(data)}
    trusted = {name: Markup(text) for name, text in own.items()}
    yield parts.get_template(template).render(plain(words), **trusted, policy=_policy(script, hrefs))


def island(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or a line of a script."""
    text = json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def unbroken(text: str) -> str:
    """The text with no break between a number and its unit."""
    return _UNIT.sub("\u00a0", text)


def affordable(shots: Mapping[Key, bytes], order: Iterable[Key]) -> dict[Key, bytes]:
    """As many pictures as a page can hold, those first that come first; each place carries its own copy of its one."""
    kept: dict[Key, bytes] = {}
    left = MOST_BYTES
    for key in order:
        shot = shots.get(key)
        if shot is not None and (left := left - len(shot)) >= 0:
            kept[key] = shot
    return kept


def _policy(script: str, hrefs: Sequence[str]) -> str:
    """What the page may do: run its own script, show its own pictures, play the videos."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    media = " ".join(dict.fromkeys(_from(href) for href in hrefs if href)) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"media-src {media}; base-uri 'none'; form-action 'none'"
    )


def _from(href: str) -> str:
    parts = urlsplit(href)
    media = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else "'self' file:"
    return re.sub(r"[;,\s\"]", "", media) if parts.netloc else media
