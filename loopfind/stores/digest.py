"""The identity of a file, whatever its name: its size, and a digest of parts of it."""

import hashlib
import os

from loopfind.objects import bucket

DIGESTED_PARTS, PART_BYTES = 64, 16384
"""Parts of a file that are read, evenly spread from its first byte to its last, and the bytes of each. A file
of no more than all of them together, 1 MiB, is read whole."""


def digest_of(path: bytes, size: int) -> bytes:
    """32 bytes, BLAKE2b, over `size` and the parts of the first `size` bytes of a file, or of an object.
    Raises OSError, and Unreadable for an object.

    Two videos of one length to the byte differ nearly everywhere, so that parts tell them apart; a file of which a
    piece beside all parts was changed in place passes for the same.
    """
    digest = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=32)
    if bucket.is_object(name := os.fsdecode(path)):
        for piece in bucket.parts(name, _spans_of(size)):
            digest.update(piece)
        return digest.digest()
    with open(path, "rb", buffering=0) as file:
        for begin, end in _spans_of(size):
            file.seek(begin)
            left = end - begin
            while left > 0 and (piece := file.read(left)):
                digest.update(piece)
                left -= len(piece)
    return digest.digest()


def _spans_of(size: int) -> list[tuple[int, int]]:
    """Return the parts of a file of so many bytes that its digest is made of, as [begin, end)."""
    if size <= DIGESTED_PARTS * PART_BYTES:
        return [(0, size)] if size else []
    places = (number * (size - PART_BYTES) // (DIGESTED_PARTS - 1) for number in range(DIGESTED_PARTS))
    return [(place, place + PART_BYTES) for place in places]
