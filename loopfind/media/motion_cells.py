"""Motion vectors of coded pictures, put together in cells.

A vector says from where in another picture a block was copied, not when that was shown: libav hands over whether the
other picture lies before or after. So it is taken to be the nearest one that others may be made of and that was decoded
before. An encoder may choose one farther back, and chooses by bits: the motion of a block is not always that of what it
shows, and the mean of a cell is nearer to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints
from loopfind.model.motion import MOTION_CELLS, Motion

_LARGEST_BLOCK = 16
"""Pixels of the side of the largest block that has a vector of its own."""
_FINEST = 4
"""Pixels that centres of blocks lie apart at the least, one of which may be coded twice: from before and from after."""
_FARTHEST = 32
"""Pictures that are looked through for the one that a picture was made of."""
_ALONE = 0.04
"""Seconds to the picture that a vector points to, where none of those is known."""

_INTRA, _BOTH_WAYS = (1, 5, 7), (3, 7)
"""Kinds of pictures, by libav's numbers: those made of no other, and those of pictures before and after."""


@dataclass(frozen=True)
class CodedPicture:
    """A picture of a coded stream.

    time: seconds. kind: libav's number. place: in the order of decoding, None where it is not known. size: width and
    height in pixels, as coded. turns: quarters by which it is turned against the clock when it is shown. vectors: (n,)
    records as PyAV gives them. given: whether its motion is wanted.
    """

    time: float
    kind: int
    place: int | None
    size: tuple[int, int]
    turns: int
    vectors: NDArray[np.void]
    given: bool = True

    @property
    def is_whole(self) -> bool:
        """Return whether it is made of no other picture."""
        return self.kind in _INTRA

    @property
    def goes_both_ways(self) -> bool:
        """Return whether it may be made of pictures that are shown after it."""
        return self.kind in _BOTH_WAYS


def joined_vectors(*vectors: NDArray[np.void]) -> NDArray[np.void]:
    """Return records (n,) of vectors that are kept by themselves, those of all that are given one after the other. As
    bytes, which takes a fifth of the time."""
    filled = [one for one in vectors if len(one)] or list(vectors[:1])
    return np.concatenate([np.ascontiguousarray(one).view(np.uint8) for one in filled]).view(filled[0].dtype)


def cell_motion(pictures: Sequence[CodedPicture], first: int, last: int) -> Motion:
    """Return the motion in those of pictures[first:last] whose motion is wanted, one at the least. They are of one size
    and turned alike. Those around them are what they may be made of; all are in display order."""
    numbers = [number for number in range(first, last) if pictures[number].given]
    here = [pictures[number] for number in numbers]
    count, cells = len(here), MOTION_CELLS
    times = np.array([one.time for one in here])
    frames = np.repeat(np.arange(count), [len(one.vectors) for one in here])
    vectors = joined_vectors(*(one.vectors for one in here))
    back, ahead = _distances(pictures, numbers)
    size = here[0].size
    later = vectors["source"] > 0
    # Of the past: the block was there, so it moved from there. Of what is shown later: it moves there.
    share = np.where(later, 1 / ahead[frames], -1 / back[frames])
    share /= np.maximum(vectors["motion_scale"], 1)
    area = vectors["w"].astype(np.float64) * vectors["h"]
    if later.any():
        area[_coded_twice(vectors, frames, later, size)] = 0.0
    moves = np.flatnonzero((vectors["motion_x"] != 0) | (vectors["motion_y"] != 0))
    motion = [vectors[f"motion_{axis}"][moves] * share[moves] / length for axis, length in zip("xy", size, strict=True)]
    placed, parts = _cells(vectors, frames, size)
    sums = [
        np.bincount(where.ravel(), np.broadcast_to(weight, where.shape).ravel(), count * cells * cells)
        for where, weight in (
            (placed, area),
            (placed[:, moves], area[moves] * motion[0]),
            (placed[:, moves], area[moves] * motion[1]),
        )
    ]
    total, right, down = (one.reshape(count, cells, cells) for one in sums)
    known = np.maximum(total, 1e-9)
    described = np.minimum(total / parts * (cells * cells / (size[0] * size[1])), 1.0)
    speeds = np.stack((right / known, down / known), axis=-1).astype(np.float32)
    return _turned(Motion(times, speeds, described.astype(np.float32)), here[0].turns)


