"""Candidates at another speed or pitch, by codes: those of one showing against those that the other would have if it
were played higher.

A copy that is played faster is higher by as much; one of which the tempo alone was changed has its codes unchanged, at
another pace; one of which the pitch alone was, other codes at the same pace. One of two showings is the faster or
higher one, whichever comes first, so speeds above 1 are enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loopfind.engine.candidates.lsh import similar_pairs
from loopfind.engine.candidates.question import Question
from loopfind.engine.candidates.votes import voted_lines
from loopfind.engine.sound.parameters import CHANGED_BESIDE, CHANGED_SOUND_LINES, NEAREST_LAG, SOUND_WORD_APART
from loopfind.engine.sound.words import word_of
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Words
from loopfind.model.fingerprint import Timeline
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, SOUND_WINDOW, PitchCodes

_STEP = SOUND_HOP / SOUND_RATE
_FIRST = SOUND_WINDOW / 2 / SOUND_RATE
_BITS = 32


@dataclass(frozen=True)
class ChangedLine:
    """A candidate: what is heard at t is perhaps heard again at line.slope * t + line.offset, `pitch` times lower.

    nearer: the share of bits by which the codes of both are nearer on the line than beside it.
    """

    line: Line
    pitch: float
    nearer: float


def changed_lines(codes: PitchCodes) -> list[ChangedLine]:
    """Return the candidates at another speed or pitch, the best first, in seconds of the samples."""
    if codes.codes.shape[1] <= 2 * SOUND_WORD_APART:
        return []
    return sorted(_asked(codes), key=lambda found: -found.nearer)


def _asked(codes: PitchCodes) -> Iterator[ChangedLine]:
    plain = codes.codes[0]
    times = _FIRST + np.arange(len(plain), dtype=np.float64) * _STEP
    timeline, words = Timeline(times, _STEP), _words(plain, SOUND_WORD_APART)
    # Digital silence has one code, and says nothing.
    usable = plain != np.roll(plain, -SOUND_WORD_APART)
    most = round(CHANGED_SOUND_LINES[0] + CHANGED_SOUND_LINES[1] * len(plain) * _STEP / 60)
    for number in range(1, len(codes.pitches)):
        factor, raised = codes.pitches[number], codes.codes[number]
        paced = round(factor * SOUND_WORD_APART)
        for pitch, slope, others, apart in (
            (factor, factor, raised, paced),
            (factor, 1.0, raised, SOUND_WORD_APART),
            (1.0, factor, plain, paced),
        ):
            pairs = similar_pairs(words, times, usable, NEAREST_LAG, _words(others, apart))
            for line in voted_lines(pairs, timeline, Question(slope), most):
                yield ChangedLine(line, pitch, _nearer(codes, line, number if pitch > 1 else 0))


def _words(codes: np.ndarray, apart: int) -> Words:
    """Return words (n,) of each code (n,) and the one `apart` hops later."""
    return word_of(codes, codes[np.minimum(np.arange(len(codes)) + apart, len(codes) - 1)])


def _nearer(codes: PitchCodes, line: Line, row: int) -> float:
    """Return by which share of their bits the codes of two showings are nearer on a line than beside it."""
    at = np.arange(line.start, max(line.end, line.start + 1.0), _STEP)
    apart = [_apart(codes, at, line.slope * at + line.offset + beside, row) for beside in (0.0, *CHANGED_BESIDE)]
    return min(apart[1:]) - apart[0]


def _apart(codes: PitchCodes, at: np.ndarray, there: np.ndarray, row: int) -> float:
    """Return the share of bits in which codes at some seconds differ from those of a row at others."""
    one, other = (np.round((t - _FIRST) / _STEP).astype(np.int64) for t in (at, there))
    inside = (one >= 0) & (other >= 0) & (np.maximum(one, other) < codes.codes.shape[1])
    if 2 * inside.sum() < len(at):
        return 0.5
    differing = np.bitwise_count(codes.codes[0, one[inside]] ^ codes.codes[row, other[inside]])
    return float(differing.mean()) / _BITS
