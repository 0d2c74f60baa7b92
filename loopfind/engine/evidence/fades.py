"""Fades: a picture gives way to another over several frames, directly or through black.

In a cross-fade every frame is a mix of the two pictures, and the share of the second one grows steadily. So a frame
lies near the straight line from the picture before to the picture after (production effects as Zabih, Miller & Mai
1999 model them, on mean cells instead of edges). A calm motion lies on a line for a while as well, so this shows how a
splice was made where there is one, and never that there is one.
"""

import numpy as np

from loopfind.engine.evidence.differences import Cells, cells_at
from loopfind.engine.evidence.parameters import (
    FADE_CHANGE,
    FADE_EXCESS,
    FADE_REACH,
    FADE_SURROUND,
    LEAST_MIX_FRAMES,
    LEAST_MIX_SECONDS,
    MIX_SHARES,
    MOST_FADE_BACK,
    MOST_FADE_STEP,
    MOST_OFF_LINE,
)
from loopfind.model.fingerprint import BLANK, Signal


def fades(signal: Signal, frame: int) -> bool:
    """Say whether the frame lies in a fade, or where one begins or ends."""
    n, reach = len(signal.times), max(LEAST_MIX_FRAMES + 2, round(FADE_REACH / signal.step))
    if not 0 < frame < n:
        return False
    wide = round(FADE_SURROUND / signal.step)
    start = max(0, frame - wide)
    around = cells_at(signal, np.arange(start, min(n, frame + wide + 1)))
    at = min(reach, frame)
    cells = around[frame - start - at : frame - start + reach + 1]
    blank = np.flatnonzero(cells.std(1) < BLANK)
    if not len(blank):
        return is_mixed_around(cells, at, signal.step, around)
    # Through black: the way to it and the way from it are fades of their own, and the frame may lie in either.
    first, last = int(blank[0]), int(blank[-1])
    to, back = cells[: first + 1], cells[last:]
    return (at <= first + 1 and is_mixed_around(to, min(at, first), signal.step, around)) or (
        at >= last - 1 and is_mixed_around(back, max(at - last, 0), signal.step, around)
    )


def is_mixed_around(cells: Cells, at: int, step: float, around: Cells) -> bool:
    """Say whether frames of (m, 144) around `at` are ever later mixes of a picture before it and one after it.

    around: (k, 144), the frames of the seconds around it.
    """
    least = max(LEAST_MIX_FRAMES, round(LEAST_MIX_SECONDS / step))
    # Most pictures are too near each other, which one matrix product shows, but for its rounding.
    square = np.square(cells).sum(1)
    other = square[:, None] + square - 2 * cells @ cells.T >= 0.9 * FADE_CHANGE * cells.shape[1]
    for span in range(least + 1, min(len(cells), len(around) // 2)):
        lows = [
            low
            for low in sorted({max(0, at - back) for back in (span, 2 * span // 3, span // 2, span // 3, 0)})
            if low + span < len(cells)
        ]
        if not any(other[low, low + span] for low in lows):
            continue
        usual = float(np.median(np.square(around[span:] - around[:-span]).mean(1)))
        far = max(FADE_CHANGE, FADE_EXCESS * usual)
        if any(lies_on_a_line(cells[low : low + span + 1], least, far) for low in lows):
            return True
    return False


def lies_on_a_line(cells: Cells, least: int, far: float) -> bool:
    """Say whether the frames (m, 144) go steadily from the first picture to the last, at least `far` squared grey
    levels away, and are mixes of the two."""
    way = cells[-1] - cells[0]
    length = float(np.square(way).sum())
    if length < far * cells.shape[1]:
        return False
    share = (cells - cells[0]) @ way / length
    mixes, hops = (share > MIX_SHARES[0]) & (share < MIX_SHARES[1]), np.diff(share)
    if mixes.sum() < least or hops.max() > MOST_FADE_STEP or hops.min() < -MOST_FADE_BACK:
        return False
    off = np.square(cells - cells[0] - share[:, None] * way).sum(1) / length
    return bool(off[mixes].max() <= MOST_OFF_LINE)
