"""A file that is still written, handed on through a pipe. The reader of the pipe waits where the file ends for now.

So one decoder reads the file from its beginning to its end, whatever the container, and nothing is read twice. Most
containers have no index before the recording is finished, so to begin in the middle would mean to read all before it.
"""

import os
import stat
import threading
from typing import Literal

from loopfind.errors import Unreadable
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.process import LONGEST_FAREWELL

_READ_BYTES = 1 << 16
_LOOK_INTERVAL = 0.2
"""Seconds between two looks at whether the file has grown."""


class Tail:
    """The bytes of a file, to be used in a `with` statement whose body reads them from the descriptor `fd`.

    stall: seconds without a new byte after which the file is taken to be finished. farewell: seconds that leaving waits
    for the thread that copies, which may hang in a disk that does not answer.

    ended: the reason for the end of the pipe, None before it: "silent" for a finished file, "changed" for one that was
    replaced, cut off or cannot be read any more. said: how it changed, in words. place: bytes handed on.
    """

    def __init__(self, path: str | os.PathLike[str], stall: float, farewell: float = LONGEST_FAREWELL) -> None:
        """Open the file. Raises Unreadable for one that cannot be opened."""
        self._path, self._stall, self._farewell = address.local_name(os.fspath(path)), stall, farewell
        try:
            self._file = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise Unreadable(address.printable(os.fspath(path)), f"cannot be read: {error.strerror}") from None
        self.fd, self._into = os.pipe()
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
        # With this, nobody reads the pipe any more, and a thread that waits for that goes on.
        os.close(self.fd)
        self._thread.join(self._farewell)

    def finish(self) -> None:
        """End the pipe where the reader stands, as if the file ended there."""
        self._stopped.set()

    def _work(self) -> None:
        """Copy the file into the pipe, then close both: a thread that hangs is left behind, and may wake later."""
        try:
            self._copy()
        except OSError as error:
            self.ended, self.said = "changed", f"it cannot be read any more: {error.strerror}"
        finally:
            os.close(self._into)
            os.close(self._file)

    def _copy(self) -> None:
        """Copy what is there and what is added, until the file is finished, is changed, or is not wanted any more."""
        quiet = 0.0
        while not self._stopped.is_set():
            data = os.read(self._file, _READ_BYTES)
            if data:
                self.place, quiet = self.place + len(data), 0.0
                if not self._put(memoryview(data)):
                    return
            elif said := self._describe_change():
                self.ended, self.said = "changed", said
                return
            elif quiet >= self._stall:
                self.ended = "silent"
                return
            else:
                # Counted in looks, so that a process that was stopped, or a machine that slept, lost one and no more.
                self._stopped.wait(_LOOK_INTERVAL)
                quiet += _LOOK_INTERVAL

    def _put(self, data: memoryview) -> bool:
        """Write all of it to the pipe. Return False where nobody wants it any more."""
        while data and not self._stopped.is_set():
            try:
                data = data[os.write(self._into, data) :]
            except OSError:  # each system has another number for it
                return False
        return not data

    def _describe_change(self) -> str:
        """Return what happened to the file since it was opened, "" where it is unchanged or has grown."""
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
    """Return whether the path names a plain file, which may grow."""
    name = address.local_name(os.fspath(path))
    if name == address.STANDARD_INPUT:
        return False
    try:
        return stat.S_ISREG(os.stat(name).st_mode)
    except (OSError, ValueError):
        return False
