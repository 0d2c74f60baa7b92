"""Is a match the only one of its kind? The stretch is laid over every other moment of the file, and the runners-up
are looked at.

A replay agrees to within the codec's noise, and no other moment comes near it, save further replays, which agree as
well as it does. A look-alike (an animal in its favourite corner, the next car in the same lane) is the best of many
that come close. So between those that agree and all others there must be a gap. The file is its own null: its moments
are as alike among themselves as they are, and every place tried counts.
"""

import math
from dataclasses import dataclass

import numpy as np

from loopfind.evidence.differences import Rows, cells_at, partners, views_of
from loopfind.model import Floats, Ints, Line, Run, Signal, Sketches
from loopfind.timeline import nearest
from loopfind.views import matrix

GAP, GAP_OF_A_SECOND = 2.5, 30.0
"""The least factor, in squared grey levels, between the alike and the best of the rest: for a long stretch, and for
one of a second; between, it falls as the length grows. A short movement of one animal finds others 7 times nearer
than the next, a car in a lane of alike cars 15 to 25 times."""

CHANGED_GAP, CHANGED_GAP_OF_A_SECOND = 4.0, 40.0
"""The same for a copy at another speed or backwards, which is held to a higher contrast besides."""

WIDEST = 4.0
"""Replays of one stretch differ from it alike, up to this factor: copies made at another quality."""

EXACT = 0.05
"""Squared grey levels: what differs by no more, and by less than half the codec's noise, needs no gap, as nothing could
agree better."""

ALONE = 0.5
"""Seconds around the stretch itself and around its match in which a moment is no other one."""

FLOOR = 0.003
"""Squared grey levels, or a quarter of the codec's noise where that is less: no match is taken to be nearer, as cells
of whole grey levels are rounded by as much."""

_TAIL, _NARROWEST = 10, 0.1  # how many of the rest tell how thin they grow, and the least spread of their logarithms
MOST_PLACES = 60_000
"""Places that a stretch is laid over: all of forty minutes at 25 frames a second, a spread of more."""

_FRAMES, _BLOCK = 16, 1000
_AT_REST = 0.1  # nats that a frame counts for, at the least, when frames are picked by what they say


@dataclass(frozen=True)
class Rivals:
    """How a stretch compares with the rest of its file, all in squared grey levels.

    own: how much it differs from its match. others: (k,) rising, what it differs from the most alike moment of each
    half second elsewhere. every: how many half seconds one of these stands for (1 but in very long files). exact:
    what differs by no more could not agree better.
    """

    own: float
    others: Floats
    every: float
    exact: float

    @property
    def gap(self) -> float:
        """The largest factor that parts the alike, which are the match and the others that agree as well, from the
        rest; nan where there is no rest."""
        ranked = np.concatenate([[self.own], self.others[self.others > self.own]])
        alike = int(np.searchsorted(ranked, max(WIDEST * self.own, self.exact), "right"))
        if alike == len(ranked):
            return float("nan")
        return float((ranked[1 : alike + 1] / ranked[:alike]).max())

    @property
    def tail(self) -> float:
        """Nats by which chance is unlikely to give this stretch a moment as alike as its match, going by the rest.

        Near nothing, the share of moments that differ by less than d falls as a power of d, whose exponent the
        _TAIL least values tell (Hill 1975; for distances, Levina & Bickel 2004). nan where too few are there to tell.
        """
        rest = self.others[self.others > WIDEST * self.own][: _TAIL + 1]
        if len(rest) < 4:
            return float("nan")
        logs = np.log(rest)
        width = max(float((logs[-1] - logs[:-1]).mean()), _NARROWEST)
        return float((logs[-1] - math.log(self.own)) / width - math.log((len(rest) - 1) * self.every))


def stands_alone(rivals: Rivals, run: Run) -> bool:
    """Whether a gap parts the run, and what agrees as well as it does, from every other moment of the file."""
    if rivals.own <= rivals.exact:
        return True
    length = run.end - run.start
    if run.line.slope == 1:
        least = max(GAP, GAP_OF_A_SECOND / length)
    else:
        least = max(CHANGED_GAP, CHANGED_GAP_OF_A_SECOND / length)
    gap = rivals.gap
    if math.isnan(gap):
        return len(rivals.others) == 0 or bool(rivals.others[-1] <= rivals.own)
    return gap >= least


def rivals_of(signal: Signal, run: Run, weights: Rows, most: int = MOST_PLACES) -> Rivals:
    """The rivals of a run.

    weights: (144,) of each cell, 0 for those that a bar or an overlay covers. most: places to lay it over.
    """
    own, others, every = _differences(signal, run, weights, most)
    return Rivals(own, np.sort(others), every, min(EXACT, signal.noise / 2))


