"""Lists of a video's packets or pictures, as ffmpeg's framecrc writes them."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.process import executable, start
from loopfind.model.dtypes import Floats

_NO_TIME = -(1 << 63)
"""How framecrc writes that a packet has no time."""
_WORDS = 300
"""Letters of what ffmpeg said that a message repeats at most."""


@dataclass
class Listing:
    """Packets in the order of the file, or pictures in the order in which they are shown.

    ticks: (n,) presentation times in units of `base` seconds, None for a packet that has none. keys: which of them a
    decoder can start at. sums: a checksum of each, where asked for: a day of video has millions. start: seconds at
    which the container starts.
    """

    ticks: list[int | None] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    sums: list[bytes] = field(default_factory=list)
    base: tuple[int, int] = (1, 1)
    start: float = 0.0

    def __len__(self) -> int:
        return len(self.ticks)

    def times(self) -> Floats:
        """(n,) float64 seconds from the container's start; not a number for a packet without a time."""
        known = np.array([np.nan if tick is None else tick for tick in self.ticks], np.float64)
        return known * self.base[0] / self.base[1] - self.start


def packets(address: Address, stream: int) -> Listing:
    """Every packet of a video stream, without decoding and without checksums. Raises DecoderFailed."""
    return _listed([*_input(address), "-map", f"0:V:{stream}", "-c", "copy"], address.shown, sums=False)


def pictures(address: Address, stream: int, before: Sequence[str] = (), picked: str = "null") -> Listing:
    """The pictures that come out of the decoder and pass the filter `picked`; `before` are options for the input.

    Raises DecoderFailed.
    """
    words = [*before, *_input(address), "-map", f"0:V:{stream}", "-fps_mode", "passthrough"]
    return _listed([*words, "-enc_time_base:v", "demux", "-vf", picked], address.shown)


def _input(address: Address) -> list[str]:
    return [*address.options, "-i", os.fsdecode(address.argument)]


def _listed(words: Sequence[str], shown: str, sums: bool = True) -> Listing:
    listing, header = Listing(), Header()
    # What ffmpeg says goes to a file: read through a second pipe it could block the first.
    with tempfile.TemporaryFile() as said:
        command = [executable(), "-nostdin", "-hide_banner", "-nostats", "-copyts", *words, "-f", "framecrc", "pipe:1"]
        with RunningFfmpeg(command, said.fileno(), subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                _take(listing, line, sums)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    for words_said in text.splitlines():
        header.read(words_said)
    listing.start = header.start / 1e6
    if process.returncode and not len(listing):
        raise DecoderFailed(shown, f"ffmpeg could not list it: {last_words(text)}")
    return listing


def _take(listing: Listing, line: bytes, sums: bool) -> None:
    if line.startswith(b"#tb 0:"):
        numerator, _, denominator = line.partition(b":")[2].strip().partition(b"/")
        listing.base = int(numerator), int(denominator)
    elif not line.startswith(b"#") and line.count(b",") >= 5:
        cells = [cell.strip() for cell in line.split(b",")]
        tick = int(cells[2])
        listing.ticks.append(None if tick == _NO_TIME else tick)
        # framecrc tells the flags of a packet unless it is a plain key packet.
        listing.keys.append(not any(cell.startswith(b"F=") for cell in cells[6:]))
        if sums:
            listing.sums.append(cells[5])


class RunningFfmpeg:
    """One ffmpeg in a `with` statement: waited for at its end, ended and reaped where the body fails."""

    def __init__(self, command: Sequence[str], said: int, out: int, source: int | None = subprocess.DEVNULL) -> None:
        self._command, self._said, self._out, self._source = command, said, out, source

    def __enter__(self) -> "subprocess.Popen[bytes]":
        self._process = start(self._command, self._said, self._out, self._source)
        return self._process

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        process = self._process
        try:
            if kind is None:
                process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def last_words(text: str) -> str:
    """The last line that ffmpeg said."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:_WORDS].rstrip(".") if lines else "it gives no reason"
