"""Pictures in colour as an ffmpeg writes them: red, green and blue, stretched to a square."""

import numpy as np

from loopfind.media.ffmpeg.process import output_of
from loopfind.model.dtypes import Bytes


def square_shape(side: int) -> str:
    """Return the filters of ffmpeg that stretch pictures to a square, side by side, a byte for each colour."""
    return f"scale={side}:{side}:flags=area,setsar=1,format=rgb24"


def read_rgb(words: list[str], width: int, height: int, stall: float) -> Bytes:
    """Return the whole pictures (n, height, width, 3) uint8 that an ffmpeg writes. words: its command up to the output.
    stall: seconds that it may take."""
    data = output_of([*words, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"], stall)[0]
    size = width * height * 3
    whole = len(data) // size
    return np.frombuffer(data, np.uint8, whole * size).reshape(whole, height, width, 3)
