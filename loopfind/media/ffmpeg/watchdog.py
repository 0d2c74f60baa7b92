"""The silence of a child process: how long nothing has come from it."""

import time
from collections.abc import Callable

from loopfind.media.ffmpeg import diagnosis

LOOK_SECONDS = 1.0
"""Seconds that one look lasts at most: Windows hears Ctrl-C between two. Silence is counted in looks, so that a process
that was stopped, or a machine that slept, lost one and no more."""


class SilenceWatch:
    """Counts the seconds without a byte of the video `shown`. stall: after how many it is too long."""

    def __init__(self, shown: str, stall: float) -> None:
        self._shown, self._stall, self._seconds = shown, stall, 0.0

    def broken(self, wait: Callable[[float], bool], patience: float, reached: float) -> bool:
        """Return whether something comes within `patience` seconds, of which one look is waited for.

        wait: returns whether something comes within so many seconds. reached: seconds of the video read so far.
        Raises FellSilent where nothing has come for too long.
        """
        began = time.monotonic()
        if wait(min(patience, LOOK_SECONDS, self._stall)):
            self._seconds = 0.0
            return True
        self._seconds += min(time.monotonic() - began, LOOK_SECONDS)
        if self._seconds >= self._stall:
            raise diagnosis.stalled(self._shown, self._stall, reached)
        return False
