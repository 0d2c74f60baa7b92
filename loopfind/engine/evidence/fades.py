"""Whether a picture gives way to another over several frames: a cross-fade, or a fade through black.

In a cross-fade every frame is a mix of the two pictures, and the share of the second one grows steadily; so a frame
lies near the straight line from the picture before to the picture after (production effects as Zabih, Miller & Mai
1999 model them, on mean cells instead of edges). A calm motion lies on a line for a while as well, so this tells how a
splice was made where there is one, and never that there is one.
"""

import numpy as np

from loopfind.engine.evidence.differences import Rows, cells_at
from loopfind.model.fingerprint import BLANK, Signal

REACH = 1.0
"""Seconds looked at on either side of an end: fades last from a third of a second to two seconds."""

LEAST_FRAMES, LEAST_SECONDS = 3, 0.2
"""Frames, and seconds, that must be mixes: fewer are the codec's blend at a hard cut."""

OTHER, MUCH = 100.0, 3.0
"""The two pictures must differ by so many squared grey levels, and by this many times what pictures as far apart in
time differ by hereabouts: two moments of one shot often lie on a line too, but near each other."""

AROUND = 4.0
"""Seconds on either side that show how much pictures usually differ."""

OFF = 0.08
"""Share of the difference of the two pictures by which the mixes may miss the line between them, as what moves in
them goes on moving. One frame in fifteen of ordinary footage is taken for one of a fade at this level."""

_STEADY = 0.34  # share of the way that one frame may make: more is a cut
_BACK = 0.05  # share by which a frame may fall behind the one before it, for motion in the pictures
_FROM, _TO = 0.1, 0.9  # shares between which a frame is a mix


def fades(signal: Signal, frame: int) -> bool:
    """Whether the frame lies in a fade, or where one begins or ends."""
    n, reach = len(signal.times), max(LEAST_FRAMES + 2, round(REACH / signal.step))
    if not 0 < frame < n:
        return False
    wide = round(AROUND / signal.step)
    start = max(0, frame - wide)
    around = cells_at(signal, np.arange(start, min(n, frame + wide + 1)))
    at = min(reach, frame)
    cells = around[frame - start - at : frame - start + reach + 1]
    blank = np.flatnonzero(cells.std(1) < BLANK)
    if not len(blank):
        return _mixed(cells, at, signal.step, around)
    # Through black: the way to it and the way from it are fades of their own, and the frame may lie in either.
    first, last = int(blank[0]), int(blank[-1])
    to, back = cells[: first + 1], cells[last:]
    return (at <= first + 1 and _mixed(to, min(at, first), signal.step, around)) or (
        at >= last - 1 and _mixed(back, max(at - last, 0), signal.step, around)
    )


def _mixed(cells: Rows, at: int, step: float, around: Rows) -> bool:
    """Whether frames of (m, 144) about `at` are ever later mixes of one picture before and one after it. around: (k,
    144), the frames of the seconds about it."""
    least = max(LEAST_FRAMES, round(LEAST_SECONDS / step))
    # Most pictures are too near each other, which one matrix product tells, but for its rounding.
    square = np.square(cells).sum(1)
    other = square[:, None] + square - 2 * cells @ cells.T >= 0.9 * OTHER * cells.shape[1]
    for span in range(least + 1, min(len(cells), len(around) // 2)):
        lows = [low for low in sorted({max(0, at - span), max(0, at - span // 2), at}) if low + span < len(cells)]
        if not any(other[low, low + span] for low in lows):
            continue
        usual = float(np.median(np.square(around[span:] - around[:-span]).mean(1)))
        far = max(OTHER, MUCH * usual)
        if any(_on_a_line(cells[low : low + span + 1], least, far) for low in lows):
            return True
    return False


def _on_a_line(cells: Rows, least: int, far: float) -> bool:
    """Whether the frames (m, 144) go steadily from the first picture to the last, at least `far` squared grey levels
    away, and are mixes of the two."""
    way = cells[-1] - cells[0]
    length = float(np.square(way).sum())
    if length < far * cells.shape[1]:
        return False
    share = (cells - cells[0]) @ way / length
    mixes, hops = (share > _FROM) & (share < _TO), np.diff(share)
    if mixes.sum() < least or hops.max() > _STEADY or hops.min() < -_BACK:
        return False
    off = np.square(cells - cells[0] - share[:, None] * way).sum(1) / length
    return bool(off[mixes].max() <= OFF)
