"""A few pieces of sound spread over a file, read in one go: all that a look at it needs."""

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import BadSetting, NotVideo, Unreadable
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, check_seekable
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.probe import header_of
from loopfind.media.ffmpeg.process import executable, output_of
from loopfind.model.dtypes import Floats
from loopfind.settings import STALL

_LONGEST_UNTIMED = 1200.0
"""Seconds that are read of a file that says no length."""
_SILENCE = 10.0
"""Root mean square of 16-bit samples below which nothing is heard: -70 dB of full."""

Pieces = NDArray[np.int16]
"""(n, samples) of one channel."""


def spread_sounds(
    where: Address, track: int, count: int, seconds: float, rate: int, stall: float = STALL
) -> tuple[Floats, Pieces]:
    """Return the seconds at which they begin, and the samples, `rate` a second, of up to `count` pieces spread over the
    sound of a file; a short file has fewer, which overlap by half.

    Silent pieces are left out. Of a file that does not say how long it is, its first twenty minutes count. stall:
    seconds that an ffmpeg may take. Raises BadSetting for a track that is not there, and MediaError.
    """
    check_seekable(where, "likeness")
    header = _header(where, track, stall)
    length = round(seconds * rate)
    if header.forged or header.duration is None or header.duration <= 0:
        whole = _read([], where.words, f"0:a:{track}", _shape(rate), ["-t", f"{_LONGEST_UNTIMED}"], stall)
        times = _starts(len(whole) / rate, seconds, count)
        pieces = np.stack([_cut(whole, round(time * rate), length) for time in times])
    else:
        times = _starts(header.duration, seconds, count)
        pieces = _pieces_at(where, track, times, length, rate, stall)
    heard = np.sqrt(np.square(pieces.astype(np.float32)).mean(1)) >= _SILENCE
    if not heard.any():
        raise Unreadable(where.shown, "nothing is heard in it: silence is like any other")
    return times[heard], pieces[heard]


def _header(where: Address, track: int, stall: float) -> Header:
    """Return the header of an input that has such a track of sound, as far as it can be believed."""
    header, journal = header_of(where, stall)
    if not header.container:
        raise diagnosis.without_frames(where, header, 0, 0, journal.said, ()) or Unreadable(
            where.shown, "no format that ffmpeg knows: give a video or a sound"
        )
    if header.sounds == 0:
        raise NotVideo(where.shown, "no sound in it: leave it out, or compare its pictures")
    if header.sounds is not None and header.sounds <= track:
        raise BadSetting("audio stream", track, f"{where.shown} has {header.sounds}, numbered from 0")
    return header


def _starts(duration: float, seconds: float, count: int) -> Floats:
    fitting = int(np.clip(np.ceil(2 * duration / seconds) - 1, 1, count))
    return np.linspace(0, max(0.0, duration - seconds), fitting)


def _pieces_at(where: Address, track: int, times: Floats, length: int, rate: int, stall: float) -> Pieces:
    """Return pieces of a track, by one ffmpeg that opens the file once for each: to start it takes longer."""
    words, chains = list[str](), []
    for number, time in enumerate(times):
        words += ["-threads", "1", "-ss", f"{time:.3f}", "-t", f"{length / rate:.6f}", *where.words]
        # A place where nothing can be decoded is silent, and moves no other piece.
        quiet = f"anullsrc=r={rate}:cl=mono,atrim=end_sample={length}[q{number}]"
        sound = f"[{number}:a:{track}]{_shape(rate)},asetpts=N/SR/TB[s{number}]"
        chains += [quiet, sound, f"[q{number}][s{number}]amix=duration=first:normalize=0[a{number}]"]
    joined = "".join(f"[a{number}]" for number in range(len(times)))
    graph = ";".join([*chains, f"{joined}concat=n={len(times)}:v=0:a=1[all]"])
    held = _read(words, [], "[all]", "", ["-filter_complex", graph], stall)
    return _cut(held, 0, len(times) * length).reshape(len(times), length)


def _shape(rate: int) -> str:
    return f"aresample={rate},aformat=sample_fmts=s16:channel_layouts=mono"


def _read(inputs: list[str], source: list[str], mapped: str, shape: str, more: list[str], stall: float) -> Pieces:
    words = [executable(), "-nostdin", "-v", "error", *inputs, *source, *more, "-map", mapped, "-vn", "-sn", "-dn"]
    words += ["-af", shape] if shape else []
    data = output_of([*words, "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"], stall)[0]
    return np.frombuffer(data, "<i2", len(data) // 2)


def _cut(samples: Pieces, first: int, length: int) -> Pieces:
    """Return so many samples from one on, silent behind the end."""
    part = samples[first : first + length]
    return np.pad(part, (0, length - len(part)))
