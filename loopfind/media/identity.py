"""The identity of a file: its size and a digest, by which someone else sees whether theirs is the same."""

import hashlib
import os
import stat

from loopfind.media.ffmpeg.address import Address
from loopfind.model.exhibits import Origin

_PIECE = 1 << 20


def origin_of(where: Address) -> Origin | None:
    """Size and SHA-256 of a local file, read a piece at a time; None for standard input, a pipe, or an address."""
    try:
        if where.local is None or not stat.S_ISREG(os.stat(where.local).st_mode):
            return None
        digest, size = hashlib.sha256(), 0
        with open(where.local, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError:  # it was there when it was scanned; a page without its digest is still a page
        return None
    return Origin(size, digest.hexdigest())
