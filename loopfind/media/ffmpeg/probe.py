"""The header of an input, by an ffmpeg that reads nothing more of it."""

from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import executable, output_of


def header_of(where: Address, stall: float) -> tuple[Header, Journal]:
    """Return the header of an input, as far as it can be believed, and all that ffmpeg said. stall: seconds that it may
    take. Raises NotVideo for an input that ffmpeg reads although it is none."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", *where.words]
    journal = Journal()
    journal.feed(output_of(words, stall)[1])
    journal.close()
    if refused := diagnosis.not_a_video(where, journal.header):
        raise refused
    return journal.header, journal
