"""Checksums of all pictures of a video, held in few bytes each."""

import subprocess
import tempfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loopfind.errors import DecoderFailed
from loopfind.media.decode.timestamps import origin
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.container_start import container_start
from loopfind.media.ffmpeg.framecrc import last_words, listing_command
from loopfind.media.ffmpeg.log import plain_text
from loopfind.media.ffmpeg.packet_times import NO_TIME, base_in, cells_in
from loopfind.media.ffmpeg.process import RunningFfmpeg
from loopfind.model.dtypes import Floats, Ints

_SAID_EVERY = 256


@dataclass(frozen=True)
class PictureSums:
    """Pictures in the order in which they are shown: times (n,) seconds from the container's start, NaN where one has
    none, and checksums (n,) of their pixels."""

    times: Floats
    sums: Ints

    def __len__(self) -> int:
        return len(self.sums)


def picture_sums(address: Address, stream: int, watch: Callable[[int], None] | None = None) -> PictureSums:
    """Decode all pictures of a video stream. watch: called with their number now and then. Raises DecoderFailed."""
    words = [*address.words, "-map", f"0:V:{stream}", "-fps_mode", "passthrough", "-enc_time_base:v", "demux"]
    ticks, sums, base = array("q"), array("q"), (1, 1)
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(listing_command(["-v", "error", *words]), said.fileno(), subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if known := base_in(line):
                    base = known[1]
                elif cells := cells_in(line):
                    ticks.append(int(cells[2]))
                    sums.append(int(cells[5], 16))
                    if watch is not None and not len(sums) % _SAID_EVERY:
                        watch(len(sums))
        said.seek(0)
        text = plain_text(said.read().decode("utf-8", "replace"))
    if process.returncode and not len(sums):
        raise DecoderFailed(address.shown, f"ffmpeg could not decode it: {last_words(text)}")
    counted = np.frombuffer(ticks, np.int64) if len(ticks) else np.zeros(0, np.int64)
    shown: Floats = (counted - origin(round(1e6 * container_start(address)), *base)).astype(np.float64)
    times = shown * base[0] / base[1]
    times[counted == NO_TIME] = np.nan
    return PictureSums(times, np.frombuffer(sums, np.int64) if len(sums) else np.zeros(0, np.int64))
