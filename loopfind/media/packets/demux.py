"""One ffmpeg that hashes the packets of a video stream as they stand in the file."""

import math
import subprocess
import tempfile
import threading
from collections.abc import Iterator

from loopfind.errors import FellSilent, MediaError
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, is_indexed
from loopfind.media.ffmpeg.inlet import Inlet, close_all, wait_for
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.packet_times import AS_THEY_ARE
from loopfind.media.ffmpeg.process import discard, executable, exit_status, kill, start
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
        self.journal = Journal(remote=self.where.is_remote)
        try:
            self._process = start(
                self.command, self._said.fileno(), subprocess.PIPE, source, unbounded=request.options.unbounded
            )
        except BaseException:
            self._said.close()
            raise
        assert self._process.stdout is not None
        self._bell = threading.Condition()
        try:
            self._inlet = Inlet(self._process.stdout, self._bell, room=math.inf)
        except BaseException:
            discard(self._process)
            self._said.close()
            raise

    def __enter__(self) -> "Demux":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End ffmpeg, if it runs, and the thread. May be called twice."""
        kill(self._process)
        close_all([self._inlet])
        self._said.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of whole lines of framehash, once. Raises a kind of MediaError.

        Of a pipe or an address that falls silent all is given that came.
        """
        silence, rest, ended, came = SilenceWatch(self.where.shown, self._stall), b"", False, 0
        try:
            while not ended:
                if not silence.broken(self._wait, self._stall, 0.0):
                    continue
                parts, ended = self._inlet.take()
                whole, newline, rest = b"".join((rest, *parts)).rpartition(b"\n")
                came += len(whole)
                yield whole + newline
        except FellSilent:
            if self.where.is_on_disk or not came:
                raise
            self.finish()
            self.journal.note_silence()
        exit_status(self._process, self.where.shown)
        self._said.seek(0)
        self.journal.feed(self._said.read())
        self.journal.close()

    def finish(self) -> None:
        """Let no more blocks come than are on their way."""
        kill(self._process)

    def refused(self) -> MediaError | None:
        """Return the error that explains why there was nothing to read, None where nothing is wrong.

        Only after the last block.
        """
        status, said = self._process.returncode, self.journal.said
        return diagnosis.without_frames(self.where, self.journal.header, self._stream, status, said, ())

    def _wait(self, seconds: float) -> bool:
        return wait_for([self._inlet], self._bell, seconds)


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
    words += ["-thread_queue_size", "512"]
    # What may fall silent is written at once, though no packet follows that a decoder can start at.
    words += ["-flush_packets", "0"] if where.is_on_disk else ["-flush_packets", "1", "-max_interleave_delta", "1"]
    return [*words, "-f", "framehash", "-hash", "murmur3", "pipe:1"]
