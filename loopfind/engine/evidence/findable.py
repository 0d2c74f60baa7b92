"""The shortest findable copy: claims are tried on copies of the file's own stretches.

No copy need be made, as a stretch and its copy differ by the file's noise alone. The file itself shows what else a
claim needs: how much the stretch says, how sharply it changes, and what in the file is like it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.evidence.activity import eventful
from loopfind.engine.evidence.claim_parameters import COPY_NOISE, FINDABLE_LENGTHS, FINDABLE_SHARE
from loopfind.engine.evidence.claims import believed, confidence, may_hold, replays
from loopfind.engine.evidence.differences import Fit, cells_at, changes_between
from loopfind.engine.evidence.region import measure_regions
from loopfind.engine.evidence.sharpness import even_shift, share_of_change
from loopfind.engine.evidence.splices import NO_SEAMS, Seams, seams_of, splice_if_joined, splice_reach
from loopfind.engine.evidence.uniqueness import rivals_of
from loopfind.model.candidate import Line, Run
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import PLAIN, shown

_STRETCHES = 20  # of each length
_PLACES, _NEAREST = 4000, 48  # that each is aligned with, as many as a few minutes have; half seconds measured in full
_PUT_IN = 5  # places at which a copy may stand
_SAMPLES, _SAMPLE = 40, 250  # stretches, and frames of each, in which frames are compared with the next


def shortest_findable(signal: Signal, said: NDArray[np.float32], judged: NDArray[np.bool_]) -> float | None:
    """Return the seconds that a copy must last for nine in ten to be found, None where none of FINDABLE_LENGTHS is
    enough.

    said: (n,) nats that each frame of a copy would say. judged: (n,) bool, frames in which stretches begin and end.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], judged, [False]])))
    longest = int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
    lengths = [length for length in FINDABLE_LENGTHS if _frames(length, signal) <= longest]
    noise = _flicker(signal)
    low, high = 0, len(lengths)
    while low < high:
        middle = (low + high) // 2
        enough = _enough(signal, said, judged, lengths[middle], noise)
        low, high = (low, middle) if enough else (middle + 1, high)
    return lengths[low] if low < len(lengths) else None


def _flicker(signal: Signal) -> float:
    """Return the squared grey levels by which a picture and its copy may differ.

    It is what a frame usually differs by from the next, and no more than the file's noise. That is taken over a fifth
    of a second and so has slow motion in it. It is no less than COPY_NOISE: an encoder that skips a calm picture makes
    its frames alike, and its second encoding unlike the first."""
    found = []
    for low in np.linspace(0, max(0, len(signal.times) - _SAMPLE), _SAMPLES).astype(np.int64).tolist():
        found.append(changes_between(signal, low, min(len(signal.times), low + _SAMPLE)))
    changes = np.concatenate(found)
    changes = changes[changes > 1e-4]  # a frame that was repeated is no copy that was encoded again
    usual = float(np.percentile(changes, 50)) if len(changes) else signal.noise
    return max(min(usual, signal.noise), COPY_NOISE)


def _frames(length: float, signal: Signal) -> int:
    """Return a length in frames, three at the least. length: seconds."""
    return max(3, round(length / signal.step))


def _enough(signal: Signal, said: NDArray[np.float32], judged: NDArray[np.bool_], length: float, noise: float) -> bool:
    """Say whether nine in ten stretches of so many seconds, spread over what could be judged, would be found."""
    frames = _frames(length, signal)
    total = np.zeros(len(judged) + 1, np.int32)
    np.cumsum(judged, dtype=np.int32, out=total[1:])
    whole = total[frames:] - total[:-frames] == frames
    del total
    starts = np.flatnonzero(whole)
    asked = starts[np.linspace(0, len(starts) - 1, min(_STRETCHES, len(starts))).astype(np.int64)]
    allowed = int((1 - FINDABLE_SHARE) * len(asked) + 1e-9)
    for left, first in zip(range(len(asked), 0, -1), asked.tolist(), strict=True):
        if left <= allowed:
            break
        allowed -= not _found(signal, said, first, first + frames, noise)
        if allowed < 0:
            return False
    return True


def _found(signal: Signal, said: NDArray[np.float32], first: int, last: int, noise: float) -> bool:
    """Say whether a copy of frames [first, last) would be claimed, over half of its length at least."""
    telling = first + np.flatnonzero(said[first:last] > 0)
    if len(telling) < 3 or 2 * (telling[-1] + 1 - telling[0]) < last - first:
        return False
    first, last = int(telling[0]), int(telling[-1]) + 1
    start, end = float(signal.times[first]), float(signal.times[last - 1]) + signal.step
    run = Run(
        line=Line(1.0, 0.0, start, end, 0),
        first=first,
        last=last,
        other_first=first,
        other_last=last,
        start=start,
        end=end,
        other_start=start,
        other_end=end,
        start_range=(start, start),
        end_range=(end, end),
        score=float(said[first:last].sum()),
        contrast=_sharpness(signal, first, last, noise),
        residual=0.0,
        informative=len(telling),
    )
    regions = measure_regions(signal, run.line, np.arange(first, last), Fit())
    if regions is None or not (may_hold(run, signal) and eventful(signal, first, last)):
        return False
    # The stretch is aligned with itself, so noise is all that it may differ from its copy by.
    regions = replace(regions, along=np.full_like(regions.along, noise))
    seams = _seams_of_copy(signal, first, last)
    if not replays(run, regions, seams):
        return False
    rivals = rivals_of(signal, run, shown(PLAIN), _PLACES, noise, _NEAREST)
    return believed(confidence(run, signal, rivals, regions, seams), end - start, regions, seams)


def _seams_of_copy(signal: Signal, first: int, last: int) -> Seams:
    """Return how clearly the picture would jump at both ends of a copy of frames [first, last): usually, of _PUT_IN
    places where it may be put in."""
    n, reach = len(signal.times), splice_reach(signal)
    if n < 4 * reach:
        return NO_SEAMS
    begins, ends = np.arange(first, min(n, first + reach)), np.arange(max(0, last - reach), last)
    peaks = []
    for place in np.linspace(reach, n - reach, _PUT_IN + 2).astype(np.int64)[1:-1].tolist():
        start = splice_if_joined(signal, np.arange(place - reach, place), begins)
        end = splice_if_joined(signal, ends, np.arange(place, place + reach))
        peaks.append(sorted((start.peak, end.peak)))
    return seams_of(*np.median(peaks, axis=0))


def _sharpness(signal: Signal, first: int, last: int, noise: float) -> float:
    """Return the contrast of a copy of frames [first, last): what they change by over two frames, less the noise."""
    shift = even_shift(signal)
    if last - first <= 2 * shift:
        return 0.0
    cells = cells_at(signal, np.arange(first, last))
    moved = np.square(cells[shift:] - cells[:-shift]).mean(1)
    own = np.minimum(moved[shift:], moved[:-shift])
    return share_of_change(1 - noise / np.maximum(own, 1e-9), own)
