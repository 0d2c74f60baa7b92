"""Where to look for repeats, one question after another: as it was, mirrored, backwards, at another speed, cropped or
smaller."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs, release_pages
from loopfind.arrays.time_index import nearest
from loopfind.engine.candidates import MATCHERS
from loopfind.engine.candidates.sieve import sift
from loopfind.engine.candidates.votes import SLOPES, lines_of
from loopfind.engine.evidence.extend import APART
from loopfind.engine.signal.extract import mirror_flips, motion_gap, transformed_motion
from loopfind.engine.signal.per_file import local_signal
from loopfind.model.candidate import CandidateBatch, Matches, same_speed
from loopfind.model.dtypes import Words
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, Transform
from loopfind.registry import load

ZOOMS = (
    *(Transform(across=s, down=s) for s in (1.11, 1.2, 0.9, 0.82, 0.75, 0.67)),
    Transform(across=0.75),
    Transform(down=0.75),
)
"""Crops and smaller picture_codes that are looked for; motion bits bear 5 % of zoom, and the rest is fitted."""

CHANGED = 5
"""Bits of 64 by which a picture must differ from the one 0.3 s before to count as changing."""

TURNS = (
    Transform(turned=2),
    Transform(turned=1),  # and by three quarters, as either of two showings may be the turned one
    *(Transform(mirrored=True, turned=turned) for turned in (1, 2, 3)),
)
"""Turned copies, which are looked for across files: by half and by a quarter, and mirrored as well."""

INSETS = tuple(
    Transform(across=size, down=size, right=right * (size - 1) / 2, below=below * (size - 1) / 2, inset=True)
    for size in (2.0, 3.0)
    for right in (1, -1)
    for below in (1, -1)
)
"""Copies in a corner of another video, half or a third as wide and as high: looked for across files. Smaller ones hold
too few cells to be told."""

_ALL = ~np.uint64(0)
_AT_ONCE = 1 << 16
_LINES, _CHANGED_LINES, _ACROSS_LINES = (60, 2.0), (4, 0.1), (60, 0.5)
"""Lines followed for each question: so many, and so many more for each minute of video. Changed copies are asked for
in many ways, and one that lasts a few seconds has a line among the best of its question; files are mostly compared
because one is expected to be a changed copy."""


def candidates_of(signal: Signal, across: bool = False) -> Iterator[CandidateBatch]:
    """The candidates of one question after another; a batch is made only when the one before it has been dealt with.

    across: the signal is of several files."""
    quest = CandidateFinder(signal, across)
    motion, picture = signal.motion, signal.picture
    moves = quest.matches(motion, None, signal.moving)
    yield quest.lines(moves, motion, motion, signal.moving)
    del moves
    changes = changing(signal)
    stands = quest.matches(picture, None, changes & tenths(signal))
    yield quest.lines(stands, picture, picture, changes)
    seldom = signal.moving & tenths(signal)
    for flips, slope, view in (
        (mirror_flips(), 1.0, Transform(mirrored=True)),
        (_ALL, -1.0, PLAIN),
        (_ALL ^ mirror_flips(), -1.0, Transform(mirrored=True)),
    ):
        other = motion ^ flips
        pairs = map(_ordered, quest.matches(motion, other, seldom))
        yield quest.lines(pairs, motion, other, signal.moving, slope, view)
        del other, pairs
    for view in (*ZOOMS, *TURNS) if across else ZOOMS:
        yield from quest.viewed(motion, transformed_motion(signal, view, seldom), view, seldom)
    for size in sorted({view.across for view in INSETS}) if across else ():
        rough: Words | None = None
        for view in (view for view in INSETS if view.across == size):
            if rough is None:  # the same for every corner
                rough = transformed_motion(signal, replace(view, rough=True), signal.moving)
            yield from quest.viewed(rough, transformed_motion(signal, view, seldom), view, seldom)
    for slope in SLOPES:
        yield quest.lines(stands, picture, picture, changes, slope)


class CandidateFinder:
    """What all questions share: the signal, the matcher, and how many lines are worth a look."""

    def __init__(self, signal: Signal, across: bool, most: tuple[int, int] | None = None) -> None:
        """most: lines to follow for a question about plain copies, and about changed ones; by the length of the signal
        unless given."""
        self._match = load("matcher", "words", MATCHERS)
        self._signal = signal
        changed = _ACROSS_LINES if across else _CHANGED_LINES
        minutes = float(signal.times[-1] - signal.times[0]) / 60
        self._most, self._few = most or [round(fixed + each * minutes) for fixed, each in (_LINES, changed)]

    def matches(self, ours: Words, theirs: Words | None, usable: NDArray[np.bool_]) -> Pairs:
        """Pairs of usable frames whose codes are near each other."""
        found: Pairs = self._match(ours, self._signal.times, usable, APART, theirs)
        parts = self._signal.parts
        if parts is None or not parts.apart:
            return found
        # Before they vote: of many files, most of what is alike lies within one.
        kept = Pairs()
        for batch in found:
            across = parts.holding(batch.first) != parts.holding(batch.second)
            kept.append(batch.first[across], batch.second[across])
        return kept

    def viewed(self, codes: Words, seen: Words, view: Transform, usable: NDArray[np.bool_]) -> Iterator[CandidateBatch]:
        """Lines of pairs of which one, seen through a view, looks like the other: where it comes first, and where it
        comes second."""
        found = self.matches(codes, seen, usable)
        yield self.lines(_later(found, True), seen, codes, usable, 1.0, view, True)
        yield self.lines(_later(found, False), codes, seen, usable, 1.0, view)

    def lines(
        self,
        matches: Iterable[Matches],
        ours: Words,
        theirs: Words,
        usable: NDArray[np.bool_],
        slope: float = 1.0,
        view: Transform = PLAIN,
        viewed_first: bool = False,
    ) -> CandidateBatch:
        """Candidates of one question, sifted; fewer are to be followed where the copy would be a changed one, as those
        are many questions."""
        signal = self._signal
        most = self._most if same_speed(slope) and view.plain else self._few
        lines = lines_of(matches, signal.times, signal.step, 4 * most, slope, view, viewed_first)
        # Codes seen through a zoom or a turn exist for some frames alone, so their side leads.
        turned = not viewed_first and not (view.fills and view.turned == 0)
        kept = sift(lines, signal.times, signal.step, ours, theirs, usable, turned)
        for words in (signal.motion, signal.picture):
            release_pages(words)
        if same_speed(slope, -1) and theirs is not ours:
            # A motion ends where, backwards, it begins: the moments lie one gap closer together than their motions.
            kept = [replace(line, offset=line.offset - motion_gap(local_signal(signal, line).step)) for line in kept]
        return CandidateBatch(tuple(kept), most)


def changing(signal: Signal) -> NDArray[np.bool_]:
    """Frames whose picture bits are on the move: of a standing picture, matches say nothing about speed or lag."""
    changed = np.empty(len(signal.times), bool)
    for low in range(0, len(changed), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        changed[part] = changing_in(signal, part)
    return changed


def changing_in(signal: Signal, part: slice) -> NDArray[np.bool_]:
    """The same of some frames."""
    before = signal.picture[nearest(signal.times, signal.times[part] - 0.3)]
    return np.asarray(np.bitwise_count(signal.picture[part] ^ before) >= CHANGED)


def tenths(signal: Signal) -> NDArray[np.bool_]:
    """About ten frames of each second: enough to vote for a changed copy."""
    every = max(1, round(0.1 / signal.step))
    chosen = np.zeros(len(signal.times), bool)
    chosen[::every] = True
    if signal.parts is not None:
        parts = signal.parts
        for first, count, step in zip(parts.first.tolist(), parts.frames.tolist(), parts.step.tolist(), strict=True):
            chosen[first : first + count] = False
            chosen[first : first + count : max(1, round(0.1 / step))] = True
    return chosen


def _ordered(matches: Matches) -> Matches:
    """The same pairs, the earlier frame first, each once."""
    return Matches(np.minimum(matches.first, matches.second), np.maximum(matches.first, matches.second))


def _later(found: Iterable[Matches], later: bool) -> Iterator[Matches]:
    """The pairs whose first frame lies later, turned round; or the others."""
    for batch in found:
        chosen = (batch.first > batch.second) == later
        first, second = batch.first[chosen], batch.second[chosen]
        yield Matches(second, first) if later else Matches(first, second)
