"""Pictures of a stretch of a video at a steady rate."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import Unreadable
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.process import executable, output_of
from loopfind.media.spread import BLANK_SPREAD, spreads_of
from loopfind.model.dtypes import Floats


class SteadyPictures(NamedTuple):
    """Pictures of a stretch, without blank ones. times: (n,) seconds. pictures: (n, side, side, 3) uint8, red, green
    and blue, stretched to a square. decoded: whether there were any, blank ones counted."""

    times: Floats
    pictures: NDArray[np.uint8]
    decoded: bool


def check_seekable(where: Address) -> None:
    """Raise Unreadable for what can be read once only."""
    if not where.seekable:
        raise Unreadable(where.shown, "it can be read once only, and a network needs a file: save it as one first")


def steady_pictures(
    where: Address, stream: int, start: float, end: float, rate: float, side: int, stall: float
) -> SteadyPictures:
    """Return the pictures of a stretch of a video, seconds from its start, `rate` of them a second.

    stall: seconds that ffmpeg may take. Raises Unreadable for what can be read once only.
    """
    check_seekable(where)
    shape = f"fps={rate}:start_time=0,scale={side}:{side}:flags=area,setsar=1,format=rgb24"
    words = [
        executable(),
        "-nostdin",
        "-v",
        "error",
        "-threads",
        "1",
        "-ss",
        f"{start:.3f}",
        "-t",
        f"{end - start:.3f}",
    ]
    words += [*where.words, "-map", f"0:V:{stream}", "-an", "-sn", "-dn", "-vf", shape]
    data = output_of([*words, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"], stall)[0]
    size = side * side * 3
    pictures = np.frombuffer(data, np.uint8, len(data) // size * size).reshape(-1, side, side, 3)
    shows = spreads_of(pictures) > BLANK_SPREAD
    return SteadyPictures(start + np.flatnonzero(shows) / rate, pictures[shows], len(pictures) > 0)
