"""One ffmpeg that hashes the packets of a video stream as they stand in the file."""

import os
import queue
import select
import subprocess
import tempfile
import threading
from collections.abc import Iterator

from loopfind.errors import MediaError
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, is_indexed
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.packet_times import AS_THEY_ARE
from loopfind.media.ffmpeg.process import (
    LONGEST_FAREWELL,
    executable,
    exit_status,
    kill,
    start,
    widen,
)
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.ffmpeg.watchdog import SilenceWatch


class Demux:
    """A pass over the packets of a video stream, which has begun when this is made, to be used in a `with` statement.

    request: of it the address, stream and stall are used. keys: give only packets that a decoder can start at; of MP4
    nothing else is read. ffmpeg works while this process does something else, as a thread takes in its output.

    where: the address of the video. journal: the messages of ffmpeg, after the last block. command: the ffmpeg command.
    Raises a kind of MediaError.
    """

    def __init__(self, request: ReadRequest, keys: bool = False) -> None:
        self.where, self._stream, self._stall = request.address, request.stream, request.stall
        # Messages go to a file: read through a second pipe it could block the first.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self.command = _demux_command(self.where, request.stream, keys)
        source = None if self.where.is_stdin else subprocess.DEVNULL
        self.journal = Journal()
        self._blocks: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()
        try:
            self._process = start(
                self.command, self._said.fileno(), subprocess.PIPE, source, unbounded=request.options.unbounded
            )
        except BaseException:
            self._said.close()
            raise
        assert self._process.stdout is not None
        self._fd = self._process.stdout.fileno()
        widen(self._fd)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._take_in, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Demux":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End ffmpeg, if it runs, and the thread. May be called twice.

        The thread is a daemon that closes its pipe itself, so that one which hangs may be left behind.
        """
        self._stopped.set()
        kill(self._process)
        self._thread.join(LONGEST_FAREWELL)
        self._said.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of whole lines of framehash, once. Raises a kind of MediaError."""
        last = False
        while not last:
            blocks = [self._blocks.get()]
            while not self._blocks.empty():
                blocks.append(self._blocks.get())
            for error in blocks:
                if isinstance(error, BaseException):
                    raise error
            last = not blocks[-1]
            yield b"".join(block for block in blocks if isinstance(block, bytes))
        exit_status(self._process, self.where.shown)
        self._said.seek(0)
        self.journal.feed(self._said.read())
        self.journal.close()

    def refused(self) -> MediaError | None:
        """Return the error that explains why there was nothing to read, None where nothing is wrong.

        Only after the last block.
        """
        status, said = self._process.returncode, self.journal.said
        return diagnosis.without_frames(self.where, self.journal.header, self._stream, status, said, ())

    def _take_in(self) -> None:
        """Hand on blocks of whole lines, and b"" for the end. Then close the pipe."""
        try:
            for block in self._read():
                self._blocks.put(block)
            self._blocks.put(b"")
        except BaseException as error:  # raised where the packets are asked for
            self._blocks.put(error)
        finally:
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _read(self) -> Iterator[bytes]:
        """Yield blocks of whole lines. Raises Unreadable where nothing comes for `stall` seconds."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN | select.POLLHUP)
        silence, rest = SilenceWatch(self.where.shown, self._stall), b""
        # A process that ffmpeg left behind may hold the pipe open, so its end is not all that ends this.
        while not self._stopped.is_set():
            if not silence.broken(poll, self._stall, 0.0):
                continue
            data = os.read(self._fd, 1 << 20)
            whole, newline, rest = (rest + data).rpartition(b"\n")
            if newline:
                yield whole + newline
            if not data:
                return


def _demux_command(where: Address, stream: int, keys: bool) -> list[str]:
    """Return the ffmpeg command that hashes the packets of a stream, or those alone that a decoder can start at."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", "-nostats", "-copyts"]
    # All packets, and once more those that a decoder can start at: framehash does not mark them.
    picked = ["-map", f"0:V:{stream}", *([] if keys else ["-map", f"0:V:{stream}"]), "-c", "copy"]
    picked += ["-bsf:v:0", f"noise=drop=not(key),{AS_THEY_ARE}" if keys else AS_THEY_ARE]
    picked += [] if keys else ["-bsf:v:1", f"noise=drop=not(key),{AS_THEY_ARE}"]
    words += ["-fflags", "+noparse+nofillin"] if is_indexed(where) else []
    words += ["-discard:v", "nokey"] if keys else []
    words += [*where.words, *picked]
    # Threads that wait for each other at every packet, and a line that is written by itself, take longer than hashing.
    words += ["-thread_queue_size", "512", *(["-flush_packets", "0"] if where.local is not None else [])]
    return [*words, "-f", "framehash", "-hash", "murmur3", "pipe:1"]
