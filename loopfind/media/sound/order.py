"""The order of the packets of a track of sound: whether what is sought by its time is found where one pass has it."""

import subprocess

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.framecrc import is_ordered, listing_command
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
    return is_ordered(address, track, b"soun", _falls)


def _falls(address: Address, track: int) -> bool:
    words = ["-v", "error", *address.words, "-map", f"0:a:{track}", "-c", "copy", "-bsf:a", _FALLS]
    with RunningFfmpeg(listing_command(words), subprocess.DEVNULL, subprocess.PIPE) as process:
        assert process.stdout is not None
        return sum(int(cells[2]) % 2 for line in process.stdout if (cells := cells_in(line))) > 0
