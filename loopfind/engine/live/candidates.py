"""Candidates for footage that has just come: lines that lead from moments held to new ones.

The questions are those of engine/candidates/plan.py for a whole timeline. What is held is not gone through: its codes
stand in a LiveIndex as they are, and those of the new frames are made as they would be mirrored, backwards or zoomed.
So a portion costs about the same after a minute and after a day.
"""

from collections.abc import Iterator

import numpy as np

from loopfind.arrays.disk import Column
from loopfind.engine.candidates.library import zooms
from loopfind.engine.candidates.plan import CandidateFinder, changing_in
from loopfind.engine.candidates.votes import BLOCK, FEWEST, SLOPES, lag_width
from loopfind.engine.evidence.extend import APART
from loopfind.engine.live.index import LiveIndex
from loopfind.engine.live.tuning import KEPT_EVERY, LIVE_LINES, LIVE_MOTION_TABLES, LIVE_PICTURE_TABLES
from loopfind.engine.signal.extract import mirror_flips, transformed_motions
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, Transform

_AT_ONCE = 1 << 16  # frames judged at a time
_ALL = ~np.uint64(0)
_VIEWS = zooms()
_FLIPS = (
    (mirror_flips(), 1.0, Transform(mirrored=True)),
    (_ALL, -1.0, PLAIN),
    (_ALL ^ mirror_flips(), -1.0, Transform(mirrored=True)),
)


class LiveCandidates:
    """The codes of what is held, and the candidates that they lead to. Frames are numbered as in the signal."""

    def __init__(self) -> None:
        self._motions, self._pictures = LiveIndex(LIVE_MOTION_TABLES), LiveIndex(LIVE_PICTURE_TABLES)
        self._changing = Column(bool)
        self._forgotten = self._recomputed = 0

    def take(self, signal: Signal, recomputed: int) -> None:
        """Take the frames that have come since the last time. recomputed: how often the picture bits of all frames were
        computed anew."""
        old, n = len(self._changing), len(signal.times)
        every = max(1, round(KEPT_EVERY / signal.step))
        frames = np.arange(old, n)
        kept = frames[(frames + self._forgotten) % every == 0]
        moving = kept[signal.moving[kept]]
        self._motions.add(signal.motion[moving], moving + self._forgotten)
        if recomputed != self._recomputed:
            self._pictures.clear()
            self._recomputed, old = recomputed, 0
        for low in range(old, n, _AT_ONCE):
            self._changing.put(low, changing_in(signal, slice(low, min(n, low + _AT_ONCE))))
        frames = np.arange(old, n)
        kept = frames[(frames + self._forgotten) % every == 0]
        changing = kept[self._changing.rows[kept]]
        self._pictures.add(signal.picture[changing], changing + self._forgotten)

    def forget(self, count: int) -> None:
        """Forget so many frames at the beginning."""
        self._changing.drop(count)
        self._forgotten += count
        self._motions.forget(self._forgotten)
        self._pictures.forget(self._forgotten)

    def candidates(self, signal: Signal, first: int) -> Iterator[CandidateBatch]:
        """Yield the candidates whose second occurrence lies at frame `first` or behind it, among what was taken."""
        finder = CandidateFinder(signal, False, LIVE_LINES)
        motion, moving, changing = signal.motion, signal.moving, self._changing.rows
        often = first + np.flatnonzero(moving[first:])
        plain = self._matches(signal, self._motions, often, motion[often])
        if _may_make_line(signal, plain, 1.0):
            yield finder.lines([plain], motion, motion, moving)
        shown = first + np.flatnonzero(changing[first:])
        stands = self._matches(signal, self._pictures, shown, signal.picture[shown])
        for slope in (1.0, *SLOPES):
            if _may_make_line(signal, stands, slope):
                yield finder.lines([stands], signal.picture, signal.picture, changing, slope)
        few = often[np.diff(often // max(1, round(KEPT_EVERY / signal.step)), prepend=-1) > 0]
        for flips, slope, view in _FLIPS:
            matches = self._matches(signal, self._motions, few, motion[few] ^ flips)
            if _may_make_line(signal, matches, slope):
                yield finder.lines([matches], motion, motion ^ flips, moving, slope, view)
        for view, bits in zip(_VIEWS, transformed_motions(signal, _VIEWS, few), strict=True):
            matches = self._matches(signal, self._motions, few, bits)
            if _may_make_line(signal, matches, 1.0):
                seen, usable = np.zeros(len(motion), np.uint64), np.zeros(len(motion), bool)
                seen[few], usable[few] = bits, True
                yield finder.lines([matches], motion, seen, usable, 1.0, view)

    def _matches(self, signal: Signal, index: LiveIndex, frames: Ints, codes: Words) -> Matches:
        """Pair the given frames, which come with their codes, with earlier frames of near codes."""
        places, earlier = index.near(codes)
        earlier, later = earlier - self._forgotten, frames[places]
        apart = signal.times[later] - signal.times[earlier] >= APART
        pairs = np.unique(earlier[apart] << 32 | later[apart])
        return Matches(pairs >> 32, pairs & 0xFFFFFFFF)


def _may_make_line(signal: Signal, matches: Matches, slope: float) -> bool:
    """Tell whether enough pairs lie at one lag to make a line. Mostly none do, and no more need be done."""
    if len(matches) < FEWEST:
        return False
    at = signal.times[matches.first]
    offset = signal.times[matches.second] - slope * at
    bins = np.round(offset / lag_width(signal.step, slope)).astype(np.int64)
    cells = (np.floor(at / BLOCK).astype(np.int64) << 32) + bins
    return bool(np.unique(cells, return_counts=True)[1].max() >= FEWEST)
