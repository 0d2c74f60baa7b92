"""From sketches to the signal that the engine searches: bits of what moved and of what stands, and how lively each
frame is.

Motion is the picture less the picture 0.2 s before: it leaves out the standing background and a logo, which on a
fixed camera are all that a picture hash sees. Its 64 lowest DCT frequencies give one sign bit each (as pHash does for
pictures, Zauner 2010), so that near-equal motion shares most bits.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Scratch
from loopfind.arrays.time_index import gap_of, nearest
from loopfind.model.dtypes import Floats, Ints, Rows, Sketches, Words
from loopfind.model.files import FileTable
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.transform import BLOCKS, Transform, blocks_of, matrix
from loopfind.model.transform import SKETCH_CELLS as CELLS
from loopfind.model.transform import SKETCH_SIDE as SIDE

MOTION_GAP = 0.2
"""Seconds. Longer gaps gather more of a slow motion over the codec's noise; shorter ones blur less. At 0.1 s half as
many true frames were found on fixed cameras, at 0.4 s short stretches lose too much to the splice before them."""

LIVELY_GAPS = (0.3, 0.8)
"""Seconds: how far away a picture is compared with itself, to know whether another lag would show a difference."""

NOISE = (0.003, 1.0)
"""Squared grey levels: bounds of the codec noise read off the file. The lower one is the rounding of a 64 x 64
picture to whole levels seen through cells; the upper one is what heavy compression leaves in a cell, where the
quietest tenth of a film still moves."""

MOVING, SURE = 3.0, 1.0
"""Motion counts where it is this many times the codec's noise thereabouts, or this many squared grey levels: below, its
bits are the codec's own; above, in a file that never rests, they are not."""

AROUND = 30.0
"""Seconds of a file that are judged by one level of noise."""

_BLOCK, _SPAN = 4096, 1 << 18


def motion_gap(step: float) -> float:
    """MOTION_GAP in whole frames, seconds: at 12.5 frames a second no two frames are 0.2 s apart."""
    return float(motion_gaps(np.array([step]))[0])


def motion_gaps(steps: Floats) -> Floats:
    """The same (n,) for each of many steps (n,)."""
    return np.asarray(np.maximum(1, np.round(MOTION_GAP / steps)) * steps, np.float64)


@cache
def frequencies() -> NDArray[np.float32]:
    """DCT-II basis (144, 64) float32: the 64 lowest spatial frequencies of the cells but the mean, lowest first."""
    k = np.arange(SIDE)
    basis = np.cos(np.pi * (2 * k[None] + 1) * k[:, None] / (2 * SIDE)) * np.sqrt(2 / SIDE)
    basis[0] /= np.sqrt(2)
    u, v = np.indices((SIDE, SIDE))
    order = np.argsort((u + v).ravel(), kind="stable")[1:65]
    plane = np.einsum("ui,vj->uvij", basis, basis).reshape(CELLS, CELLS)
    table = np.ascontiguousarray(plane[order].T, np.float32)
    table.flags.writeable = False  # one table is handed to all who ask
    return table


@cache
def _gathered() -> NDArray[np.float32]:
    """What each cell adds to each block of 3 x 3 blocks, (144, 9)."""
    return blocks_of(np.eye(CELLS, dtype=np.float32))


def _pack(values: np.ndarray) -> np.ndarray:
    """Sign bits of (n, 64) as (n,) uint64, first column highest."""
    packed = np.ascontiguousarray(np.packbits(values > 0, axis=1)).view(">u8")
    return np.asarray(packed.ravel(), np.uint64)


