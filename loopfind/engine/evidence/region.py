"""Regions of the picture along a line: which cells are replayed, which are covered, and which are silent.

A replayed cell agrees at the line's lag and not beside it. A covered cell differs at every lag, since a chat, a ticker,
a clock or a watermark covers it in one of the two occurrences or in both. A silent cell does not move. A replay is
therefore seen beside whatever covers a part of it. A look-alike agrees a little everywhere, and is replayed nowhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.order import median_of_even
from loopfind.engine.evidence.claim_parameters import RIM_ROWS
from loopfind.engine.evidence.differences import Cells, Fit, cells_of_each, hop_of, partners, partners_beside, views_of
from loopfind.engine.evidence.parameters import (
    COVERED_SHARE,
    GO_ON_AGREEMENT,
    LAGS_BESIDE,
    LEAST_AGREEING_SHARE,
    LEAST_CELL_SHARE,
    LEAST_CELLS,
    OUTLIER_CAP,
    OUTLIER_SHARE,
    REPLAYED_SHARE,
    SLOW_HOP,
    TELLING_LEVEL,
    TELLING_NOISE,
    TELLING_QUIET,
)
from loopfind.model.candidate import Line
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import SKETCH_SIDE, shown

_MOST_FRAMES = 64


@dataclass(frozen=True)
class Regions:
    """Measures of a line, cell by cell of the picture.

    along: (144,) float32, mean squared grey levels by which a cell's change differs from its partner's on the
    line. beside: (144,) float32, the same beside the line, as the median of several lags. Rare outliers are cut from
    both. plain_along: (144,) float32, `along` with its outliers. telling: (144,) bool, the cells that would show a
    difference if there were one.
    """

    along: Cells
    beside: Cells
    plain_along: Cells
    telling: NDArray[np.bool_]

    @property
    def share(self) -> Cells:
        """The share (144,) of the difference beside the line that remains on it."""
        return np.asarray(self.along / np.maximum(self.beside, 1e-6), np.float32)

    @property
    def replayed(self) -> NDArray[np.bool_]:
        """The telling cells (144,) that agree on the line."""
        return self.telling & (self.share < REPLAYED_SHARE)

    @property
    def covered(self) -> NDArray[np.bool_]:
        """The telling cells (144,) that differ on the line as they do beside it."""
        return self.telling & (self.share > COVERED_SHARE)

    @property
    def picture_share(self) -> float:
        """The share of the telling cells that is replayed."""
        return float(self.replayed.sum() / max(1, int(self.telling.sum())))

    @property
    def is_at_the_rim(self) -> bool:
        """True where nearly all replayed cells lie in the top or the bottom rows, like a ticker that comes round."""
        rows = self.replayed.reshape(SKETCH_SIDE, SKETCH_SIDE).sum(1)
        return bool(rows.sum() - max(rows[:RIM_ROWS].sum(), rows[-RIM_ROWS:].sum()) <= rows.sum() / 20)

    @property
    def agreement(self) -> float:
        """The share of the difference beside the line that is gone on it, over the telling cells."""
        return self._gone(self.telling)

    @property
    def agreement_inside(self) -> float:
        """The share of that difference that is gone on the line, over the cells that agree at least by half."""
        return self._gone(self.telling & (self.share < 0.5))

    def _gone(self, cells: NDArray[np.bool_]) -> float:
        total = float(self.beside[cells].sum())
        return 1 - float(self.along[cells].sum()) / total if total > 0 else 0.0


def measure_regions(signal: Signal, line: Line, frames: Ints, fit: Fit) -> Regions | None:
    """Measure the regions of a line over frames in rising order; None where too few of them have partners.

    Changes over HOP are compared, and where too few cells change by enough, as in slow motion, those over SLOW_HOP.
    """
    regions = _regions_over(signal, line, frames, fit, hop_of(signal.step))
    if regions is not None and regions.telling.sum() < LEAST_CELLS:
        slow = _regions_over(signal, line, frames, fit, hop_of(signal.step, SLOW_HOP))
        if slow is not None and slow.telling.sum() >= LEAST_CELLS:
            return slow
    return regions


def _regions_over(signal: Signal, line: Line, frames: Ints, fit: Fit, hop: int) -> Regions | None:
    """Measure the regions by changes over `hop` frames."""
    # A frame's change is that since a hop ago, so the first frames would compare with what came before the stretch.
    frames = frames[frames - hop >= (frames[0] if len(frames) else 0)]
    if len(frames) > _MOST_FRAMES:
        frames = frames[np.linspace(0, len(frames) - 1, _MOST_FRAMES).astype(np.int64)]
    frames = frames[partners(signal, line, np.stack([frames, frames - hop]))[1].all(0)]
    if len(frames) < 3:
        return None
    ours, theirs = views_of(line)
    now, before = cells_of_each(signal, [frames, frames - hop], ours)
    change = _beyond_light(now, before)
    pairs = np.stack([frames, frames - hop])
    there = np.concatenate(partners_beside(signal, line, pairs, (0.0, *LAGS_BESIDE)))
    seen = list(cells_of_each(signal, there, theirs))
    gain = np.float32(fit.gain)
    squares = [
        np.square(change - gain * _beyond_light(now, before)) for now, before in zip(seen[::2], seen[1::2], strict=True)
    ]
    plain_along = squares[0].mean(0) / 2
    rows = [_typical(each) for each in squares]
    along, beside = rows[0], median_of_even(np.asarray(rows[1:]))
    whole = shown(line.view) > 0
    telling = whole & tells(beside, signal.noise)
    return Regions(along, np.asarray(beside, np.float32), plain_along, telling)


def tells(beside: Floats | Cells, noise: float) -> NDArray[np.bool_]:
    """Say which cells would show a difference, from what each differs by beside the line, squared grey levels."""
    return np.asarray(beside > telling_level(noise))


def telling_level(noise: float) -> float:
    """Return the squared grey levels that a cell must differ by beside a line to say anything on it."""
    return TELLING_NOISE * noise + min(TELLING_LEVEL, TELLING_QUIET * noise)


def agreeing(telling: NDArray[np.bool_], share: Floats | Cells) -> NDArray[np.bool_] | None:
    """Return the telling cells that agree on the line, None where they are too few to leave the covered cells out.

    share: of the difference beside the line that remains on it.
    """
    agree = telling & (share < LEAST_AGREEING_SHARE)
    return agree if agree.sum() >= max(LEAST_CELLS, LEAST_CELL_SHARE * telling.sum()) else None


def goes_on(signal: Signal, line: Line, frames: Ints, fit: Fit) -> bool:
    """Say whether what moves in the frames, past an end or between two pieces, agrees along the line."""
    regions = measure_regions(signal, line, frames, fit)
    return regions is not None and regions.telling.sum() >= LEAST_CELLS and regions.agreement >= GO_ON_AGREEMENT


def _beyond_light(now: Cells, before: Cells) -> Cells:
    """Return the change (m, 144) of pictures that a change of light alone, a fade to black say, does not explain."""
    earlier = before - before.mean(1, keepdims=True)
    later = now - now.mean(1, keepdims=True)
    gain = (later * earlier).sum(1) / np.maximum(np.square(earlier).sum(1), 1e-3)
    return np.asarray(later - earlier * np.clip(gain, 0, None)[:, None], np.float32)


def _typical(squares: Cells) -> Cells:
    """Return half the mean (144,) of squared differences (m, 144), after the outliers of each cell are cut down."""
    place = int(OUTLIER_SHARE * (len(squares) - 1))
    most = np.partition(squares, place, axis=0)[place]
    np.minimum(squares, OUTLIER_CAP * most + np.float32(1e-3), out=squares)
    return np.asarray(squares.mean(0) / 2, np.float32)
