"""A kind of fingerprint and a report format that are no part of loopfind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_range
from loopfind.model.dtypes import Bytes
from loopfind.model.report import Report
from loopfind.model.video import Frames

SIDE = 8
"""Pixels along a corner of the 64x64 picture."""


@dataclass(frozen=True)
class Corners:
    """The mean grey of each corner of the picture; the hash size makes no difference."""

    name: str = "corners"
    needs_digests: bool = False
    needs_colours: bool = False
    sized: bool = False

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return 4

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, 4) uint8."""
        sides = slice(0, SIDE), slice(-SIDE, None)
        corners = [frames.pictures[:, down, across].mean((1, 2)) for down in sides for across in sides]
        return np.stack(corners, axis=1).astype(np.uint8)


CORNERS = Corners()


def write_lengths(report: Report) -> Iterator[str]:
    """Yield a line for each repeat: its length in seconds, and how often it is shown."""
    for repeat in report.repeats:
        yield f"{repeat.length:.3f} {len(repeat.occurrences)}\n"
