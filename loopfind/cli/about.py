"""What loopfind runs on, for --version and for reports of faults."""

import platform

from loopfind.model.version import version


def about() -> str:
    """One line: loopfind, Python and ffmpeg with their versions."""
    return f"loopfind {version()} (Python {platform.python_version()}, {_ffmpeg()})"


def _ffmpeg() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_version

        return f"ffmpeg {get_ffmpeg_version()}"
    except Exception:  # whatever is wrong with ffmpeg, the version must be told
        return "ffmpeg not found"
