"""The sketch of a picture: the mean grey of 12 x 12 cells, finer than one grey level.

On a fixed camera all that tells one moment from another is motion of a fraction of a grey level in a few cells, and
rounding to whole levels loses it; so a cell is kept as 256 times its mean. Mirroring, brightness, logos and zooms
stay simple on cells, which is why they are stored rather than hashes.
"""

import numpy as np

from loopfind.fingerprints.resize import weights
from loopfind.model.dtypes import Bytes, Sketches
from loopfind.model.transform import SKETCH_CELLS as CELLS
from loopfind.model.transform import SKETCH_SIDE as SIDE
from loopfind.settings import PICTURE_SIDE


def sketch(pictures: Bytes) -> Sketches:
    """Cells (n, 144) uint16 of pictures (n, 64, 64) uint8, row by row.

    A mean is a multiple of 1/4096, so the float32 products are exact in any order of summation; 256 times it is cut
    to a whole.
    """
    share = weights(SIDE)
    columns = pictures.reshape(-1, PICTURE_SIDE).astype(np.float32) @ share.T
    means = share @ columns.reshape(len(pictures), PICTURE_SIDE, SIDE)
    return (means.reshape(len(pictures), CELLS) * 256).astype(np.uint16)
