"""The signal that the engine searches, from sketches: codes of motion and of pictures, and how lively each frame is.

Motion is the picture less the picture 0.2 s before. That leaves out the standing background and a logo, which on a
fixed camera are all that a picture hash sees. Its 64 lowest DCT frequencies give one sign bit each (as pHash does for
pictures, Zauner 2010), so that similar motions share most bits. Unlike pHash, signs are taken about zero, not about the
median: motion has no mean to take away.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Scratch
from loopfind.arrays.time_index import nearest, reckoned_gap
from loopfind.engine.signal.parameters import (
    DIGITAL_STILLNESS,
    LIVELY_GAPS,
    MEAN_FRAMES,
    MOTION_GAP,
    MOVING_ENERGY,
    MOVING_RATIO,
    NOISE_BOUNDS,
    NOISE_WINDOW,
    PARTNER_SLACK,
    QUIET_PERCENTILE,
    QUIET_SECONDS,
)
from loopfind.model.dtypes import Floats, Ints, Rows, Sketches, Words
from loopfind.model.files import FileTable
from loopfind.model.fingerprint import CodedTimeline, Signal, Track
from loopfind.model.transform import BLOCKS, Transform, blocks_of, matrix
from loopfind.model.transform import SKETCH_CELLS as CELLS
from loopfind.model.transform import SKETCH_SIDE as SIDE

_BLOCK, _SPAN = 4096, 1 << 18
MOST_AT_HAND = 1 << 16
"""Frames whose cells are in memory as numbers at once: 38 MB."""


def motion_gap(step: float) -> float:
    """MOTION_GAP rounded to whole frames, seconds: at 12.5 frames a second no two frames are 0.2 s apart."""
    return float(motion_gaps(np.array([step]))[0])


def motion_gaps(steps: Floats) -> Floats:
    """MOTION_GAP rounded to whole frames of each of many steps: (n,) seconds of (n,) seconds."""
    return np.asarray(np.maximum(1, np.round(MOTION_GAP / steps)) * steps, np.float64)


@cache
def dct_basis() -> NDArray[np.float32]:
    """DCT-II basis (144, 64) float32 of the cells: the 64 lowest spatial frequencies but the mean, lowest first."""
    table = np.ascontiguousarray(_dct_plane(SIDE)[_lowest_first(SIDE)[:64]].T, np.float32)
    table.flags.writeable = False  # one table is handed to all who ask
    return table


def _dct_plane(side: int) -> NDArray[np.float64]:
    """DCT-II basis (side ** 2, side ** 2) of a square of cells: a row for each spatial frequency."""
    k = np.arange(side)
    basis = np.cos(np.pi * (2 * k[None] + 1) * k[:, None] / (2 * side)) * np.sqrt(2 / side)
    basis[0] /= np.sqrt(2)
    return np.asarray(np.einsum("ui,vj->uvij", basis, basis).reshape(side**2, side**2), np.float64)


def _lowest_first(side: int) -> Ints:
    """The spatial frequencies of a square of cells but the mean, by rising sum of both ways."""
    u, v = np.indices((side, side))
    return np.argsort((u + v).ravel(), kind="stable")[1:]


@cache
def _block_weights() -> NDArray[np.float32]:
    """Share (144, 9) of each cell in each of 3 x 3 blocks."""
    return blocks_of(np.eye(CELLS, dtype=np.float32))


def _pack_signs(values: NDArray[np.floating]) -> Words:
    """Pack the signs of (n, 64) values into (n,) uint64, the first column highest."""
    packed = np.ascontiguousarray(np.packbits(values > 0, axis=1)).view(">u8")
    return np.asarray(packed.ravel(), np.uint64)


def signal_of(track: Track, parts: FileTable | None = None) -> Signal:
    """Return the signal of a track, read in blocks so that a day of sketches need not be in memory.

    parts: the files that it is made of, where these are several; their noise is measured here.
    """
    times, sketches, n = track.times, track.sketches, len(track)
    step = reckoned_gap(times)
    mean = mean_picture(sketches)
    motion, picture, moving = Scratch(1, np.uint64), Scratch(1, np.uint64), np.zeros(n, bool)
    energy, lively = np.zeros(n, np.float32), np.zeros(n, np.float32)
    steps = _steps(n, step, parts)
    blocks = Scratch(BLOCKS**2)
    for low in range(0, n, _BLOCK):
        part = slice(low, min(n, low + _BLOCK))
        features = features_of(times, sketches, part, steps[part], mean)
        motion.append(features.codes.motion)
        picture.append(features.codes.picture)
        moving[part], energy[part], lively[part] = features.codes.paired, features.codes.energy, features.lively
        blocks.append(features.blocks)
    noise = noise_of(energy, step)
    if parts is not None:
        parts = _with_noise(parts, energy)
    return Signal(
        times,
        step,
        sketches,
        motion.mapped().ravel(),
        picture.mapped().ravel(),
        moving & is_moving(energy, step),
        lively,
        noise,
        blocks.mapped(),
        parts,
    )


def coded_timeline_of(track: Track) -> CodedTimeline:
    """Return the part of a track's signal that an index is asked with, which takes half of the time."""
    times, n, step = track.times, len(track), reckoned_gap(track.times)
    mean, steps = mean_picture(track.sketches), _steps(n, step, None)
    parts = [slice(low, min(n, low + _BLOCK)) for low in range(0, n, _BLOCK)]
    found = [codes_of(times, track.sketches, part, steps[part], mean) for part in parts]
    motion, picture, paired, energy = (np.concatenate(column) for column in zip(*found, strict=True))
    return CodedTimeline(times, step, track.sketches, motion, picture, paired & is_moving(energy, step))


