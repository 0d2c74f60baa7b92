"""Windows of samples, and the numbers by which each question judges them."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.looks import PACE_PARTS, REGIONS, STRONGEST, UNEXPLAINED, Differing, Movement
from loopfind.engine.trajectory.parameters import (
    BEYOND,
    MOTION_SAMPLES,
    NEVER_KNOWN,
    RETURN_NOISE,
    RETURN_SAMPLES,
    STEP,
    WINDOW_SAMPLES,
)
from loopfind.model.dtypes import Floats, Ints
from loopfind.settings import PICTURE_SIDE


@dataclass(frozen=True)
class Usual:
    """Levels that blocks reach in a baseline, (BLOCKS_ALONG, BLOCKS_ALONG) float32 each, grey levels: in all, in what
    the subspace cannot show, and in what stays, that are seldom passed; as `most_...` those that no sample passed, in
    what stands instead of what stays, infinity where too little was seen to say so. pace (64,) float32: pixels a step
    that are usual by region."""

    front: Grey
    strange: Grey
    stays: Grey
    pace: Grey
    most_front: Grey
    most_strange: Grey
    most_stands: Grey


def usual_levels(moved: Movement, seen: Differing) -> Usual:
    """Return the levels of a baseline that was judged part by part: the 95th of 100, and 1 for the noise of a coder."""
    levels = seen.front, seen.strange, seen.stays
    front, strange, stays = ((np.quantile(one, 0.95, axis=0) + 1).astype(np.float32) for one in levels)
    unknown = np.full_like(front, np.inf)
    return Usual(front, strange, stays, usual_pace(moved.pace), unknown, unknown, unknown)


def with_most(usual: Usual, seen: Differing, samples: float) -> Usual:
    """Return usual levels with those that no sample passed, and 1 for the noise of a coder. samples: of the whole
    baseline that are new; where few are, each part of it passes what the others reach, and they are left unknown."""
    if samples < NEVER_KNOWN:
        return usual
    front, strange, stands = (one.max(0) + 1 for one in (seen.front, seen.strange, seen.stands))
    return replace(usual, most_front=front, most_strange=strange, most_stands=stands)


@dataclass(frozen=True)
class Windows:
    """Windows of samples, in the order of time.

    ends (m,) int64: the sample after each. A window is [end - WINDOW_SAMPLES, end). begins (m,) int64: of the longer
    windows [begin, end) in which motion is judged, MOTION_SAMPLES or what there is. since (m,) int64: the first sample
    that a window is compared with, RETURN_SAMPLES before its end or what there is.
    """

    ends: Ints
    begins: Ints
    since: Ints

    def __len__(self) -> int:
        return len(self.ends)

    def part(self, which: NDArray[np.bool_]) -> "Windows":
        """Return some of them."""
        return Windows(self.ends[which], self.begins[which], self.since[which])


def windows_in(low: int, high: int) -> Windows:
    """Return the windows in samples [low, high) that follow one another."""
    return windows_at(np.arange(low + WINDOW_SAMPLES, high + 1, STEP), low)


def windows_at(ends: Ints, low: int) -> Windows:
    """Return the windows that end before these samples (m,), of footage that begins at sample `low`."""
    return Windows(ends, np.maximum(low, ends - MOTION_SAMPLES), np.maximum(low, ends - RETURN_SAMPLES))


def all_windows(parts: list[Windows]) -> Windows:
    """Return the windows of all parts."""
    return Windows(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Windows)))


def arrow_windows(arrow: Grey, windows: Windows) -> Grey:
    """Return what tells which way time runs in windows, (m, ARROW): sums of roots, with their signs, so that one step,
    such as that of a cut, does not outweigh the others."""
    return _long_sums(np.sign(arrow) * np.sqrt(np.abs(arrow)), windows)


def pace_windows(pace: Grey, usual: Usual, windows: Windows) -> Grey:
    """Return what tells how fast things move in windows, (m, 4 + 8 + 3): how far they go beyond the usual pace of their
    regions, the paces of the fastest regions beside that, how many steps are of each length, and ratios.

    What moves at its usual pace adds nothing to the first, so that it does not hide what is faster.
    """
    by_region = pace[:, PACE_PARTS[0]].reshape(len(pace), -1, 2)
    length, blocks = by_region[..., 0], by_region[..., 1]
    beyond = [np.maximum(length - times * usual.pace * blocks, 0).sum(1) for times in BEYOND]
    # A block at the usual pace is taken to move in each region, so that where little moves one does not count for much.
    fastest = np.log(_strongest((length + usual.pace) / (usual.pace * (blocks + 1))))
    sums = _long_sums(np.concatenate([np.stack([*beyond, fastest], 1), pace], 1), windows)
    found, sums = sums[:, :3], sums[:, 3:]
    of_length = sums[:, PACE_PARTS[1]]
    shares = 3 * np.sqrt(of_length / (of_length.sum(1, keepdims=True) + 3))
    often = np.quantile(_long_samples(fastest, windows), 0.8, axis=1)
    fast = [2 * np.log(found[:, :2] + 1), found[:, 2:] * 3 / WINDOW_SAMPLES, 3 * often[:, None].astype(np.float32)]
    return np.concatenate([*fast, shares, _ratios(sums)], 1)


_LEAST_JUMP = 0.1  # grey levels from which the change of a whole picture counts


def jump_windows(pace: Grey, windows: Windows) -> Grey:
    """Return what tells whether something is there at once, or gone, in windows, (m, 3): logarithms of what no motion
    explains and of what changes, at its most beside its middle, and of the first at its most."""
    within = _long_samples(np.stack([pace[:, UNEXPLAINED], pace[:, -4] / _LEAST_JUMP], 1), windows)
    most = within[:, -WINDOW_SAMPLES:].max(1)
    rows: Grey = np.concatenate([np.log((most + 1) / (np.median(within, axis=1) + 1)), np.log(most[:, :1] + 1)], 1)
    return rows


def standing_windows(pace: Grey, front: Grey, windows: Windows) -> Grey:
    """Return what tells whether something stands in windows: (m, 64 + 3). front: levels of blocks (n, BLOCKS_ALONG,
    BLOCKS_ALONG)."""
    by_region = _sums(front[:, ::2, ::2].reshape(len(front), -1), windows) / WINDOW_SAMPLES
    return np.concatenate([np.sqrt(by_region), _ratios(_sums(pace, windows))], 1)


def _ratios(sums: Grey) -> Grey:
    """Return, of sums of paces (m, PACE), logarithms: of pixels a step, and of what changes to what differs; (m, 3)."""
    by_region = sums[:, PACE_PARTS[0]].reshape(len(sums), -1, 2).sum(1)
    change, differs, moving, front = sums[:, -4:].T / WINDOW_SAMPLES
    pixels = (by_region[:, 0] + 1) / (by_region[:, 1] + 1)
    ratios: Grey = 3 * np.log(
        np.stack([pixels, (change + 0.05) / (differs + 0.5), (moving + 0.002) / (front + 0.02)], 1)
    ).astype(np.float32)
    return ratios


def return_windows(coordinates: Grey, windows: Windows) -> Floats:
    """Return how exactly windows show what came before them, backwards, (m,): minus the logarithm of the least mean
    square by which a window differs from an earlier one in reverse, beside its own variance. coordinates: of samples in
    the subspace, (n, k).

    What goes to and fro comes back by a way of its own; what is shown backwards comes back by the same.
    """
    answers = np.zeros(len(windows))
    steps = np.arange(WINDOW_SAMPLES)
    for number, (end, since) in enumerate(zip(windows.ends.tolist(), windows.since.tolist(), strict=True)):
        before = end - WINDOW_SAMPLES - since  # samples of the past
        if before < WINDOW_SAMPLES:
            continue
        own = coordinates[end - WINDOW_SAMPLES : end].astype(np.float64)
        past = coordinates[since : end - WINDOW_SAMPLES].astype(np.float64)
        squares = (own**2).sum(1)[:, None] + (past**2).sum(1) - 2 * own @ past.T
        last = np.arange(WINDOW_SAMPLES - 1, before)[:, None]
        apart = squares[steps, last - steps].mean(1).min()
        varied = ((own - own.mean(0)) ** 2).sum(1).mean()
        answers[number] = -np.log((max(apart, 0.0) + RETURN_NOISE) / (varied + RETURN_NOISE))
    return answers


BODY = 18
"""Numbers by which a window is judged for what is strange in it."""

DISTANCE = 6
"""Of these, the one by which a picture is off the map."""

NEVER_THERE, NEVER_STOOD = [12, 14], 16
"""Of these, how far the strongest blocks go beyond all that was seen there: in what passes, and in what stands."""


def body_rows(seen: Differing, usual: Usual) -> Grey:
    """Return what tells whether something is there that never was, of each sample: (n, BODY), logarithms."""
    strange, front = _strongest(seen.strange), _strongest(seen.front)
    strange_beside, front_beside, stays_beside = (
        seen.strange / usual.strange,
        seen.front / usual.front,
        seen.stays / usual.stays,
    )
    never = seen.strange / usual.most_strange, seen.front / usual.most_front, seen.stands / usual.most_stands
    rows = [
        _strongest(strange_beside),
        _strongest(front_beside),
        _strongest(stays_beside),
        seen.front.mean((1, 2)) + 0.5,
        strange / (front + 3),
        strange + 1,
        seen.distance + 0.2,
        _strongest(seen.stays) + 1,
        # Whatever is beyond the usual adds to these, so that nothing hides behind what is strange elsewhere.
        _beyond(strange_beside) + 1,
        np.sqrt((np.maximum(strange_beside - 1, 0) ** 2).sum((1, 2))) + 0.3,
        _beyond(front_beside) + 1,
        _beyond(stays_beside) + 1,
        # Where nothing ever was, little is strange enough; unknown levels make constants, which tell nothing.
        *(row for one in never for row in (_strongest(one), _beyond(one) + 0.3)),
    ]
    logarithms: Grey = np.log(np.maximum(np.stack(rows, 1), 1e-3)).astype(np.float32)
    return logarithms


def body_windows(rows: Grey, windows: Windows) -> Grey:
    """Return the levels that most samples of windows stay under: of rows (n, BODY), (m, BODY)."""
    samples = sliding_window_view(rows, WINDOW_SAMPLES, axis=0)[windows.ends - WINDOW_SAMPLES]
    levels: Grey = np.partition(samples, WINDOW_SAMPLES * 4 // 5, axis=2)[..., WINDOW_SAMPLES * 4 // 5]
    return levels


def motion_activity(pace: Grey, windows: Windows) -> Floats:
    """Return how much moves in windows, (m,): the logarithm of grey levels from sample to sample."""
    return np.log(_sums(pace[:, -4:-3], windows)[:, 0].astype(np.float64) / WINDOW_SAMPLES + 0.2)


def known_activity(coordinates: Grey, windows: Windows) -> Floats:
    """Return how much of the picture differs in windows in ways that the subspace knows, (m,): the logarithm of grey
    levels. coordinates: of samples in it, (n, k). What was never there adds little to it."""
    levels = np.sqrt((coordinates * coordinates).sum(1, keepdims=True)) / PICTURE_SIDE
    return np.log(_sums(levels, windows)[:, 0].astype(np.float64) / WINDOW_SAMPLES + 0.5)


def traffic_of(pace: Grey) -> Grey:
    """Return how many blocks move by region, (8, 8), beside the mean over all regions: of paces (n, PACE)."""
    blocks = pace[:, PACE_PARTS[0]].sum(0, dtype=np.float64).reshape(-1, 2)[:, 1]
    traffic: Grey = (blocks / max(float(blocks.mean()), 1e-6)).astype(np.float32).reshape(REGIONS, REGIONS)
    return traffic


_LEAST_PACE = 0.5  # pixels a step


def usual_pace(pace: Grey) -> Grey:
    """Return the pixels a step that are usual by region, (64,): of paces (n, PACE)."""
    by_region = pace[:, PACE_PARTS[0]].sum(0, dtype=np.float64).reshape(-1, 2)
    length, blocks = by_region[:, 0], by_region[:, 1]
    everywhere = length.sum() / max(blocks.sum(), 1e-6)
    # A region where little moved is taken for one like the others, and none for one in which nothing ever does.
    usual: Grey = np.maximum((length + 5 * everywhere) / (blocks + 5), _LEAST_PACE).astype(np.float32)
    return usual


def pace_beside(pace: Grey, usual: Grey) -> float:
    """Return how many times their usual pace things move in samples, of paces (n, PACE); 0 where nothing does."""
    by_region = pace[:, PACE_PARTS[0]].sum(0, dtype=np.float64).reshape(-1, 2)
    expected = float(by_region[:, 1] @ usual)
    return float(by_region[:, 0].sum()) / expected if expected > 0 else 0.0


def _beyond(levels: Grey) -> Grey:
    """Return by how much blocks go beyond 1, (n,): sums of logarithms."""
    sums: Grey = np.log(np.maximum(levels, 1)).sum((1, 2))
    return sums


def _strongest(levels: Grey) -> Grey:
    flat = levels.reshape(len(levels), -1)
    mean: Grey = np.partition(flat, -STRONGEST, axis=1)[:, -STRONGEST:].mean(1)
    return mean


def _sums(rows: Grey, windows: Windows) -> Grey:
    """Return the sums of rows (n, k) over windows, (m, k)."""
    return _between(rows, windows.ends - WINDOW_SAMPLES, windows.ends)


def _long_sums(rows: Grey, windows: Windows) -> Grey:
    """Return the sums of rows (n, k) over the longer windows, (m, k), as for WINDOW_SAMPLES samples."""
    share = WINDOW_SAMPLES / (windows.ends - windows.begins)
    sums: Grey = _between(rows, windows.begins, windows.ends) * share[:, None].astype(np.float32)
    return sums


def _long_samples(rows: Grey, windows: Windows) -> Grey:
    """Return the rows (n, ...) of the samples of the longer windows, (m, MOTION_SAMPLES, ...); the first of a shorter
    one stands for those that are missing."""
    samples = windows.ends[:, None] - MOTION_SAMPLES + np.arange(MOTION_SAMPLES)
    found: Grey = rows[np.maximum(samples, windows.begins[:, None])]
    return found


def _between(rows: Grey, low: Ints, high: Ints) -> Grey:
    sums = np.concatenate([np.zeros((1, rows.shape[1])), rows.cumsum(0, dtype=np.float64)])
    found: Grey = (sums[high] - sums[low]).astype(np.float32)
    return found
