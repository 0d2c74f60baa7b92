"""Digests of whole pictures, which ffmpeg writes among its messages.

Each line of ffmpeg's framehash format holds a time. It is made the number of the picture plus a secret of this process,
so that no line out of a file or a name can pass for one.
"""

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # to read packets does not take numpy
    from loopfind.model.dtypes import Bytes

_DIGEST_BYTES = 16
_LEAST_SECRET = 1 << 40
"""Secrets from here to twice as much have thirteen digits, as have their sums with any number of pictures."""
_LINE = re.compile(rb"0, +(\d{13}), +\d+, +\d+, +\d+, ([0-9a-f]{32})(?:,[^\n]*)?\n")
_HEAD = re.compile(rb"#format: frame checksums\n(?:#[^\n]*\n)*")
_BEGUN_HEAD = re.compile(_HEAD.pattern + rb"\Z")
_LONGEST = 1 << 16
"""Bytes of a line, or of what stands before the first one."""


class Digests:
    """Takes digests out of bytes in which messages stand too, and may be interrupted by them.

    filter: the filter of ffmpeg that sets the times.
    """

    def __init__(self) -> None:
        self._secret = _LEAST_SECRET + secrets.randbelow(_LEAST_SECRET // 2)
        self._found: list[bytes] = []
        self._seen, self._rest = 0, b""

    @property
    def filter(self) -> str:
        return f"setpts=N+{self._secret}"

    @property
    def count(self) -> int:
        """How many digests can be taken."""
        return len(self._found)

    def sift(self, data: bytes, last: bool = False) -> bytes:
        """Take in bytes, cut anywhere. Return what else stands in the lines that are whole; all where it is the last
        time."""
        lines, newline, self._rest = (self._rest + data).rpartition(b"\n")
        text = lines + newline
        if begun := _BEGUN_HEAD.search(text):
            text, self._rest = text[: begun.start()], begun[0] + self._rest
        if last or len(self._rest) > _LONGEST:
            text, self._rest = text + self._rest, b""
        return _LINE.sub(self._taken, _HEAD.sub(b"", text))

    def take(self, count: int) -> "Bytes":
        """The first `count` digests, (count, 16) uint8."""
        import numpy as np

        taken, self._found = self._found[:count], self._found[count:]
        return np.frombuffer(bytes.fromhex(b"".join(taken).decode()), np.uint8).reshape(count, _DIGEST_BYTES)

    def _taken(self, line: re.Match[bytes]) -> bytes:
        # ffmpeg counts anew where the size of the pictures changes, and lifts what would fall back.
        if not 0 <= int(line[1]) - self._secret <= self._seen:
            return line[0]
        self._seen += 1
        self._found.append(line[2])
        return b""
