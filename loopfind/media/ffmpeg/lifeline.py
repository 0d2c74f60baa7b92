"""The end of an ffmpeg whose loopfind was killed: a process beside it waits for that, and ends it.

An ffmpeg that reads a file ends by itself, since nobody takes what it writes. One that waits for a server or a pipe
that has fallen silent writes nothing, and would wait for ever. Linux alone can end the child of a process that dies,
and takes the end of a thread for one; a pipe ends on every system with whoever held it.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

APART: dict[str, Any] = (
    {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    if hasattr(subprocess, "CREATE_NEW_PROCESS_GROUP")
    else {"process_group": 0}
)
"""Arguments of a child in a group of its own: Windows has another word for it."""
_CODE = "import os, sys; sys.stdin.buffer.read(); os.kill(int(sys.argv[1]), 9)"
"""Waits for the end of its standard input, which nobody writes to, and so for the end of who holds the other end."""
_LOCAL = "file:"


class Lifeline:
    """A process that kills the child `pid` where this process ends before `let_go` was called."""

    def __init__(self, pid: int) -> None:
        """Start it. Raises OSError where the system has no process or no descriptor for it."""
        words = [sys.executable, "-I", "-S", "-c", _CODE, str(pid)]
        nowhere = subprocess.DEVNULL
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, **APART)

    def let_go(self) -> None:
        """End it: the child was reaped, and its number may soon be that of another process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def lifeline_for(pid: int, command: Sequence[str]) -> Lifeline | None:
    """Return a lifeline for an ffmpeg that was started with `command`; None where it needs none, or has to go without:
    where no process is to be had, or another program than Python runs this code."""
    if not may_wait(command) or not os.path.basename(sys.executable or "").lower().startswith(("python", "pypy")):
        return None
    with contextlib.suppress(OSError):
        return Lifeline(pid)
    return None


def may_wait(command: Sequence[str]) -> bool:
    """Return whether an ffmpeg may wait for its input without end: whether any is neither a file nor pictures on
    disk."""
    return any(_is_open_ended(word) for before, word in pairwise(command) if before == "-i")


def _is_open_ended(word: str) -> bool:
    """Return whether what stands behind `-i` is an address, a pipe or standard input."""
    path = word.removeprefix(_LOCAL)
    return path == word or (os.path.exists(path) and not os.path.isfile(path))
