"""Uniqueness of a match: the stretch is compared with every other moment of the file.

A replay agrees to within the codec's noise, and no other moment comes near it, save further replays, which agree as
well as it does. A look-alike (an animal in its favourite corner, the next car in the same lane) is the best of many
that come close. So between those that agree and all others there must be a gap. The file is its own null: its moments
are as alike among themselves as they are, and every place tried counts.
"""

import math
from dataclasses import dataclass

import numpy as np

from loopfind.arrays.disk import release_pages
from loopfind.arrays.time_index import nearest
from loopfind.engine.evidence.claim_parameters import (
    ALIKE_FACTOR,
    EXACT_LEVEL,
    FEWER_PLACES,
    MATCH_FLOOR,
    MOST_GAP,
    MOST_PLACES,
    NEAREST_IN_FULL,
    OWN_SECONDS,
)
from loopfind.engine.evidence.differences import Cells, cells_at, partners, views_of
from loopfind.model.candidate import Line, Run
from loopfind.model.dtypes import Floats, Ints, Sketches
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import BLOCKS, SKETCH_CELLS, Transform, blocks_of, matrix

_FRAMES, _BLOCK = 16, 1000
_AT_REST = 0.1  # nats that a frame counts for, at the least, when frames are picked by what they say
_FIRST, _LOOKS = 8, 8192  # frames of a first look, and the places that get it at a time
_IN_CACHE = 256  # rows of cells that are summed at a time


@dataclass(frozen=True)
class Rivals:
    """How a stretch compares with the rest of its file, all in squared grey levels.

    own: how much it differs from its match. others: (k,) rising, what it differs from the most alike moment of a half
    second elsewhere: of all half seconds that agree as well as the match, and of the dozen next to them. exact: what
    differs by no more could not agree better.
    """

    own: float
    others: Floats
    exact: float

    @property
    def gap(self) -> float:
        """The largest factor that parts the alike, which are the match and the others that agree as well, from the
        rest; nan where there is no rest."""
        ranked = np.concatenate([[self.own], self.others[self.others > self.own]])
        alike = int(np.searchsorted(ranked, max(ALIKE_FACTOR * self.own, self.exact), "right"))
        if alike == len(ranked):
            return float("nan")
        return float((ranked[1 : alike + 1] / ranked[:alike]).max())


NO_RIVALS = Rivals(1.0, np.array([MOST_GAP]), 0.0)
"""The rivals of a stretch that stands out as clearly as counts."""


def rivals_of(
    signal: Signal,
    run: Run,
    weights: Cells,
    most: int | None = None,
    own: float | None = None,
    in_full: int = NEAREST_IN_FULL,
    left_out: int = 0,
) -> Rivals:
    """Find the rivals of a run.

    weights: (144,) of each cell, 0 for those that a bar or an overlay covers. most: places to compare it with, by
    default MOST_PLACES or FEWER_PLACES. own: what to take for its difference from its match; measured unless given.
    in_full: half seconds that are measured in full at a time. left_out: cells that differ most from the match, or from
    a rival, and do not count: what passes over the picture lies in others each time."""
    if most is None:
        most = MOST_PLACES if signal.parts is None else FEWER_PLACES
    exact = min(EXACT_LEVEL, signal.noise / 2)
    template = _Template(signal, run, weights, left_out)
    if own is None:
        own = template.own()
    places = template.elsewhere()
    others = _least(template, _spread(places, most), max(ALIKE_FACTOR * own, exact), in_full)
    return Rivals(own, others, exact)


def _least(template: "_Template", places: Floats, alike: float, in_full: int) -> Floats:
    """Return what the stretch differs by from the most alike place of each half second, rising: all that are `alike`
    and the next few, as no more are needed.

    Every place gets a cheap look, whose result is never more than the difference; then the half seconds that look
    nearest are measured in full. Whatever is alike is among these; of the rest, which all differ about as much as each
    other, those are taken that seem nearest.
    """
    if not len(places):
        return np.zeros(0)
    half = np.floor(places / 0.5).astype(np.int64)
    edges = np.flatnonzero(np.concatenate([[True], half[1:] != half[:-1]]))
    order = np.argsort(np.minimum.reduceat(template.looks(places), edges), kind="stable")
    ends = np.append(edges[1:], len(places))
    best = np.zeros(0)
    done, size = 0, in_full
    while done < len(order) and (best > alike).sum() < min(size, in_full) / 2:
        for low in range(done, min(done + size, len(order)), in_full):
            chosen = np.sort(order[low : low + in_full])
            counts = ends[chosen] - edges[chosen]
            begins = np.cumsum(counts) - counts
            part = np.repeat(edges[chosen] - begins, counts) + np.arange(int(counts.sum()))
            best = np.concatenate([best, np.minimum.reduceat(template.over(places[part]), begins)])
        done, size = done + size, 2 * size
    return np.asarray(np.sort(best))


