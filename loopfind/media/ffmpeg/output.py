"""A file that one ffmpeg writes: its room, and what went wrong."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

from loopfind.errors import OutputError
from loopfind.media.ffmpeg import diagnosis, framecrc
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.log import plain_text
from loopfind.media.ffmpeg.process import RunningFfmpeg, executable
from loopfind.media.ffmpeg.spoken import say

_LEAST_ROOM = 16 << 20
"""Bytes that a file may take beside those of what it holds, as that is."""
INDEX_FIRST = ("-movflags", "+faststart")
"""Words by which the index of an MP4 file stands at its beginning."""
BARE = ("-map_metadata", "-1", "-map_chapters", "-1")
"""Words by which nothing but the streams is written."""


def write_media(
    address: Address,
    words: Sequence[str],
    place: str,
    form: str = "mp4",
    *,
    size: int | None = None,
    fed: Iterable[bytes] | None = None,
) -> str:
    """Run ffmpeg with these words before the output, to write a file of a form, ffmpeg's name of it, to `place`.

    address: of what it is made from. size: bytes of what it holds, as it is, which it takes no more room than; None for
    no limit to that, nor to the memory of ffmpeg. fed: what its standard input gets.

    Returns "" where it succeeded, else its last words in brackets: what it complains about may do no harm, so what it
    wrote is to be looked at. Raises Unreadable where the connection was cut, OutputError where the disk takes no more,
    and DecoderFailed where it takes too much memory.
    """
    command = [executable(), *(["-nostdin"] if fed is None else []), "-hide_banner", "-v", "error", "-y"]
    command += ["-max_error_rate", "1", *words, "-f", form]
    command += [*([] if size is None else ["-fs", str(_LEAST_ROOM + size)]), f"file:{place}"]
    source = subprocess.DEVNULL if fed is None else subprocess.PIPE
    with tempfile.TemporaryFile() as messages:
        with RunningFfmpeg(command, messages.fileno(), subprocess.DEVNULL, source, size is None) as process:
            if fed is not None and process.stdin is not None:
                _feed(process.stdin, fed)
            process.wait()
        messages.seek(0)
        said = plain_text(messages.read().decode("utf-8", "replace"))
    for line in said.splitlines():
        say(line)
    if refused := diagnosis.connection_cut(address, said):
        raise refused
    if full := diagnosis.disk_full(process.returncode, said):
        raise OutputError(place, full)
    return f" ({framecrc.last_words(said)})" if process.returncode else ""


def _feed(pipe: IO[bytes], parts: Iterable[bytes]) -> None:
    """Hand on parts to an ffmpeg, until it takes no more; its exit status says why."""
    try:
        for part in parts:
            try:
                pipe.write(part)
            except OSError:
                return
    finally:
        with contextlib.suppress(OSError):
            pipe.close()
