"""Pipes of a child process, each read by a thread of its own: the way to wait for several that every system has."""

import os
import threading
import time
from collections.abc import Sequence
from typing import IO

from loopfind.errors import DecoderFailed, exhausted
from loopfind.media.ffmpeg.process import widen

_AT_ONCE = 1 << 18
"""Bytes of one look into a pipe at most."""
_ROOM, _ROOM_BESIDE = 1 << 20, 1 << 18
"""Bytes of 256 pictures, and of those that are enough beside a pipe that holds as many: who decodes further ahead
complains earlier of what nobody may want."""
_FIRST_NAP, _NAP, _GROWTH = 0.002, 0.016, 1.25
"""Seconds to let bytes gather in a pipe that holds many, at first, as many readings are short, and at most: waking for
each picture would cost more than reading it. And how much longer each is than the one before."""
_FAREWELL = 2.0
"""Seconds that the threads have to end once their child was killed; one whose pipe something else holds open is left
behind."""


class Inlet:
    """The bytes that come through one pipe.

    bell: rung where something has come, shared by those that are waited for together. room: bytes that wait to be taken
    before the pipe is left to fill; None for some hundred pictures in all.

    The thread is a daemon that closes its pipe itself, so that one which hangs may be left behind.
    """

    def __init__(self, pipe: IO[bytes], bell: threading.Condition, room: float | None = None) -> None:
        """Take over the pipe. Raises DecoderFailed where the system has no thread to give."""
        self._pipe, self._bell = pipe, bell
        self._parts: list[bytes] = []
        self._held, self._over, self._stopped = 0, False, False
        wide = widen(pipe.fileno())
        self._nap = _FIRST_NAP if wide else 0.0
        self._room = room if room is not None else _ROOM_BESIDE if wide else _ROOM
        self._thread = threading.Thread(target=self._work, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            raise DecoderFailed("", f"ffmpeg cannot be read, as {exhausted(error) or error}") from None

    @property
    def ready(self) -> bool:
        """Return whether there is something to take, or the pipe has ended."""
        return self._held > 0 or self._over

    def take(self) -> tuple[list[bytes], bool]:
        """Return what has come, in parts, and whether the pipe has ended, so that this is the last of it."""
        with self._bell:
            parts, self._parts, self._held = self._parts, [], 0
            self._bell.notify_all()
            return parts, self._over

    def stop(self) -> None:
        """Take nothing more in. Somebody has ended the child, or will."""
        with self._bell:
            self._stopped = True
            self._parts, self._held = [], 0
            self._bell.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end."""
        self._thread.join(seconds)

    def _work(self) -> None:
        try:
            while not self._stopped:
                data = os.read(self._pipe.fileno(), _AT_ONCE)
                if not data:
                    return
                with self._bell:
                    self._parts.append(data)
                    self._held += len(data)
                    self._bell.notify_all()
                    while self._held >= self._room and not self._stopped:
                        self._bell.wait()
                if self._nap and len(data) < _AT_ONCE:
                    time.sleep(self._nap)
                    self._nap = min(_GROWTH * self._nap, _NAP)
        except OSError:  # as where it ends
            return
        finally:
            with self._bell:
                self._over = True
                self._bell.notify_all()
            self._pipe.close()


def wait_for(inlets: Sequence[Inlet], bell: threading.Condition, seconds: float) -> bool:
    """Return whether one of them is ready within so many seconds."""
    with bell:
        return bell.wait_for(lambda: any(inlet.ready for inlet in inlets), seconds)


def close_all(inlets: Sequence[Inlet]) -> None:
    """Wait for the threads, whose child was ended."""
    for inlet in inlets:
        inlet.stop()
    latest = time.monotonic() + _FAREWELL
    for inlet in inlets:
        inlet.join(max(0.0, latest - time.monotonic()))