def _cells(vectors: NDArray[np.void], frames: Ints, size: tuple[int, int]) -> tuple[Ints, int]:
    """Return the cells that the parts of each block lie in, (parts, n), counted through all frames, and the number of
    parts. Blocks are cut into parts that are not larger than half a cell, each of which lies where its centre does."""
    along = []
    for axis, side, length in (("x", "w", size[0]), ("y", "h", size[1])):
        cut = 1
        while cut < _LARGEST_BLOCK and _LARGEST_BLOCK / cut > length / MOTION_CELLS / 2:
            cut *= 2
        centres = vectors[f"dst_{axis}"].astype(np.int32)
        if cut == 1:
            cells = (centres * MOTION_CELLS // length)[None, :]
        else:
            offsets = (np.arange(cut) + 0.5) / cut - 0.5
            cells = ((centres + offsets[:, None] * vectors[side]) * (MOTION_CELLS / length)).astype(np.int32)
        along.append(np.clip(cells, 0, MOTION_CELLS - 1))
    columns, rows = along
    placed = ((frames * MOTION_CELLS + rows[:, None]) * MOTION_CELLS + columns[None, :]).reshape(-1, len(vectors))
    return placed, len(placed)


def _coded_twice(
    vectors: NDArray[np.void], frames: Ints, later: NDArray[np.bool_], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return which vectors (n,) point to what is shown later, of blocks that have one to the past as well."""
    across, down = (length // _FINEST + 2 * _LARGEST_BLOCK for length in size)
    place = np.clip(vectors["dst_x"] // _FINEST + _LARGEST_BLOCK, 0, across - 1).astype(np.int64)
    place += across * np.clip(vectors["dst_y"] // _FINEST + _LARGEST_BLOCK, 0, down - 1).astype(np.int64)
    place += across * down * frames
    earlier = np.zeros(across * down * (int(frames[-1]) + 1), np.bool_)
    earlier[place[~later]] = True
    twice: NDArray[np.bool_] = later & earlier[place]
    return twice


def _turned(motion: Motion, turns: int) -> Motion:
    """Return motion turned by quarters against the clock."""
    speeds, described = motion.speeds, motion.described
    for _ in range(turns % 4):
        speeds = np.rot90(np.stack((speeds[..., 1], -speeds[..., 0]), axis=-1), axes=(1, 2))
        described = np.rot90(described, axes=(1, 2))
    return Motion(motion.times, np.ascontiguousarray(speeds), np.ascontiguousarray(described))


def _distances(pictures: Sequence[CodedPicture], numbers: Sequence[int]) -> tuple[Floats, Floats]:
    """Return seconds from some pictures back to the one that each may be made of, and ahead to that: (n,) each, above
    0."""
    serves = [not one.goes_both_ways or _has_earlier_behind(pictures, n) for n, one in enumerate(pictures)]
    back, ahead = np.full(len(numbers), np.nan), np.full(len(numbers), np.nan)
    for place, n in enumerate(numbers):
        before = range(n - 1, max(-1, n - 1 - _FARTHEST), -1)
        found = next((m for m in before if serves[m] and _was_there(pictures[m], pictures[n], True)), None)
        if found is not None:
            back[place] = pictures[n].time - pictures[found].time
        if pictures[n].goes_both_ways:
            behind = range(n + 1, min(len(pictures), n + 1 + _FARTHEST))
            found = next((m for m in behind if serves[m] and _was_there(pictures[m], pictures[n], False)), None)
            if found is not None:
                ahead[place] = pictures[found].time - pictures[n].time
    for distances in (back, ahead):
        known = distances[distances > 0]
        distances[~(distances > 0)] = float(np.median(known)) if len(known) else _ALONE
    return back, ahead


def _was_there(other: CodedPicture, picture: CodedPicture, is_before: bool) -> bool:
    """Return whether another picture was decoded before a picture. is_before: whether it is shown before."""
    if other.place is None or picture.place is None:
        return is_before or not other.goes_both_ways
    return other.place < picture.place


def _has_earlier_behind(pictures: Sequence[CodedPicture], number: int) -> bool:
    """Return whether a picture was decoded before others that are shown before it, which is done with such alone of
    which others are made."""
    place = pictures[number].place
    for other in reversed(pictures[max(0, number - _FARTHEST) : number]):
        if not other.goes_both_ways or place is None or other.place is None:
            return False
        if other.place > place:
            return True
    return False
