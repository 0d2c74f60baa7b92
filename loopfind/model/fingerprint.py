"""The fingerprint that stands for a file, and the signal that the engine reads off it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Bytes, Floats, Rows, Sketches, Words
from loopfind.model.files import FileTable

BLANK = 3.0
"""Grey levels of spread in a picture under which it shows nothing."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """The frames of a file, or of several end to end, as the engine compares them; no kind of fingerprint makes a
    difference to it.

    times: (n,) seconds, rising. end: seconds, when the last frame stops being shown. detail: (n,) float32, standard
    deviation of the picture in grey levels; near 0 is blank. sketches: (n, 144) uint16, 256 times the mean grey of
    12 x 12 cells (see fingerprints/luma.py).
    """

    times: Floats
    end: float
    detail: NDArray[np.float32]
    sketches: Rows

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, kw_only=True)
class Fingerprint(Track):
    """A whole file in short: its track, and a code for each frame.

    codes: (n, width) uint8, packed bits of one kind at one hash size.
    """

    kind: str
    hash_size: int
    codes: Bytes


@dataclass(frozen=True)
class Timeline:
    """When the frames of a file are shown. times: (n,) seconds, rising. step: seconds, the median gap between them."""

    times: Floats
    step: float


@dataclass(frozen=True)
class CodedTimeline(Timeline):
    """A timeline with the codes by which an index leads to its moments.

    cells: (n, 144) uint16, the sketches. motion: (n,) uint64, signs of the 64 lowest frequencies of what moved in the
    last fifth of a second. picture: (n,) uint64, the same of the picture less the file's mean picture. moving: (n,)
    bool, whether the motion bits mean anything.
    """

    cells: Rows
    motion: Words
    picture: Words
    moving: NDArray[np.bool_]

    def steps(self) -> Floats:
        """Return the step (n,) of the file that each frame is of, seconds."""
        return np.broadcast_to(self.step, len(self.times))


@dataclass(frozen=True)
class Signal(CodedTimeline):
    """A coded timeline with what the engine judges repeats by.

    lively: (n,) float32, by how much the picture differs from itself around half a second away, in squared grey levels.
    noise: squared grey levels, what the codec alone changes between two occurrences of one picture, estimated from the
    file. blocks: (n, 9) uint16, 256 times the mean grey of 3 x 3 blocks of the picture. parts: the files, where the
    timeline is made of several.
    """

    lively: NDArray[np.float32]
    noise: float
    blocks: Sketches
    parts: FileTable | None = None

    def steps(self) -> Floats:
        return super().steps() if self.parts is None else self.parts.steps(len(self.times))
