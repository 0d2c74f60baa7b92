"""The background of a fixed camera, and what differs from it once the light is taken off."""

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.parameters import ADAPTING, CLOSE_LIGHT, LEAST_LIT
from loopfind.model.dtypes import Bytes

Grey = NDArray[np.float32]

_MEDIAN_OF = 400  # pictures that a background is the median of


class Background:
    """A background that follows slow changes: each pixel steps towards the picture, which makes it a running median.

    The method is that of McFarlane and Schofield, "Segmentation and tracking of piglets in images", 1995; the step is
    in grey levels a second here, as rates differ.
    """

    def __init__(self, picture: Grey) -> None:
        """picture: (64, 64) float32."""
        self.picture = picture.copy()

    @classmethod
    def of(cls, pictures: Bytes) -> "Background":
        """Return the median of pictures, (n, 64, 64) uint8."""
        spread = pictures[:: max(1, len(pictures) // _MEDIAN_OF)]
        return cls(np.median(spread, axis=0).astype(np.float32))

    def differences(self, pictures: Bytes | Grey) -> Grey:
        """Return what differs of pictures (n, 64, 64): (n, 64, 64) float32, grey levels, gain and offset taken off.

        Both are fitted to the pixels that are near the background, by least squares.
        """
        count = len(pictures)
        base = self.picture.ravel()
        rows: Grey = np.asarray(pictures, np.float32).reshape(count, -1) - base
        centre = np.median(rows[:, ::4], axis=1)
        near = (np.abs(rows - centre[:, None]) < CLOSE_LIGHT).astype(np.float32)
        # Sums of 4,096 numbers up to 2^16 lose what matters in float32, so the background is centred first.
        middle = base - base.mean()
        weight = near.sum(1)
        sum_b, sum_bb = near @ middle, near @ (middle * middle)
        close = near * rows
        sum_d, sum_bd = close.sum(1), close @ middle
        spread = weight * sum_bb - sum_b * sum_b
        fitted = (weight >= LEAST_LIT) & (spread > 1e-3 * weight * weight)
        gain = np.where(fitted, (weight * sum_bd - sum_b * sum_d) / np.where(fitted, spread, 1.0), 0.0)
        offset = np.where(fitted, (sum_d - gain * sum_b) / np.maximum(weight, 1.0), centre)
        rows -= gain[:, None].astype(np.float32) * middle + offset[:, None].astype(np.float32)
        return rows.reshape(count, *self.picture.shape)

    def adapt(self, picture: Bytes, seconds: float) -> None:
        """Follow a picture (64, 64) that is shown for so many seconds."""
        step = np.float32(ADAPTING * seconds)
        self.picture += np.clip(picture - self.picture, -step, step)
