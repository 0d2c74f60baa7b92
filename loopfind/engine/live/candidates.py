"""Candidates for footage that has just come: lines that lead from moments held to new ones.

The questions are those of engine/candidates/plan.py for a whole timeline. What is held is not gone through: its codes
stand in a LiveIndex as they are, and those of the new frames are made as they would be mirrored, backwards or zoomed.
So a portion costs about the same after a minute and after a day.
"""

from collections.abc import Iterator

import numpy as np

from loopfind.arrays.disk import Column
from loopfind.engine.candidates.library import zooms_both_ways
from loopfind.engine.candidates.parameters import COPY_SPEEDS, LEAST_LAG
from loopfind.engine.candidates.plan import FLIPPED, CandidateFinder, changing_in
from loopfind.engine.candidates.question import FrameCodes, Question
from loopfind.engine.candidates.votes import may_make_a_line
from loopfind.engine.live.index import LiveIndex
from loopfind.engine.live.parameters import KEPT_EVERY, LIVE_LINES, LIVE_MOTION_TABLES, LIVE_PICTURE_TABLES
from loopfind.engine.signal.extract import transformed_motions
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Signal

_AT_ONCE = 1 << 16  # frames judged at a time
_VIEWS = zooms_both_ways()


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
        if may_make_a_line(plain, signal, Question()):
            yield finder.batch(Question(), [plain], FrameCodes(motion, motion, moving))
        shown = first + np.flatnonzero(changing[first:])
        stands = self._matches(signal, self._pictures, shown, signal.picture[shown])
        pictures = FrameCodes(signal.picture, signal.picture, changing)
        for question in map(Question, (1.0, *COPY_SPEEDS)):
            if may_make_a_line(stands, signal, question):
                yield finder.batch(question, [stands], pictures)
        few = often[np.diff(often // max(1, round(KEPT_EVERY / signal.step)), prepend=-1) > 0]
        for flips, question in FLIPPED:
            matches = self._matches(signal, self._motions, few, motion[few] ^ flips)
            if may_make_a_line(matches, signal, question):
                yield finder.batch(question, [matches], FrameCodes(motion, motion ^ flips, moving))
        for view, bits in zip(_VIEWS, transformed_motions(signal, _VIEWS, few), strict=True):
            matches = self._matches(signal, self._motions, few, bits)
            if may_make_a_line(matches, signal, Question(view=view)):
                changed, usable = np.zeros(len(motion), np.uint64), np.zeros(len(motion), bool)
                changed[few], usable[few] = bits, True
                yield finder.batch(Question(view=view), [matches], FrameCodes(motion, changed, usable))

    def _matches(self, signal: Signal, index: LiveIndex, frames: Ints, codes: Words) -> Matches:
        """Pair the given frames, which come with their codes, with earlier frames of near codes."""
        places, earlier = index.near(codes)
        earlier, later = earlier - self._forgotten, frames[places]
        apart = signal.times[later] - signal.times[earlier] >= LEAST_LAG
        pairs = np.unique(earlier[apart] << 32 | later[apart])
        return Matches(pairs >> 32, pairs & 0xFFFFFFFF)
