"""Chromaprint of a sound, as ffmpeg's muxer of this name makes it: 32 bits each 0.12 s, of 2.6 s each."""

import contextlib
import subprocess
import tempfile

import numpy as np

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg.process import RunningFfmpeg, executable
from loopfind.model.sound import SOUND_RATE, Codes, Samples

_PIECE = 1 << 18
_SHORTEST = 3 * SOUND_RATE
"""Samples of a sound under which it has no Chromaprint."""


def chromaprint_of(samples: Samples) -> Codes:
    """Return the items of the Chromaprint of a sound, (n,) uint32; item i begins with sample i * CHROMAPRINT_HOP.

    Raises DecoderFailed for an ffmpeg that makes none.
    """
    if len(samples) < _SHORTEST:
        return np.zeros(0, np.uint32)
    words = [executable(), "-hide_banner", "-v", "error", "-f", "s16le", "-ar", str(SOUND_RATE), "-i", "pipe:0"]
    words += ["-f", "chromaprint", "-fp_format", "raw", "-algorithm", "1", "pipe:1"]
    # It writes to a file, as all comes at the end: a pipe that nobody reads meanwhile could block it.
    with tempfile.TemporaryFile() as written:
        with RunningFfmpeg(words, subprocess.DEVNULL, written.fileno(), subprocess.PIPE) as process:
            assert process.stdin is not None
            with contextlib.suppress(OSError):  # it has ended already
                for low in range(0, len(samples), _PIECE):
                    process.stdin.write(samples[low : low + _PIECE].astype("<i2").tobytes())
            with contextlib.suppress(OSError):
                process.stdin.close()
        written.seek(0)
        data = written.read()
    if process.returncode or not data:
        what = "this ffmpeg makes no Chromaprint: unset IMAGEIO_FFMPEG_EXE, or leave --kind chromaprint out"
        raise DecoderFailed("", what)
    return np.frombuffer(data[: len(data) & -4], "=u4").astype(np.uint32)
