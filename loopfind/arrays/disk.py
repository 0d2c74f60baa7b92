"""Rows that grow on disk: what a day of video is kept in, so that memory stays small."""

import contextlib
import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from loopfind.errors import OutputError, exhausted
from loopfind.model.candidate import Matches
from loopfind.model.dtypes import Ints, Rows, Sketches
from loopfind.model.transform import SKETCH_CELLS

IN_MEMORY = 1 << 20
"""Bytes up to which nothing is written to disk: two minutes of sketches."""

_AT_ONCE, _ROWS = 1 << 18, 4096  # pairs, rows


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn an error of the file system in the body into an OutputError of the folder of temporary files."""
    try:
        yield
    except OSError as error:
        why = exhausted(error) or f"they could not be written: {error.strerror}"
        why = why.replace("name another place", "name another folder with TMPDIR")
        raise OutputError(f"temporary files in {tempfile.tempdir or 'TMPDIR'}", why) from error


class Scratch:
    """A table (n, width) of one dtype in a nameless temporary file, which goes with the process, however that ends.

    One thread adds rows; any number of threads read them meanwhile.
    """

    def __init__(self, width: int, dtype: DTypeLike = np.uint16) -> None:
        self._width, self._rows, self._dtype = width, 0, np.dtype(dtype)
        self._size = self._dtype.itemsize * width
        self._memory = bytearray()
        self._file: _PlacedFile | None = None
        self._closed = False

    def append(self, rows: NDArray[Any]) -> None:
        """Add rows (m, width) at the end."""
        if self._closed:
            raise ValueError("rows cannot be added to a closed table")
        data = np.ascontiguousarray(rows, self._dtype).data
        if self._file is None:
            self._memory += data
            if len(self._memory) > IN_MEMORY:
                file = _PlacedFile()
                weakref.finalize(self, file.close)
                file.write(memoryview(self._memory))
                # A reader that saw no file holds the memory that was there before.
                self._file, self._memory = file, bytearray()
        else:
            self._file.write(memoryview(data))
        self._rows += len(rows)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, part: slice, /) -> NDArray[Any]:
        low, high, stride = part.indices(self._rows)
        if stride != 1:
            raise ValueError("a scratch table is read in whole slices")
        if self._closed:
            raise ValueError("a closed table cannot be read")
        low, high = low * self._size, max(low, high) * self._size
        memory, file = self._memory, self._file
        rows = np.frombuffer(memory[low:high] if file is None else file.read(low, high), self._dtype)
        rows.setflags(write=False)
        return rows.reshape(-1, self._width)

    def mapped(self) -> NDArray[Any]:
        """All rows so far as one array that is not to be written to; a large one is a map of the file, whose pages
        `release_pages` gives back. It holds when the table is closed."""
        if self._file is None:
            return self[0 : self._rows]
        table = np.frombuffer(self._file.mapped(self._rows * self._size), self._dtype)
        return table.reshape(-1, self._width)

    def close(self) -> None:
        """Give the space back now rather than when the table is forgotten."""
        self._closed, self._memory = True, bytearray()
        if self._file is not None:
            self._file.close()


class _PlacedFile:
    """A nameless temporary file that is read at any place while it grows at its end."""

    def __init__(self) -> None:
        with _explained():
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as this
        self._end, self._turn = 0, threading.Lock()

    def write(self, data: memoryview) -> None:
        """Add bytes at the end. Raises OutputError."""
        data = data.cast("B")
        with self._turn, _explained():
            self._file.seek(self._end)
            while data:
                written = self._file.write(data)
                self._end, data = self._end + written, data[written:]

    def read(self, low: int, high: int) -> bytes:
        """Bytes [low, high). Raises OSError."""
        if hasattr(os, "pread"):
            data = os.pread(self._file.fileno(), high - low, low)
        else:
            with self._turn:  # Windows has one place for all who read and write
                self._file.seek(low)
                data = self._file.read(high - low)
        # The kernel gives no more than 2 GB at a time.
        return data + self.read(low + len(data), high) if 0 < len(data) < high - low else data

    def mapped(self, size: int) -> mmap.mmap:
        """The first bytes as a map that is not to be written to."""
        return mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)

    def close(self) -> None:
        self._file.close()


def copied(rows: Rows, width: int) -> Scratch:
    """Rows (n, width) of uint16 in a table of their own: those that are looked at again and again may lie packed."""
    table = Scratch(width)
    for low in range(0, len(rows), _ROWS):
        table.append(rows[low : low + _ROWS])
    return table


def release_pages(table: NDArray[Any]) -> None:
    """Give back the memory that the pages of a mapped table take; they are read again when they are next asked for.

    Of a table in memory nothing is given back.
    """
    base: Any = table
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


class Column:
    """Rows (n,) or (n, width) on disk that are added and changed, and dropped at the beginning, in a nameless temporary
    file, which goes with the process. Of what is not looked at `release_pages` gives back the memory."""

    def __init__(self, dtype: DTypeLike, width: int | None = None) -> None:
        self._dtype, self._shape = np.dtype(dtype), () if width is None else (width,)
        self._size = self._dtype.itemsize * (width or 1)
        self._first = self._count = 0
        self._begin(1024)

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> NDArray[Any]:
        """All rows, not to be written to; good until the next change."""
        return self._table[self._first : self._first + self._count]

    @property
    def size_on_disk(self) -> int:
        """Bytes of its file, of which those that were never written take no room."""
        return os.fstat(self._file.fileno()).st_size

    def put(self, low: int, rows: NDArray[Any]) -> None:
        """Write rows from one on, over those that are there and at the end."""
        if not 0 <= low <= self._count:
            raise ValueError(f"row {low} cannot be written: there are {self._count}")
        high = low + len(rows)
        if self._first + high > len(self._table):
            self._map(2 * (self._first + high))
        self._write(self._first + low, rows)
        self._count = max(self._count, high)

    def drop(self, count: int) -> None:
        """Forget so many rows at the beginning."""
        self._first, self._count = self._first + count, self._count - count
        if self._first <= max(self._count, IN_MEMORY // self._size):
            return
        kept, before = self.rows, self._file
        self._first = 0
        self._begin(2 * self._count)
        for at in range(0, len(kept), _ROWS):
            self._write(at, kept[at : at + _ROWS])
        before.close()

    def _begin(self, rows: int) -> None:
        """Go on in a new file that has room for so many rows."""
        with _explained():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the column
        weakref.finalize(self, self._file.close)
        self._map(rows)

    def _map(self, rows: int) -> None:
        """Make room, which takes nothing on disk until it is written to."""
        with _explained():
            self._file.truncate(rows * self._size)
        mapped = mmap.mmap(self._file.fileno(), rows * self._size, access=mmap.ACCESS_READ)
        self._table: NDArray[Any] = np.frombuffer(mapped, self._dtype).reshape(-1, *self._shape)

    def _write(self, at: int, rows: NDArray[Any]) -> None:
        with _explained():
            self._file.seek(at * self._size)
            self._file.write(np.ascontiguousarray(rows, self._dtype).data)
            self._file.flush()


class Pairs:
    """Pairs of alike frames, on disk where they are many, to be gone through in batches and more than once."""

    def __init__(self) -> None:
        self._table = Scratch(2, np.uint32)

    def append(self, first: NDArray[Any], second: NDArray[Any]) -> None:
        """Add pairs (m,) and (m,) of frame numbers."""
        for low in range(0, len(first), _AT_ONCE):
            part = slice(low, low + _AT_ONCE)
            self._table.append(np.stack([first[part], second[part]], axis=1))

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[Matches]:
        for low in range(0, len(self._table), _AT_ONCE):
            rows = self._table[low : low + _AT_ONCE].astype(np.int64)
            yield Matches(rows[:, 0], rows[:, 1])

    @property
    def first(self) -> Ints:
        """All first frames (m,) in memory."""
        return self._table[0 : len(self)][:, 0].astype(np.int64)

    @property
    def second(self) -> Ints:
        """All second frames (m,) in memory."""
        return self._table[0 : len(self)][:, 1].astype(np.int64)


class Chain:
    """Tables of rows end to end, read as one: (n, width) uint16."""

    def __init__(self, tables: Sequence[Rows]) -> None:
        self._tables = tuple(tables)
        self._edges = np.cumsum([0, *(len(table) for table in tables)])

    def __len__(self) -> int:
        return int(self._edges[-1])

    def __getitem__(self, part: slice, /) -> Sketches:
        low, high, stride = part.indices(len(self))
        if stride != 1:
            raise ValueError("a chain of tables is read in whole slices")
        at = max(0, int(np.searchsorted(self._edges, low, "right")) - 1)
        pieces = []
        while at < len(self._tables) and self._edges[at] < high:
            begins = int(self._edges[at])
            if len(self._tables[at]):
                pieces.append(self._tables[at][max(0, low - begins) : max(0, high - begins)])
            at += 1
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, SKETCH_CELLS), np.uint16)
