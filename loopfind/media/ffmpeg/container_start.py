"""The time at which a container starts, by its own clock, from which the times of its frames are counted."""

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.packet_times import NO_TIME, base_in, cells_in
from loopfind.media.ffmpeg.process import executable, output_of


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
    journal.feed(output_of(words)[1])
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
    bases = dict[int, tuple[int, int]]()
    for line in output_of(words)[0].splitlines():
        if known := base_in(line):
            bases[known[0]] = known[1]
        elif cells := cells_in(line):
            (above, below), shown = bases[int(cells[0])], int(cells[2])
            return None if shown == NO_TIME else shown * above * 1e6 / below
    return None
