"""The ffmpeg child process: its command, its pipes, its end."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg import memory
from loopfind.media.ffmpeg.log import COLOURED, MARK, UNCOLOURED
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.settings import PICTURE_SIDE

PIPE_BYTES = 1 << 20
"""Wanted capacity of the picture pipe: 256 pictures, so that ffmpeg goes on decoding while a batch is worked on."""

TILES = 8
"""Tiles a side that the decoder averages the colour of. ffmpeg's scaler is ten levels off where it makes one pixel of a
whole picture, and agrees with itself from 4 x 4 on."""

_LINUX_SET_PIPE_SIZE = 1031
_TERM_PATIENCE, _KILL_PATIENCE = 0.5, 10.0
"""Seconds that ffmpeg has to end once it was asked to, and once it was killed."""
_EXIT_PATIENCE = 10.0
"""Seconds that ffmpeg has to exit by itself once it has closed its pipes."""
TIME_LIMIT = 120.0
"""Seconds that an ffmpeg may take whose output is waited for as a whole."""
LONGEST_FAREWELL = 15.0
"""Seconds that threads have to end once their ffmpeg was killed: more than reaping it takes."""


WHOLE = "key+eq(pict_type,I)"
"""An expression of ffmpeg's `select` filter: whether a picture is made of no other."""

COUNTED = ("-reinit_filter", "0")
"""Options before an input by which a filter counts all frames: ffmpeg makes it anew, and so counts from 0 again, where
the colours or the size of the pictures change."""


def executable() -> str:
    """Return the ffmpeg to run: IMAGEIO_FFMPEG_EXE if set, else the one that imageio-ffmpeg brings.

    Raises DecoderFailed.
    """
    try:
        import imageio_ffmpeg
    except ImportError:
        raise DecoderFailed("", "ffmpeg is missing: install the package imageio-ffmpeg") from None
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise DecoderFailed("", "ffmpeg is missing: install it, or set IMAGEIO_FFMPEG_EXE to its path") from None


def seek_words(seconds: float) -> list[str]:
    """Return the words before an input by which decoding begins at the last place before `seconds` where it can."""
    return ["-noaccurate_seek", "-ss", f"{seconds:.6f}"]


def decode_command(
    request: ReadRequest, seek: float | None = None, digest_fd: int | None = None, colour_fd: int | None = None
) -> list[str]:
    """Return the ffmpeg command that decodes what is requested, from `seek` seconds on.

    Pictures go to its standard output. Messages and one mark for each picture go to its standard error, through one
    pipe, so that a complaint keeps its place among the pictures. Digests go to the inherited descriptor `digest_fd`,
    colours to `colour_fd`.
    """
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", "-nostats", "-copyts"]
    # A damaged file is read to its end, however many of its packets fail.
    words += ["-max_error_rate", "1"]
    if seek is not None:
        words += seek_words(seek)
    where = request.address
    words += [*request.options.words, *where.words]
    picked = [
        "-map",
        f"0:V:{request.stream}",
        "-an",
        "-sn",
        "-dn",
        "-enc_time_base:v",
        "demux",
        "-fps_mode",
        "passthrough",
    ]
    side = PICTURE_SIDE
    # Slicing so small a picture over threads costs more than it saves.
    words += ["-filter_threads", "1", *picked, "-vf", f"scale={side}:{side}:flags=area,format=gray"]
    words += ["-stats_enc_pre:v", "pipe:2", "-stats_enc_pre_fmt:v", f"{MARK.decode()}{{ptsi}} {{tbi}}"]
    words += ["-f", "rawvideo", "pipe:1"]
    if digest_fd is not None:
        words += [*picked, "-c:v", "rawvideo", "-f", "framehash", "-hash", "murmur3", f"pipe:{digest_fd}"]
    if colour_fd is not None:
        tiles = f"scale={TILES}:{TILES}:flags=area+accurate_rnd+full_chroma_int,format=rgb48le"
        words += [*picked, "-vf", tiles, "-f", "rawvideo", f"pipe:{colour_fd}"]
    return words


class FfmpegProcess:
    """One running ffmpeg that decodes a request.

    pictures, journal, digests, colours: descriptors to read from, non-blocking; the last two are None where they were
    not asked for.
    """

    def __init__(self, request: ReadRequest, seek: float | None = None) -> None:
        """Start it. Raises DecoderFailed where there is no ffmpeg to start."""
        self.digests: int | None = None
        self.colours: int | None = None
        digest_fd: int | None = None
        colour_fd: int | None = None
        try:
            if request.digests:
                self.digests, digest_fd = os.pipe()
            if request.colours:
                self.colours, colour_fd = os.pipe()
            self.command: Sequence[str] = decode_command(request, seek, digest_fd, colour_fd)
            inherited = tuple(fd for fd in (digest_fd, colour_fd) if fd is not None)
            address = request.address
            source = None if address.is_stdin else subprocess.DEVNULL if address.feed is None else address.feed
            options = request.options
            self._process = start(
                self.command,
                source=source,
                inherited=inherited,
                apart=options.apart,
                unbounded=options.unbounded,
            )
            self._shown = address.shown
        except BaseException:
            _close(self.digests)
            _close(self.colours)
            raise
        finally:
            _close(digest_fd)
            _close(colour_fd)
        assert self._process.stdout is not None and self._process.stderr is not None
        self.pictures = self._process.stdout.fileno()
        self.journal = self._process.stderr.fileno()
        for fd in (self.pictures, self.journal, self.digests, self.colours):
            if fd is not None:
                os.set_blocking(fd, False)
        widen(self.pictures)

    def wait(self) -> int:
        """Wait for the exit of a child that closed its pipes. Return its status, negative for a signal.

        Raises DecoderFailed where it took too much memory.
        """
        return exit_status(self._process, self._shown)

    def finish(self) -> None:
        """Ask the child to end with the pictures that it has at hand."""
        self._process.terminate()

    def end(self) -> None:
        """End the child at once, from any thread: whoever reads its pipes finds them ended, and closes it."""
        self._process.kill()

    def close(self) -> None:
        """End the child if it runs, reap it, close the pipes. May be called twice."""
        process = self._process
        try:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            _close(self.digests)
            _close(self.colours)
            self.digests = self.colours = None
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=_TERM_PATIENCE)
        finally:
            kill(process)


