"""Coordinates in a subspace that are kept up by the differences between pictures alone.

A subspace is linear: if the picture x has the coordinates y = W (x - c), then x + d has y + W d, exactly. So whoever
has differences needs no more pictures, and pixels that stand still cost nothing. Differences below a threshold are the
noise of the camera and are left out.

What is left out must not add up. So a difference is taken to what the differences so far amount to, as an encoder of
video does, and not to the picture before: light that fades by half a grey level a picture is followed once it has come
to the threshold. Each pixel is then known to within the threshold at all times, and a whole picture, now and then,
takes away what is below it.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Bytes, Floats

Levels = NDArray[np.float32]


class DifferenceWay:
    """Follows pictures through a subspace by their differences. It keeps one picture.

    basis: (k, p) float32, rows are directions of the subspace. centre: (p,) float32, the picture at its origin.
    threshold: grey levels; a pixel that differs by less is left out. refresh_seconds: after so many seconds a picture
    is taken as a whole.
    """

    def __init__(
        self,
        basis: Levels,
        centre: Levels,
        threshold: float = 2.0,
        refresh_seconds: float = 5.0,
    ) -> None:
        self._directions: Levels = np.ascontiguousarray(basis.T, np.float32)
        self._centre: Levels = np.asarray(centre, np.float32)
        self._threshold, self._refresh = threshold, refresh_seconds
        self._known: Levels | None = None
        """The picture that the differences so far amount to."""
        self._place: Levels = np.zeros(self._directions.shape[1], np.float32)
        self._refreshed = 0.0

    def follow(self, times: Floats, pictures: Bytes | Levels) -> Levels:
        """Return the coordinates (n, k) float32 of pictures (n, p), the next ones at `times` (n,) seconds. It goes on
        from the last one of the call before."""
        places: Levels = np.empty((len(pictures), len(self._place)), np.float32)
        for number, (time, picture) in enumerate(zip(times.tolist(), pictures.astype(np.float32), strict=True)):
            self._known = self._take(time, picture, self._known)
            places[number] = self._place
        return places

    def _take(self, time: float, picture: Levels, known: Levels | None) -> Levels:
        """Take in a picture. Return what is known of it now."""
        if known is None or not 0 <= time - self._refreshed < self._refresh:
            self._place = np.dot(picture - self._centre, self._directions)
            self._refreshed = time
            return picture.copy()
        difference = picture - known
        changed = np.flatnonzero(np.abs(difference) >= self._threshold)
        if len(changed):
            self._place = self._place + np.dot(difference[changed], self._directions[changed])
            known[changed] = picture[changed]
        return known
