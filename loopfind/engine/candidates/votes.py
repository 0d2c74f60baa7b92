"""Lines to follow: where the matches vote for one lag at one stretch of the timeline.

A single match is worth nothing in video (neighbours and still scenes all match); many at one lag are (Chromaprint and
Wu & Satoh 2013 vote in the same way). A line is a candidate only: what it is worth is measured on the sketches.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from loopfind.arrays.disk import Scratch
from loopfind.model.candidate import Line, Matches, same_speed
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.transform import PLAIN, Transform

BLOCK = 2.0
"""Seconds of the first showing that vote together."""

FEWEST = 4
"""Votes that make a candidate: chance puts two matches in one cell often, four hardly ever."""

_CHUNK = 600  # blocks counted at a time: twenty minutes

SLOPES = (0.5, 0.5713, 0.6667, 0.75, 0.8, 0.8333, 0.9, 0.9593, 1.0427, 1.1111, 1.2, 1.25, 1.3333, 1.5, 1.75, 2.0)
"""Speeds at which copies are looked for, as the copy's seconds per second of the original: what editors and rate
conversions use (24 to 25 frames a second is 1.0427 and 0.9593); between them a stretch is found by the nearest one."""


def lines_of(
    matches: Iterable[Matches],
    times: Floats,
    step: float,
    most: int,
    slope: float = 1.0,
    view: Transform = PLAIN,
    viewed_first: bool = False,
) -> list[Line]:
    """The `most` lines with the most votes that stand out from the lags beside them, best first.

    matches: batches of pairs. times: (n,) seconds. step: seconds, the bin of lags. slope: seconds of the copy per
    second of the first showing.
    """
    # In chunks of the timeline: the votes of one block never meet those of another, and memory stays small.
    table = Scratch(2, np.uint32)
    chunks: dict[int, list[slice]] = defaultdict(list)
    for batch in matches:
        # Short keys, which numpy sorts by radix; that they start anew after a year of video does no harm.
        chunk = np.floor(times[batch.first] / (_CHUNK * BLOCK)).astype(np.int64).astype(np.int16)
        order = np.argsort(chunk, kind="stable")
        edges = np.flatnonzero(np.diff(chunk[order], prepend=-32768, append=-32768))
        at = len(table)
        for low, high in pairwise(edges):
            chunks[int(chunk[order[low]])].append(slice(at + int(low), at + int(high)))
        table.append(np.stack([batch.first[order], batch.second[order]], axis=1))
    best: Voted | None = None
    for chunk_ in sorted(chunks):
        rows = np.concatenate([table[part] for part in chunks[chunk_]])
        voted = _voted(times[rows[:, 0]], times[rows[:, 1]], step, most, slope)
        best = voted if best is None else best.joined(voted, most)
    table.close()
    if best is None:
        return []
    return [
        Line(slope, float(lag), float(start), float(end) + step, int(v), view, viewed_first)
        for _, lag, start, end, v in zip(*best, strict=True)
    ]


def lag_width(step: float, slope: float) -> float:
    """Seconds of one bin of lags: a frame, and two where the frames of copy and original do not fall together."""
    return step * (1.01 if same_speed(slope) else 2.0)


class Voted(NamedTuple):
    """Candidates, (k,) each, the best first: how far they stand out, their lags, starts and ends in seconds, votes."""

    rank: Floats
    lags: Floats
    starts: Floats
    ends: Floats
    votes: Ints

    def joined(self, other: "Voted", most: int) -> "Voted":
        """The `most` best of these and others; of equals these first, in their order."""
        both = [np.concatenate(pair) for pair in zip(self, other, strict=True)]
        order = np.argsort(-both[0], kind="stable")[:most]
        return Voted(*(column[order] for column in both))


def _voted(at: Floats, there: Floats, step: float, most: int, slope: float) -> Voted:
    """The `most` best candidates from matched instants (m,) and (m,) in seconds."""
    offset = there - slope * at
    width = lag_width(step, slope)
    bins, block = np.round(offset / width).astype(np.int64), np.floor(at / BLOCK).astype(np.int64)
    low, span = bins.min() - 4, int(bins.max() - bins.min()) + 9
    cell = (block - block.min()) * span + (bins - low)
    # One sort of cell and place together takes a fraction of an argsort's time.
    places = len(cell).bit_length()
    keys = np.sort((cell << places) | np.arange(len(cell)))
    ranked = keys >> places
    begins = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    key, votes = ranked[begins], np.diff(np.append(begins, len(ranked)))
    chosen, rank = _peaks(key, votes)
    best = np.argsort(-rank, kind="stable")[:most]
    chosen, rank = chosen[best], rank[best]
    counts = votes[chosen]
    if not len(chosen):
        nothing = np.zeros(0)
        return Voted(nothing, nothing, nothing, nothing, counts)
    edges = np.cumsum(counts) - counts
    members = keys[np.repeat(begins[chosen] - edges, counts) + np.arange(int(counts.sum()))] & ((1 << places) - 1)
    # The cell's own mean, not its middle: frames lie on a grid, and half a frame aside a line meets none of them.
    lags = np.add.reduceat(offset[members], edges) / counts
    starts, ends = np.minimum.reduceat(at[members], edges), np.maximum.reduceat(at[members], edges)
    return Voted(rank, lags, starts, ends, counts)


def _peaks(key: Ints, votes: Ints) -> tuple[Ints, Floats]:
    """Cells with enough votes and no fewer than the lags beside them, and how far each stands out from those a little
    further."""
    enough = np.flatnonzero(votes >= FEWEST)
    key_, votes_ = key[enough], votes[enough]
    peak = (votes_ >= _votes_at(key, votes, key_ + 1)) & (votes_ > _votes_at(key, votes, key_ - 1))
    chosen = enough[peak]
    beside = np.maximum(_votes_at(key, votes, key[chosen] + 3), _votes_at(key, votes, key[chosen] - 3))
    return chosen, votes[chosen] - 0.5 * beside


def _votes_at(key: Ints, votes: Ints, wanted: Ints) -> Ints:
    """Votes of the cells with the wanted keys, 0 where there is no such cell. key is sorted."""
    at = np.clip(np.searchsorted(key, wanted), 0, len(key) - 1)
    return np.where(key[at] == wanted, votes[at], 0)
