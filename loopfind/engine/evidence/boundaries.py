"""Boundaries of a followed stretch: where the score allows them and the picture jumps.

On a fixed camera the score leaves an end open over every frame in which nothing moves. But one of the two occurrences
was spliced in. There the picture jumps from one frame to the next, and it does not beside it. So each frame that the
score allows is weighed by the jump that either side makes there.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.differences import cells_at, partners, standing
from loopfind.engine.evidence.extend import Trace
from loopfind.engine.evidence.parameters import (
    BLANK_LEVELS,
    BLANK_SHARE,
    FADE_BEYOND,
    FADE_CHANGE,
    FADE_CONTRAST,
    FADE_INSIDE,
    FADE_MIDDLE,
    FADE_SHARES,
    JUMP_WORTH,
    LEAST_JUMP,
    LEAST_MIX_FRAMES,
    LEAST_MIX_SECONDS,
    MOST_FADE_STEP,
    NATS_A_SECOND,
    SCORE_DROP,
    STRANGE_LEVELS,
    STRANGE_SHARE,
    STRANGE_WEIGHT,
)
from loopfind.engine.evidence.splices import Splice, splices_at
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal

_GLIMPSE, _WIDEST, _AROUND = 64, 150, 4000  # frames tried for one end, and looked at for it


def settle(signal: Signal, trace: Trace) -> Trace:
    """Move the ends of a trace to the likeliest frames, and narrow their ranges where a jump decides.

    An end in a dissolve is placed in the middle of it.
    """
    low, opens = _settle_end(signal, trace, trace.low, trace.opens, True)
    high, closes = _settle_end(signal, trace, trace.high, trace.closes, False)
    return trace if high - low < 2 else replace(trace, low=low, high=high, opens=opens, closes=closes)


def _faded_end(signal: Signal, trace: Trace, start: bool) -> tuple[int, tuple[int, int]] | None:
    """Return the place of an end in a dissolve, and the places that the dissolve leaves open; None for any other end.

    A frame in the middle of a dissolve is half of either picture. So it differs from its partner, in squared grey
    levels, by a quarter of what the two pictures differ by past the dissolve.
    """
    inside, beyond = round(FADE_INSIDE / signal.step), round(FADE_BEYOND / signal.step)
    edge = trace.low if start else trace.high
    first, last = (edge - beyond, edge + inside) if start else (edge - inside, edge + beyond)
    first, last = max(0, first), min(len(trace.frames), last)
    gap, real = standing(signal, trace.line, trace.frames[first:last], trace.fit)
    if start:
        gap, real = gap[::-1], real[::-1]
    within = edge - first if not start else last - edge
    if real.sum() < len(real) or within < 3 or len(gap) - within < 3:
        return None
    floor, full = float(np.median(gap[:within])), float(np.percentile(gap[within:], 90))
    if full < max(FADE_CONTRAST * max(floor, signal.noise), FADE_CHANGE):
        return None
    share = (gap - floor) / (full - floor)
    begins = within - int(np.argmax((share[:within] < FADE_SHARES[0])[::-1]))
    ends, middle = (int(np.argmax(share >= level)) for level in (FADE_SHARES[1], FADE_MIDDLE))
    rising = share[begins : ends + 1]
    long_enough = ends - begins >= max(LEAST_MIX_FRAMES, round(LEAST_MIX_SECONDS / signal.step))
    if not long_enough or len(rising) < 2 or np.diff(rising).max() > MOST_FADE_STEP:
        return None
    places = [last - k if start else first + k for k in (begins, middle, ends)]
    return places[1], (min(places), max(places))


def trim_blank(signal: Signal, trace: Trace) -> Trace:
    """Return the trace without the blank frames at either end, since black before a stretch belongs to no content."""
    inside = trace.frames[trace.low : trace.high]
    low, high = _leading_blank(signal, inside), len(inside) - _leading_blank(signal, inside[::-1])
    if high - low < 2 or high - low == len(inside):
        return trace
    start, end = trace.low + low, trace.low + high
    opens = trace.opens if not low else (min(start, trace.opens[0]), start)
    closes = trace.closes if high == len(inside) else (end, max(end, trace.closes[1]))
    return replace(trace, low=start, high=end, opens=opens, closes=closes)


def _leading_blank(signal: Signal, frames: Ints) -> int:
    """Return how many frames, from the first one on, are blank but for a small overlay."""
    for place in range(0, len(frames), _GLIMPSE):
        cells = cells_at(signal, np.sort(frames[place : place + _GLIMPSE]))
        cells = cells if frames[0] <= frames[-1] else cells[::-1]
        flat = np.abs(cells - np.median(cells, axis=1, keepdims=True)) <= BLANK_LEVELS
        shows = flat.mean(1) < BLANK_SHARE
        if shows.any():
            return place + int(np.argmax(shows))
    return 0


def _settle_end(
    signal: Signal, trace: Trace, best: int, span: tuple[int, int], start: bool
) -> tuple[int, tuple[int, int]]:
    """Return the likeliest place of one end, and the places that the content leaves open."""
    limit = (0, trace.high - 2) if start else (trace.low + 2, len(trace.frames))
    places = np.arange(max(limit[0], best - _WIDEST), min(limit[1], best + _WIDEST) + 1)
    first, loss = _losses(signal, trace, best, start)
    places = places[loss[places - first] <= JUMP_WORTH]
    splices = _splices_beside(signal, trace, places, start)
    jumps = {place: (one.ratio, other.ratio) for place, (one, other) in splices.items()}
    # A jump on both sides inside the stretch is a shot change of the content itself, shown twice like the rest.
    inner = range(best + 1, trace.high) if start else range(trace.low, best)
    content = {
        p for p in jumps if p in inner and min(jumps[p]) >= LEAST_JUMP and not _is_whole_turns(signal, trace, p, start)
    }
    sharp = {place: sides for place, sides in jumps.items() if max(sides) >= LEAST_JUMP and place not in content}
    faded = _faded_end(signal, trace, start)
    if faded is not None:
        # A jump where the pictures begin to differ is a cut, behind which two views of one scene drift apart.
        parts = faded[1][1] if start else faded[1][0]
        if not any(abs(place - parts) <= 2 for place in sharp):
            return faded
    if sharp:
        limits = (1, np.exp(JUMP_WORTH))
        worth = {p: sum(np.log(np.clip(sides, *limits))) - max(loss[p - first], 0) for p, sides in sharp.items()}
        chosen = max(worth, key=lambda place: worth[place])
        return chosen, (chosen, chosen)
    # Among places that the content leaves open, a lesser jump will do, if the stretch is whole turns of a loop there.
    turns = [p for p in range(span[0], span[1] + 1) if p in jumps and _is_whole_turns(signal, trace, p, start)]
    if turns:
        chosen = max(turns, key=lambda place: sum(jumps[place]))
        if any(splice.shows for splice in splices[chosen]):
            return chosen, (chosen, chosen)
    edge = 0 if start else len(trace.frames)
    if span[0] <= edge <= span[1] and _at_edge(signal, trace, start):
        return edge, span
    return best, span


def _losses(signal: Signal, trace: Trace, best: int, start: bool) -> tuple[int, NDArray[np.float64]]:
    """Return the first of the places around the best one, and the nats (k,) that an end loses at each of them."""
    # Behind the widest reach too, as frames in a row may be of another picture.
    first, last = max(0, best - _AROUND), min(len(trace.frames), best + _AROUND)
    part = slice(first, last)
    # At a low rate a frame is a longer time, and weighs as much more here.
    score = trace.score[part] * max(1.0, NATS_A_SECOND * signal.step)
    total = np.concatenate([[0.0], np.cumsum(score)])
    # A start loses what lies before it, an end what lies behind it.
    loss = total - total[best - first] if start else total[best - first] - total
    strange = (score < 0) & (trace.along[part] > STRANGE_SHARE * trace.off[part]) & (trace.off[part] > STRANGE_LEVELS)
    lost = np.where(strange, -score, 0)
    row = _row_sums(lost[::-1])[::-1] if start else _row_sums(lost)
    places = first + np.arange(len(loss))
    outside = places < best if start else places > best
    loss += (STRANGE_WEIGHT - 1) * np.where(outside, row, 0)
    # What lies behind a drop belongs to another stretch on the same line, however much it would make up for the drop.
    order = slice(None, None, -1) if start else slice(None)
    outward = np.where(outside, loss, 0)[order]
    loss[(np.maximum.accumulate(outward) > SCORE_DROP)[order]] = np.inf
    return first, loss


def _is_whole_turns(signal: Signal, trace: Trace, place: int, start: bool) -> bool:
    """Say whether the stretch is whole turns of a loop if it begins (or ends) at this place: both sides jump there."""
    line, times = trace.line, signal.times[trace.frames]
    low, high = (place, trace.high) if start else (trace.low, place)
    length = float(times[high - 1] - times[low]) + signal.step
    turns = round(length / line.offset) if line.is_shift and line.offset > 0 else 0
    return turns >= 1 and abs(length - turns * line.offset) <= 1.5 * signal.step


def _row_sums(lost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums (m + 1,) of the unbroken row of positive values (m,) that ends right before each place."""
    total = np.concatenate([[0.0], np.cumsum(lost)])
    broken = np.concatenate([[True], lost <= 0])
    return np.asarray(total - np.maximum.accumulate(np.where(broken, total, 0)), np.float64)


def _splices_beside(signal: Signal, trace: Trace, places: Ints, start: bool) -> dict[int, tuple[Splice, Splice]]:
    """Return what the picture does on either side if the stretch begins (or ends) at each of these places."""
    times, line, half = signal.times, trace.line, signal.step / 2
    here = trace.frames[places] if start else trace.frames[places - 1] + 1
    instants = np.append(times, times[-1] + signal.step)[here]
    # The other side's splice is before the first frame shown at or after the same instant of the content.
    there = np.searchsorted(times, line.slope * instants + line.offset - half)
    sides = zip(splices_at(signal, here.tolist()), splices_at(signal, there.tolist()), strict=True)
    return dict(zip(places.tolist(), sides, strict=True))


def _at_edge(signal: Signal, trace: Trace, start: bool) -> bool:
    """Say whether the trace begins (or ends) because the file does, on either side."""
    frame = trace.frames[0] if start else trace.frames[-1]
    there = int(partners(signal, trace.line, np.asarray([frame]))[0][0])
    return {int(frame), there} & {0, len(signal.times) - 1} != set()
