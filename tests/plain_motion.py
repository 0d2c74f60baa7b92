"""The plain version of the motion of blocks: every block at every shift, one after the other."""

import numpy as np


def plain_errors(before, after, top, left, side, reach):
    """Return the summed squared differences of a block at each shift, ((2 r + 1), (2 r + 1))."""
    padded = np.pad(before.astype(float), reach, mode="edge")
    block = after[top : top + side, left : left + side].astype(float)
    errors = np.zeros((2 * reach + 1, 2 * reach + 1))
    for down in range(2 * reach + 1):
        for right in range(2 * reach + 1):
            there = padded[top + down : top + down + side, left + right : left + right + side]
            errors[down, right] = ((there - block) ** 2).sum()
    return errors
