"""Which file it was: its size and a digest, so that someone else can tell whether theirs is the same."""

import hashlib
import os
import stat

from loopfind.errors import MediaError
from loopfind.media.ffmpeg import address
from loopfind.model.exhibits import Origin

_PIECE = 1 << 20


def origin_of(path: str | os.PathLike[str]) -> Origin | None:
    """Size and SHA-256 of a local file, read a piece at a time; None for standard input, a pipe, or an address."""
    try:
        local = address.find(path).local
        if local is None or not stat.S_ISREG(os.stat(local).st_mode):
            return None
        digest, size = hashlib.sha256(), 0
        with open(local, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except (MediaError, OSError):  # it was there when it was scanned; a page without its digest is still a page
        return None
    return Origin(size, digest.hexdigest())
