"""Retraces: stretches in which the path runs over an earlier one exactly, pace included."""

from dataclasses import dataclass, replace

import numpy as np

from loopfind.engine.trajectory.parameters import (
    FEWEST_RETRACED,
    LEAST_MOVES,
    MOST_RETRACES,
    PASSAGE_HOURS,
    RETRACED,
    SAME_PACE,
    SAME_PASSAGE,
    SHORTEST_RETRACE,
    SHORTEST_RETRACED_LAG,
    STILL_RETRACED,
    STILL_UNLIKE,
    UNLIKE_OTHERS,
)
from loopfind.engine.trajectory.passages import CellLevels, EarlierPassage, Passages, Window
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.trajectory import Retrace

_BATCH = 100
"""Samples that are looked at together."""

_SAME = 0.75
"""Samples by which the lags of two windows of one retrace may differ."""

_GAP = 2
"""Windows in a row that may fit worse."""

_STILL = 0.2
"""Share of one that a window counts in which nothing moves, so that nothing can be said of it."""

_LEAP = 3.0
"""Most that one sample counts against an end, so that one that was damaged does not make it."""

_NOTHING = 0.01
"""The weight against an end of a sample in which nothing moves: of two that fit equally, the inner one is taken."""

_MOVES = 4.0
"""Times as much as it differs from what it retraces that a sample differs from those around it where it counts for the
retrace."""

_FAR = 4.0
"""Times as much as within the retrace that a sample differs where it counts against it."""

_LEAST_MOVED = 0.05
"""Mean square by which it does so at the least: a few of 256 cells by two grey levels."""

_BESIDE = 0.3
"""Seconds to both sides within which something moves or not."""


@dataclass(frozen=True)
class _Run:
    """Windows that follow one another at one lag. first: first sample of the first one. end: one past the last of the
    last. lags: of those that are near, the first sample and the lag in samples. near, others: their distances to what
    they retrace, and to the nearest other passage. missed: windows since."""

    first: int
    end: int
    lags: tuple[tuple[int, float], ...]
    near: tuple[float, ...]
    others: tuple[float, ...]
    missed: float = 0.0

    @property
    def lag(self) -> float:
        return float(np.median([lag for _, lag in self.lags]))

    @property
    def drift(self) -> float:
        """Samples by which the lag changes from one sample to the next: another pace."""
        at, lags = np.array(self.lags).T
        at = at - at.mean()
        return abs(float((at * lags).sum() / max((at**2).sum(), 1.0)))


