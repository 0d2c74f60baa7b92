"""Lines that found runs imply: what is shown at one place and again at two others is shown at those two as well.

Two runs that share a stretch show it at two more places, which may not have met among the candidates. So every two
turns of a loop and every two airings of one spot are compared directly.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from loopfind.engine.candidates.parameters import LEAST_LAG
from loopfind.engine.evidence.claim_parameters import CLOSURE_RUNS, LEAST_SHARED
from loopfind.model.candidate import CandidateBatch, Line, Run
from loopfind.model.fingerprint import Signal

_SEED = 2.0  # seconds, as candidates have


def implied_candidates(runs: Sequence[Run], signal: Signal) -> CandidateBatch:
    """Return the lines that every two plain runs imply, those of the best runs first."""
    plain = sorted((run for run in runs if run.line.is_plain), key=lambda run: -run.score)[:CLOSURE_RUNS]
    spans = [(run.start, run.start + run.line.offset) for run in plain]
    lengths = [run.end - run.start for run in plain]
    lines, known = [], set[tuple[int, int]]()
    for one, sides in enumerate(spans):
        for other in range(one + 1):
            for begin, lag, length in _shared(sides, lengths[one], spans[other], lengths[other]):
                key = (round(lag / signal.step / 2), round(begin / _SEED))
                if lag >= LEAST_LAG and length >= LEAST_SHARED and key not in known:
                    known.add(key)
                    lines.append(_seed(signal, begin, length, lag))
    return CandidateBatch(tuple(lines), len(lines))


def _shared(
    sides: tuple[float, float], length: float, others: tuple[float, float], other_length: float
) -> Iterator[tuple[float, float, float]]:
    """Yield (start, lag, length), seconds, of each line that two runs imply.

    The yielded length is below 0 where they share nothing. sides, others: starts of the two occurrences of each run.
    length, other_length: seconds that they last.
    """
    for mine, partner in ((0, 1), (1, 0)):
        for theirs, far in ((0, 1), (1, 0)):
            low = max(sides[mine], others[theirs])
            high = min(sides[mine] + length, others[theirs] + other_length)
            first = low - sides[mine] + sides[partner]
            second = low - others[theirs] + others[far]
            yield min(first, second), abs(second - first), high - low


def _seed(signal: Signal, begin: float, length: float, lag: float) -> Line:
    """Return a line whose seed is the part of the stretch in which most moves."""
    low, high = np.searchsorted(signal.times, [begin, begin + length])
    lively, width = signal.lively[low:high], max(1, round(_SEED / signal.step))
    if len(lively) > width:
        total = np.concatenate([[0.0], np.cumsum(np.minimum(lively, 3 * np.median(lively) + signal.noise))])
        at = int(np.argmax(total[width:] - total[:-width]))
        begin, length = float(signal.times[low + at]), _SEED
    return Line(1.0, lag, begin, begin + length, 0)
