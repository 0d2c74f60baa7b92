"""A list of addresses on the web: a text, one address a line, by an address that ends in .txt."""

import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

from loopfind.errors import Unreadable
from loopfind.objects.bucket import is_object

ENDING = ".txt"
_MOST_BYTES = 16 << 20
"""Bytes of the longest list."""
_PATIENCE = 30.0


def is_list(name: str) -> bool:
    """Return whether a name is a web address that ends like that of a list."""
    try:
        parts = urlsplit(name)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and parts.path.lower().endswith(ENDING)


def listed(name: str) -> list[str]:
    """Return the addresses in a list, in their order. One without a scheme is seen from the address of the list, an
    empty line and one that begins with # are left out.

    Raises Unreadable for a list that cannot be fetched, is too long or no text, holds none, or leads to anything but
    the web and buckets: whoever wrote it is not to choose what is opened on this machine.
    """
    found = []
    for number, line in enumerate(_fetched(name).splitlines(), 1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        address = word if is_object(word) else urljoin(name, word)
        if not is_object(address) and urlsplit(address).scheme.lower() not in ("http", "https"):
            raise Unreadable(name, f"line {number} is no address of the web, nor of an object: a list holds only these")
        found.append(address)
    if not found:
        raise Unreadable(name, "a list without any address: write one a line")
    return found


def _fetched(name: str) -> str:
    """Return the text of a list."""
    try:
        with urllib.request.urlopen(name, timeout=_PATIENCE) as answer:  # noqa: S310 - is_list lets http alone pass
            data = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise Unreadable(name, f"the server does not hand out this list (status {error.code}): check it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unreadable(name, f"the list cannot be fetched: {reason}") from None
    if len(data) > _MOST_BYTES:
        raise Unreadable(name, f"longer than {_MOST_BYTES >> 20} MB: no list of addresses")
    try:
        text: str = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if any(not char.isprintable() and not char.isspace() for char in text):
        raise Unreadable(name, "no text: a list holds one address a line")
    return text
