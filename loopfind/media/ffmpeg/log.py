"""The log of ffmpeg, read from its standard error: a mark for each picture, and messages between the marks.

ffmpeg is asked to write in colour. What comes out of a file or a name has neither marks nor colours, as ffmpeg replaces
control characters in it, so a complaint counts only where its level is in colour. Lines of level `info` never are.
"""

import re
from collections import deque
from dataclasses import dataclass

from loopfind.media.ffmpeg.digests import Digests
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.signatures import unsigned

MARK = b"\x1f"
"""First byte of a mark. ffmpeg replaces control characters in its own messages, so a mark cannot be mistaken."""

COLOURED = {"AV_LOG_FORCE_COLOR": "1"}
"""Names and values that the environment of ffmpeg must hold."""
UNCOLOURED = ("AV_LOG_FORCE_NOCOLOR", "NO_COLOR")
"""Names that it may not hold."""

_COLOUR = r"\x1b\[[0-9;]*m"
_COLOURS = re.compile(_COLOUR)
_LEVEL = re.compile(rf"{_COLOUR}\[(debug|verbose|warning|error|fatal|panic)\] {_COLOUR}")
_INFO = re.compile(r"(?:\[[^\]]* @ [^\]]*\] )*\[info\] ")
_OUTPUT_SIDE = re.compile(r"\[(?:out#|vost#|rawvideo|framehash|swscaler|vf#|Parsed_|auto_)")
_TROUBLE_WARNING = re.compile(r"corrupt|truncat|prematurely|partial file|mismatch|invalid|missing", re.IGNORECASE)
_DAMAGED = "corrupt decoded frame"
_SERIOUS = re.compile(
    r"Error submitting packet|Decoding error|corrupt input packet|error while decoding|ended prematurely|partial file"
    r"|Error during demuxing|Could not find ref|I/O error|Input/output error|invalid as first byte"
)
BREAKS_OFF = re.compile(r"Stream ends prematurely|Error during demuxing: (?!Invalid data)")
_OTHER_STREAM = re.compile(r"(?:corrupt input packet in stream|Packet corrupt \(stream =|^.*\bstream) (\d+)")

_KEPT_FIRST, _KEPT_LAST, _LONGEST_LINE = 200, 200, 2000
_TROUBLES_APART = 24
"""Troubles of one sort that are at most this many frames apart are one."""


def plain_text(line: str) -> str:
    """Return lines of the log without their colours, and without what signs an address."""
    return unsigned(_COLOURS.sub("", line))


@dataclass
class Trouble:
    """Complaints of one sort while the pictures first .. last were expected next. sort: damaged, serious, mild, cut:
    of a connection that was cut, or silent: of a source that fell silent."""

    sort: str
    first: int
    last: int


class Journal:
    """Reads the stream of bytes as it comes. digests: to be given those that stand in it, where they are wanted.
    remote: whether the input comes over a connection.

    marks: (pts or None, "num/den") of pictures not fetched yet. header: what is known of the input. troubles:
    complaints about the input, with the number of marks that stood before them. Memory is bounded but for `marks`,
    which the reader empties, and `troubles`, which merge.
    """

    def __init__(self, digests: Digests | None = None, remote: bool = False) -> None:
        self._digests, self._remote = digests, remote
        self.marks: list[tuple[int | None, bytes]] = []
        self.header = Header()
        self.troubles: list[Trouble] = []
        self.seen = 0
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=_KEPT_LAST)
        self._tail = b""
        self._line = b""
        self._base, self._ending = b"", b"\n\n"

    @property
    def said(self) -> tuple[str, ...]:
        """Lines that ffmpeg said: the first 200 lines and the last 200."""
        return (*self._first, *self._last)

    def feed(self, data: bytes) -> None:
        """Take in bytes, cut anywhere."""
        self._feed(data if self._digests is None else self._digests.sift(data))

    def _feed(self, data: bytes) -> None:
        text, *marks = (self._tail + data).split(MARK)
        self._tail = b""
        if text:
            self._hear(text)
        for piece in marks:
            if piece.endswith(self._ending) and piece.find(b"\n") == len(piece) - 1:  # as the one before, and whole
                self._mark(int(piece[: -len(self._ending)]), self._base)
                continue
            mark, newline, rest = piece.partition(b"\n")
            if not newline:
                self._tail = MARK + piece
                return
            ticks, _, self._base = mark.partition(b" ")
            self._ending = b" " + self._base + b"\n"
            self._mark(int(ticks), self._base)
            if rest:
                self._hear(rest)

    def _mark(self, pts: int, base: bytes) -> None:
        # ffmpeg prints the extremes of 64 bits for a time that is not there.
        self.marks.append((pts if abs(pts) < 1 << 62 else None, base))
        self.seen += 1

    def note_silence(self) -> None:
        """Take in that nothing more came of the input, though it did not end."""
        self.troubles.append(Trouble("silent", self.seen, self.seen))

    def close(self) -> None:
        """Take in the last line: no more bytes will come."""
        if self._digests is not None:
            self._feed(self._digests.sift(b"", last=True))
        if self._line:
            self._hear(b"\n")

    def _hear(self, text: bytes) -> None:
        *lines, self._line = (self._line + text).split(b"\n")
        if len(self._line) > _LONGEST_LINE:
            self._line = self._line[:_LONGEST_LINE]
        for line in lines:
            if line:
                self._take(line[:_LONGEST_LINE].decode("utf-8", "backslashreplace").rstrip("\r"))

    def _take(self, line: str) -> None:
        found, plain = _LEVEL.search(line), plain_text(line)
        if not (found and found[1] in ("debug", "verbose")):
            (self._first if len(self._first) < _KEPT_FIRST else self._last).append(plain)
        if not found:
            level = _INFO.match(plain)
            self.header.read(plain[level.end() :] if level else plain)
            return
        prefix, words = plain_text(line[: found.start()]), plain_text(line[found.end() :])
        self.header.read_sure(words, prefix)
        if self.header.mapped is not None and not _OUTPUT_SIDE.match(prefix):
            self._judge(found[1], words)

    def _judge(self, level: str, words: str) -> None:
        if level not in ("warning", "error", "fatal") or (level == "warning" and not _TROUBLE_WARNING.search(words)):
            return
        stream = _OTHER_STREAM.search(words)
        if stream and int(stream[1]) != self.header.mapped:
            return
        sort = "damaged" if words == _DAMAGED else "serious" if _SERIOUS.search(words) else "mild"
        if self._remote and BREAKS_OFF.search(words):
            sort = "cut"
        for known in self.troubles[:-4:-1]:
            if known.sort == sort and self.seen - known.last <= _TROUBLES_APART:
                known.last = self.seen
                return
        self.troubles.append(Trouble(sort, self.seen, self.seen))
