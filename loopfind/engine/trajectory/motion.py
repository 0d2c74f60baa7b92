"""Motion of blocks from one picture to the next, by full search."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.parameters import BLOCK_SIDE, BLOCK_STEP, LEAST_BLOCK_CHANGE, NOISE_MARGIN, REACH
from loopfind.model.dtypes import Bytes, Ints
from loopfind.settings import PICTURE_SIDE

CORNERS = np.arange(0, PICTURE_SIDE - BLOCK_SIDE + 1, BLOCK_STEP)
"""Rows, and columns, at which blocks begin."""

BLOCKS_ALONG = len(CORNERS)
"""Blocks in a row, and in a column."""

_SHIFTS = np.arange(-REACH, REACH + 1)
_FAR = (_SHIFTS[:, None] ** 2 + _SHIFTS**2) * 0.15


@dataclass(frozen=True)
class BlockMotion:
    """Blocks that changed from one picture to the next. rows, columns (m,) int64: of each among the blocks. steps (m,
    2) float32: pixels down and to the right. sure (m,) float32: share of the change that the motion explains, 0 to
    1. left (m,) float32: grey levels, root mean square, of what it does not explain."""

    rows: Ints
    columns: Ints
    steps: Grey
    sure: Grey
    left: Grey

    def __len__(self) -> int:
        return len(self.rows)


def usual_block_change(pictures: Bytes) -> float:
    """Return the change, in grey levels, from which a block of these pictures (n, 64, 64) is followed."""
    spread = pictures[: len(pictures) // 2 * 2].astype(np.int16)
    changes = np.abs(spread[1::2] - spread[::2])[:, ::2, ::2]
    return max(LEAST_BLOCK_CHANGE, NOISE_MARGIN * float(np.median(changes)) if len(changes) else 0.0)


def block_sums(pictures: Grey) -> Grey:
    """Return the sums of pictures (n, 64, 64) over all blocks, (n, BLOCKS_ALONG, BLOCKS_ALONG): each is of four
    tiles."""
    tiles = PICTURE_SIDE // BLOCK_STEP
    cells = pictures.reshape(len(pictures), tiles, BLOCK_STEP, tiles, BLOCK_STEP).sum((2, 4))
    pairs = cells[:, :-1] + cells[:, 1:]
    found: Grey = pairs[:, :, :-1] + pairs[:, :, 1:]
    return found


def block_levels(pictures: Grey) -> Grey:
    """Return root mean squares (n, BLOCKS_ALONG, BLOCKS_ALONG) over the blocks of pictures (n, 64, 64)."""
    levels: Grey = np.sqrt(block_sums(pictures * pictures).clip(0) / (BLOCK_SIDE * BLOCK_SIDE))
    return levels


def follow_blocks(before: Grey, after: Grey, front: Grey, change: float) -> BlockMotion:
    """Return the motion from one picture (64, 64) to the next, of the blocks that change by so many grey levels.

    front: (64, 64), what differs of the later picture from the background. Blocks that show the background are left
    out: where something went away, what was behind it did not move.

    Each block of the later picture is looked for in the earlier one within REACH pixels, by the sum of squared
    differences; of equals the shortest way is taken.
    """
    changed, covered = block_sums(np.abs(np.stack([after - before, front]))) > change * BLOCK_SIDE * BLOCK_SIDE
    rows, columns = np.nonzero(changed & covered)
    if not len(rows):
        none = np.zeros(0, np.float32)
        return BlockMotion(rows, columns, np.zeros((0, 2), np.float32), none, none)
    top, left = CORNERS[rows], CORNERS[columns]
    around = BLOCK_SIDE + 2 * REACH
    region = sliding_window_view(np.pad(before, REACH, mode="edge"), (around, around))[top, left]
    block = sliding_window_view(after, (BLOCK_SIDE, BLOCK_SIDE))[top, left]
    product = np.einsum(
        "mijkl,mkl->mij", sliding_window_view(region, (BLOCK_SIDE, BLOCK_SIDE), axis=(1, 2)), block, optimize=True
    )
    squares = np.pad((region.astype(np.float64) ** 2).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    shifts = 2 * REACH + 1
    energy = (
        squares[:, BLOCK_SIDE:, BLOCK_SIDE:]
        - squares[:, :shifts, BLOCK_SIDE:]
        - squares[:, BLOCK_SIDE:, :shifts]
        + squares[:, :shifts, :shifts]
    )
    error = energy - 2 * product + (block.astype(np.float64) ** 2).sum((1, 2))[:, None, None]
    flat = error.reshape(len(rows), -1)
    best = (error + change * change * _FAR).reshape(len(rows), -1).argmin(1)
    # The block came from a shift of the earlier picture, so it moved the other way.
    steps = -np.stack([_SHIFTS[best // shifts], _SHIFTS[best % shifts]], 1).astype(np.float32)
    still = np.maximum(error[:, REACH, REACH], 1e-6)
    left = np.maximum(flat[np.arange(len(rows)), best], 0)
    sure = np.clip(1 - left / still, 0, 1).astype(np.float32)
    return BlockMotion(rows, columns, steps, sure, (np.sqrt(left) / BLOCK_SIDE).astype(np.float32))