class MomentCodes(NamedTuple):
    """Codes of m frames by themselves, one row a frame.

    motion, picture: as in a Signal. paired: (m,) bool, whether some frame lies MOTION_GAP before. energy: (m,) float32,
    how much moved, in squared grey levels.
    """

    motion: Words
    picture: Words
    paired: NDArray[np.bool_]
    energy: NDArray[np.float32]


class FrameFeatures(NamedTuple):
    """Measurements of m frames by themselves, one row a frame. codes: of the frames. lively, blocks: as in a Signal."""

    codes: MomentCodes
    lively: NDArray[np.float32]
    blocks: Sketches


def codes_of(times: Floats, sketches: Rows, part: slice, steps: Floats, mean: NDArray[np.float32]) -> MomentCodes:
    """Return the codes of the frames of a part, as `features_of` does."""
    low, high, _ = part.indices(len(times))
    first = int(nearest(times, times[low : low + 1] - float(motion_gaps(steps).max()))[0])
    cells_of = _cells_between(sketches, first, high)
    return _codes_in(times, cells_of, cells_of(np.arange(low, high)), slice(low, high), steps, mean)


def features_of(times: Floats, sketches: Rows, part: slice, steps: Floats, mean: NDArray[np.float32]) -> FrameFeatures:
    """Measure the frames of a part; those within a second of it are read too.

    times: (n,) seconds. sketches: (n, 144) uint16. steps: (m,) seconds, the step of the file of each frame of the part.
    mean: (144,) float32, the mean picture.
    """
    low, high, _ = part.indices(len(times))
    first = int(nearest(times, times[low : low + 1] - max(LIVELY_GAPS))[0])
    last = int(nearest(times, times[high - 1 : high] + max(LIVELY_GAPS))[0]) + 1
    cells_of = _cells_between(sketches, first, last)
    now = cells_of(np.arange(low, high))
    sides = np.zeros((2, high - low), np.float32)
    for side, sign in zip(sides, (1, -1), strict=True):
        for away in LIVELY_GAPS:
            other = cells_of(nearest(times, times[low:high] - sign * away))
            side[:] = np.maximum(side, np.square(now - other).mean(1))
    return FrameFeatures(
        codes=_codes_in(times, cells_of, now, slice(low, high), steps, mean),
        # The lesser of the two sides: a frame beside a cut is not lively for that.
        lively=sides.min(0),
        blocks=np.rint(256 * (now @ _block_weights())).astype(np.uint16),
    )


