"""The plan of a search: what kinds of copy are looked for, one after another, with which codes.

Plain copies first, by motion and by picture; then mirrored and backward ones, zooms, turns and insets by motion; then
other speeds by both; then two of these changes at once by motion. Motion over a fifth of a second grows with the speed,
and its signs, which the codes keep, stay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs, release_pages
from loopfind.arrays.time_index import nearest
from loopfind.engine.candidates.lsh import similar_pairs
from loopfind.engine.candidates.parameters import (
    ACROSS_LINES,
    CHANGED_LINES,
    CHANGING_BITS,
    CHANGING_GAP,
    COPY_SPEEDS,
    FLIPPED_COST,
    INSETS,
    LEAST_LAG,
    MOST_QUADRANT_FRAMES,
    MOST_TWICE_CHANGED_FRAMES,
    PLAIN_COST,
    PLAIN_LINES,
    POOL_COST,
    QUADRANT_COST,
    QUADRANT_LINES_SHARE,
    QUADRANTS,
    SIFTED_PER_FOLLOWED,
    SPARSE_GAP,
    SPEED_LINES,
    TURNS,
    TWICE_CHANGED_LINES,
    TWICE_CHANGED_SPED_ZOOMS,
    TWICE_CHANGED_SPEEDS,
    TWICE_CHANGED_VOTES,
    TWICE_CHANGED_ZOOMS,
    VIEW_COST,
    ZOOMS,
)
from loopfind.engine.candidates.question import FrameCodes, Question
from loopfind.engine.candidates.sieve import sift
from loopfind.engine.candidates.votes import voted_lines
from loopfind.engine.signal.extract import (
    mirror_flips,
    motion_gap,
    motion_within,
    transformed_motion,
    upside_down_flips,
)
from loopfind.engine.signal.per_file import local_signal
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Words
from loopfind.model.fingerprint import CodedTimeline, Signal
from loopfind.model.transform import Transform

_AT_ONCE = 1 << 16
_ALL = ~np.uint64(0)

FLIPPED = (
    (mirror_flips(), Question(view=Transform(mirrored=True))),
    (upside_down_flips(), Question(view=Transform(mirrored=True, turned=2))),
    (mirror_flips() ^ upside_down_flips(), Question(view=Transform(turned=2))),
    (_ALL, Question(-1.0)),
    (_ALL ^ mirror_flips(), Question(-1.0, Transform(mirrored=True))),
)
"""Motion bits that turn over in a copy, and the question that is asked with them: mirrored, upside down, both,
backwards, and backwards and mirrored."""


def candidates_of(signal: Signal, across: bool = False) -> Iterator[CandidateBatch]:
    """Find candidates, one kind of copy after another; each batch is made once the one before it has been dealt with.

    across: whether the signal is of several files.
    """
    finder = CandidateFinder(signal, across)
    motion, picture = signal.motion, signal.picture
    pairs = finder.similar(motion, None, signal.moving)
    yield finder.batch(Question(), pairs, FrameCodes(motion, motion, signal.moving))
    del pairs
    pictures = FrameCodes(picture, picture, changing_frames(signal))
    similar = finder.similar(picture, None, pictures.usable & sparse_frames(signal))
    yield finder.batch(Question(), similar, pictures)
    sparse = signal.moving & sparse_frames(signal)
    wanted = signal.moving if len(signal.times) <= MOST_QUADRANT_FRAMES else sparse
    for quadrant in QUADRANTS:
        within = motion_within(signal, quadrant, wanted)
        found = finder.similar(within, None, wanted)
        yield finder.batch(Question(), found, FrameCodes(within, within, wanted), QUADRANT_LINES_SHARE)
        del within, found
    for flips, question in FLIPPED:
        other = motion ^ flips
        ordered = map(_ordered, finder.similar(motion, other, sparse))
        yield finder.batch(question, ordered, FrameCodes(motion, other, signal.moving))
        del other, ordered
    for view in (*ZOOMS, *TURNS) if across else ZOOMS:
        yield from finder.transformed(motion, transformed_motion(signal, view, sparse), view, sparse)
    for size in sorted({view.across for view in INSETS}) if across else ():
        rough: Words | None = None
        for view in (view for view in INSETS if view.across == size):
            if rough is None:  # the same for every corner
                rough = transformed_motion(signal, replace(view, rough=True), signal.moving)
            yield from finder.transformed(rough, transformed_motion(signal, view, sparse), view, sparse)
    motions, moved = FrameCodes(motion, motion, signal.moving), finder.similar(motion, None, sparse)
    asked = ((moved, motions), (similar, pictures))
    yield finder.pooled(
        (finder.batch(Question(speed), found, codes) for speed in COPY_SPEEDS for found, codes in asked), SPEED_LINES
    )
    del moved, similar, asked
    if not across and len(signal.times) <= MOST_TWICE_CHANGED_FRAMES:
        yield finder.pooled(_twice_changed(finder, signal, sparse), TWICE_CHANGED_LINES, TWICE_CHANGED_VOTES)


def costs_of(signal: Signal, across: bool = False) -> list[float]:
    """Return about how long each batch that `candidates_of` yields takes, compared with the others."""
    plain = [PLAIN_COST] * 2 + [QUADRANT_COST] * len(QUADRANTS) + [FLIPPED_COST] * len(FLIPPED)
    views = (*ZOOMS, *TURNS, *INSETS) if across else ZOOMS
    twice = not across and len(signal.times) <= MOST_TWICE_CHANGED_FRAMES
    return plain + [VIEW_COST] * (2 * len(views)) + [POOL_COST] * (1 + twice)


def _twice_changed(finder: "CandidateFinder", signal: Signal, sparse: NDArray[np.bool_]) -> Iterator[CandidateBatch]:
    """Find candidates of copies that were changed in two ways at once: mirrored or backwards, and zoomed or at another
    speed; or zoomed at another speed.

    sparse: (n,) bool, the frames that are asked.
    """
    motion, ways = signal.motion, ((mirror_flips(), 1.0, True), (_ALL, -1.0, False))
    for flips, slope, mirrored in ways:
        other = motion ^ flips
        found, codes = finder.similar(motion, other, sparse), FrameCodes(motion, other, signal.moving)
        for speed in TWICE_CHANGED_SPEEDS:  # each pair is found from either side, and one is enough
            question = Question(slope * speed, Transform(mirrored=mirrored))
            yield finder.batch(question, _later(found, False), codes)
        del other, found, codes
    for zoom in TWICE_CHANGED_ZOOMS:
        changed = transformed_motion(signal, zoom, sparse)
        for flips, slope, mirrored in ways:
            view = replace(zoom, mirrored=mirrored)
            yield from finder.transformed(motion, changed ^ flips, view, sparse, (slope,))
        if zoom in TWICE_CHANGED_SPED_ZOOMS:
            yield from finder.transformed(motion, changed, zoom, sparse, TWICE_CHANGED_SPEEDS)


class CandidateFinder:
    """Turns codes into candidates of one signal, question by question."""

    def __init__(self, signal: Signal, across: bool, most: tuple[int, int] | None = None) -> None:
        """across: whether the signal is of several files. most: lines to follow for a question about plain copies, and
        for one about changed ones; by the length of the signal unless given."""
        self._signal = signal
        changed = ACROSS_LINES if across else CHANGED_LINES
        minutes = float(signal.times[-1] - signal.times[0]) / 60
        self._most, self._most_changed = most or [
            round(fixed + each * minutes) for fixed, each in (PLAIN_LINES, changed)
        ]

    def similar(self, first: Words, second: Words | None, usable: NDArray[np.bool_]) -> Pairs:
        """Return pairs of usable frames whose codes are near each other.

        first: (n,) uint64. second: (n,) uint64, codes of a changed copy; None where nothing is changed.
        """
        found = similar_pairs(first, self._signal.times, usable, LEAST_LAG, second)
        parts = self._signal.parts
        if parts is None or not parts.apart:
            return found
        # Before they vote: of many files, most of what is alike lies within one.
        kept = Pairs()
        for batch in found:
            across = parts.holding(batch.first) != parts.holding(batch.second)
            kept.append(batch.first[across], batch.second[across])
        return kept

    def transformed(
        self,
        codes: Words,
        changed: Words,
        view: Transform,
        usable: NDArray[np.bool_],
        slopes: Sequence[float] = (1.0,),
    ) -> Iterator[CandidateBatch]:
        """Find candidates of which one occurrence, transformed, looks like the other.

        codes, changed: (n,) uint64, codes of frames as they are and transformed. slopes: of the questions. Two batches
        for each: of copies whose first occurrence is to be transformed, and of those whose second one is.
        """
        found = self.similar(codes, changed, usable)
        for slope in slopes:
            yield self.batch(
                Question(slope, view, viewed_first=True), _later(found, True), FrameCodes(changed, codes, usable)
            )
            yield self.batch(Question(slope, view), _later(found, False), FrameCodes(codes, changed, usable))

    def batch(
        self, question: Question, matches: Iterable[Matches], codes: FrameCodes, share: float = 1.0
    ) -> CandidateBatch:
        """Return the candidates that answer one question, sifted.

        Of changed copies fewer are to be followed, as there are many questions about them. share: of the usual number
        that is to be followed.
        """
        signal, view = self._signal, question.view
        most = round(share * (self._most if question.is_plain else self._most_changed))
        lines = voted_lines(matches, signal, question, SIFTED_PER_FOLLOWED * most)
        # Codes seen through a zoom or a turn exist for some frames alone, so their side leads.
        by_second = not question.viewed_first and not (view.fills and view.turned == 0)
        kept = sift(lines, signal, codes, by_second)
        for words in (signal.motion, signal.picture):
            release_pages(words)
        if question.is_backwards and codes.second is not codes.first:
            # A motion ends where, backwards, it begins: the moments lie one gap closer together than their motions.
            kept = [replace(line, offset=line.offset - motion_gap(local_signal(signal, line).step)) for line in kept]
        return CandidateBatch(tuple(kept), most)

    def pooled(self, batches: Iterable[CandidateBatch], share: float, fewest: int = 0) -> CandidateBatch:
        """Return the candidates of several questions as one batch, those with most votes first.

        A copy gets votes from the questions beside its own too, the most from its own. share: of the usual number of
        lines for one question about changed copies, how many are to be followed for all of them. fewest: votes.
        """
        lines = chain.from_iterable(batch.lines for batch in batches)
        kept = sorted((line for line in lines if line.votes >= fewest), key=lambda line: -line.votes)
        return CandidateBatch(tuple(kept), round(share * self._most_changed))


def changing_frames(signal: CodedTimeline) -> NDArray[np.bool_]:
    """Tell which frames (n,) show a picture that is changing: matches of a standing one say nothing about a lag."""
    changed = np.empty(len(signal.times), bool)
    for low in range(0, len(changed), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        changed[part] = changing_in(signal, part)
    return changed


def changing_in(signal: CodedTimeline, part: slice) -> NDArray[np.bool_]:
    """Tell which frames (m,) of a part show a picture that is changing."""
    before = signal.picture[nearest(signal.times, signal.times[part] - CHANGING_GAP)]
    return np.asarray(np.bitwise_count(signal.picture[part] ^ before) >= CHANGING_BITS)


def sparse_frames(signal: Signal) -> NDArray[np.bool_]:
    """Choose frames (n,) SPARSE_GAP apart: enough to vote for a changed copy."""
    chosen = np.zeros(len(signal.times), bool)
    chosen[:: max(1, round(SPARSE_GAP / signal.step))] = True
    if signal.parts is not None:
        parts = signal.parts
        for first, count, step in zip(parts.first.tolist(), parts.frames.tolist(), parts.step.tolist(), strict=True):
            chosen[first : first + count] = False
            chosen[first : first + count : max(1, round(SPARSE_GAP / step))] = True
    return chosen


def _ordered(matches: Matches) -> Matches:
    """Return the same pairs with the earlier frame first."""
    return Matches(np.minimum(matches.first, matches.second), np.maximum(matches.first, matches.second))


def _later(found: Iterable[Matches], later: bool) -> Iterator[Matches]:
    """Yield the pairs whose first frame lies later, turned round; or the others."""
    for batch in found:
        chosen = (batch.first > batch.second) == later
        first, second = batch.first[chosen], batch.second[chosen]
        yield Matches(second, first) if later else Matches(first, second)