class Retracer:
    """Takes samples in order, and finds what the path runs over again. hours: of samples that are held to be compared
    with."""

    def __init__(self, hours: float = PASSAGE_HOURS) -> None:
        self._hours = hours
        self._times: list[Floats] = []
        self._pictures: list[Bytes] = []
        self._waiting = 0
        self._passages: Passages | None = None
        self._next = 0
        self._run: _Run | None = None
        self._found: list[Retrace] = []

    def add(self, times: Floats, pictures: Bytes) -> None:
        """Take samples: times (n,), pictures (n, 64, 64)."""
        self._times.append(times)
        self._pictures.append(pictures)
        self._waiting += len(times)
        if self._waiting >= _BATCH:
            self._take()

    def found(self) -> list[Retrace]:
        """Return what was found in the samples that were taken, by time. More may be taken after it."""
        self._take()
        last = self._retrace(self._run) if self._run is not None else None
        return [*self._found, last] if last is not None else [*self._found]

    def _take(self) -> None:
        """Look at what was not looked at yet."""
        if not self._waiting:
            return
        times, pictures = np.concatenate(self._times), np.concatenate(self._pictures)
        self._times, self._pictures, self._waiting = [], [], 0
        if self._passages is None:
            gap = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
            if gap <= 0:
                self._times, self._pictures = [times], [pictures]
                return
            self._passages = Passages(1 / gap, self._hours)
            self._next = self._passages.length
        for low in range(0, len(times), _BATCH):
            self._passages.add(times[low : low + _BATCH], pictures[low : low + _BATCH])
            self._look(self._passages)

    def _look(self, passages: Passages) -> None:
        starts = [*range(self._next, passages.end - passages.length + 1, passages.step)]
        if starts:
            self._next = starts[-1] + passages.step
            for window in passages.windows(starts, lambda: self._run.lag if self._run is not None else None):
                self._judge(passages, window)

    def _judge(self, passages: Passages, window: Window) -> None:
        """Go on with a run, begin one, or end one."""
        run = self._run
        if run is not None and window.end - run.first > passages.most // 2:  # before its beginning is forgotten
            self._keep(run)
            self._run = run = None
        if run is not None:
            gone_on = self._gone_on(passages, run, window)
            if gone_on is not None:
                self._run = gone_on
                return
        begun = self._begun(passages, window)
        if begun is None and run is not None and run.missed < _GAP:
            self._run = replace(run, missed=run.missed + (1 if window.moves >= LEAST_MOVES else _STILL))
            return
        if run is not None:
            self._keep(run)
        self._run = begun

    def _gone_on(self, passages: Passages, run: _Run, window: Window) -> _Run | None:
        """Return a run with a window that goes on with it, None for one that does not."""
        own = [fit for fit in window.fits if abs(fit.lag - run.lag) <= _SAME]
        if not own:
            return None
        fit = own[0]
        other = self._nearest_other(passages, window, fit)
        if fit.distance <= RETRACED and window.moves >= LEAST_MOVES:
            others = (*run.others, other) if fit.distance <= UNLIKE_OTHERS * other else run.others
            near = (*run.near, fit.distance) if len(others) > len(run.others) else run.near
            return replace(
                run,
                end=window.end,
                lags=(*run.lags, (window.first, fit.lag))[-50:],
                near=near[-50:],
                others=others[-50:],
                missed=0,
            )
        if fit.distance <= STILL_RETRACED and fit.distance <= STILL_UNLIKE * other:
            return replace(run, missed=0)
        return None

    def _begun(self, passages: Passages, window: Window) -> _Run | None:
        """Return the run that a window begins, if it retraces one passage and no other."""
        fitting = [
            fit for fit in window.fits if fit.distance <= RETRACED and fit.lag >= SHORTEST_RETRACED_LAG * passages.rate
        ]
        if not fitting or window.moves < LEAST_MOVES:
            return None
        nearest = fitting[0]
        known = [fit for fit in fitting if self._known(passages, window, fit, nearest)]
        best = min(known, key=lambda fit: fit.lag)
        other = self._nearest_other(passages, window, best)
        if best.distance > UNLIKE_OTHERS * other or not _steady(passages, window, best):
            return None
        return _Run(window.first, window.end, ((window.first, best.lag),), (best.distance,), (other,))

    def _nearest_other(self, passages: Passages, window: Window, fit: EarlierPassage) -> float:
        """Return the distance of the nearest passage that is another one."""
        return min((one.distance for one in window.fits if not self._known(passages, window, one, fit)), default=1.0)

    def _known(self, passages: Passages, window: Window, one: EarlierPassage, other: EarlierPassage) -> bool:
        """Return whether two passages are one: beside one another, or one retraces the other as was found before."""
        if abs(one.lag - other.lag) <= SAME_PASSAGE * passages.rate:
            return True
        middle = passages.time((window.first + window.end) // 2)
        spans = [(found.start, found.end, found.lag) for found in self._found]
        if self._run is not None:
            span = passages.time(self._run.first), passages.time(self._run.end - 1)
            spans.append((*span, self._run.lag / passages.rate))
        there = [_origin(middle - fit.lag / passages.rate, spans) for fit in (one, other)]
        return abs(there[0] - there[1]) <= SAME_PASSAGE

    def _keep(self, run: _Run) -> None:
        retrace = self._retrace(run)
        if retrace is not None:
            self._found.append(retrace)
            del self._found[:-MOST_RETRACES]

    def _retrace(self, run: _Run) -> Retrace | None:
        """Return what a run that ended claims, None where that is too little."""
        passages = self._passages
        assert passages is not None
        if len(run.near) < FEWEST_RETRACED or run.drift > SAME_PACE:
            return None
        first, end = _ends(passages, run)
        if end <= first:
            return None
        start, stop = passages.time(first), passages.time(end - 1) + 1 / passages.rate
        start = max(start, self._found[-1].end) if self._found else start
        if stop - start < SHORTEST_RETRACE:
            return None
        lag = _lag_seconds(passages, (first + end) // 2, run.lag)
        return Retrace(start, stop, lag, float(np.sqrt(np.mean(run.near) / np.mean(run.others))), None)


def _origin(time: float, spans: list[tuple[float, float, float]]) -> float:
    """Return the second at which what is shown at a time was shown first. spans: start, end and lag of retraces."""
    for start, end, lag in reversed(spans):
        if start <= time < end:
            time -= lag * (1 + (time - start) // lag)
    return time


def _steady(passages: Passages, window: Window, fit: EarlierPassage) -> bool:
    """Return whether as many seconds pass in a window as in what it retraces."""
    lag = round(fit.lag)
    own = passages.time(window.end - 1) - passages.time(window.first)
    there = passages.time(window.end - 1 - lag) - passages.time(window.first - lag)
    return abs(own - there) <= 1 / passages.rate


def _lag_seconds(passages: Passages, sample: int, lag: float) -> float:
    whole = round(lag)
    return passages.time(sample) - passages.time(sample - whole) + (lag - whole) / passages.rate


def _ends(passages: Passages, run: _Run) -> tuple[int, int]:
    """Return the first sample of a retrace, and one past its last: where samples begin and cease to be as near as those
    within it. Samples in which nothing moves count neither for it nor against it."""
    low = max(run.first - passages.step, passages.first + int(np.ceil(run.lag)) + 1)
    high = min(run.end + passages.step, passages.end)
    if run.end - passages.length < low:  # what it retraces is forgotten
        return low, low
    inside = slice(max(run.first - low, 0), run.end - low)
    apart, moved = _apart(passages, low, high, run.lag, inside)
    near = _FAR * np.median(apart[inside]) + 1e-6
    retraced = moved > np.maximum(_MOVES * apart, _LEAST_MOVED)
    counts = np.where(retraced, -1, np.clip(apart / near - 1, _NOTHING, _LEAP))
    begun = inside.start + passages.length // 2
    ending = max(run.end - passages.length // 2 - low, begun)
    before = np.concatenate([[0.0], np.cumsum(counts[:begun][::-1])])
    after = np.concatenate([[0.0], np.cumsum(counts[ending:])])
    return low + begun - int(before.argmin()), low + ending + int(after.argmin())


def _apart(passages: Passages, low: int, high: int, lag: float, inside: slice) -> tuple[CellLevels, CellLevels]:
    """Return mean squares (n,) by which samples differ from those a lag before, between samples too; and by which those
    around each differ from one another. inside: samples whose usual difference, as that of another light, is none."""
    whole, beside = int(np.ceil(lag)), max(1, round(_BESIDE * passages.rate))
    own = passages.levels(low, high)
    there = passages.levels(low - whole, high - whole + 1)
    there = (1 - whole + lag) * there[:-1] + (whole - lag) * there[1:]
    at = np.arange(len(own))
    moved = own[np.minimum(at + beside, len(own) - 1)] - own[np.maximum(at - beside, 0)]
    differ = own - there
    differ -= np.median(differ[inside], axis=0)
    return (differ**2).mean(1), (moved**2).mean(1)
