"""The ffmpeg child process: its command, its pipes, its end."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from loopfind.errors import DecoderFailed, exhausted, out_of_files
from loopfind.media.ffmpeg import children, memory
from loopfind.media.ffmpeg.lifeline import APART, lifeline_for
from loopfind.media.ffmpeg.log import COLOURED, MARK, UNCOLOURED
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.ffmpeg.signatures import unsigned
from loopfind.media.ffmpeg.spoken import say
from loopfind.settings import PICTURE_SIDE

_FEWEST_DESCRIPTORS = 8
"""Files that starting an ffmpeg opens, at the most."""
PIPE_BYTES = 1 << 20
"""Wanted capacity of the picture pipe: 256 pictures, so that ffmpeg goes on decoding while a batch is worked on."""

TILES = 8
"""Tiles a side that the decoder averages the colour of. ffmpeg's scaler is ten levels off where it makes one pixel of a
whole picture, and agrees with itself from 4 x 4 on."""

_LINUX_SET_PIPE_SIZE = 1031
_KILL_PATIENCE = 10.0
"""Seconds that ffmpeg has to end once it was killed."""
_EXIT_PATIENCE = 10.0
"""Seconds that ffmpeg has to exit by itself once it has closed its pipes."""
TIME_LIMIT = 120.0
"""Seconds that an ffmpeg may take whose output is waited for as a whole."""
LONGEST_FAREWELL = 15.0
"""Seconds that threads have to end once their ffmpeg was killed: more than reaping it takes."""


WHOLE = "key+eq(pict_type,I)"
"""An expression of ffmpeg's `select` filter: whether a picture is made of no other."""

ENDING_SIGNAL: int = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
"""Signal at which ffmpeg ends with the pictures that it has at hand. Windows sends its own to groups alone."""
_KILLED = -9
"""Exit status of what cannot be waited for."""

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
        if why := out_of_files(_FEWEST_DESCRIPTORS):  # imageio-ffmpeg starts what it finds, and hides why that fails
            raise DecoderFailed("", f"ffmpeg cannot be started, as {why}") from None
        raise DecoderFailed("", "ffmpeg is missing: install it, or set IMAGEIO_FFMPEG_EXE to its path") from None


def seek_words(seconds: float) -> list[str]:
    """Return the words before an input by which decoding begins at the last place before `seconds` where it can."""
    return ["-noaccurate_seek", "-ss", f"{seconds:.6f}"]


def decode_command(request: ReadRequest, seek: float | None = None, digests: str = "") -> list[str]:
    """Return the ffmpeg command that decodes what is requested, from `seek` seconds on.

    Its standard output takes the pictures: raw where nothing else is wanted, else as streams of NUT, in the order grey,
    colours. Messages, one mark for each picture and the digests go to its standard error, through one pipe, so that a
    complaint keeps its place among the pictures. digests: the filter that numbers pictures whose digests are wanted.
    """
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", "-nostats", "-copyts"]
    # A damaged file is read to its end, however many of its packets fail.
    words += ["-max_error_rate", "1"]
    if seek is not None:
        words += seek_words(seek)
    words += [*request.options.words, *request.address.words]
    mapped, unsynced = ["-map", f"0:V:{request.stream}"], ["-enc_time_base:v", "demux", "-fps_mode", "passthrough"]
    alone = ["-an", "-sn", "-dn", *unsynced]
    marks = ["-stats_enc_pre:v:0", "pipe:2", "-stats_enc_pre_fmt:v:0", f"{MARK.decode()}{{ptsi}} {{tbi}}"]
    grey = f"scale={PICTURE_SIDE}:{PICTURE_SIDE}:flags=area,format=gray"
    if request.crop is not None:
        crop = request.crop
        place = f"w=iw*{crop.width:.5f}:h=ih*{crop.height:.5f}:x=iw*{crop.left:.5f}:y=ih*{crop.top:.5f}"
        grey = f"crop={place}:exact=1,{grey}"
    # Slicing so small a picture over threads costs more than it saves.
    words += ["-filter_threads", "1"]
    if request.colours:
        tiles = f"scale={TILES}:{TILES}:flags=area+accurate_rnd+full_chroma_int,format=rgb48le"
        # Times are those of the marks; numbers instead never fall back, and keep the streams side by side.
        chains = ["-filter:v:0", f"{grey},setpts=N", "-filter:v:1", f"{tiles},setpts=N"]
        words += [*mapped, *mapped, *alone, *chains, *marks, "-c:v", "rawvideo"]
        words += ["-map_metadata", "-1", "-map_chapters", "-1", "-write_index", "0", "-f", "nut", "pipe:1"]
    else:
        words += [*mapped, *alone, "-vf", grey, *marks, "-f", "rawvideo", "pipe:1"]
    if digests:
        # Each line is written by itself, so that it comes in one piece.
        words += [*mapped, *alone, "-vf", digests, "-c:v", "rawvideo", "-flush_packets", "1"]
        words += ["-f", "framehash", "-hash", "murmur3", "pipe:2"]
    return words


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

    def __enter__(self) -> memory.Child:
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


