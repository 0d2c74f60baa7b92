"""Writer of NUT: one stream of coded pictures, each with the time at which it is shown, for an ffmpeg that reads it.

Format: as in `nut`. Every number is written in full and nothing is left out, so that the header stays short.
"""

from collections.abc import Iterable, Iterator

from loopfind.media.ffmpeg.nut import (
    FILE_ID,
    MAIN_HEADER,
    STREAM_HEADER,
    SYNCPOINT,
    NutPacket,
    NutStream,
    nut_checksum,
)

_VERSION = 3
_MOST_DISTANCE = 65536
"""Bytes from a syncpoint to the end of the next frame, above which that frame has a checksum."""
_KEY, _CODED_TIME, _STREAM_ID, _SIZE, _CHECKSUM, _CODED, _INVALID = 1, 8, 16, 32, 64, 4096, 8192
_FULL_TIME = 1
"""A coded time that is at least this is a whole time plus this: no low bits are used."""


def nut_pieces(stream: NutStream, delay: int, packets: Iterable[NutPacket]) -> Iterator[bytes]:
    """Yield the bytes of a NUT file of one stream of pictures. delay: of how many pictures a decoder must have seen the
    next ones before it can show them in order."""
    yield FILE_ID + _main(stream) + _stream(stream, delay)
    for packet in packets:
        flags = (_KEY if packet.key else 0) | _CODED_TIME | _STREAM_ID | _SIZE | _CHECKSUM
        head = bytes([0]) + _coded(flags) + _coded(0) + _coded(packet.ticks + _FULL_TIME) + _coded(len(packet.data))
        # A syncpoint before each, as a frame that is far from one would need more.
        yield _header(SYNCPOINT, _coded(packet.ticks) + _coded(0)) + head + _sum(head) + packet.data


def _main(stream: NutStream) -> bytes:
    base = stream.base
    body = _coded(_VERSION) + _coded(1) + _coded(_MOST_DISTANCE) + _coded(1)
    body += _coded(base.numerator) + _coded(base.denominator)
    # Each first byte of a frame means the same, that of a startcode excepted: everything is written in full.
    body += _coded(_CODED) + _coded(6) + _coded(0) + _coded(1) + _coded(0) + _coded(0) + _coded(0) + _coded(255)
    return _header(MAIN_HEADER, body + _coded(0))


def _stream(stream: NutStream, delay: int) -> bytes:
    body = _coded(0) + _coded(0) + _bytes(stream.tag) + _coded(0) + _coded(0) + _coded(1) + _coded(delay) + _coded(0)
    body += _bytes(stream.extra)
    for number in (*stream.size, *stream.aspect, 0):
        body += _coded(number)
    return _header(STREAM_HEADER, body)


def _header(code: bytes, body: bytes) -> bytes:
    size = code + _coded(len(body) + 4)
    return size + (_sum(size) if len(body) + 4 > 4096 else b"") + body + _sum(body)


def _bytes(data: bytes) -> bytes:
    return _coded(len(data)) + data


def _sum(data: bytes) -> bytes:
    return nut_checksum(data).to_bytes(4, "big")


def _coded(number: int) -> bytes:
    """Return a number in groups of seven bits, the highest first."""
    groups = [number & 127]
    while number := number >> 7:
        groups.append(number & 127 | 128)
    return bytes(reversed(groups))