def _differences(signal: Signal, run: Run, weights: Rows, most: int) -> tuple[float, Floats, float]:
    """How much the stretch differs from its match, how much from the most alike moment of every half second elsewhere,
    and how many half seconds one of these stands for.

    Squared grey levels, less what stays the same over the stretch. On a day of video a spread of parts stands for all
    of it.
    """
    times, line = signal.times, run.line
    frames = np.arange(run.first, run.last)
    if line.slope != 1 and len(frames) > 40:
        # At another speed the ends lie between frames: one of another scene there would outweigh all others.
        frames = frames[len(frames) // 20 : -(len(frames) // 20)]
    real = partners(signal, line, frames)[1]
    # On a variable rate, frames without a partner of their own would make the best match look worse than it is.
    frames = frames[real] if real.any() else frames
    frames = _telling(signal, line, frames)
    ours = cells_at(signal, frames, views_of(line)[0])
    after = line.slope * (times[frames] - times[frames[0]])
    start = line.slope * float(times[frames[0]]) + line.offset
    width = float(after.max() - after.min())
    own = _overlaid(signal, run, ours, after, weights, np.array([start + k * signal.step for k in (-1, 0, 1)])).min()

    places = np.arange(float(times[0]) - after.min(), float(times[-1]) - after.max(), signal.step)
    far = np.ones(len(places), bool)
    for centre in (start, float(times[frames[0]])):
        far &= np.abs(places - centre) > ALONE + (0 if line.slope > 0 else width)
    every = max(1.0, float(far.sum()) / most)
    places = _spread(places[far], most)
    blocks = range(0, len(places), _BLOCK)
    found = [_overlaid(signal, run, ours, after, weights, places[low : low + _BLOCK]) for low in blocks]
    half = np.floor(places / 0.5).astype(np.int64)
    edges = np.flatnonzero(np.concatenate([[True], half[1:] != half[:-1]])) if len(half) else np.zeros(0, np.int64)
    others = np.minimum.reduceat(np.concatenate(found), edges) if len(edges) else np.zeros(0)
    return float(max(own, min(signal.noise / 4, FLOOR))), others, every


def _telling(signal: Signal, line: Line, frames: Ints) -> Ints:
    """_FRAMES of the frames, spread evenly over what they can say: in a stretch that rests for most of its time, frames
    spread over its time would show no motion, and any other rest would be like it."""
    if len(frames) <= _FRAMES:
        return frames
    if line.slope != 1:  # beside a cut inside it, which says most, such frames are paired across the cut
        return frames[np.linspace(0, len(frames) - 1, _FRAMES).astype(np.int64)]
    said = np.cumsum(np.log(np.maximum(signal.lively[frames] / signal.noise, 1)) + _AT_REST)
    return np.asarray(frames[np.searchsorted(said, np.linspace(said[0], said[-1], _FRAMES))])


def _overlaid(signal: Signal, run: Run, ours: Rows, after: Floats, weights: Rows, places: Floats) -> Floats:
    """Difference (m,) of the stretch's frames and those that follow each of the places (m,) in the same rhythm."""
    view = views_of(run.line)[1]
    there = nearest(signal.times, (places[:, None] + after[None]).ravel()).reshape(len(places), len(after))
    # Only the frames that are asked for: a long stretch reaches over many that are not.
    wanted, rows = np.unique(there, return_inverse=True)
    theirs = np.asarray(_read(signal, wanted), np.float32) * np.float32(1 / 256)
    rows = rows.reshape(there.shape)
    if not view.plain:
        theirs = theirs @ matrix(view).T
    # |a - b|^2 by its parts, so that one matrix product serves all places.
    root = np.sqrt(weights)
    a, b = (ours - ours.mean(0)) * root, theirs * root
    squares = np.square(b).sum(1)
    crossed = b @ a.T
    count = len(after)
    total = np.square(a).sum() / count + squares[rows].mean(1) - 2 * crossed[rows, np.arange(count)].mean(1)
    middle = np.zeros((len(places), b.shape[1]), np.float32)
    for column in rows.T:
        middle += b[column]
    return np.asarray(np.maximum(total - np.square(middle / count).sum(1), 0), np.float64)


def _read(signal: Signal, frames: Ints) -> Sketches:
    """Sketches of the given frames, rising, in slices of frames that lie close together."""
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 64) + 1)
    return np.concatenate([signal.cells[int(p[0]) : int(p[-1]) + 1][p - p[0]] for p in parts])


def _spread(places: Floats, most: int) -> Floats:
    """The places, or for a very long file a number of runs of them spread over it."""
    if len(places) <= most:
        return places
    runs = np.linspace(0, len(places) - _BLOCK, most // _BLOCK).astype(np.int64)
    chosen = (runs[:, None] + np.arange(_BLOCK)[None]).ravel()
    return np.asarray(places[chosen])