def output_of(words: Sequence[str], limit: float = TIME_LIMIT) -> tuple[bytes, bytes]:
    """Return what an ffmpeg wrote to its output, b"" where it took longer than `limit` seconds, and its messages.

    Raises DecoderFailed where there is no ffmpeg to start.
    """
    # Messages go to a file: read through a second pipe it could block the first.
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(words, said.fileno(), subprocess.PIPE) as process:
            try:
                written = process.communicate(timeout=limit)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                written = b""
        said.seek(0)
        return written, unsigned(said.read().decode("latin-1")).encode("latin-1")


def start(
    command: Sequence[str],
    said: int = subprocess.PIPE,
    out: int = subprocess.PIPE,
    source: int | None = subprocess.DEVNULL,
    apart: bool = False,
    unbounded: bool = False,
) -> memory.Child:
    """Start an ffmpeg that reads from `source`, writes to `out`, and sends its messages to `said`.

    apart: see DecodeOptions. unbounded: however much memory it takes. Raises DecoderFailed where there is no ffmpeg to
    start.
    """
    say(unsigned(shlex.join(os.fsdecode(word) for word in command)))
    environment = {name: value for name, value in os.environ.items() if name not in UNCOLOURED} | COLOURED
    try:
        child = memory.Child(
            command,
            stdin=source,
            stdout=out,
            stderr=said,
            env=environment,
            **(APART if apart else {}),
        )
        child.lifeline = lifeline_for(child.pid, command)
        children.adopt(child)
        try:
            if not unbounded:
                memory.bound_memory(child)
        except BaseException:
            discard(child)
            raise
        return child
    except RuntimeError as error:
        raise DecoderFailed("", f"ffmpeg cannot be watched, as {exhausted(error) or error}") from None
    except FileNotFoundError:
        what = f"ffmpeg is not at {command[0]}: correct IMAGEIO_FFMPEG_EXE, or unset it to use the one that comes along"
    except OSError as error:
        if why := exhausted(error):
            raise DecoderFailed("", f"ffmpeg cannot be started, as {why}") from None
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
        return _KILLED if process.returncode is None else process.returncode


def check_memory(process: memory.Child, shown: str = "") -> None:
    """Raise DecoderFailed where an ffmpeg, which has ended, took too much memory. shown: the video that it read."""
    if process.outgrew:
        most = f"ffmpeg needed more than {memory.MOST_RESIDENT / 1e9:.1f} GB of memory"
        raise DecoderFailed(shown, f"{most}: to let it have whatever that takes, give --no-budget")


def kill(process: memory.Child) -> None:
    """Kill an ffmpeg if it runs, and reap it."""
    if process.poll() is None:
        process.kill()
        # What hangs in a dead network mount cannot even be killed; it is not waited for.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_KILL_PATIENCE)
    if process.lifeline is not None:
        process.lifeline.let_go()
        process.lifeline = None


def discard(process: memory.Child) -> None:
    """Kill an ffmpeg of which nothing was read, reap it, and close its pipes."""
    kill(process)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def widen(fd: int) -> bool:
    """Let a pipe hold more, where the system can and will. Return whether it does."""
    if sys.platform != "linux":
        return False
    try:
        import fcntl

        # Refused where the user's share of pipe memory is used up: slower, not wrong.
        return fcntl.fcntl(fd, _LINUX_SET_PIPE_SIZE, PIPE_BYTES) >= PIPE_BYTES
    except (ImportError, OSError):
        return False
