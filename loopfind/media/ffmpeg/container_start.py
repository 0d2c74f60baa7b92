"""The time at which a container starts, by its own clock, from which the times of its frames are counted."""

import subprocess
import tempfile

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import RunningFfmpeg, executable


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
    """Return the microseconds that ffmpeg takes off all times where it counts from the container's start itself."""
    (given, counted) = (_first_packet(where, options) for options in (("-copyts",), ()))
    return 0 if given is None or counted is None else round(given - counted)


def _first_packet(where: Address, options: tuple[str, ...]) -> float | None:
    """Return the microseconds of the first packet, None where there is none, or where it has no time."""
    # All streams, as the start of those that are not read would not count.
    words = [executable(), "-nostdin", "-v", "error", *options, *where.words, "-map", "0", "-ignore_unknown"]
    words += ["-c", "copy", "-frames:v", "1", "-frames:a", "1", "-f", "framecrc", "pipe:1"]
    bases = dict[str, tuple[int, int]]()
    with RunningFfmpeg(words, subprocess.DEVNULL, subprocess.PIPE) as process:
        listed = process.communicate()[0].decode("ascii", "replace").splitlines()
    for line in listed:
        if line.startswith("#tb "):
            stream, _, base = line.removeprefix("#tb ").partition(": ")
            above, _, below = base.partition("/")
            bases[stream] = int(above), int(below)
        elif not line.startswith("#") and line.count(",") >= 5:
            stream, _, shown = (cell.strip() for cell in line.split(",")[:3])
            numerator, denominator = bases[stream]
            # The extremes of 64 bits stand for a time that is not there.
            return int(shown) * numerator * 1e6 / denominator if abs(int(shown)) < 1 << 62 else None
    return None