def _codes_in(
    times: Floats,
    cells_of: Callable[[Ints], NDArray[np.float32]],
    now: NDArray[np.float32],
    part: slice,
    steps: Floats,
    mean: NDArray[np.float32],
) -> MomentCodes:
    """Return the codes of the frames of a part. cells_of: gives the cells of frames. now: (m, 144), of the part."""
    wanted = times[part] - motion_gaps(steps)
    before = nearest(times, wanted)
    moved = now - cells_of(before)
    return MomentCodes(
        motion=_pack_signs(moved @ dct_basis()),
        picture=_pack_signs((now - mean) @ dct_basis()),
        paired=np.abs(times[before] - wanted) <= PARTNER_SLACK * steps,
        energy=np.asarray(np.square(moved).mean(1), np.float32),
    )


def _cells_between(sketches: Rows, first: int, last: int) -> Callable[[Ints], NDArray[np.float32]]:
    """Return a function that gives the cells (m, 144) float32 of frames (m,) out of [first, last).

    All of them are at hand, unless the clock says that more are shown within a second than fit into memory.
    """
    if last - first <= MOST_AT_HAND:
        cells = sketches[first:last].astype(np.float32) * np.float32(1 / 256)
        return lambda frames: cells[frames - first]

    def gathered(frames: Ints) -> NDArray[np.float32]:
        rows = np.empty((len(frames), CELLS), np.float32)
        for low in range(int(frames.min()), int(frames.max()) + 1, MOST_AT_HAND):
            here = np.flatnonzero((frames >= low) & (frames < low + MOST_AT_HAND))
            rows[here] = sketches[low : low + MOST_AT_HAND][frames[here] - low]
        return rows * np.float32(1 / 256)

    return gathered


def picture_codes(signal: CodedTimeline, frames: Ints) -> Words:
    """Return picture codes (m,) uint64 of the given frames, rising, that do not depend on the file they are of.

    The picture codes of a signal do: they are of the pictures less the file's mean picture.
    """
    bits, basis = np.zeros(len(frames), np.uint64), dct_basis()
    for low in range(0, len(frames), _BLOCK):
        part = frames[low : low + _BLOCK]
        rows = signal.cells[int(part[0]) : int(part[-1]) + 1][part - part[0]]
        bits[low : low + _BLOCK] = _pack_signs(rows.astype(np.float32) @ basis)
    return bits


def transformed_motion(signal: CodedTimeline, view: Transform, wanted: NDArray[np.bool_]) -> Words:
    """Return the motion codes (n,) uint64 that transformed pictures would have; 0 for frames that are not wanted."""
    bits, frames = np.zeros(len(signal.times), np.uint64), np.flatnonzero(wanted)
    bits[frames] = transformed_motions(signal, (view,), frames)[0]
    return bits


def motion_within(signal: Signal, quadrant: str, wanted: NDArray[np.bool_]) -> Words:
    """Return the motion codes (n,) uint64 of one quadrant of the picture, "upper left" say; 0 for frames that are not
    wanted."""
    bits, frames = np.zeros(len(signal.times), np.uint64), np.flatnonzero(wanted)
    bits[frames] = _motion_codes(signal, _quadrant_basis(quadrant), frames)[0]
    return bits


@cache
def _quadrant_basis(quadrant: str) -> NDArray[np.float32]:
    """Basis (144, 64) float32 of one quadrant: its 35 spatial frequencies but the mean, lowest first, and 29 sums of
    neighbouring ones, whose signs are not settled by the signs of both."""
    half = SIDE // 2
    plane, order = _dct_plane(half), _lowest_first(half)
    table = np.zeros((SIDE, SIDE, 64), np.float32)
    rows = slice(half) if "upper" in quadrant else slice(half, None)
    columns = slice(half) if "left" in quadrant else slice(half, None)
    own = plane[order].T.reshape(half, half, -1)
    table[rows, columns] = np.concatenate([own, own[..., 1:] + own[..., :-1]], axis=2)[..., :64]
    return table.reshape(CELLS, 64)


def transformed_motions(signal: CodedTimeline, views: Sequence[Transform], frames: Ints) -> Words:
    """Return the motion codes (views, m) uint64 that pictures would have by each transform, for frames (m,), rising."""
    return _motion_codes(signal, _bases_of(tuple(views)), frames)


@lru_cache(maxsize=8)
def _bases_of(views: tuple[Transform, ...]) -> NDArray[np.float32]:
    """Bases (144, 64 k) float32 of pictures that are seen through k views, side by side."""
    return np.hstack([matrix(view).T @ dct_basis() for view in views])


