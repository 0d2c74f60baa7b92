"""The boxes that an MP4 or QuickTime file is made of (ISO/IEC 14496-12)."""

import io
from collections.abc import Iterator
from typing import BinaryIO

_MOST_BOXES = 1 << 16
"""Boxes that are looked at one after another at most."""

Extent = tuple[int, int]
"""First byte of what a box holds, and the byte behind it."""


def boxes(file: BinaryIO, span: Extent) -> Iterator[tuple[bytes, Extent]]:
    """Yield the boxes that lie one after another in a part of a file: the code of each, and what it holds (4.2), as
    far as they are whole."""
    place, end = span
    for _ in range(_MOST_BOXES):
        if place + 8 > end:
            return
        file.seek(place)
        head = file.read(16)
        size, extra = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, extra = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - place
        if size < extra:
            return
        yield head[4:8], (place + extra, min(place + size, end))
        place += size


def whole_file(file: BinaryIO) -> Extent:
    """Return all bytes of a file as a span."""
    return 0, file.seek(0, io.SEEK_END)
