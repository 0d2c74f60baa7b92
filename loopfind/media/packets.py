"""The packets of a video stream, hashed as they stand in the file, without decoding one."""

import os
import select
import subprocess
import tempfile
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import Broken
from loopfind.media import address, failures
from loopfind.media.address import Address
from loopfind.media.child import executable
from loopfind.media.journal import Journal
from loopfind.media.listing import run
from loopfind.model import Bytes, Floats, Ints, Source
from loopfind.settings import STALL

_NO_TIME = -(1 << 63)
_GLANCE = 1.0
"""Seconds that one look for bytes lasts at most."""


@dataclass(frozen=True)
class Packets:
    """Packets in the order of the file.

    times: (n,) seconds at which each is shown, from the container's start. sizes: (n,) bytes. hashes: (n, 16) uint8, of
    the payload (MurmurHash3, 128 bits). keys: (n,) bool, which of them a decoder can start at. log: the command, and
    what ffmpeg said.
    """

    source: Source
    times: Floats
    sizes: Ints
    hashes: Bytes
    keys: NDArray[np.bool_]
    log: tuple[str, ...] = ()


def read_packets(
    path: str | os.PathLike[str],
    stream: int = 0,
    stall: float = STALL,
    watch: Callable[[int, float, float | None], None] | None = None,
) -> Packets:
    """The packets of one video stream; path, stream, stall as of open_video.

    watch: called with packets read, seconds reached, and the declared duration where that is known. Raises a kind of
    MediaError, and Broken for packets without times.
    """
    where = address.find(path)
    table = _Table()
    # All packets, and once more those that a decoder can start at: framehash does not tell which these are.
    picked = ["-map", f"0:V:{stream}", "-map", f"0:V:{stream}", "-c", "copy", "-bsf:v:1", "noise=drop=not(key)"]
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+info", "-nostats", "-copyts"]
    words += [*where.options, "-i", os.fsdecode(where.argument), *picked]
    words += ["-f", "framehash", "-hash", "murmur3", "pipe:1"]
    # What ffmpeg says goes to a file: read through a second pipe it could block the first.
    with tempfile.TemporaryFile() as said:
        with run(words, said.fileno(), subprocess.PIPE, None if where.is_stdin else subprocess.DEVNULL) as process:
            assert process.stdout is not None
            _take_all(process.stdout.fileno(), table, where, stall, watch)
        said.seek(0)
        journal = Journal()
        journal.feed(said.read())
        journal.close()
    if not len(table.sizes):
        refused = failures.without_frames(where, journal.header, stream, process.returncode, journal.said, ())
        if refused:
            raise refused
    return _packets(where, table, journal, (" ".join(words), *journal.said))


class _Table:
    """Rows of framehash as they come."""

    def __init__(self) -> None:
        self.shown, self.sizes = array("q"), array("q")
        self.hashes = bytearray()
        self.keys: set[bytes] = set()
        self.base = 1.0

    def take(self, line: bytes) -> None:
        if line.startswith(b"#tb 0:"):
            above, _, below = line[6:].strip().partition(b"/")
            self.base = int(above) / int(below)
        elif not line.startswith(b"#") and line.count(b",") >= 5:
            number, decoded, shown, _, size, digest, *_ = line.split(b",")
            digest = bytes.fromhex(digest.strip().decode())
            if int(number):
                self.keys.add(digest)
                return
            tick = int(shown)
            self.shown.append(int(decoded) if tick == _NO_TIME else tick)
            self.sizes.append(int(size))
            self.hashes += digest


def _take_all(
    fd: int,
    table: _Table,
    where: Address,
    stall: float,
    watch: Callable[[int, float, float | None], None] | None,
) -> None:
    """Read to the end. Raises Unreadable where nothing comes for `stall` seconds."""
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP)
    silence, rest = 0.0, b""
    while True:
        began = time.monotonic()
        if not poll.poll(min(_GLANCE, stall) * 1000):
            silence += min(time.monotonic() - began, _GLANCE)
            if silence >= stall:
                raise failures.stalled(where.shown, stall, 0.0)
            continue
        silence = 0.0
        data = os.read(fd, 1 << 20)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            table.take(line)
        if watch is not None and len(table.shown):
            watch(len(table.shown), max(0.0, table.shown[-1] * table.base), None)
        if not data:
            return


def _packets(where: Address, table: _Table, journal: Journal, log: tuple[str, ...]) -> Packets:
    header = journal.header
    ticks = np.frombuffer(table.shown, np.int64) if len(table.shown) else np.zeros(0, np.int64)
    if (ticks == _NO_TIME).any():
        raise Broken(where.shown, "its packets carry no times: scan it without --packets-only")
    times = ticks.astype(np.float64) * table.base - header.start / 1e6
    hashes = np.frombuffer(bytes(table.hashes), np.uint8).reshape(len(ticks), 16)
    whole = np.ascontiguousarray(hashes).view("V16").ravel()
    keys = np.frombuffer(b"".join(sorted(table.keys)), "V16") if table.keys else np.zeros(0, "V16")
    shown = np.sort(times)
    gap = float(np.median(np.diff(shown))) if len(shown) > 1 else 1 / header.video.rate
    length = float(shown[-1] - shown[0]) + gap if len(shown) else 0.0
    source = Source(
        where.shown,
        length,
        len(shown),
        1 / gap if len(shown) > 1 and gap > 0 else 0.0,
        *header.video.size,
        header.video.codec,
        header.container,
        header.duration,
    )
    sizes = np.array(table.sizes, np.int64)
    return Packets(source, times, sizes, hashes, np.isin(_numbers(whole), _numbers(keys)), log)


def _numbers(digests: "NDArray[np.void]") -> NDArray[np.uint64]:
    """The first half of each digest, as a number."""
    return digests.view(np.uint64).reshape(-1, 2)[:, 0] if len(digests) else np.zeros(0, np.uint64)