def signal_of(fingerprint: Fingerprint, parts: FileTable | None = None) -> Signal:
    """The signal of a fingerprint, read in blocks so that a day of sketches need not be in memory.

    parts: the files that it is made of, where these are several; their noise is read here.
    """
    times, sketches, n = fingerprint.times, fingerprint.sketches, len(fingerprint)
    step = gap_of(times)
    mean = mean_cells(sketches)
    motion, picture, moving = Scratch(1, np.uint64), Scratch(1, np.uint64), np.zeros(n, bool)
    energy, lively = np.zeros(n, np.float32), np.zeros(n, np.float32)
    steps = _steps(n, step, parts)
    blocks = Scratch(BLOCKS**2)
    for low in range(0, n, _BLOCK):
        part = slice(low, min(n, low + _BLOCK))
        seen = seen_in(times, sketches, part, steps[part], mean)
        motion.append(seen.motion)
        picture.append(seen.picture)
        moving[part], energy[part], lively[part] = seen.paired, seen.energy, seen.lively
        blocks.append(seen.blocks)
    noise = noise_of(energy, step)
    if parts is not None:
        parts = _heard(parts, energy)
    return Signal(
        times,
        step,
        sketches,
        motion.mapped().ravel(),
        picture.mapped().ravel(),
        moving & moves(energy, step),
        lively,
        noise,
        blocks.mapped(),
        parts,
    )


class Seen(NamedTuple):
    """What some frames show, one row a frame: as in a Signal, but for paired (m,) bool, whether there is a frame at the
    distance over which motion is measured, and energy (m,) float32, how much moved, in squared grey levels."""

    motion: Words
    picture: Words
    paired: NDArray[np.bool_]
    energy: NDArray[np.float32]
    lively: NDArray[np.float32]
    blocks: Sketches


def seen_in(times: Floats, sketches: Rows, part: slice, steps: Floats, mean: NDArray[np.float32]) -> Seen:
    """What the frames of a part show; those within a second of it are read too.

    times: (n,) seconds. steps: seconds between frames, for each frame of the part. mean: (144,) the mean picture.
    """
    low, high, _ = part.indices(len(times))
    first = int(nearest(times, times[low : low + 1] - max(LIVELY_GAPS))[0])
    last = int(nearest(times, times[high - 1 : high] + max(LIVELY_GAPS))[0]) + 1
    cells = sketches[first:last].astype(np.float32) * np.float32(1 / 256)
    now = cells[low - first : high - first]
    wanted = times[low:high] - motion_gaps(steps)
    before = nearest(times, wanted)
    moved = now - cells[before - first]
    sides = np.zeros((2, high - low), np.float32)
    for side, sign in zip(sides, (1, -1), strict=True):
        for away in LIVELY_GAPS:
            other = cells[nearest(times, times[low:high] - sign * away) - first]
            side[:] = np.maximum(side, np.square(now - other).mean(1))
    return Seen(
        motion=_pack(moved @ frequencies()),
        picture=_pack((now - mean) @ frequencies()),
        # On a variable rate some frames have no partner at that distance: their motion means nothing.
        paired=np.abs(times[before] - wanted) <= 0.35 * steps,
        energy=np.square(moved).mean(1),
        # The lesser of the two sides: a frame beside a cut is not lively for that.
        lively=sides.min(0),
        blocks=np.rint(256 * (now @ _gathered())).astype(np.uint16),
    )


def pictures(signal: Signal, frames: Ints) -> Words:
    """Picture bits (m,) uint64 of the given frames, rising, by themselves: of what file they are makes no difference,
    while the bits of a signal are of what its pictures differ by from its mean picture."""
    bits, basis = np.zeros(len(frames), np.uint64), frequencies()
    for low in range(0, len(frames), _BLOCK):
        part = frames[low : low + _BLOCK]
        rows = signal.cells[int(part[0]) : int(part[-1]) + 1][part - part[0]]
        bits[low : low + _BLOCK] = _pack(rows.astype(np.float32) @ basis)
    return bits


def motion_seen(signal: Signal, view: Transform, wanted: NDArray[np.bool_]) -> Words:
    """Motion bits (n,) uint64 as they would be if every picture were seen through the view; 0 for frames not wanted."""
    bits, frames = np.zeros(len(signal.times), np.uint64), np.flatnonzero(wanted)
    bits[frames] = motions_seen(signal, (view,), frames)[0]
    return bits


