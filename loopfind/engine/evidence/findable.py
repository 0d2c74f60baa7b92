"""The shortest findable copy: claims are tried on copies of the file's own stretches.

No copy need be made, as a stretch and its copy differ by the file's noise alone. The file itself shows what else a
claim needs: how much the stretch says, how sharply it changes, and what in the file is like it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.activity import eventful
from loopfind.engine.evidence.claim_parameters import COPY_NOISE, FINDABLE_LENGTHS, LONGEST_JUDGED
from loopfind.engine.evidence.claims import confidence, may_hold, replays, sure_of
from loopfind.engine.evidence.differences import Cells, Fit, cells_at, changes_between, hop_of, sampled_stretches
from loopfind.engine.evidence.marks import WanderingMarks
from loopfind.engine.evidence.region import measure_regions, tells
from loopfind.engine.evidence.sharpness import even_shift, share_of_change
from loopfind.engine.evidence.splices import NO_SEAMS, Seams, peak_if_joined, seams_of, splice_reach
from loopfind.engine.evidence.uniqueness import Rivals, rivals_of
from loopfind.model.candidate import Line, Run
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, SKETCH_CELLS, shown

MOMENTS_TRIED = 40  # asked about
_PLACES, _NEAREST = 4000, 48  # that each is aligned with, as many as a few minutes have; half seconds measured in full
_LOOKED_AT = 64  # frames that show where something moves
_PUT_IN = 5  # places at which a copy may stand


@dataclass(frozen=True)
class Tried:
    """A moment of the file, and how short a copy around it would have been found.

    at: seconds. length: the number of the length in FINDABLE_LENGTHS; their count where none of them is enough.
    telling: (144,) bool, the cells in which a copy would have shown within LONGEST_JUDGED.
    """

    at: float
    length: int
    telling: NDArray[np.bool_]


def try_moments(
    signal: Signal,
    said: NDArray[np.float32],
    judged: NDArray[np.bool_],
    tell: Callable[[float], None] | None = None,
) -> list[Tried]:
    """Return moments spread over what could be judged, in order of time, with what would have been found there.

    said: (n,) nats that each frame of a copy would say. judged: (n,) bool, frames in which copies begin and end.
    tell: called with the share that is done, 0 to 1.
    """
    planted = _Planted(signal, said)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], judged, [False]])))
    begins, ends = edges[::2], edges[1::2]
    frames = np.flatnonzero(judged)
    moments = frames[np.linspace(0, len(frames) - 1, min(MOMENTS_TRIED + 2, len(frames))).astype(np.int64)][1:-1]
    tried, guess = [], len(FINDABLE_LENGTHS) // 3
    for moment in moments.tolist():
        piece = int(np.searchsorted(begins, moment, "right")) - 1
        low, high = int(begins[piece]), int(ends[piece])
        lengths = [length for length in FINDABLE_LENGTHS if _frames(length, signal) <= high - low]
        guess = _least_found(planted, moment, low, high, lengths, guess)
        near = _around(moment, _frames(LONGEST_JUDGED, signal), low, high)
        length = guess if guess < len(lengths) else len(FINDABLE_LENGTHS)
        tried.append(Tried(float(signal.times[moment]), length, planted.telling(*near)))
        if tell is not None:
            tell(len(tried) / len(moments))
    return tried


def _least_found(planted: "_Planted", moment: int, low: int, high: int, lengths: list[float], guess: int) -> int:
    """Return the number of the least length from which copies around a moment are found, len(lengths) for none.

    The search begins at `guess`, the answer at the moment before, and goes on length by length.
    """

    def found(number: int) -> bool:
        return planted.is_found(*_around(moment, _frames(lengths[number], planted.signal), low, high))

    guess = min(guess, len(lengths))
    if guess < len(lengths) and not found(guess):
        guess += 1
        while guess < len(lengths) and not found(guess):
            guess += 1
        return guess
    while guess > 0 and found(guess - 1):
        guess -= 1
    return guess


def _around(moment: int, frames: int, low: int, high: int) -> tuple[int, int]:
    """Return [first, last) of so many frames around a moment, inside [low, high) as far as that is long enough."""
    first = min(max(low, moment - frames // 2), max(low, high - frames))
    return first, min(high, first + frames)


def _flicker(signal: Signal) -> float:
    """Return the squared grey levels by which a picture and its copy may differ.

    It is what a frame usually differs by from the next, and no more than the file's noise. That is taken over a fifth
    of a second and so has slow motion in it. It is no less than COPY_NOISE: an encoder that skips a calm picture makes
    its frames alike, and its second encoding unlike the first."""
    changes = np.concatenate([changes_between(signal, low, high) for low, high in sampled_stretches(signal)])
    changes = changes[changes > 1e-4]  # a frame that was repeated is no copy that was encoded again
    usual = float(np.percentile(changes, 50)) if len(changes) else signal.noise
    return max(min(usual, signal.noise), COPY_NOISE)


def _frames(length: float, signal: Signal) -> int:
    """Return a length in frames, three at the least. length: seconds."""
    return max(3, round(length / signal.step))


class _Planted:
    """Copies of a file's own stretches, as they would be were they shown once more."""

    def __init__(self, signal: Signal, said: NDArray[np.float32]) -> None:
        self.signal, self._said, self._noise = signal, said, _flicker(signal)
        self._marks = WanderingMarks(signal)
        self._overlaid = self._marks.overlaid
        free = shown(PLAIN) * ~self._overlaid
        self._weights = np.asarray(free / free.sum(), np.float32)
        self._joins = _joins_in(signal)

    def telling(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return the cells (144,) bool in which frames [first, last) change by so much that it tells."""
        hop = hop_of(self.signal.step)
        if last - first <= hop:
            return np.zeros(SKETCH_CELLS, bool)
        frames = np.unique(np.linspace(first + hop, last - 1, _LOOKED_AT).astype(np.int64))
        now, before = cells_at(self.signal, frames), cells_at(self.signal, frames - hop)
        return tells(np.square(now - before).mean(0), self.signal.noise) & ~self._overlaid

    def is_found(self, first: int, last: int) -> bool:
        """Say whether a copy of frames [first, last) would be claimed, over half of its length at least."""
        signal, noise = self.signal, self._noise
        telling = first + np.flatnonzero(self._said[first:last] > 0)
        if len(telling) < 3 or 2 * (telling[-1] + 1 - telling[0]) < last - first:
            return False
        first, last = int(telling[0]), int(telling[-1]) + 1
        frames = np.arange(first, last)
        line = _onto_itself(signal, first, last)
        if self._marks.fill(line.start, line.end):
            return False
        run = Run(
            line=line,
            first=first,
            last=last,
            other_first=first,
            other_last=last,
            start=line.start,
            end=line.end,
            other_start=line.start,
            other_end=line.end,
            start_range=(line.start, line.start),
            end_range=(line.end, line.end),
            score=float(self._said[first:last].sum()),
            contrast=self._sharpness(frames),
            residual=0.0,
            informative=len(telling),
        )
        if not (may_hold(run, signal) and eventful(signal, first, last)):
            return False
        regions = measure_regions(signal, line, frames, Fit())
        if regions is None:
            return False
        # The stretch is aligned with itself, so noise is all that it may differ from its copy by. An overlay goes on
        # its own way, and covers the copy.
        regions = replace(regions, along=np.where(self._overlaid, regions.beside, np.float32(noise)))
        seams = self._seams_of_copy(first, last)
        if not replays(run, regions, seams):
            return False

        def rivals() -> Rivals:
            return rivals_of(signal, run, self._weights, _PLACES, noise, _NEAREST)

        return sure_of(confidence, run, signal, rivals, regions, seams) is not None

    def _sharpness(self, frames: Ints) -> float:
        """Return the contrast of a copy of the frames: what they change by over two frames, less the noise."""
        shift = even_shift(self.signal)
        if len(frames) <= 2 * shift:
            return 0.0
        cells = cells_at(self.signal, frames)
        moved = np.square(cells[shift:] - cells[:-shift]) @ self._weights
        own = np.minimum(moved[shift:], moved[:-shift])
        return share_of_change(1 - self._noise / np.maximum(own, 1e-9), own)

    def _seams_of_copy(self, first: int, last: int) -> Seams:
        """Return how clearly the picture would jump at both ends of a copy of frames [first, last): usually, of
        _PUT_IN places where it may be put in."""
        if not self._joins:
            return NO_SEAMS
        signal, reach, peaks = self.signal, splice_reach(self.signal), []
        begins = cells_at(signal, np.arange(first, min(len(signal.times), first + reach)))
        ends = cells_at(signal, np.arange(max(0, last - reach), last))
        for before, after in self._joins:
            peaks.append(sorted((peak_if_joined(signal, before, begins), peak_if_joined(signal, ends, after))))
        return seams_of(*np.median(peaks, axis=0))


def _joins_in(signal: Signal) -> list[tuple[Cells, Cells]]:
    """Return the cells of the frames before and after each of _PUT_IN places where a copy may be put in; none where the
    file is too short for it."""
    n, reach = len(signal.times), splice_reach(signal)
    if n < 4 * reach:
        return []
    places = np.linspace(reach, n - reach, _PUT_IN + 2).astype(np.int64)[1:-1].tolist()
    return [(cells_at(signal, np.arange(p - reach, p)), cells_at(signal, np.arange(p, p + reach))) for p in places]


def _onto_itself(signal: Signal, first: int, last: int) -> Line:
    """Return the line that pairs frames [first, last) with themselves."""
    return Line(1.0, 0.0, float(signal.times[first]), float(signal.times[last - 1]) + signal.step, 0)
