"""Windows of a long video that a sweep reads, placed so that moments at any lag from each other are among them.

Evenly spread windows meet themselves at multiples of their distance alone. A difference cover (Colbourn & Ling 2000)
meets itself at every lag: one long window, and short ones whose distance is the length of the long one. Any lag leads
from somewhere in the long window into one of the short ones.
"""

import math

from loopfind.engine.sweep.parameters import SHORTEST_SWEEP_WINDOW
from loopfind.model.video import Span


def windows_of(start: float, end: float, budget: float) -> tuple[Span, ...]:
    """Return windows of [start, end) seconds, in order and apart, of at most `budget` seconds together.

    Where all fits into the budget there is one window. Every lag up to the whole length is met while budget**2 >=
    4 * SHORTEST_SWEEP_WINDOW * length: for a day 14 minutes. With less, the short windows stand further apart than the
    long one reaches, and some lags are not met.
    """
    length = end - start
    if budget >= length:
        return (Span(start, end),)
    width = max(SHORTEST_SWEEP_WINDOW, budget * budget / (4 * length))
    count = max(2, math.floor(budget / width))
    long = max(1, count // 2)
    short = count - long
    first = min(long * width, length)
    apart = (length - first) / short
    spans = [Span(start, start + first)]
    for number in range(1, short + 1):
        low = start + first + number * apart - width
        if low <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, min(end, low + width))
        else:
            spans.append(Span(low, min(end, low + width)))
    return tuple(spans)
