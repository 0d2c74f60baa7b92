"""The order of the packets of a track of sound: whether what is sought by its time is found where one pass has it."""

import subprocess
from functools import lru_cache

from loopfind.media.ffmpeg.address import Address, file_mark, is_indexed
from loopfind.media.ffmpeg.framecrc import listing_command
from loopfind.media.ffmpeg.mp4_index import index_is_ordered
from loopfind.media.ffmpeg.packet_times import cells_in
from loopfind.media.ffmpeg.process import RunningFfmpeg

_FARTHEST = 1 << 32
"""Ticks by which no time leaps ahead in a file, but where ffmpeg takes a clock that fell back for one that ran over."""
_FALLS = f"setts=ts='2*N+gt(N,0)*(lt(PTS,PREV_INPTS)+gt(PTS-PREV_INPTS,{_FARTHEST}))'"
"""A filter that gives packets twice their numbers for times, and 1 more where their own time fell. The times themselves
cannot be handed on: ffmpeg mends those of sound that fall."""


def sound_is_ordered(address: Address, track: int) -> bool:
    """Say whether the clock of a track falls back nowhere, so that a time means one place of it.

    The index of an MP4 or QuickTime file says so, of other local files the packets do, in one pass. What comes over a
    network is not read for this. Raises DecoderFailed.
    """
    mark = file_mark(address)
    return mark is None or _is_ordered(address, track, mark)


@lru_cache(maxsize=64)  # of one file many parts are read
def _is_ordered(address: Address, track: int, _file: tuple[int, ...]) -> bool:
    known = index_is_ordered(address.local, b"soun") if address.local and is_indexed(address) else None
    return not _falls(address, track) if known is None else known


def _falls(address: Address, track: int) -> bool:
    words = ["-v", "error", *address.words, "-map", f"0:a:{track}", "-c", "copy", "-bsf:a", _FALLS]
    with RunningFfmpeg(listing_command(words), subprocess.DEVNULL, subprocess.PIPE) as process:
        assert process.stdout is not None
        return sum(int(cells[2]) % 2 for line in process.stdout if (cells := cells_in(line))) > 0