class _Places:
    """Moments [start, end) that are a step apart, without those left out: of a day they are too many to be listed."""

    def __init__(self, start: float, end: float, step: float) -> None:
        self._start, self._step = start, (start + step) - start
        self._count = max(0, math.ceil((end - start) / step))
        self._left_out = np.zeros(0, np.int64)

    def leave_out(self, centre: float, reach: float) -> None:
        """Leave out the moments within `reach` seconds of one."""
        middle, wide = (centre - self._start) / self._step, reach / self._step + 2
        low, high = np.clip([math.floor(middle - wide), math.ceil(middle + wide) + 1], 0, self._count)
        near = np.arange(low, high)
        near = near[np.abs(self._start + near * self._step - centre) <= reach]
        self._left_out = np.union1d(self._left_out, near)

    def __len__(self) -> int:
        return self._count - len(self._left_out)

    def at(self, places: Ints) -> Floats:
        """The moments (m,) of these numbers, seconds; numbers count those that are left."""
        # As many are left out before the k-th that is left as have a number of at most k plus those before them.
        before = np.searchsorted(self._left_out - np.arange(len(self._left_out)), places, "right")
        return np.asarray(self._start + (places + before) * self._step, np.float64)


class _Template:
    """A stretch to be compared with other moments of its file: squared grey levels, less what stays the same over
    it."""

    def __init__(self, signal: Signal, run: Run, weights: Cells, left_out: int) -> None:
        self._signal, self._run, self._weights, self._left_out = signal, run, weights, left_out
        times, line = signal.times, run.line
        frames = np.arange(run.first, run.last)
        if not line.is_shift and len(frames) > 40:
            # At another speed the ends lie between frames: one of another scene there would outweigh all others.
            frames = frames[len(frames) // 20 : -(len(frames) // 20)]
        real = partners(signal, line, frames)[1]
        # On a variable rate, frames without a partner of their own would make the best match look worse than it is.
        frames = frames[real] if real.any() else frames
        frames = informative_frames(signal, line, frames)
        self._begins = float(times[frames[0]])
        self._ours = cells_at(signal, frames, views_of(line)[0])
        self._ours -= self._ours.mean(0)
        self._after = line.slope * (times[frames] - times[frames[0]])
        self._view = views_of(line)[1]

    def own(self) -> float:
        """Return how much it differs from its match, to the nearest frame."""
        signal, line = self._signal, self._run.line
        start = line.slope * self._begins + line.offset
        least = self.over(np.array([start + k * signal.step for k in (-1, 0, 1)])).min()
        return float(max(least, min(signal.noise / 4, MATCH_FLOOR)))

    def elsewhere(self) -> "_Places":
        """Return every moment of the file at which it could begin, but those around itself and around its match."""
        times, line, after = self._signal.times, self._run.line, self._after
        reach = OWN_SECONDS + (0 if line.slope > 0 else float(after.max() - after.min()))
        places = _Places(float(times[0]) - after.min(), float(times[-1]) - after.max(), self._signal.step)
        for centre in (line.slope * self._begins + line.offset, self._begins):
            places.leave_out(centre, reach)
        return places

    def over(self, places: Floats) -> Floats:
        """Return the difference (m,) of the stretch's frames and those that follow each place (m,) in the same
        rhythm."""
        there = self._there(places, self._after)
        # Only the frames that are asked for: a long stretch reaches over many that are not.
        wanted, rows = distinct_frames(there)
        theirs = np.asarray(_read(self._signal, wanted), np.float32) * np.float32(1 / 256)
        if not self._view.plain:
            theirs = theirs @ matrix(self._view).T
        if self._left_out:
            return self._without_worst(theirs, rows)
        # |a - b|^2 by its parts, so that one matrix product serves all places.
        root = np.sqrt(self._weights)
        a, b = self._ours * root, theirs * root
        squares = np.square(b).sum(1)
        crossed = b @ a.T
        count = len(self._after)
        total = np.square(a).sum() / count + squares[rows].mean(1) - 2 * crossed[rows, np.arange(count)].mean(1)
        return np.asarray(np.maximum(total - np.square(_summed(b, rows) / count).sum(1), 0), np.float64)

    def _without_worst(self, theirs: Cells, rows: Ints) -> Floats:
        """Return the difference (m,) of the stretch's frames and others, without the cells that differ most.

        theirs: (k, 144). rows: (m, frames) which of them each place asks for.
        """
        kept = np.flatnonzero(self._weights > 0)
        count = max(1, len(kept) - self._left_out)
        ours, seen, found = self._ours[:, kept], theirs[:, kept], np.empty(len(rows))
        for low in range(0, len(rows), _IN_CACHE):
            cells = (ours[None] - seen[rows[low : low + _IN_CACHE]]).var(1)
            found[low : low + _IN_CACHE] = np.partition(cells, count - 1, axis=1)[:, :count].mean(1)
        return found

    def looks(self, places: Floats) -> Floats:
        """Return a lower bound (m,) of the difference at each place, but for rounding.

        It takes a few frames and blocks of cells, as the square of a mean is at most the mean of the squares.
        """
        count, view = len(self._after), self._view
        few = np.unique(np.linspace(0, count - 1, _FIRST).astype(np.int64))
        order = _turned_blocks(view)
        ours = blocks_of(self._ours[few])[:, order]
        least = blocks_of(self._weights[None], np.min)[0, order] * (SKETCH_CELLS / BLOCKS**2 / count)
        found = np.empty(len(places))
        for low in range(0, len(places), _LOOKS):
            part = places[low : low + _LOOKS]
            total, middle = np.zeros((2, len(part), BLOCKS**2), np.float32)
            for row, after in zip(ours, self._after[few], strict=True):
                seen = self._signal.blocks.take(nearest(self._signal.times, part + after), axis=0)
                gap = row - seen * np.float32(1 / 256)
                middle += gap
                total += np.square(gap, out=gap)
            total -= np.square(middle) / len(few)
            found[low : low + _LOOKS] = total @ least
        release_pages(self._signal.blocks)
        return found

    def _there(self, places: Floats, after: Floats) -> Ints:
        """Return the frames (m, k) shown so many seconds after each of the places."""
        return nearest(self._signal.times, (places[:, None] + after[None]).ravel()).reshape(len(places), len(after))


def distinct_frames(frames: Ints) -> tuple[Ints, Ints]:
    """Return the distinct frames (k,), rising, and for each of the frames its number among these. It is np.unique
    without sorting where they lie close together."""
    low = int(frames.min())
    reach = int(frames.max()) - low + 1
    if reach > 4 * frames.size:
        wanted, rows = np.unique(frames, return_inverse=True)
        return wanted, rows.reshape(frames.shape)
    there = np.zeros(reach, bool)
    there[frames - low] = True
    return low + np.flatnonzero(there), (np.cumsum(there) - 1)[frames - low]


def _summed(values: Cells, rows: Ints) -> Cells:
    """Sum for each of the rows (m, k) its k values out of (n, cells), little by little, so that sums stay in the
    processor's cache."""
    total = np.zeros((len(rows), values.shape[1]), np.float32)
    taken = np.empty((_IN_CACHE, values.shape[1]), np.float32)
    for low in range(0, len(rows), _IN_CACHE):
        part = rows[low : low + _IN_CACHE]
        for column in part.T:
            total[low : low + len(part)] += np.take(values, column, axis=0, out=taken[: len(part)], mode="clip")
    return total


def _turned_blocks(view: Transform) -> Ints:
    """Return which block (9,) of the viewed picture shows what each block of the picture does. A zoom is overlooked."""
    numbers = np.rot90(np.arange(BLOCKS**2).reshape(BLOCKS, BLOCKS), view.turned)
    return np.argsort((numbers[:, ::-1] if view.mirrored else numbers).ravel())


def informative_frames(signal: Signal, line: Line, frames: Ints) -> Ints:
    """Pick _FRAMES of the frames, spread evenly over what they can say. In a stretch that rests for most of its time,
    frames spread over its time would show no motion, and any other rest would be like it."""
    if len(frames) <= _FRAMES:
        return frames
    if not line.is_shift:  # beside a cut inside it, which says most, such frames are paired across the cut
        return frames[np.linspace(0, len(frames) - 1, _FRAMES).astype(np.int64)]
    said = np.cumsum(np.log(np.maximum(signal.lively[frames] / signal.noise, 1)) + _AT_REST)
    return np.asarray(frames[np.searchsorted(said, np.linspace(said[0], said[-1], _FRAMES))])


def _read(signal: Signal, frames: Ints) -> Sketches:
    """Read sketches of the given frames, rising, in slices of frames that lie close together."""
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 64) + 1)
    return np.concatenate([signal.cells[int(p[0]) : int(p[-1]) + 1][p - p[0]] for p in parts])


def _spread(places: _Places, most: int) -> Floats:
    """Return the places, or for a very long file a number of runs of them spread over it."""
    if len(places) <= most:
        return places.at(np.arange(len(places)))
    runs = np.linspace(0, len(places) - _BLOCK, most // _BLOCK).astype(np.int64)
    return places.at((runs[:, None] + np.arange(_BLOCK)[None]).ravel())
