"""How an answer was made: the date, the programs, and the command as typed."""

import os
import platform
import re
import shlex
import sys
from datetime import UTC, datetime

from loopfind.model.made import Made
from loopfind.reports.links import sendable

_OPTION = re.compile(r"(--[\w-]+=|-[a-zA-Z](?=[/~.]))?(.*)", re.DOTALL)
"""An option with its value in one word, or a word alone."""
_VERSION = re.compile(r"-v(\d[\w.]*?)(?:\.exe)?$")
"""The end of the name of the ffmpeg that comes with imageio-ffmpeg: ffmpeg-linux-x86_64-v7.0.2."""


def made_now() -> Made:
    """Return how an answer of this process, by its command line, is made."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}"
    date = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Made(date, _ffmpeg_version(), system, shown_command(sys.argv[1:]))


def shown_command(words: list[str]) -> str:
    """Return a command line for a shell, without folders of this machine, and without passwords in addresses."""
    return shlex.join(["loopfind", *map(_without_folder, words)])


def _without_folder(word: str) -> str:
    found = _OPTION.match(word)
    assert found is not None  # it matches everything
    return (found[1] or "") + sendable(found[2])


def _ffmpeg_version() -> str:
    """Return the version of ffmpeg: from its name where that has it, as starting it for that would take a while."""
    from loopfind.media.ffmpeg.process import executable

    try:
        if known := _VERSION.search(os.path.basename(executable())):
            return known[1]
        from imageio_ffmpeg import get_ffmpeg_version

        return str(get_ffmpeg_version())
    except Exception:  # an answer is not lost for want of a version
        return ""
