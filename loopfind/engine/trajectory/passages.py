"""Passages: windows of the path that were there before, and how far each lies from a later one.

A picture is held as 16 x 16 cells. What a window shows is how its cells move: their levels less the mean of the window,
so that the background counts for nothing. Cells that never rest, such as those of a clock that runs over the
picture, count for little; cuts, which would outweigh all else, count for nothing. The distance of two windows A and B
is |A - B|^2 / (|A|^2 + |B|^2): 0 for the same movement, 1 for two that have nothing in common.

Every earlier window is looked at along a path of few dimensions and few points a second, all windows of a batch by
matrix products; the nearest ones are then looked at in full, between samples too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from loopfind.engine.trajectory.parameters import (
    CELL_FLOOR,
    CELL_SIDE,
    CUT,
    LEAST_MOVES,
    LEAST_OTHER_LAG,
    PASSAGE_DIMENSIONS,
    PASSAGE_HOURS,
    PASSAGE_PEAKS,
    PASSAGE_RATE,
    PASSAGE_SECONDS,
    PASSAGE_STEP,
    SAME_PASSAGE,
    STILL_RETRACED,
)
from loopfind.model.dtypes import Bytes, Floats

CellLevels = NDArray[np.float32]

_TINY = 1e-6
_TAUGHT_BY = 200
"""Windows, spread evenly, by which weights and directions are learned."""

_FIRST = 2
"""Nearest ones after which the others are looked at only where one of these is near: they tell whether it is alone."""

_RELEARNED = 2.0
"""Times the samples after which they are learned anew."""


@dataclass(frozen=True)
class EarlierPassage:
    """An earlier passage beside a window. lag: samples, between them too. distance: see above."""

    lag: float
    distance: float


@dataclass(frozen=True)
class Window:
    """A window and the passages that are nearest to it. first, end: samples [first, end), counted from the first of
    all. moves: grey levels by which the cells that move most do so, as far as they count. fits: the nearest first; none
    where nothing moves."""

    first: int
    end: int
    moves: float
    fits: tuple[EarlierPassage, ...]


class Passages:
    """Holds the samples of the last hours. rate: samples a second. length, step: samples of a window, and from one to
    the next. most: samples that are held, or some more. first, end: those that are, [first, end)."""

    def __init__(self, rate: float, hours: float = PASSAGE_HOURS) -> None:
        self._group = max(1, round(rate / PASSAGE_RATE))
        self._points = max(2, round(PASSAGE_SECONDS * rate / self._group))
        self.length = self._points * self._group
        self.step = self._group * max(1, round(PASSAGE_STEP * rate / self._group))
        self.rate, self.most = rate, max(round(hours * 3600 * rate), 4 * self.length)
        self._cells = np.empty((0, CELL_SIDE**2), np.uint8)
        self._times: Floats = np.empty(0)
        self.first, self.end = 0, 0
        self._weights: CellLevels = np.ones(CELL_SIDE**2, np.float32)
        self._directions: CellLevels = np.zeros((0, CELL_SIDE**2), np.float32)
        self._learn_at = 0
        self._path: CellLevels = np.empty((0, 0), np.float32)
        self._moved: CellLevels = np.empty(0, np.float32)
        self._placed, self._measured = 0, 0  # points of the path, and windows along it, that are known

    def add(self, times: Floats, pictures: Bytes) -> None:
        """Take samples: times (n,), pictures (n, 64, 64)."""
        self._make_room(len(times))
        part = slice(self.end - self.first, self.end - self.first + len(times))
        self._times[part], self._cells[part] = times, cells_of(pictures)
        self.end += len(times)

    def time(self, sample: int) -> float:
        """Return the seconds of a sample that is held."""
        return float(self._times[sample - self.first])

    def levels(self, first: int, end: int) -> CellLevels:
        """Return the cells of samples as far as they count: (n, p), without what is common to all cells."""
        cells = self._cells[first - self.first : end - self.first].astype(np.float32)
        weighted: CellLevels = (cells - cells.mean(1, keepdims=True)) * self._weights
        return weighted

    def windows(self, starts: list[int], lag: Callable[[], float | None] = lambda: None) -> Iterator[Window]:
        """Yield windows with the earlier passages nearest to each, the nearest first. starts: their first samples,
        multiples of `step`. lag: asked before each, gives one in samples that is looked at besides."""
        if self.end >= self._learn_at:
            self._learn()
        self._place()
        distances = self._distances(starts)
        for start, row in zip(starts, distances, strict=True):
            yield self._window(start, row, lag())

    def _make_room(self, count: int) -> None:
        held = self.end - self.first
        if held > self.most + self.most // 4:
            gone = -(-(held - self.most) // self._group) * self._group
            kept = slice(gone, held)
            self._times, self._cells = self._times[kept].copy(), self._cells[kept].copy()
            self.first, held = self.first + gone, held - gone
            self._learn_at = 0
        if held + count > len(self._times):
            room = max(2 * held, held + count, 1024)
            times, cells = np.empty(room), np.empty((room, CELL_SIDE**2), np.uint8)
            times[:held], cells[:held] = self._times[:held], self._cells[:held]
            self._times, self._cells = times, cells

    def _learn(self) -> None:
        """Learn which cells never rest, and the directions in which the others move most."""
        held, self._learn_at = self.end - self.first, round(_RELEARNED * self.end)
        self._weights = np.ones(CELL_SIDE**2, np.float32)
        apart = max(self.length // 2, (held - self.length) // _TAUGHT_BY + 1)
        starts = range(self.first, self.end - self.length + 1, apart)
        shown = np.stack([self.levels(start, start + self.length) for start in starts])
        moving = shown - shown.mean(1, keepdims=True)
        rest = np.quantile(np.sqrt((moving**2).mean(1)), 0.1, axis=0)
        floor = max(CELL_FLOOR, 2 * float(np.median(rest)))
        self._weights = (1 / (1 + (rest / floor) ** 2)).astype(np.float32)
        rows = (moving * self._weights).reshape(-1, CELL_SIDE**2)
        _, vectors = np.linalg.eigh((rows.T @ rows).astype(np.float64))
        directions = (vectors[:, ::-1][:, :PASSAGE_DIMENSIONS].T * self._weights).astype(np.float32)
        self._directions = directions - directions.mean(1, keepdims=True)
        self._path = np.empty((len(self._times) // self._group + 1, PASSAGE_DIMENSIONS), np.float32)
        self._moved = np.empty(len(self._path), np.float32)
        self._placed = self._measured = 0

    def _place(self) -> None:
        """Go on with the path as far as there are samples."""
        count = (self.end - self.first) // self._group
        if count > len(self._path):
            more = np.empty((max(2 * len(self._path), count), PASSAGE_DIMENSIONS), np.float32)
            more[: self._placed] = self._path[: self._placed]
            moved = np.empty(len(more), np.float32)
            moved[: self._measured] = self._moved[: self._measured]
            self._path, self._moved = more, moved
        for low in range(self._placed, count, 4096):
            high = min(low + 4096, count)
            cells = self._cells[low * self._group : high * self._group].reshape(high - low, self._group, -1)
            self._path[low:high] = cells.mean(1, dtype=np.float32) @ self._directions.T
        self._placed = count
        last = count - self._points + 1
        for low in range(self._measured, last, 4096):
            high = min(low + 4096, last)
            along = sliding_window_view(self._path[low : high + self._points - 1], self._points, axis=0)
            self._moved[low:high] = self._points * along.var(2).sum(1)
        self._measured = max(self._measured, last)

    def _distances(self, starts: list[int]) -> CellLevels:
        """Return distances (q, m) of windows to all that begin at a point of the path; those too near are infinite."""
        at = np.array([(start - self.first) // self._group for start in starts])
        own = np.stack([self._path[one : one + self._points] for one in at])
        own = own - own.mean(1, keepdims=True)
        flat, size = own.reshape(len(at), -1), self._points * PASSAGE_DIMENSIONS
        products = np.empty((len(at), self._measured), np.float32)
        for shift in range(min(self._points, self._measured)):
            count = (self._placed - shift) // self._points
            stacked = self._path[shift : shift + count * self._points].reshape(count, size)
            products[:, shift :: self._points] = (flat @ stacked.T)[:, : len(products[0, shift :: self._points])]
        energy = (flat**2).sum(1, keepdims=True) + self._moved[: self._measured] + _TINY
        distances: CellLevels = 1 - 2 * products / energy
        nearest = at - max(1, round(LEAST_OTHER_LAG * self.rate / self._group))
        distances[np.arange(self._measured) > nearest[:, None]] = np.inf
        return distances

    def _window(self, start: int, distances: CellLevels, lag: float | None) -> Window:
        end, beside = start + self.length, max(1, round(SAME_PASSAGE * self.rate / self._group))
        levels = self.levels(start, end)
        goes_on = _goes_on(levels)
        own = _moving(levels, goes_on)
        moves = float(np.sort(np.abs(own).max(0))[-4:].mean())
        fits: list[EarlierPassage] = []
        for number in range(PASSAGE_PEAKS if moves >= LEAST_MOVES else 0):
            peak = int(distances.argmin())
            if distances[peak] >= 1 or (number == _FIRST and min(fit.distance for fit in fits) > STILL_RETRACED):
                break
            fits.append(self._fit(start, own, goes_on, start - self.first - peak * self._group))
            distances[max(0, peak - beside) : peak + beside + 1] = np.inf
        if lag is not None and start - lag - self._group >= self.first and not any(_same(fit.lag, lag) for fit in fits):
            fits.append(self._fit(start, own, goes_on, round(lag)))
        return Window(start, end, moves, tuple(sorted(fits, key=lambda fit: fit.distance)))

    def _fit(self, start: int, own: CellLevels, goes_on: NDArray[np.bool_], lag: int) -> EarlierPassage:
        """Return the nearest passage about a lag."""
        low = max(self.first, start - lag - self._group)
        around = self.levels(low, min(start + self.length, start - lag + self._group + self.length))
        starts = range(len(around) - self.length + 1)
        passages = [_moving(around[one : one + self.length], goes_on) for one in starts]
        distances = [distance(own, passage) for passage in passages]
        best = int(np.argmin(distances))
        found = EarlierPassage(start - low - best, distances[best])
        for beside in (best - 1, best + 1):
            if not 0 <= beside < len(passages):
                continue
            change = passages[beside] - passages[best]
            share = float(((own - passages[best]) * change).sum() / ((change**2).sum() + _TINY))
            share = min(max(share, 0.0), 1.0)
            between = distance(own, passages[best] + share * change)
            if between < found.distance:
                found = EarlierPassage(start - low - best - share * (beside - best), between)
        return found


def cells_of(pictures: Bytes) -> Bytes:
    """Return the mean levels (n, 256) of the 16 x 16 cells of pictures (n, 64, 64)."""
    side = pictures.shape[1] // CELL_SIDE
    summed = pictures.reshape(-1, CELL_SIDE, side, CELL_SIDE, side).sum((2, 4), dtype=np.uint16)
    means: Bytes = ((summed + side * side // 2) // (side * side)).astype(np.uint8)
    return means.reshape(len(pictures), -1)


def _goes_on(levels: CellLevels) -> NDArray[np.bool_]:
    """Return for each step from a sample to the next (n - 1,) whether the footage goes on there, and is not cut."""
    steps = (np.diff(levels, axis=0) ** 2).sum(1)
    going_on: NDArray[np.bool_] = steps <= CUT * np.quantile(steps, 0.8)
    return going_on


def _moving(levels: CellLevels, goes_on: NDArray[np.bool_]) -> CellLevels:
    """Return levels (n, p) less their mean, without the steps at which the footage does not go on."""
    if not goes_on.all():
        steps = np.where(goes_on[:, None], np.diff(levels, axis=0), np.float32(0))
        levels = np.concatenate([np.zeros_like(levels[:1]), np.cumsum(steps, axis=0)])
    moving: CellLevels = levels - levels.mean(0)
    return moving


def distance(one: CellLevels, other: CellLevels) -> float:
    """Return the distance of two windows, each less its mean."""
    apart = one - other
    return float((apart**2).sum() / ((one**2).sum() + (other**2).sum() + _TINY))


def _same(one: float, other: float) -> bool:
    return abs(one - other) < 1
