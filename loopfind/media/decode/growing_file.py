"""A file that is still written, handed on through a pipe: the reader of the pipe waits where the file ends for now.

So one decoder reads it from its beginning to its end, whatever the container, and nothing is read twice: of a recording
that is not finished most containers have no index yet, and to begin in its middle would mean to read all before it.
"""

import os
import select
import stat
import threading
from typing import Literal

from loopfind.errors import Unreadable
from loopfind.media.ffmpeg import address

_AT_ONCE = 1 << 16
_GLANCE = 0.2
"""Seconds between two looks at whether the file has grown."""


class Tail:
    """Used in a `with` statement, whose body reads from descriptor `fd`. stall: seconds without a byte more after which
    the file is taken to be finished.

    ended: why the pipe ended, None while it goes on: "silent" for a finished file, "changed" for one that was replaced,
    cut off or cannot be read any more. said: how it changed, in words. place: bytes handed on.
    """

    def __init__(self, path: str | os.PathLike[str], stall: float) -> None:
        """Raises Unreadable for a file that cannot be opened."""
        self._path, self._stall = address.local_name(os.fspath(path)), stall
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise Unreadable(address.printable(os.fspath(path)), f"cannot be read: {error.strerror}") from None
        self.fd, self._into = os.pipe()
        os.set_blocking(self._into, False)
        self.ended: Literal["silent", "changed"] | None = None
        self.said = ""
        self.place = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Tail":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        os.close(self.fd)
        os.close(self._file)

    def finish(self) -> None:
        """End the pipe where the reader stands, as if the file ended there."""
        self._stopped.set()

    def _work(self) -> None:
        try:
            self._copy()
        except OSError as error:
            self.ended, self.said = "changed", f"it cannot be read any more: {error.strerror}"
        finally:
            os.close(self._into)

    def _copy(self) -> None:
        quiet = 0.0
        while not self._stopped.is_set():
            data = os.read(self._file, _AT_ONCE)
            if data:
                self.place, quiet = self.place + len(data), 0.0
                if not self._put(memoryview(data)):
                    return
            elif said := self._changed():
                self.ended, self.said = "changed", said
                return
            elif quiet >= self._stall:
                self.ended = "silent"
                return
            else:
                # Counted in glances, so that a process that was stopped, or a machine that slept, lost one and no more.
                self._stopped.wait(_GLANCE)
                quiet += _GLANCE

    def _put(self, data: memoryview) -> bool:
        """Write it all; False where nobody wants it any more."""
        poll = select.poll()
        poll.register(self._into, select.POLLOUT)
        while data and not self._stopped.is_set():
            if poll.poll(_GLANCE * 1000):
                try:
                    data = data[os.write(self._into, data) :]
                except BrokenPipeError:
                    return False
                except BlockingIOError:
                    continue
        return not data

    def _changed(self) -> str:
        """What happened to the file since it was opened, "" for nothing but that it may have grown."""
        mine = os.fstat(self._file)
        if mine.st_size < self.place:
            return "it was cut off while it was followed"
        try:
            now = os.stat(self._path)
        except FileNotFoundError:
            return "it was removed while it was followed"
        if (now.st_dev, now.st_ino) != (mine.st_dev, mine.st_ino):
            return "another file took its place while it was followed"
        return ""


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether the path names a plain file, which may grow."""
    name = address.local_name(os.fspath(path))
    if name == address.STANDARD_INPUT:
        return False
    try:
        return stat.S_ISREG(os.stat(name).st_mode)
    except (OSError, ValueError):
        return False
