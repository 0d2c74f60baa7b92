"""Memory of ffmpeg, watched from outside: a file of a few bytes can make a decoder ask for any amount.

ffmpeg itself bounds one picture, on every system; only Linux says what many of them take together.
"""

import subprocess
import sys
import threading
import time

from loopfind.media.ffmpeg.lifeline import Lifeline

MOST_RESIDENT = 4 << 30
"""Bytes that one ffmpeg may hold. The frames of 8K video that sixteen threads decode side by side take three quarters
of it."""

_EVERY = 0.25
"""Seconds between two looks."""


class Child(subprocess.Popen[bytes]):
    """An ffmpeg. outgrew: whether it was killed because it held more than MOST_RESIDENT. lifeline: what ends it where
    this process is killed, None where it ends by itself."""

    outgrew = False
    lifeline: Lifeline | None = None


class _Looks:
    """One thread that looks at all children, for as long as there are any."""

    def __init__(self) -> None:
        self._guard, self._children = threading.Lock(), set[Child]()
        self._thread: threading.Thread | None = None

    def add(self, child: Child) -> None:
        with self._guard:
            self._children.add(child)
            if self._thread is None or not self._thread.is_alive():  # of a process that was forked it is not
                self._thread = threading.Thread(target=self._look, name="ffmpeg memory", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while True:
            time.sleep(_EVERY)
            with self._guard:
                self._children = {child for child in self._children if child.returncode is None}
                if not self._children:
                    self._thread = None
                    return
                children = list(self._children)
            for child in children:
                if resident(child.pid) > MOST_RESIDENT:
                    child.outgrew = True
                    child.kill()


_looks = _Looks()


def bound_memory(child: Child) -> None:
    """Have a child killed that holds too much, where the system tells how much that is."""
    if sys.platform == "linux":
        _looks.add(child)


def resident(pid: int) -> int:
    """Return the bytes that a process holds in memory, 0 where that cannot be known."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmRSS:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):  # it has ended
        pass
    return 0
