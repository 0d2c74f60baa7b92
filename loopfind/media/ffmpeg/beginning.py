"""The time at which a container starts, by its own clock, from which the times of its frames are counted."""

import subprocess
import tempfile

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import RunningFfmpeg, executable

_PACKETS = 40
"""Packets of each stream among which is the one that is shown first."""


def start_of(header: Header, where: Address) -> int:
    """Return the microseconds at which a container starts. Where its header is not to be believed, the first packets
    say it, and 0 is taken where they cannot be read apart."""
    if not header.forged:
        return header.start
    return _first_shown(where) if where.seekable else 0


def container_start(where: Address) -> float:
    """Return the seconds at which a container starts. Raises DecoderFailed where there is no ffmpeg."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", *where.words]
    journal = Journal()
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(words, said.fileno(), subprocess.DEVNULL) as process:
            process.wait()
        said.seek(0)
        journal.feed(said.read())
    journal.close()
    return start_of(journal.header, where) / 1e6


def _first_shown(where: Address) -> int:
    """Return the microseconds at which the first packet of all video and audio streams is shown."""
    words = [executable(), "-nostdin", "-v", "error", "-copyts", *where.words, "-map", "0:V?", "-map", "0:a?"]
    words += ["-c", "copy", "-frames:v", str(_PACKETS), "-frames:a", str(_PACKETS), "-f", "framecrc", "pipe:1"]
    with RunningFfmpeg(words, subprocess.DEVNULL, subprocess.PIPE) as process:
        listed = process.communicate()[0].decode("ascii", "replace").splitlines()
    bases, first = dict[int, tuple[int, int]](), list[float]()
    for line in listed:
        if line.startswith("#tb "):
            number, _, base = line.removeprefix("#tb ").partition(": ")
            above, _, below = base.partition("/")
            bases[int(number)] = int(above), int(below)
        elif not line.startswith("#") and line.count(",") >= 5:
            cells = [int(cell) for cell in line.split(",")[:3]]
            numerator, denominator = bases[cells[0]]
            if abs(cells[2]) < 1 << 62:  # the extremes of 64 bits stand for a time that is not there
                first.append(cells[2] * numerator * 1e6 / denominator)
    return round(min(first)) if first else 0
