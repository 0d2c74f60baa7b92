"""Pictures of a stretch of a video at a steady rate."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.media.ffmpeg.address import Address, check_seekable
from loopfind.media.ffmpeg.process import executable
from loopfind.media.rgb import read_rgb, square_shape
from loopfind.media.spread import BLANK_SPREAD, spreads_of
from loopfind.model.dtypes import Floats


class SteadyPictures(NamedTuple):
    """Pictures of a stretch, without blank ones. times: (n,) seconds. pictures: (n, side, side, 3) uint8, red, green
    and blue, stretched to a square. decoded: whether there were any, blank ones counted."""

    times: Floats
    pictures: NDArray[np.uint8]
    decoded: bool


def steady_pictures(
    where: Address, stream: int, start: float, end: float, rate: float, side: int, stall: float
) -> SteadyPictures:
    """Return the pictures of a stretch of a video, seconds from its start, `rate` of them a second.

    stall: seconds that ffmpeg may take. Raises Unreadable for what can be read once only.
    """
    check_seekable(where, "a network")
    words = [executable(), "-nostdin", "-v", "error", "-threads", "1"]
    words += ["-ss", f"{start:.3f}", "-t", f"{end - start:.3f}", *where.words, "-map", f"0:V:{stream}"]
    words += ["-an", "-sn", "-dn", "-vf", f"fps={rate}:start_time=0,{square_shape(side)}"]
    pictures = read_rgb(words, side, side, stall)
    shows = spreads_of(pictures) > BLANK_SPREAD
    return SteadyPictures(start + np.flatnonzero(shows) / rate, pictures[shows], len(pictures) > 0)
