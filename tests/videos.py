"""Small videos for tests, made by the ffmpeg that imageio-ffmpeg brings; each is made once in a test session.

videos.make("a.mp4", *videos.moving(seconds=2), "-c:v", "libx264")   any ffmpeg arguments before the output's name
videos.encoded("mp4", "libx264")                                     a moving scene in that container and codec
"""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import imageio_ffmpeg

FOLDER = Path(tempfile.mkdtemp(prefix="loopfind-videos-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

FAST = {
    "libx264": ("-preset", "ultrafast", "-bf", "2", "-g", "12"),
    "libx265": ("-preset", "ultrafast", "-x265-params", "log-level=none:keyint=12:bframes=2"),
    "libvpx-vp9": ("-deadline", "realtime", "-cpu-used", "8", "-g", "12"),
    "libvpx": ("-deadline", "realtime", "-cpu-used", "8", "-g", "12"),
    "libsvtav1": ("-preset", "12", "-g", "12"),
    "mpeg4": ("-bf", "2", "-g", "12"),
    "mpeg2video": ("-bf", "2", "-g", "12"),
}
"""Codec -> what makes it quick, with frames out of decoding order where the codec can."""

_OPEN = ("-x264-params", "open-gop=1")
_OPEN5 = ("-x265-params", "log-level=none:keyint=25:open-gop=1:bframes=4")
CODED = {
    "closed.mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", "20"),
    "open.mkv": ("-c:v", "libx264", "-preset", "fast", "-bf", "4", "-g", "25", *_OPEN),
    "open.mp4": ("-c:v", "libx264", "-preset", "fast", "-bf", "8", "-b-pyramid", "2", "-g", "40", *_OPEN),
    "open5.mp4": ("-c:v", "libx265", "-preset", "ultrafast", *_OPEN5),
    "refresh.mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-x264-params", "intra-refresh=1:keyint=20"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2", "-g", "12"),
    "mpeg4.mp4": ("-c:v", "mpeg4", "-bf", "2", "-g", "12"),
    "mpeg2.ts": ("-c:v", "mpeg2video", "-bf", "2", "-g", "15"),
    "mpeg2.mkv": ("-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-q:v", "2"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "30"),
    "mjpeg.mov": ("-c:v", "mjpeg",),
    "ffv1.mkv": ("-c:v", "ffv1", "-g", "30"),
    "late.ts": ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "20", "-output_ts_offset", "1000"),
    "theora.ogv": ("-c:v", "libtheora", "-g", "16"),
}  # fmt: skip
"""Name of a file -> what makes it: each way in which groups of pictures are laid out."""


@cache
def make(name: str, *arguments: str) -> Path:
    """The file that `ffmpeg *arguments name` writes. One name stands for one list of arguments."""
    path = FOLDER / name
    if path.exists():
        raise ValueError(f"{name} was made before, from other arguments")
    run(*arguments, path.as_posix())
    return path


def run(*arguments: str) -> None:
    """Run ffmpeg, with its errors in the exception."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)


def moving(seconds: float = 1.0, rate: str = "25", size: str = "96x64") -> tuple[str, ...]:
    """Input arguments for a scene in which every frame differs."""
    return ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}")


def encoded(extension: str, codec: str, seconds: float = 1.0, rate: str = "25", size: str = "96x64") -> Path:
    """A moving scene in a container and codec."""
    name = f"{codec}_{seconds}_{rate.replace('/', '_')}_{size}.{extension}"
    return make(name, *moving(seconds, rate, size), "-c:v", codec, *FAST.get(codec, ()))


def damaged(source: Path, name: str, first: float, last: float, every: int = 40) -> Path:
    """A copy with each `every`-th byte turned over between the shares `first` and `last` of the file."""
    path = FOLDER / name
    data = bytearray(source.read_bytes())
    for place in range(int(len(data) * first), int(len(data) * last), every):
        data[place] ^= 0xFF
    path.write_bytes(data)
    return path


def cut_short(source: Path, name: str, share: float) -> Path:
    """A copy of the first `share` of the file."""
    path = FOLDER / name
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def three_times() -> Path:
    """Return a video of three seconds that goes round three times."""
    part = encoded("mp4", "libx264", seconds=3)
    return make("three_times.mp4", "-stream_loop", "2", "-i", str(part), "-c", "copy")
