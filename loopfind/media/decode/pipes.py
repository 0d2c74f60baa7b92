"""Whole pictures, mean colours and digests out of pipes that are cut anywhere."""

import os
from collections.abc import Callable

import numpy as np

from loopfind.media.ffmpeg.process import TILES
from loopfind.model.dtypes import Bytes, Colours
from loopfind.settings import PICTURE_SIDE

BATCH_FRAMES = 256
"""Most frames in one batch."""

_PICTURE_BYTES = PICTURE_SIDE * PICTURE_SIDE
_COLOUR_BYTES = TILES * TILES * 3 * 2
_DIGEST_BYTES = 16


def drain(fd: int, take: Callable[[bytes], None]) -> bool:
    """Hand over what is in a pipe that does not block, part by part; False once the pipe has ended."""
    while True:
        try:
            data = os.read(fd, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            return False
        take(data)


class _Items:
    """Fills one preallocated batch of items of `size` bytes after the other; what was taken is never written again."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._buffer = np.empty(BATCH_FRAMES * size, np.uint8)
        self._filled = 0

    @property
    def count(self) -> int:
        """How many whole items can be taken."""
        return self._filled // self._size

    def read(self, fd: int) -> bool:
        """Take in what is there and fits; False once the pipe has ended."""
        view = self._buffer.data
        while self._filled < len(view):
            try:
                got = os.readv(fd, [view[self._filled :]])
            except BlockingIOError:
                return True
            if not got:
                return False
            self._filled += got
        return True

    def bytes(self, count: int) -> Bytes:
        """The first `count` items, (count, size) uint8."""
        used = count * self._size
        taken = self._buffer[:used].reshape(count, self._size)
        rest = self._buffer[used : self._filled]
        self._buffer = np.empty(BATCH_FRAMES * self._size, np.uint8)
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)
        return taken


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


class Digests:
    """Digests out of the lines of ffmpeg's framehash format, whose last field is the digest."""

    def __init__(self) -> None:
        self._tail = b""
        self._hex: list[bytes] = []

    @property
    def count(self) -> int:
        """How many digests can be taken."""
        return len(self._hex)

    def read(self, fd: int) -> bool:
        """Take in what is there; False once the pipe has ended."""
        return drain(fd, self._feed)

    def _feed(self, data: bytes) -> None:
        *lines, self._tail = (self._tail + data).split(b"\n")
        self._hex += [line.rpartition(b",")[2].strip() for line in lines if line and not line.startswith(b"#")]

    def take(self, count: int) -> Bytes:
        """The first `count` digests, (count, 16) uint8."""
        taken, self._hex = self._hex[:count], self._hex[count:]
        return np.frombuffer(bytes.fromhex(b"".join(taken).decode()), np.uint8).reshape(count, _DIGEST_BYTES)