def _motion_codes(signal: CodedTimeline, basis: NDArray[np.float32], frames: Ints) -> Words:
    """Return the signs (k, m) uint64 of the motion of frames (m,), rising, on k bases side by side, (144, 64 k)."""
    count = basis.shape[1] // 64
    bits, steps = np.zeros((count, len(frames)), np.uint64), signal.steps()
    for low in range(0, len(frames), _BLOCK // 2):
        part = frames[low : low + _BLOCK // 2]
        before = nearest(signal.times, signal.times[part] - motion_gaps(steps[part]))
        first = int(before.min())
        rows = signal.cells[first : int(part[-1]) + 1]
        moved = rows[part - first].astype(np.float32) - rows[before - first]
        values = (moved @ basis).reshape(-1, 64)
        bits[:, low : low + len(part)] = _pack_signs(values).reshape(len(part), count).T
    return bits


def _steps(count: int, step: float, parts: FileTable | None) -> Floats:
    """The step (count,) of the file that each frame is of, seconds."""
    return np.broadcast_to(step, count) if parts is None else parts.steps(count)


def _with_noise(parts: FileTable, energy: NDArray[np.float32]) -> FileTable:
    """Return the parts with the noise of each file."""
    rows = zip(parts.first.tolist(), parts.frames.tolist(), parts.step.tolist(), strict=True)
    return replace(parts, noise=np.array([noise_of(energy[a : a + count], step) for a, count, step in rows]))


def mirror_flips() -> np.uint64:
    """The motion bits that turn over when the picture is mirrored left to right: those of odd horizontal frequency."""
    across = _lowest_first(SIDE)[:64] % SIDE
    return np.uint64(int.from_bytes(np.packbits(across % 2 == 1).tobytes(), "big"))


def upside_down_flips() -> np.uint64:
    """The motion bits that turn over when the picture is turned upside down: those of odd vertical frequency."""
    down = _lowest_first(SIDE)[:64] // SIDE
    return np.uint64(int.from_bytes(np.packbits(down % 2 == 1).tobytes(), "big"))


def mean_picture(sketches: Rows) -> NDArray[np.float32]:
    """Return the mean (144,) float32 of at most MEAN_FRAMES sketches spread over the file."""
    n = len(sketches)
    if not n:
        return np.zeros(CELLS, np.float32)
    spread = np.linspace(0, n - 1, min(n, MEAN_FRAMES)).astype(np.int64)
    rows = np.concatenate([sketches[i : i + 1] for i in spread]) if n > MEAN_FRAMES else sketches[0:n]
    return np.asarray(rows.astype(np.float64).mean(0) / 256, np.float32)


def is_moving(energy: NDArray[np.float32], step: float) -> NDArray[np.bool_]:
    """Tell which frames (n,) move by more than the noise around them."""
    return np.asarray(energy > np.minimum(MOVING_RATIO * _noise_around(energy, step), MOVING_ENERGY))


def _noise_around(energy: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    """The noise (n,) within NOISE_WINDOW of each frame, in squared grey levels."""
    size = max(16, min(len(energy), round(NOISE_WINDOW / step)))  # a file may claim a billion frames a second
    levels = np.array([noise_of(energy[low : low + size], step) for low in range(0, len(energy), size)], np.float32)
    return np.asarray(np.repeat(levels, size)[: len(energy)], np.float32)


def noise_of(energy: NDArray[np.float32], step: float) -> float:
    """Return the level of change in the quietest tenth of the frames, in squared grey levels.

    energy: (n,) squared grey levels. step: seconds. Digital stillness is left out.
    """
    width = max(3, round(QUIET_SECONDS / step))
    if len(energy) < width:
        return NOISE_BOUNDS[0]
    means = np.empty(len(energy) - width + 1)
    for low in range(0, len(means), _SPAN):
        high = min(len(means), low + _SPAN)
        means[low:high] = np.convolve(energy[low : high + width - 1], np.full(width, 1 / width), "valid")
    means = means[means > DIGITAL_STILLNESS]
    if not len(means):
        return NOISE_BOUNDS[0]
    return float(np.clip(np.percentile(means, QUIET_PERCENTILE, overwrite_input=True), *NOISE_BOUNDS))
