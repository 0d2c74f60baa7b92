"""Rows that grow on disk: what a day of sketches is kept in, so that memory stays small."""

import tempfile
import weakref

import numpy as np

from loopfind.model import Sketches

IN_MEMORY = 1 << 20
"""Bytes up to which nothing is written to disk: two minutes of sketches."""


class Scratch:
    """A table (n, width) uint16 in a nameless temporary file, which goes with the process, however that ends."""

    def __init__(self, width: int) -> None:
        self._width, self._rows = width, 0
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the table
        weakref.finalize(self, self._file.close)

    def append(self, rows: Sketches) -> None:
        """Add rows (m, width) at the end."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, part: slice, /) -> Sketches:
        low, high, stride = part.indices(self._rows)
        if stride != 1:
            raise ValueError("a scratch table is read in whole slices")
        size = 2 * self._width
        self._file.seek(low * size)
        data = self._file.read(max(0, high - low) * size)
        return np.frombuffer(data, np.uint16).reshape(-1, self._width)

    def close(self) -> None:
        """Give the space back now rather than when the table is forgotten."""
        self._file.close()
