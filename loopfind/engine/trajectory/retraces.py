"""Retraces: stretches in which the path runs over an earlier one exactly, pace included."""

from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.trajectory import Retrace


class Retracer:
    """Takes samples in order, and finds what the path runs over again."""

    def add(self, times: Floats, pictures: Bytes) -> None:
        """Take samples: times (n,), pictures (n, 64, 64)."""

    def found(self) -> list[Retrace]:
        """Return what was found."""
        return []
