"""Which moments of a library a file may show, one question after another, as candidates.py has them for one timeline.

What a library holds is asked for by its index: the codes of every file's moments, as they are, lie in it (`postings`),
and of the file that is looked for come its codes as they would be mirrored, backwards, turned, zoomed (`probes`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.lsh_forest import TABLES, keys_of
from loopfind.engine.candidates.plan import TURNS, ZOOMS, CandidateFinder, changing, tenths
from loopfind.engine.candidates.votes import SLOPES
from loopfind.engine.signal.extract import mirror_flips, picture_codes, transformed_motion, transformed_motions
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, Transform

STORED, ASKED, ASKED_SELDOM = 0.2, 0.04, 0.12
"""Seconds between moments whose codes are in an index, and between those that it is asked for: as they were, and
changed. What is asked densely meets what is stored within half a frame or so, wherever a copy begins."""

_PICTURE_TABLES = 3


@dataclass(frozen=True)
class Question:
    """picture: whether by picture bits, not by motion bits. backwards: whether motion runs the other way. view: through
    which the file that is looked for is seen."""

    picture: bool = False
    backwards: bool = False
    view: Transform = PLAIN

    @property
    def tables(self) -> range:
        """Tables of the index that hold what is asked for."""
        return range(TABLES, TABLES + _PICTURE_TABLES) if self.picture else range(TABLES)


def zooms() -> tuple[Transform, ...]:
    """The zooms that candidates are sought through, and those that lead back, as either of two may be the copy; of a
    zoom by nearly as much as another one only that."""
    views = list(ZOOMS)
    for view in ZOOMS:
        back = replace(view, across=1 / view.across, down=1 / view.down)
        if all(max(abs(back.across / v.across - 1), abs(back.down / v.down - 1)) > 0.05 for v in views):
            views.append(back)
    return tuple(views)


MIRRORED = Transform(mirrored=True)
QUESTIONS = (
    Question(),
    Question(picture=True),
    Question(view=MIRRORED),
    Question(backwards=True),
    Question(backwards=True, view=MIRRORED),
    *(Question(view=view) for view in (*zooms(), *TURNS, Transform(turned=3))),
)


def postings(signal: Signal) -> Iterator[tuple[int, Ints, Ints]]:
    """What an index holds of a file: of each table its number, keys (n,) int64, and when they are shown, (n,) int64
    milliseconds."""
    moving = np.flatnonzero(signal.moving & _every(signal, STORED))
    standing = np.flatnonzero(changing(signal) & _every(signal, STORED))
    still = picture_codes(signal, standing)
    for table in range(TABLES):
        yield table, keys_of(signal.motion[moving], table), _shown(signal, moving)
    for table in range(_PICTURE_TABLES):
        yield TABLES + table, keys_of(still, table), _shown(signal, standing)


def probes(signal: Signal) -> list[tuple[Ints, Words]]:
    """For each of QUESTIONS moments of a file, (n,) int64 milliseconds, and their codes (n,) uint64."""
    often = np.flatnonzero(signal.moving & _every(signal, ASKED))
    standing = np.flatnonzero(changing(signal) & _every(signal, ASKED))
    few = np.flatnonzero(signal.moving & _every(signal, ASKED_SELDOM))
    views = [question.view for question in QUESTIONS if question.view not in (PLAIN, MIRRORED)]
    seen = dict(zip(views, transformed_motions(signal, views, few), strict=True))
    seen |= {PLAIN: signal.motion[few], MIRRORED: signal.motion[few] ^ mirror_flips()}
    found = []
    for question in QUESTIONS:
        if question.picture:
            found.append((_shown(signal, standing), picture_codes(signal, standing)))
        elif question == Question():
            found.append((_shown(signal, often), signal.motion[often]))
        else:
            words = seen[question.view]
            found.append((_shown(signal, few), ~words if question.backwards else words))
    return found


def _shown(signal: Signal, frames: Ints) -> Ints:
    """When frames are shown, milliseconds."""
    return np.rint(1000 * signal.times[frames]).astype(np.int64)


def keys_in(words: Words, table: int) -> Ints:
    """Keys (n,) of codes (n,) in a table of the index."""
    return keys_of(words, table - TABLES if table >= TABLES else table)


def candidates_among(signal: Signal, met: Mapping[Question, Matches]) -> Iterator[CandidateBatch]:
    """The candidates of each question that an index has an answer to.

    met: for each question pairs of frames of several files on one timeline; the first frame is the stored one.
    """
    quest, changes = CandidateFinder(signal, across=True), changing(signal)
    motion, picture = signal.motion, signal.picture
    for question, matches in met.items():
        if not len(matches):
            continue
        view, slope = question.view, -1.0 if question.backwards else 1.0
        if question.picture:
            for speed in (1.0, *SLOPES):
                yield quest.lines([matches], picture, picture, changes, speed)
            continue
        if view in (PLAIN, MIRRORED):
            seen, usable = motion ^ (mirror_flips() if view == MIRRORED else np.uint64(0)), signal.moving
        else:
            usable = signal.moving & tenths(signal) & _held(signal, matches.second)
            seen = transformed_motion(signal, view, usable)
        yield quest.lines([matches], motion, ~seen if question.backwards else seen, usable, slope, view)


def _held(signal: Signal, frames: Ints) -> NDArray[np.bool_]:
    """Frames (n,) bool of the files that hold any of the given ones."""
    parts = signal.parts
    held = np.zeros(len(signal.times), bool)
    if parts is None:
        return ~held
    for file in np.unique(parts.holding(frames)).tolist():
        held[parts.first[file] : parts.first[file] + parts.frames[file]] = True
    return held


def _every(signal: Signal, seconds: float) -> NDArray[np.bool_]:
    """Frames (n,) bool about so many seconds apart."""
    chosen = np.zeros(len(signal.times), bool)
    chosen[:: max(1, round(seconds / signal.step))] = True
    return chosen
