"""Whole pictures and mean colours out of bytes that are cut anywhere."""

from collections import deque

import numpy as np

from loopfind.media.ffmpeg.process import TILES
from loopfind.model.dtypes import Bytes, Colours
from loopfind.settings import PICTURE_SIDE

BATCH_FRAMES = 256
"""Most frames in one batch."""

_PICTURE_BYTES = PICTURE_SIDE * PICTURE_SIDE
_COLOUR_BYTES = TILES * TILES * 3 * 2


class _Items:
    """Items of `size` bytes. Whoever feeds it stops at a batch; what was taken takes no more memory than it needs."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._parts: deque[bytes | memoryview] = deque()
        self._held = 0

    @property
    def count(self) -> int:
        """How many whole items can be taken."""
        return self._held // self._size

    def feed(self, data: bytes) -> None:
        """Take in bytes, cut anywhere."""
        self._parts.append(data)
        self._held += len(data)

    def bytes(self, count: int) -> Bytes:
        """The first `count` items, (count, size) uint8."""
        taken = np.empty(count * self._size, np.uint8)
        place = 0
        while place < len(taken):
            part = memoryview(self._parts.popleft())
            used = part[: len(taken) - place]
            taken[place : place + len(used)] = used
            place += len(used)
            if len(used) < len(part):
                self._parts.appendleft(part[len(used) :])
        self._held -= len(taken)
        return taken.reshape(count, self._size)


class Pictures(_Items):
    """Grey pictures."""

    def __init__(self) -> None:
        super().__init__(_PICTURE_BYTES)

    def take(self, count: int) -> Bytes:
        """The first `count` pictures, (count, 64, 64) uint8."""
        return self.bytes(count).reshape(count, PICTURE_SIDE, PICTURE_SIDE)


class MeanColours(_Items):
    """Mean colours, out of the colours of TILES x TILES equal tiles as rgb48le."""

    def __init__(self) -> None:
        super().__init__(_COLOUR_BYTES)

    def take(self, count: int) -> Colours:
        """Mean red, green and blue of the first `count` pictures: (count, 3) uint16, 65535 is full."""
        tiles = self.bytes(count).view("<u2").reshape(count, TILES * TILES, 3)
        total = tiles.sum(axis=1, dtype=np.uint32)
        means: Colours = ((total + TILES * TILES // 2) // (TILES * TILES)).astype(np.uint16)
        return means
