"""Reader of NUT, ffmpeg's own container: any number of raw streams with their times in one stream of bytes.

Format: "NUT Open Container Format", version 3, as ffmpeg writes it (https://ffmpeg.org/~michael/nut.txt). Nothing is
sought and nothing is skipped over: the bytes come from a process that this one started, so what does not fit is an
error and no reason to look for a place from which it does.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

FILE_ID = b"nut/multimedia container\0"
MAIN_HEADER, STREAM_HEADER = bytes.fromhex("4e4d7a561f5f04ad"), bytes.fromhex("4e5311405bf2f9db")
SYNCPOINT, _INDEX = bytes.fromhex("4e4be4adeeca4569"), bytes.fromhex("4e58dd672f23e64e")
_INFO = bytes.fromhex("4e49ab68b596ba78")
_FIRST_OF_STARTCODE = 0x4E

_KEY, _END_OF_RELEVANCE, _CODED_TIME, _STREAM_ID = 1, 2, 8, 16
_SIZE, _CHECKSUM, _RESERVED, _SIDE_DATA = 32, 64, 128, 256
_HEADER_INDEX, _MATCH_TIME, _CODED, _INVALID = 1024, 2048, 4096, 8192
_UNUSUAL = _INVALID | _SIDE_DATA | _MATCH_TIME | _HEADER_INDEX | _RESERVED

_LONGEST_VALUE = 10
"""Bytes that a number may take: 70 bits."""
_LONGEST_HEADER = 1 << 20
"""Bytes of a header: those of the streams and of the names in a file."""
_LARGEST_FRAME = 1 << 24
"""Bytes of one frame: a second of sound of 64 channels is less."""
_MOST_STREAMS, _MOST_TIME_BASES = 64, 256
_CHECKED_LENGTH = 4096
"""Bytes from which the length of a header has a checksum of its own, and above which a frame leaves out nothing."""


class DamagedNut(Exception):
    """The bytes are not those of a NUT file."""


class _Incomplete(Exception):
    """More bytes are needed."""


@dataclass(frozen=True)
class NutStream:
    """A stream by its header. kind: "video", "audio", or "" for another one. tag: the codec's letters. base: seconds of
    one tick. size: (width, height) of a picture, aspect: of a pixel, (0, 0) where it is not said. rate: samples a
    second of sound, and channels. extra: bytes that the decoder is to have first."""

    kind: str
    tag: bytes
    base: Fraction
    size: tuple[int, int] = (0, 0)
    aspect: tuple[int, int] = (0, 0)
    rate: Fraction = Fraction(0)
    channels: int = 0
    extra: bytes = b""


class NutPacket(NamedTuple):
    """A frame: the number of its stream, its time in ticks of that, its bytes, whether a decoder can start there."""

    stream: int
    ticks: int
    data: bytes
    key: bool = True


class _FrameCode(NamedTuple):
    """The meaning of the first byte of a frame."""

    flags: int
    delta: int
    factor: int
    stream: int
    size: int
    reserved: int
    header: int


@dataclass
class _Clock:
    """How the times of a stream are written. low_bits: bits of a time that may stand for the whole of it. last: ticks
    of the frame before."""

    low_bits: int
    last: int = 0


@dataclass
class _Main:
    """The main header. elided: bytes that frames may begin with, and that are left out there."""

    streams: int = 0
    bases: list[Fraction] = field(default_factory=list)
    codes: list[_FrameCode] = field(default_factory=list)
    elided: list[bytes] = field(default_factory=lambda: [b""])


class NutReader:
    """Reads a stream of bytes as it comes. streams: by number, all of them once the first frame is there.

    Memory: no more than one header or frame is kept.
    """

    def __init__(self) -> None:
        self.streams: list[NutStream] = []
        self._main: _Main | None = None
        self._found: dict[int, NutStream] = {}
        self._clocks: list[_Clock] = []
        self._bytes, self._wanted = b"", len(FILE_ID)
        self._begun = False

    def feed(self, data: bytes) -> list[NutPacket]:
        """Take in bytes, cut anywhere. Return the frames that are whole by now. Raises DamagedNut."""
        self._bytes = data = self._bytes + data
        if len(data) < self._wanted:
            return []
        found: list[NutPacket] = []
        place = 0
        try:
            if not self._begun:
                if not data.startswith(FILE_ID):
                    raise DamagedNut("it does not begin as NUT does")
                self._begun, place = True, len(FILE_ID)
            while place < len(data):
                if data[place] == _FIRST_OF_STARTCODE:
                    place = self._read_header(data, place)
                else:
                    packet, place = self._read_frame(data, place)
                    if packet is not None:
                        found.append(packet)
            self._wanted = 0
        except _Incomplete as need:
            # What is not whole is not looked at again before it can be.
            self._wanted = need.args[0] - place
        except IndexError:
            self._wanted = len(data) - place + 1
        self._bytes = data[place:]
        return found

    def close(self) -> None:
        """Take in that no more bytes will come. Raises DamagedNut where they end within a header or a frame."""
        if self._bytes or not self._begun:
            raise DamagedNut("it ends too early")

    def _read_header(self, data: bytes, place: int) -> int:
        """Take in the header at `place`. Return the place behind it."""
        code = data[place : place + 8]
        if len(code) < 8:
            raise _Incomplete(place + 8)
        size, at = _number(data, place + 8)
        if size > _LONGEST_HEADER or size < 4:
            raise DamagedNut("a header is too long or too short")
        if size > _CHECKED_LENGTH:
            at += 4
            if len(data) < at:
                raise _Incomplete(at)
            if nut_checksum(data[place:at]):
                raise DamagedNut("the length of a header is damaged")
        if len(data) < at + size:
            raise _Incomplete(at + size)
        body = data[at : at + size]
        if nut_checksum(body):
            raise DamagedNut("a header is damaged")
        try:
            self._take_header(code, body[:-4])
        except IndexError:
            raise DamagedNut("a header ends too early") from None
        return at + size

    def _take_header(self, code: bytes, body: bytes) -> None:
        if code == MAIN_HEADER:
            # It may be repeated, and is the same then.
            self._main = self._main or _main_of(body)
        elif self._main is None:
            raise DamagedNut("a header comes before the main one")
        elif code == STREAM_HEADER:
            self._take_stream(self._main, body)
        elif code == SYNCPOINT:
            self._take_syncpoint(self._main, body)
        elif code not in (_INFO, _INDEX):
            raise DamagedNut("a header is of no known kind")

    def _take_stream(self, main: _Main, body: bytes) -> None:
        number, at = _number(body, 0)
        if number >= main.streams or number in self._found:
            if number in self._found:
                return
            raise DamagedNut("a stream has no such number")
        (kind, at), tag = _number(body, at), b""
        length, at = _number(body, at)
        tag, at = body[at : at + length], at + length
        (base, low_bits, _distance, _delay, _flags), at = _numbers(body, at, 5)
        if base >= len(main.bases) or low_bits >= 16 or length > 8:
            raise DamagedNut("the header of a stream makes no sense")
        length, at = _number(body, at)
        stream = NutStream("", tag, main.bases[base], extra=body[at : at + length])
        at += length
        if kind == 0:
            (width, height, wide, high), at = _numbers(body, at, 4)
            stream = replace(stream, kind="video", size=(width, height), aspect=(wide, high))
        elif kind == 1:
            (above, below, channels), at = _numbers(body, at, 3)
            if not below or not channels:
                raise DamagedNut("sound has no rate or no channels")
            stream = replace(stream, kind="audio", rate=Fraction(above, below), channels=channels)
        self._found[number] = stream
        if len(self._found) == main.streams:
            self.streams = [self._found[one] for one in range(main.streams)]
        self._clocks += [_Clock(0) for _ in range(number + 1 - len(self._clocks))]
        self._clocks[number] = _Clock(low_bits)

    def _take_syncpoint(self, main: _Main, body: bytes) -> None:
        """Set the clocks of all streams."""
        value, _ = _number(body, 0)
        ticks, number = divmod(value, len(main.bases))
        seconds = ticks * main.bases[number]
        for stream, clock in zip(self.streams, self._clocks, strict=False):
            clock.last = seconds // stream.base

    def _read_frame(self, data: bytes, place: int) -> tuple[NutPacket | None, int]:
        """Return the frame at `place`, None for one that only ends a stream, and the place behind it."""
        main = self._main
        if main is None or not self.streams:
            raise DamagedNut("a frame comes before the headers")
        code, at = main.codes[data[place]], place + 1
        flags, ticks, _, number, size, _, header = code
        if flags & _CODED:
            changed, at = _number(data, at)
            flags ^= changed
        if flags & _STREAM_ID:
            number, at = _number(data, at)
        if number >= len(self.streams):
            raise DamagedNut("a frame is of no stream")
        clock = self._clocks[number]
        if flags & _CODED_TIME:
            coded, at = _number(data, at)
            ticks = _full_time(clock, coded)
        else:
            ticks += clock.last
        if flags & _SIZE:
            more, at = _number(data, at)
            size += code.factor * more
        if flags & _UNUSUAL or code.reserved:
            header, at = _read_unusual(data, at, flags, code)
        if header >= len(main.elided):
            raise DamagedNut("a frame leaves out what is not known")
        left_out = b"" if size > _CHECKED_LENGTH else main.elided[header]
        if flags & _CHECKSUM:
            at += 4
            if len(data) < at:
                raise _Incomplete(at)
            if nut_checksum(data[place:at]):
                raise DamagedNut("the beginning of a frame is damaged")
        end = at + size - len(left_out)
        if not at <= end <= at + _LARGEST_FRAME:
            raise DamagedNut("a frame is too long or too short")
        if end > len(data):
            raise _Incomplete(end)
        clock.last = ticks
        if flags & _END_OF_RELEVANCE and not size:
            return None, end
        return NutPacket(number, ticks, left_out + data[at:end], bool(flags & _KEY)), end


def _read_unusual(data: bytes, at: int, flags: int, code: _FrameCode) -> tuple[int, int]:
    """Read what few frames say. Return the number of what is left out at its beginning, and the place behind."""
    if flags & (_INVALID | _SIDE_DATA):
        raise DamagedNut("a frame is of no known kind")
    header, reserved = code.header, code.reserved
    if flags & _MATCH_TIME:
        _, at = _number(data, at)
    if flags & _HEADER_INDEX:
        header, at = _number(data, at)
    if flags & _RESERVED:
        reserved, at = _number(data, at)
    if reserved > _CHECKED_LENGTH:
        raise DamagedNut("a frame is of no known kind")
    return header, _numbers(data, at, reserved)[1]


def _main_of(body: bytes) -> _Main:
    """Return the main header out of its bytes."""
    (version, count, _distance, bases), at = _numbers(body, 0, 4)
    if version != 3 or not 0 < count <= _MOST_STREAMS or not 0 < bases <= _MOST_TIME_BASES:
        raise DamagedNut("the main header makes no sense")
    main = _Main(count)
    for _ in range(bases):
        (above, below), at = _numbers(body, at, 2)
        if not above or not below:
            raise DamagedNut("a unit of time is none")
        main.bases.append(Fraction(above, below))
    at = _read_codes(main, body, at)
    if at < len(body):
        more, at = _number(body, at)
        if more >= 128:
            raise DamagedNut("the main header makes no sense")
        for _ in range(more):
            length, at = _number(body, at)
            if not 0 < length < 256 or at + length > len(body):
                raise DamagedNut("the main header makes no sense")
            main.elided.append(body[at : at + length])
            at += length
    return main


def _read_codes(main: _Main, body: bytes, at: int) -> int:
    """Read what each first byte of a frame means. Return the place behind it."""
    delta, factor, stream, header = 0, 1, 0, 0
    while len(main.codes) < 256:
        (flags, count), at = _numbers(body, at, 2)
        if count > _CHECKED_LENGTH:
            raise DamagedNut("the main header makes no sense")
        fields, at = _numbers(body, at, count)
        size = reserved = 0
        if count > 0:
            delta = _signed(fields[0])
        if count > 1:
            factor = fields[1]
        if count > 2:
            stream = fields[2]
        if count > 3:
            size = fields[3]
        if count > 4:
            reserved = fields[4]
        many = fields[5] if count > 5 else factor - size
        if count > 7:
            header = fields[7]
        if not 0 < many <= 256:
            raise DamagedNut("the main header makes no sense")
        for more in range(many):
            if len(main.codes) == _FIRST_OF_STARTCODE:
                main.codes.append(_FrameCode(_INVALID, 0, 0, 0, 0, 0, 0))
            main.codes.append(_FrameCode(flags, delta, factor, stream, size + more, reserved, header))
    if len(main.codes) > 256:
        raise DamagedNut("the main header makes no sense")
    return at


def _full_time(clock: _Clock, coded: int) -> int:
    """Return the ticks of which a frame has the low bits, or all."""
    one = 1 << clock.low_bits
    if coded >= one:
        return coded - one
    low = clock.last - (one - 1) // 2
    return ((coded - low) & (one - 1)) + low


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place, seven bits a byte, the highest first, and the place behind it.

    Raises IndexError where the bytes end before it does.
    """
    value = data[at]
    if value < 128:
        return value, at + 1
    value &= 127
    for more in range(1, _LONGEST_VALUE):
        byte = data[at + more]
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + more + 1
    raise DamagedNut("a number is too long")


def _numbers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Return so many numbers that follow one another, and the place behind them."""
    found = []
    for _ in range(count):
        value, at = _number(data, at)
        found.append(value)
    return found, at


def _signed(value: int) -> int:
    """Return the number, which may be negative, that a number stands for."""
    return -((value + 1) >> 1) if (value + 1) & 1 else (value + 1) >> 1


def _table() -> list[int]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
        found.append(value)
    return found


_CRC = _table()


def nut_checksum(data: bytes) -> int:
    """Return the CRC-32 of bytes, highest bit first, begun with 0; 0 where their own checksum stands at their end."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ byte]
    return value
