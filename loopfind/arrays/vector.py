"""Numbers in memory that grow at their end."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Vector:
    """Numbers (n,) of one dtype; arrays that were handed out keep what they showed when more is added."""

    def __init__(self, dtype: DTypeLike, numbers: NDArray[Any] | None = None) -> None:
        self._dtype = np.dtype(dtype)
        # A bytearray grows in place; a list of batches would need everything twice when it is joined.
        self._bytes = bytearray()
        if numbers is not None:
            self.append(numbers)

    def append(self, numbers: NDArray[Any]) -> None:
        """Add numbers (m,) at the end."""
        data = np.ascontiguousarray(numbers, self._dtype).data
        try:
            self._bytes += data
        except BufferError:  # an array that was handed out lies on these bytes, which cannot move
            self._bytes = self._bytes + data

    def __len__(self) -> int:
        return len(self._bytes) // self._dtype.itemsize

    def __getitem__(self, part: slice, /) -> NDArray[Any]:
        """A copy of the numbers in a row."""
        size = self._dtype.itemsize
        low, high, stride = part.indices(len(self))
        if stride != 1:
            raise ValueError("a vector is read in whole slices")
        return np.frombuffer(self._bytes[low * size : high * size], self._dtype)

    def array(self) -> NDArray[Any]:
        """All numbers so far (n,), not copied."""
        return np.frombuffer(self._bytes, self._dtype)
