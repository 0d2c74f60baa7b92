"""Candidate lines: where matches vote for one lag within one stretch of the timeline.

A single match says nothing in video, where neighbouring frames and still scenes all match; many at one lag say much.
Chromaprint and Wu & Satoh (2013) vote in the same way. Here every stretch of two seconds votes by itself, so that a
short repeat in a long file stands out, and a line that wins is a candidate only: it is judged by the sketches.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from loopfind.arrays.disk import Scratch
from loopfind.engine.candidates.parameters import CELLS_BESIDE, FEWEST_VOTES, SHARE_BESIDE, VOTE_SECONDS
from loopfind.engine.candidates.question import Question
from loopfind.model.candidate import Line, Matches
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Timeline

_CHUNK_SECONDS = 600 * VOTE_SECONDS  # counted at a time: twenty minutes


def voted_lines(matches: Iterable[Matches], timeline: Timeline, question: Question, most: int) -> list[Line]:
    """Return the `most` lines whose votes stand out most from those for the lags beside them, the best first.

    matches: batches of pairs of frames, each of one moment in a first and in a second occurrence.
    """
    best = _voted_in_chunks(matches, timeline, question, most)
    if best is None:
        return []
    return [
        Line(
            question.slope,
            float(lag),
            float(start),
            float(end) + timeline.step,
            int(votes),
            question.view,
            question.viewed_first,
        )
        for _, lag, start, end, votes in zip(*best, strict=True)
    ]


def _voted_in_chunks(matches: Iterable[Matches], timeline: Timeline, question: Question, most: int) -> "_Voted | None":
    """Return the `most` best lines, None without any match.

    In chunks of the timeline: the votes of one block never meet those of another, and memory stays small.
    """
    times, step = timeline.times, timeline.step
    if len(times) and np.floor(times[0] / _CHUNK_SECONDS) == np.floor(times[-1] / _CHUNK_SECONDS):  # one chunk
        batches = [batch for batch in matches if len(batch)]
        if not batches:
            return None
        first = np.concatenate([batch.first for batch in batches])
        second = np.concatenate([batch.second for batch in batches])
        return _count_votes(times[first], times[second], step, question, most)
    table = Scratch(2, np.uint32)
    chunks: dict[int, list[slice]] = defaultdict(list)
    for batch in matches:
        # Short keys, which numpy sorts by radix; that they start anew after a year of video does no harm.
        chunk = np.floor(times[batch.first] / _CHUNK_SECONDS).astype(np.int64).astype(np.int16)
        order = np.argsort(chunk, kind="stable")
        edges = np.flatnonzero(np.diff(chunk[order], prepend=-32768, append=-32768))
        at = len(table)
        for low, high in pairwise(edges):
            chunks[int(chunk[order[low]])].append(slice(at + int(low), at + int(high)))
        table.append(np.stack([batch.first[order], batch.second[order]], axis=1))
    best: _Voted | None = None
    for chunk_ in sorted(chunks):
        rows = np.concatenate([table[part] for part in chunks[chunk_]])
        voted = _count_votes(times[rows[:, 0]], times[rows[:, 1]], step, question, most)
        best = voted if best is None else best.merged(voted, most)
    table.close()
    return best


def may_make_a_line(matches: Matches, timeline: Timeline, question: Question) -> bool:
    """Tell whether enough pairs lie at one lag for a line to come of them: mostly none do, and no more need be done."""
    if len(matches) < FEWEST_VOTES:
        return False
    at = timeline.times[matches.first]
    offset = timeline.times[matches.second] - question.slope * at
    bins = np.round(offset / question.lag_width(timeline.step)).astype(np.int64)
    cells = (np.floor(at / VOTE_SECONDS).astype(np.int64) << 32) + bins
    return bool(np.unique(cells, return_counts=True)[1].max() >= FEWEST_VOTES)


class _Voted(NamedTuple):
    """Lines that were voted for, (k,) each, the best first: how far they stand out, lags, starts and ends in seconds,
    votes."""

    rank: Floats
    lags: Floats
    starts: Floats
    ends: Floats
    votes: Ints

    def merged(self, other: "_Voted", most: int) -> "_Voted":
        """Return the `most` best of these and others; of equals these first, in their order."""
        both = [np.concatenate(pair) for pair in zip(self, other, strict=True)]
        order = np.argsort(-both[0], kind="stable")[:most]
        return _Voted(*(column[order] for column in both))


def _count_votes(at: Floats, there: Floats, step: float, question: Question, most: int) -> _Voted:
    """Return the `most` best lines from matched instants: (m,) seconds in a first and (m,) in a second occurrence."""
    offset = there - question.slope * at
    width = question.lag_width(step)
    bins, block = np.round(offset / width).astype(np.int64), np.floor(at / VOTE_SECONDS).astype(np.int64)
    margin = CELLS_BESIDE + 1
    low, span = bins.min() - margin, int(bins.max() - bins.min()) + 2 * margin + 1
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
        return _Voted(nothing, nothing, nothing, nothing, counts)
    edges = np.cumsum(counts) - counts
    members = keys[np.repeat(begins[chosen] - edges, counts) + np.arange(int(counts.sum()))] & ((1 << places) - 1)
    # The cell's own mean, not its middle: frames lie on a grid, and half a frame aside a line meets none of them.
    lags = np.add.reduceat(offset[members], edges) / counts
    starts, ends = np.minimum.reduceat(at[members], edges), np.maximum.reduceat(at[members], edges)
    return _Voted(rank, lags, starts, ends, counts)


def _peaks(key: Ints, votes: Ints) -> tuple[Ints, Floats]:
    """Return the cells with enough votes, and no fewer than the lags next to them, and how far each stands out from the
    lags a little further away."""
    enough = np.flatnonzero(votes >= FEWEST_VOTES)
    key_, votes_ = key[enough], votes[enough]
    peak = (votes_ >= _votes_at(key, votes, key_ + 1)) & (votes_ > _votes_at(key, votes, key_ - 1))
    chosen = enough[peak]
    beside = np.maximum(
        _votes_at(key, votes, key[chosen] + CELLS_BESIDE), _votes_at(key, votes, key[chosen] - CELLS_BESIDE)
    )
    return chosen, votes[chosen] - SHARE_BESIDE * beside


def _votes_at(key: Ints, votes: Ints, wanted: Ints) -> Ints:
    """Return the votes of the cells with the wanted keys, 0 where there is no such cell. key: (k,), sorted."""
    at = np.clip(np.searchsorted(key, wanted), 0, len(key) - 1)
    return np.where(key[at] == wanted, votes[at], 0)