class RunningFfmpeg:
    """One ffmpeg in a `with` statement: waited for at its end, killed and reaped where the body fails.

    command, said, out, source, unbounded: as for `start`. Raises DecoderFailed where it took too much memory.
    """

    def __init__(
        self,
        command: Sequence[str],
        said: int,
        out: int,
        source: int | None = subprocess.DEVNULL,
        unbounded: bool = False,
    ) -> None:
        self._command, self._said, self._out, self._source = command, said, out, source
        self._unbounded = unbounded

    def __enter__(self) -> "subprocess.Popen[bytes]":
        self._process = start(self._command, self._said, self._out, self._source, unbounded=self._unbounded)
        return self._process

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        process = self._process
        try:
            if kind is None:
                process.wait()
                check_memory(process)
        finally:
            kill(process)
            if process.stdout is not None:
                process.stdout.close()


def output_of(words: Sequence[str]) -> tuple[bytes, bytes]:
    """Return what an ffmpeg wrote to its output, b"" where it took longer than TIME_LIMIT, and its messages.

    Raises DecoderFailed where there is no ffmpeg to start.
    """
    # Messages go to a file: read through a second pipe it could block the first.
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(words, said.fileno(), subprocess.PIPE) as process:
            try:
                written = process.communicate(timeout=TIME_LIMIT)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                written = b""
        said.seek(0)
        return written, said.read()


def start(
    command: Sequence[str],
    said: int = subprocess.PIPE,
    out: int = subprocess.PIPE,
    source: int | None = subprocess.DEVNULL,
    inherited: tuple[int, ...] = (),
    apart: bool = False,
    unbounded: bool = False,
) -> memory.Child:
    """Start an ffmpeg that reads from `source`, writes to `out`, and sends its messages to `said`.

    inherited: further descriptors that it is given. apart: see DecodeOptions. unbounded: however much memory it takes.
    Raises DecoderFailed where there is no ffmpeg to start.
    """
    environment = {name: value for name, value in os.environ.items() if name not in UNCOLOURED} | COLOURED
    try:
        child = memory.Child(
            command,
            stdin=source,
            stdout=out,
            stderr=said,
            env=environment,
            pass_fds=inherited,
            process_group=0 if apart else None,
        )
        if not unbounded:
            memory.bound_memory(child)
        return child
    except FileNotFoundError:
        what = f"ffmpeg is not at {command[0]}: correct IMAGEIO_FFMPEG_EXE, or unset it to use the one that comes along"
    except OSError as error:
        what = f"ffmpeg at {command[0]} cannot be run ({error.strerror}): correct IMAGEIO_FFMPEG_EXE, or unset it"
    raise DecoderFailed("", what)


def exit_status(process: memory.Child, shown: str) -> int:
    """Wait for the exit of an ffmpeg that closed its pipes. Return its status, negative for a signal.

    shown: the video that it read. Raises DecoderFailed where it took too much memory.
    """
    try:
        status = process.wait(timeout=_EXIT_PATIENCE)
        check_memory(process, shown)
        return status
    except subprocess.TimeoutExpired:
        kill(process)
        return -signal.SIGKILL if process.returncode is None else process.returncode


def check_memory(process: memory.Child, shown: str = "") -> None:
    """Raise DecoderFailed where an ffmpeg, which has ended, took too much memory. shown: the video that it read."""
    if process.outgrew:
        most = f"ffmpeg needed more than {memory.MOST_RESIDENT / 1e9:.1f} GB of memory"
        raise DecoderFailed(shown, f"{most}: to let it have whatever that takes, give --no-budget")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill an ffmpeg if it runs, and reap it."""
    if process.poll() is None:
        process.kill()
        # What hangs in a dead network mount cannot even be killed; it is not waited for.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_KILL_PATIENCE)


def widen(fd: int) -> None:
    """Let a pipe hold more, where the system can and will."""
    if sys.platform != "linux":
        return
    import fcntl

    # Refused where the user's share of pipe memory is used up: slower, not wrong.
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, _LINUX_SET_PIPE_SIZE, PIPE_BYTES)


def _close(fd: int | None) -> None:
    if fd is not None:
        os.close(fd)
