"""Candidates by codes: hops whose codes are alike vote for a lag, as frames do."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.candidates.lsh import similar_pairs
from loopfind.engine.candidates.question import Question
from loopfind.engine.candidates.votes import voted_lines
from loopfind.engine.sound.parameters import CORRELATED_SECONDS, NEAREST_LAG, SOUND_WORD_APART, WORD_LINES
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Words
from loopfind.model.fingerprint import Timeline
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, SOUND_WINDOW


def word_lines(codes: NDArray[np.uint32]) -> list[Line]:
    """Return the lines for which codes (n,) uint32 vote, the best first, in seconds of the samples."""
    if len(codes) <= SOUND_WORD_APART + 2:
        return []
    # Of a long sound every second code does: neighbours share most of their windows.
    stride = 1 if len(codes) * SOUND_HOP <= CORRELATED_SECONDS * SOUND_RATE else 2
    words, usable = words_of(codes, stride)
    times = (np.arange(len(words)) * (stride * SOUND_HOP) + SOUND_WINDOW / 2) / SOUND_RATE
    pairs = similar_pairs(words, times, usable, NEAREST_LAG)
    most = round(WORD_LINES[0] + WORD_LINES[1] * len(codes) * SOUND_HOP / SOUND_RATE / 60)
    return voted_lines(pairs, Timeline(times, stride * SOUND_HOP / SOUND_RATE), Question(), most)


def words_of(codes: NDArray[np.uint32], stride: int = 1) -> tuple[Words, NDArray[np.bool_]]:
    """Return the words (m,) uint64 of every `stride`-th of codes (n,), and whether each says anything.

    Code i makes a word with code i + SOUND_WORD_APART, so that the last few make none.
    """
    first, later = codes[:-SOUND_WORD_APART:stride], codes[SOUND_WORD_APART::stride]
    # Digital silence has one code, and says nothing.
    return word_of(first, later), first != later


def word_of(first: NDArray[np.uint32], later: NDArray[np.uint32]) -> Words:
    """Return the words (n,) uint64 of two codes each."""
    return np.asarray((first.astype(np.uint64) << np.uint64(32)) | later)
