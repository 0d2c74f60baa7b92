"""Places that a job may name: files below the root, and addresses, if these are allowed at all."""

import ipaddress
import os
import socket
import stat
from urllib.parse import SplitResult, urlsplit

from loopfind.service.folders import UPLOAD_FOLDER
from loopfind.service.refusals import Refused
from loopfind.service.settings import ServiceSettings

LONGEST_ADDRESS = 4096
_MOST_ADDRESSES = 16


def file_below(root: str, relative: str) -> str:
    """Return the real path of a file below the root, wherever links lead. Raises Refused: 403 for one that is not below
    it, 404 for one that is not there, 422 for what is no file."""
    if not root:
        raise Refused(403, "no file may be named: the service was started without --root")
    if not relative or "\0" in relative or len(relative) > LONGEST_ADDRESS:
        raise Refused(422, "give the path of a file below the root")
    base = os.path.realpath(root)
    try:
        real = os.path.realpath(os.path.join(base, relative), strict=True)
        within = os.path.commonpath([base, real]) == base
        kind = os.stat(real).st_mode if within else 0
    except (FileNotFoundError, NotADirectoryError):
        # One answer for what is not there and what is elsewhere, so that nothing elsewhere can be asked for.
        raise Refused(404, "there is no such file below the root") from None
    except (OSError, ValueError):
        raise Refused(404, "there is no such file below the root that can be read") from None
    if not within:
        raise Refused(404, "there is no such file below the root")
    if not stat.S_ISREG(kind):
        raise Refused(422, "this is no file, but a folder or a device")
    return real


def is_below(folder: str, path: str) -> bool:
    """Return whether a path, wherever its links lead, is below a folder; nothing is below none."""
    if not folder:
        return False
    base, real = os.path.realpath(folder), os.path.realpath(path)
    try:
        return os.path.commonpath([base, real]) == base
    except ValueError:  # Windows: on another drive
        return False


def may_be_read(path: str, settings: ServiceSettings) -> bool:
    """Return whether a file of the library lies below the root, or among the uploads."""
    return any(is_below(folder, path) for folder in (settings.root, os.path.join(settings.data, UPLOAD_FOLDER)))


def checked_address(address: str, allowed: bool) -> SplitResult:
    """Return the parts of an address that may be fetched. Raises Refused for one that may not."""
    if not allowed:
        raise Refused(403, "no address may be named: the service was started without --allow-addresses")
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        raise Refused(422, "give an http or https address, with what is not ASCII escaped")
    if " " in address or "@" in parts.netloc:
        raise Refused(422, "an address has no spaces, no user and no password")
    return parts


def port_of(parts: SplitResult) -> int:
    """Return the port of an address, the usual one where it names none."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def resolved_host(parts: SplitResult, private: bool) -> list[str]:
    """Return the numbers of a host that may be asked, to be asked at these and no other. private: whether they may be
    within a private network. Raises Refused for a host that has none, or one that may not be asked."""
    try:
        found = socket.getaddrinfo(parts.hostname, port_of(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(422, "the host of this address is not known") from None
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))[:_MOST_ADDRESSES]
    if not numbers or (not private and not all(map(_is_public, numbers))):
        raise Refused(403, "this address leads into a private network: the service does not go there")
    return numbers


def _is_public(number: str) -> bool:
    """Return whether an address in numbers is one of the public internet."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address.sixtofour is not None:
            address = address.sixtofour
    return address.is_global and not address.is_multicast


def shown_address(address: str) -> str:
    """Return an address for people, without its query, which may be signed."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
