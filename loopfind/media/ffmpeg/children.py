"""The running ffmpegs: those of one piece of work, which another thread may end at once, and all of them."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakSet


class Children:
    """Running ffmpegs, to be ended together.

    An ffmpeg belongs to those whose `joined` the thread that starts it is in.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: WeakSet[subprocess.Popen[bytes]] = WeakSet()
        self._ended = False

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Take in whatever ffmpeg the body of a `with` statement starts."""
        token = _JOINED.set(self)
        try:
            yield
        finally:
            _JOINED.reset(token)

    def add(self, child: "subprocess.Popen[bytes]") -> None:
        """Take in a running ffmpeg, which is killed at once where the others were ended."""
        with self._lock:
            self._running.add(child)
            ended = self._ended
        if ended:
            child.kill()

    def end(self) -> None:
        """Kill all of them, and whatever joins them from now on: whoever reads their pipes finds these ended."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for child in running:
            child.kill()


_JOINED: ContextVar[Children | None] = ContextVar("ffmpegs of the work at hand", default=None)
_all: WeakSet[subprocess.Popen[bytes]] = WeakSet()


def adopt(child: "subprocess.Popen[bytes]") -> None:
    """Add an ffmpeg to all, and to those of the work that the thread is at, if there is such work."""
    _all.add(child)
    joined = _JOINED.get()
    if joined is not None:
        joined.add(child)


def kill_all() -> None:
    """Kill every ffmpeg of this process, which is about to end without further ado."""
    for child in list(_all):
        child.kill()
