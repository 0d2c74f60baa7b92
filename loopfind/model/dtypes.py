"""The array types that the nouns are made of."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


Colours = NDArray[np.uint16]


Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


Sketches = NDArray[np.uint16]


Words = NDArray[np.uint64]


class Rows(Protocol):
    """Rows of a uint16 table (n, width), in memory or on disk, read a slice at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sketches: ...