def motions_seen(signal: Signal, views: Sequence[Transform], frames: Ints) -> Words:
    """Motion bits (views, m) uint64 of the given frames, rising, as they would be seen through each of the views."""
    basis = np.hstack([matrix(view).T @ frequencies() for view in views])
    bits, steps = np.zeros((len(views), len(frames)), np.uint64), _steps(len(signal.times), signal.step, signal.parts)
    for low in range(0, len(frames), _BLOCK // 2):
        part = frames[low : low + _BLOCK // 2]
        before = nearest(signal.times, signal.times[part] - motion_gaps(steps[part]))
        first = int(before.min())
        rows = signal.cells[first : int(part[-1]) + 1]
        moved = rows[part - first].astype(np.float32) - rows[before - first]
        seen = (moved @ basis).reshape(-1, 64)
        bits[:, low : low + len(part)] = _pack(seen).reshape(len(part), len(views)).T
    return bits


def _steps(count: int, step: float, parts: FileTable | None) -> Floats:
    """The step (count,) of the file that each frame is of."""
    return np.broadcast_to(step, count) if parts is None else parts.steps(count)


def _heard(parts: FileTable, energy: NDArray[np.float32]) -> FileTable:
    """The parts with the noise that each file shows."""
    rows = zip(parts.first.tolist(), parts.frames.tolist(), parts.step.tolist(), strict=True)
    return replace(parts, noise=np.array([noise_of(energy[a : a + count], step) for a, count, step in rows]))


def mirror_flips() -> np.uint64:
    """The motion bits that turn over when the picture is mirrored left to right: those of odd horizontal frequency."""
    u, v = np.indices((SIDE, SIDE))
    order = np.argsort((u + v).ravel(), kind="stable")[1:65]
    return np.uint64(int.from_bytes(np.packbits(v.ravel()[order] % 2 == 1).tobytes(), "big"))


def mean_cells(sketches: Rows) -> np.ndarray:
    """Mean picture (144,) float32 over at most 2,000 frames spread over the file."""
    n = len(sketches)
    if not n:
        return np.zeros(CELLS, np.float32)
    spread = np.linspace(0, n - 1, min(n, 2000)).astype(np.int64)
    rows = np.concatenate([sketches[i : i + 1] for i in spread]) if n > 2000 else sketches[0:n]
    return np.asarray(rows.astype(np.float64).mean(0) / 256, np.float32)


def moves(energy: NDArray[np.float32], step: float) -> NDArray[np.bool_]:
    """Whether so much motion (n,) is more than noise in its surroundings."""
    return np.asarray(energy > np.minimum(MOVING * _noise_around(energy, step), SURE))


def _noise_around(energy: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    """The noise (n,) of the half minute around each frame, as files are joined from parts of different quality."""
    size = max(16, min(len(energy), round(AROUND / step)))  # a file may claim a billion frames a second
    levels = np.array([noise_of(energy[low : low + size], step) for low in range(0, len(energy), size)], np.float32)
    return np.asarray(np.repeat(levels, size)[: len(energy)], np.float32)


def noise_of(energy: np.ndarray, step: float) -> float:
    """The level of change that the quietest tenth of the file shows, in squared grey levels.

    Half-second means, so that single still frames inside motion do not count; digital stillness is left out.
    """
    width = max(3, round(0.5 / step))
    if len(energy) < width:
        return NOISE[0]
    means = np.empty(len(energy) - width + 1)
    for low in range(0, len(means), _SPAN):
        high = min(len(means), low + _SPAN)
        means[low:high] = np.convolve(energy[low : high + width - 1], np.full(width, 1 / width), "valid")
    means = means[means > 1e-4]
    return float(np.clip(np.percentile(means, 10, overwrite_input=True), *NOISE)) if len(means) else NOISE[0]
