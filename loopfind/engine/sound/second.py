"""Candidates by Chromaprint: a second opinion beside loopfind's own codes, which votes for lags in the same way."""

from collections.abc import Iterator, Sequence

import numpy as np

from loopfind.engine.candidates.lsh import similar_pairs
from loopfind.engine.candidates.question import Question
from loopfind.engine.candidates.votes import voted_lines
from loopfind.engine.sound.parameters import CHROMAPRINT_APART, NEAREST_LAG, REFINE, WORD_LINES
from loopfind.engine.sound.words import word_of
from loopfind.model.candidate import Line
from loopfind.model.fingerprint import Timeline
from loopfind.model.sound import CHROMAPRINT_HOP, CHROMAPRINT_WINDOW, SOUND_RATE, Codes


def chromaprint_lines(begins: Sequence[int], items: Sequence[Codes]) -> Iterator[Line]:
    """Yield the lines for which the Chromaprints of several sounds on one timeline vote, the best first.

    begins: the sample at which each sound begins. items: of each, (n,). An item is 0.12 s long, so a lag may be off by
    half of it: of each line three are yielded, side by side.
    """
    places = [begin + np.arange(len(one)) * CHROMAPRINT_HOP for begin, one in zip(begins, items, strict=True)]
    held = [slice(0, max(0, len(one) - CHROMAPRINT_APART)) for one in items]
    first = np.concatenate([np.zeros(0, np.uint32), *(one[part] for one, part in zip(items, held, strict=True))])
    later = np.concatenate([first[:0], *(one[CHROMAPRINT_APART:] for one in items)])
    if len(first) < 2:
        return
    at = np.concatenate([one[part] for one, part in zip(places, held, strict=True)])
    times = (at + CHROMAPRINT_WINDOW / 2) / SOUND_RATE
    pairs = similar_pairs(word_of(first, later), times, first != later, NEAREST_LAG)
    most = round(WORD_LINES[0] + WORD_LINES[1] * float(times[-1] - times[0]) / 60)
    timeline = Timeline(times, CHROMAPRINT_HOP / SOUND_RATE)
    for line in voted_lines(pairs, timeline, Question(), most):
        for beside in (0.0, -1.5 * REFINE, 1.5 * REFINE):
            yield Line(1.0, line.offset + beside, line.start, line.end, line.votes)
