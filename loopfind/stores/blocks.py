"""Rows of numbers as small blocks of bytes, and back, bit for bit.

Each row is stored as its difference to the row before, all first bytes of the numbers before all second ones, then
deflated at its fastest: pictures follow one another, and times rise by nearly equal steps, so this is less than half
of what the rows take. Deflate carries a checksum, so a block that was damaged is not read as another one.
"""

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

AnyRows = NDArray[Any]

_BLOCK = 36_864
"""Bytes of rows in a block, about: 128 frames of sketches."""


class ReadableRows(Protocol):
    """Rows (n, width) of one dtype, read a slice at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> AnyRows: ...


def step_of(row: int) -> int:
    """Rows in a block, for rows of so many bytes."""
    return max(1, _BLOCK // max(1, row))


def packed(rows: ReadableRows, step: int) -> Iterator[bytes]:
    """The blocks of rows (n, width), `step` of them a block, one block in memory at a time."""
    for low in range(0, len(rows), step):
        yield pack_block(rows[low : low + step])


def pack_block(rows: AnyRows) -> bytes:
    """One block of rows (n, width) of any dtype of 1, 2, 4 or 8 bytes."""
    size = rows.dtype.itemsize
    whole = np.ascontiguousarray(rows).view(f"<u{size}")
    steps = whole.copy()
    steps[1:] -= whole[:-1]
    planes = np.ascontiguousarray(steps.view(np.uint8).reshape(-1, size).T)
    return zlib.compress(planes.data, 1)


def unpack_block(data: bytes, dtype: np.dtype[Any], width: int, rows: int) -> AnyRows:
    """The rows (rows, width) of a block, not to be written to. Raises ValueError for what is no block of so many such
    rows; no more than these are unpacked, whatever the block holds."""
    size, length = dtype.itemsize, rows * width * dtype.itemsize
    unpacking = zlib.decompressobj()
    try:
        whole = unpacking.decompress(data, length + 1)
    except zlib.error as error:
        raise ValueError("a block is damaged") from error
    if len(whole) != length or not unpacking.eof:
        raise ValueError("a block is damaged")
    planes = np.frombuffer(whole, np.uint8).reshape(size, -1)
    numbers = np.empty((planes.shape[1], size), np.uint8)
    for place, plane in enumerate(planes):  # five times as fast as to turn the table over at once
        numbers[:, place] = plane
    steps = numbers.view(f"<u{size}").reshape(-1, width)
    unpacked: AnyRows = np.cumsum(steps, axis=0, dtype=steps.dtype).view(dtype)
    unpacked.flags.writeable = False
    return unpacked
