"""Candidates between a file and a library, by the library's index.

The codes of every stored file's moments lie in the index as they are (`postings`). It is asked with the codes of the
other file as they would be if mirrored, backwards, turned or zoomed (`probes`); so one copy in the index serves all
questions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.lsh_forest import TABLES, keys_of
from loopfind.engine.candidates.parameters import (
    COPY_SPEEDS,
    INDEX_CHANGED_GAP,
    INDEX_GAP,
    INDEX_PICTURE_TABLES,
    INDEX_PLAIN_GAP,
    TURNS,
    ZOOM_TOLERANCE,
    ZOOMS,
)
from loopfind.engine.candidates.plan import CandidateFinder, changing_frames, sparse_frames
from loopfind.engine.candidates.question import FrameCodes, Question
from loopfind.engine.signal.extract import mirror_flips, picture_codes, transformed_motion, transformed_motions
from loopfind.model.candidate import CandidateBatch, Matches
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import CodedTimeline, Signal
from loopfind.model.transform import PLAIN, Transform


@dataclass(frozen=True)
class IndexQuestion:
    """A kind of copy that an index is asked for.

    picture: whether by picture codes, which leave the speed open, not by motion codes. backwards: whether the copy runs
    backwards. view: what is done to the pictures of the file that is asked about.
    """

    picture: bool = False
    backwards: bool = False
    view: Transform = PLAIN

    @property
    def tables(self) -> range:
        """Tables of the index that hold such codes."""
        return range(TABLES, TABLES + INDEX_PICTURE_TABLES) if self.picture else range(TABLES)


def zooms_both_ways() -> tuple[Transform, ...]:
    """Return the zooms that are looked for and those that lead back, as either occurrence may be the copy.

    Of two zooms within ZOOM_TOLERANCE of each other one is enough.
    """
    views = list(ZOOMS)
    for view in ZOOMS:
        back = replace(view, across=1 / view.across, down=1 / view.down)
        if all(max(abs(back.across / v.across - 1), abs(back.down / v.down - 1)) > ZOOM_TOLERANCE for v in views):
            views.append(back)
    return tuple(views)


_MIRRORED = Transform(mirrored=True)

QUESTIONS = (
    IndexQuestion(),
    IndexQuestion(picture=True),
    IndexQuestion(view=_MIRRORED),
    IndexQuestion(backwards=True),
    IndexQuestion(backwards=True, view=_MIRRORED),
    *(IndexQuestion(view=view) for view in (*zooms_both_ways(), *TURNS, Transform(turned=3))),
)


class IndexPosting(NamedTuple):
    """Rows of one table of an index for a file. table: its number. keys: (n,) int64. shown_ms: (n,) int64, when
    their moments are shown, milliseconds."""

    table: int
    keys: Ints
    shown_ms: Ints


class IndexProbe(NamedTuple):
    """Moments of a file that an index is asked about. shown_ms: (n,) int64, milliseconds. codes: (n,) uint64."""

    shown_ms: Ints
    codes: Words


def postings(signal: CodedTimeline) -> Iterator[IndexPosting]:
    """Yield what an index holds of a file, table by table."""
    moving = np.flatnonzero(signal.moving & _every(signal, INDEX_GAP))
    changing = np.flatnonzero(changing_frames(signal) & _every(signal, INDEX_GAP))
    still = picture_codes(signal, changing)
    for table in range(TABLES):
        yield IndexPosting(table, keys_of(signal.motion[moving], table), _shown_ms(signal, moving))
    for table in range(INDEX_PICTURE_TABLES):
        yield IndexPosting(TABLES + table, keys_of(still, table), _shown_ms(signal, changing))


def probes(signal: CodedTimeline) -> list[IndexProbe]:
    """Return what an index is asked with about a file, for each of QUESTIONS."""
    often = np.flatnonzero(signal.moving & _every(signal, INDEX_PLAIN_GAP))
    changing = np.flatnonzero(changing_frames(signal) & _every(signal, INDEX_PLAIN_GAP))
    few = np.flatnonzero(signal.moving & _every(signal, INDEX_CHANGED_GAP))
    views = [question.view for question in QUESTIONS if question.view not in (PLAIN, _MIRRORED)]
    seen = dict(zip(views, transformed_motions(signal, views, few), strict=True))
    seen |= {PLAIN: signal.motion[few], _MIRRORED: signal.motion[few] ^ mirror_flips()}
    found = []
    for question in QUESTIONS:
        if question.picture:
            found.append(IndexProbe(_shown_ms(signal, changing), picture_codes(signal, changing)))
        elif question == IndexQuestion():
            found.append(IndexProbe(_shown_ms(signal, often), signal.motion[often]))
        else:
            words = seen[question.view]
            found.append(IndexProbe(_shown_ms(signal, few), ~words if question.backwards else words))
    return found


def _shown_ms(signal: CodedTimeline, frames: Ints) -> Ints:
    """Return when frames are shown, (m,) int64 milliseconds."""
    return np.rint(1000 * signal.times[frames]).astype(np.int64)


def keys_in(codes: Words, table: int) -> Ints:
    """Return the keys (n,) int64 of codes (n,) in a table of the index."""
    return keys_of(codes, table - TABLES if table >= TABLES else table)


def candidates_from_index(signal: Signal, met: Mapping[IndexQuestion, Matches]) -> Iterator[CandidateBatch]:
    """Find candidates by the hits of an index, one question after another.

    met: for each question pairs of frames of several files on one timeline; the first frame is the stored one.
    """
    finder, motion = CandidateFinder(signal, across=True), signal.motion
    pictures = FrameCodes(signal.picture, signal.picture, changing_frames(signal))
    for question, matches in met.items():
        if not len(matches):
            continue
        if question.picture:
            for speed in (1.0, *COPY_SPEEDS):
                yield finder.batch(Question(speed), [matches], pictures)
            continue
        view = question.view
        if view in (PLAIN, _MIRRORED):
            changed, usable = motion ^ (mirror_flips() if view == _MIRRORED else np.uint64(0)), signal.moving
        else:
            usable = signal.moving & sparse_frames(signal) & _frames_of_files(signal, matches.second)
            changed = transformed_motion(signal, view, usable)
        codes = FrameCodes(motion, ~changed if question.backwards else changed, usable)
        yield finder.batch(Question(-1.0 if question.backwards else 1.0, view), [matches], codes)


def _frames_of_files(signal: Signal, frames: Ints) -> NDArray[np.bool_]:
    """Choose all frames (n,) of the files that hold any of the given ones."""
    parts = signal.parts
    held = np.zeros(len(signal.times), bool)
    if parts is None:
        return ~held
    for file in np.unique(parts.holding(frames)).tolist():
        held[parts.first[file] : parts.first[file] + parts.frames[file]] = True
    return held


def _every(signal: CodedTimeline, seconds: float) -> NDArray[np.bool_]:
    """Choose frames (n,) about so many seconds apart."""
    chosen = np.zeros(len(signal.times), bool)
    chosen[:: max(1, round(seconds / signal.step))] = True
    return chosen
