"""The pictures of an input out of an ffmpeg: coded as they are, packet by packet, or decoded."""

import subprocess
import tempfile
from collections.abc import Callable, Generator, Sequence

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg import diagnosis, framecrc
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.log import plain_text
from loopfind.media.ffmpeg.nut import DamagedNut, NutPacket, NutReader, NutStream
from loopfind.media.ffmpeg.process import RunningFfmpeg, executable

_AT_ONCE = 1 << 18


def coded_packets(
    address: Address, stream: int, filters: str, begun: Callable[[NutStream], None] | None = None
) -> Generator[NutPacket]:
    """Yield the packets of a video stream in the order of the file; the ticks of each are its number.

    filters: that its packets pass, "" for none. begun: called with the stream before the first packet. Raises
    DecoderFailed and other kinds of MediaError.
    """
    passed = ",".join(filter(None, (filters, "setts=ts=N")))
    words = [*address.words, "-map", f"0:V:{stream}", "-c", "copy", "-bsf:v", passed]
    yield from _read(address, ["-copyts", *words], begun)


def decoded_pictures(
    address: Address, stream: int, before: Sequence[str], filters: str, begun: Callable[[NutStream], None]
) -> Generator[NutPacket]:
    """Yield the pictures that pass some filters, as raw bytes; the ticks of each are its number. before: options for
    the input. begun, errors: as above."""
    words = [*before, *address.words, "-map", f"0:V:{stream}", "-fps_mode", "passthrough", "-enc_time_base:v", "demux"]
    yield from _read(address, [*words, "-vf", filters, "-c:v", "rawvideo", "-bsf:v", "setts=ts=N"], begun)


def nut_file_packets(place: str, address: Address, begun: Callable[[NutStream], None]) -> Generator[NutPacket]:
    """Yield the packets of a NUT file of one stream that was written to `place`. address: of what it was made from, for
    messages. begun, errors: as above."""
    reader, known = NutReader(), False
    try:
        with open(place, "rb") as file:
            while data := file.read(_AT_ONCE):
                packets = reader.feed(data)
                if reader.streams and not known:
                    known = True
                    begun(reader.streams[0])
                yield from packets
    except (DamagedNut, OSError) as error:
        raise DecoderFailed(address.shown, f"what was encoded of it cannot be read ({error})") from None


def _read(address: Address, words: Sequence[str], begun: Callable[[NutStream], None] | None) -> Generator[NutPacket]:
    command = [executable(), "-nostdin", "-hide_banner", "-v", "error", *words, "-write_index", "0"]
    command += ["-map_metadata", "-1", "-map_chapters", "-1", "-f", "nut", "pipe:1"]
    reader, known = NutReader(), False
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(command, said.fileno(), subprocess.PIPE, unbounded=True) as process:
            assert process.stdout is not None
            try:
                while data := process.stdout.read(_AT_ONCE):
                    packets = reader.feed(data)
                    if reader.streams and not known and begun is not None:
                        begun(reader.streams[0])
                    known = known or bool(reader.streams)
                    yield from packets
            except DamagedNut as error:
                raise DecoderFailed(address.shown, f"its pictures cannot be taken over ({error})") from None
        said.seek(0)
        text = plain_text(said.read().decode("utf-8", "replace"))
    if refused := diagnosis.connection_cut(address, text):
        raise refused
    if process.returncode:
        raise DecoderFailed(address.shown, f"its pictures cannot be taken over: {framecrc.last_words(text)}")
