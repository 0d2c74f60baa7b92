"""Stills: the same motionless picture shown at separate moments. It is no evidence of a replay, as nothing moves in
it."""

from collections.abc import Sequence

import numpy as np

from loopfind.engine.evidence.differences import Energies
from loopfind.engine.repeats.parameters import LEAST_STILL, MOST_STILLS, STILL_ALIKE, STILL_CHANGED, STILL_NOISE
from loopfind.engine.repeats.spans import Stretch
from loopfind.model.dtypes import Floats, Rows
from loopfind.model.fingerprint import BLANK, Signal
from loopfind.model.report import Freeze


def still_stretches(signal: Signal, changes: Energies) -> list[Stretch]:
    """Return the stretches of at least LEAST_STILL seconds in which nothing moves, in order: the MOST_STILLS longest.

    changes: (n - 1,) squared grey levels, of each frame but the first since the one before it.
    """
    quiet = np.concatenate([[False], signal.lively <= STILL_NOISE * signal.noise, [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    # A cut from one still picture to another leaves no lively frame: there one stretch ends and the next begins.
    cuts = 1 + np.flatnonzero(changes >= STILL_CHANGED)
    inside = cuts[np.searchsorted(edges, cuts, "right") % 2 == 1]
    inside = inside[~np.isin(inside, edges)]
    edges = np.sort(np.concatenate([edges, inside, inside]))
    found = [
        _stretch_of(signal, int(a), int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if (b - a) * signal.step >= LEAST_STILL
    ]
    return sorted(sorted(found, key=lambda s: -s.frames)[:MOST_STILLS])


def stills_of(signal: Signal, changes: Energies, detail: np.ndarray, freezes: Sequence[Freeze]) -> list[list[Stretch]]:
    """Return groups of still stretches that show one picture, with another picture between them. Blank ones are left
    out, and those that are a freeze for the most part. changes: what still_stretches takes."""
    stretches = [
        stretch
        for stretch in still_stretches(signal, changes)
        if detail[(stretch.first + stretch.last) // 2] >= BLANK and not _is_frozen(stretch, freezes)
    ]
    if len(stretches) < 2:
        return []
    pictures = np.stack([_picture_of(signal.cells, s) for s in stretches])
    groups: list[list[int]] = []
    for i in range(len(stretches)):
        for group in groups:
            if np.square(pictures[group[0]] - pictures[i]).mean() <= STILL_ALIKE:
                group.append(i)
                break
        else:
            groups.append([i])
    parted = [_join_unparted([stretches[i] for i in g], pictures[g[0]], signal) for g in groups if len(g) > 1]
    return [g for g in parted if len(g) > 1]


def _is_frozen(stretch: Stretch, freezes: Sequence[Freeze]) -> bool:
    shared = (min(stretch.last, one.end_frame) - max(stretch.first, one.start_frame) for one in freezes)
    return any(2 * frames > stretch.frames for frames in shared)


def _stretch_of(signal: Signal, first: int, last: int) -> Stretch:
    times = signal.times
    end = float(times[last]) if last < len(times) else float(times[-1]) + signal.step
    return Stretch(first, last, float(times[first]), end)


def _picture_of(cells: Rows, stretch: Stretch) -> Floats:
    """Return the picture of a still stretch, (144,) grey levels."""
    middle = (stretch.first + stretch.last) // 2
    return np.asarray(cells[middle : middle + 1][0], np.float64) / 256


def _join_unparted(stretches: list[Stretch], picture: Floats, signal: Signal) -> list[Stretch]:
    """Return the stretches of one picture, joined where nothing else was shown between them."""
    joined = [stretches[0]]
    for stretch in stretches[1:]:
        between = np.linspace(joined[-1].last, max(joined[-1].last, stretch.first - 1), 16).astype(np.int64)
        rows = np.concatenate([signal.cells[f : f + 1] for f in between]).astype(np.float64) / 256
        if np.square(rows - picture).mean(1).max() < STILL_CHANGED:
            joined[-1] = Stretch(joined[-1].first, stretch.last, joined[-1].start, stretch.end)
        else:
            joined.append(stretch)
    return joined
