"""Which moments held may be shown again by footage that has just come, one question after another, as candidates.py has
them for a whole timeline.

What is held is not gone through: its codes, as they are, stand in a Ledger, and of the new frames come their codes as
they would be mirrored, backwards or zoomed. So a portion costs about the same after a minute and after a day.
"""

from collections.abc import Iterator

import numpy as np

from loopfind.arrays.disk import Column
from loopfind.engine.candidates.library import zooms
from loopfind.engine.candidates.plan import CandidateFinder, changing_in
from loopfind.engine.candidates.votes import BLOCK, FEWEST, SLOPES, lag_width
from loopfind.engine.evidence.extend import APART
from loopfind.engine.live.index import LiveIndex
from loopfind.engine.signal.extract import mirror_flips, transformed_motions
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, Transform

KEPT = 0.1
"""Seconds between moments that are kept, and between those that changed copies are asked for. Plain copies are asked
for at every new frame, so that one meets what is kept to the frame, wherever it begins."""

MOST_LINES = (20, 3)
"""Lines followed for each question about a portion: of plain copies, of changed ones."""

_MOTION_TABLES, _PICTURE_TABLES = 8, 4
_AT_ONCE = 1 << 16
_ALL = ~np.uint64(0)
_VIEWS = zooms()
_FLIPS = (
    (mirror_flips(), 1.0, Transform(mirrored=True)),
    (_ALL, -1.0, PLAIN),
    (_ALL ^ mirror_flips(), -1.0, Transform(mirrored=True)),
)


class LiveCandidates:
    """The codes of what is held. Frames are numbered as in the signal; it is told how many were forgotten before."""

    def __init__(self) -> None:
        self._motions, self._pictures = LiveIndex(_MOTION_TABLES), LiveIndex(_PICTURE_TABLES)
        self._changing = Column(bool)
        self._forgotten = self._remade = 0

    def take(self, signal: Signal, remade: int) -> None:
        """Take the frames that have come since the last time. remade: changes when picture bits were made anew."""
        old, n = len(self._changing), len(signal.times)
        every = max(1, round(KEPT / signal.step))
        frames = np.arange(old, n)
        kept = frames[(frames + self._forgotten) % every == 0]
        moving = kept[signal.moving[kept]]
        self._motions.add(signal.motion[moving], moving + self._forgotten)
        if remade != self._remade:
            self._pictures.clear()
            self._remade, old = remade, 0
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

    def lines(self, signal: Signal, first: int) -> Iterator[CandidateBatch]:
        """Candidates of which the second showing lies at frame `first` or behind it, among what was taken."""
        quest = CandidateFinder(signal, False, MOST_LINES)
        motion, moving, changing = signal.motion, signal.moving, self._changing.rows
        often = first + np.flatnonzero(moving[first:])
        plain = self._met(signal, self._motions, often, motion[often])
        if _votes(signal, plain, 1.0):
            yield quest.lines([plain], motion, motion, moving)
        shown = first + np.flatnonzero(changing[first:])
        stands = self._met(signal, self._pictures, shown, signal.picture[shown])
        for slope in (1.0, *SLOPES):
            if _votes(signal, stands, slope):
                yield quest.lines([stands], signal.picture, signal.picture, changing, slope)
        few = often[np.diff(often // max(1, round(KEPT / signal.step)), prepend=-1) > 0]
        for flips, slope, view in _FLIPS:
            met = self._met(signal, self._motions, few, motion[few] ^ flips)
            if _votes(signal, met, slope):
                yield quest.lines([met], motion, motion ^ flips, moving, slope, view)
        for view, bits in zip(_VIEWS, transformed_motions(signal, _VIEWS, few), strict=True):
            met = self._met(signal, self._motions, few, bits)
            if _votes(signal, met, 1.0):
                seen, usable = np.zeros(len(motion), np.uint64), np.zeros(len(motion), bool)
                seen[few], usable[few] = bits, True
                yield quest.lines([met], motion, seen, usable, 1.0, view)

    def _met(self, signal: Signal, ledger: LiveIndex, frames: Ints, codes: Words) -> Matches:
        """Pairs of an earlier frame and one of the given, which come with their codes."""
        places, earlier = ledger.near(codes)
        earlier, later = earlier - self._forgotten, frames[places]
        apart = signal.times[later] - signal.times[earlier] >= APART
        pairs = np.unique(earlier[apart] << 32 | later[apart])
        return Matches(pairs >> 32, pairs & 0xFFFFFFFF)


def _votes(signal: Signal, met: Matches, slope: float) -> bool:
    """Whether so many pairs lie at one lag that a line may come of them; mostly none do, and no more need be done."""
    if len(met) < FEWEST:
        return False
    at = signal.times[met.first]
    offset = signal.times[met.second] - slope * at
    bins = np.round(offset / lag_width(signal.step, slope)).astype(np.int64)
    cells = (np.floor(at / BLOCK).astype(np.int64) << 32) + bins
    return bool(np.unique(cells, return_counts=True)[1].max() >= FEWEST)
