"""Frames that are decoded before they are asked for: some wait in memory, more of them on disk."""

import threading
from collections import deque

import numpy as np

from loopfind.arrays.disk import Scratch
from loopfind.errors import OutputError
from loopfind.media.ffmpeg.watchdog import LOOK_SECONDS
from loopfind.model.video import Frames
from loopfind.settings import PICTURE_SIDE


class SpillQueue:
    """A queue of batches for one thread that gives and one that takes; also of an error, and of None for the end.

    batches: how many are in memory at the most. frames: how many lie on disk besides; files go with the queue.
    in_memory: batches that wait in memory now. on_disk: frames that wait on disk now.
    """

    def __init__(self, batches: int, frames: int) -> None:
        self._batches, self._frames = batches, frames
        self._changed = threading.Condition()
        self._items: deque[Frames | tuple[int, int] | BaseException | None] = deque()
        self.in_memory = self.on_disk = 0
        self._spilled: _Spilled | None = None

    def put(self, item: Frames | BaseException | None, stopped: threading.Event) -> None:
        """Hand on a batch, once there is room for it; nothing once it was `stopped`."""
        with self._changed:
            while not stopped.is_set():
                if not isinstance(item, Frames):
                    self._items.append(item)
                elif self.in_memory < self._batches:
                    self._items.append(item)
                    self.in_memory += 1
                elif self.on_disk + len(item) <= self._frames and (place := self._spill(item)) is not None:
                    self._items.append(place)
                    self.on_disk += len(item)
                else:
                    self._changed.wait(0.1)
                    continue
                self._changed.notify()
                return

    def get(self) -> Frames | BaseException | None:
        """Return what was handed on first, and wait for it."""
        with self._changed:
            while not self._items:
                self._changed.wait(LOOK_SECONDS)
            item = self._items.popleft()
            if isinstance(item, tuple):
                assert self._spilled is not None
                self.on_disk -= item[1] - item[0]
                item = self._spilled.read(*item)
            elif isinstance(item, Frames):
                self.in_memory -= 1
            self._changed.notify()
            return item

    def _spill(self, frames: Frames) -> tuple[int, int] | None:
        """Write a batch to disk and return its rows there; None where there is no room, and it has to wait."""
        try:
            self._spilled = self._spilled or _Spilled(frames)
            return self._spilled.append(frames)
        except OutputError:
            self._frames = 0
            return None


class _Spilled:
    """Batches on disk, one behind the other, all with what the first one has."""

    def __init__(self, like: Frames) -> None:
        self._times, self._pictures = Scratch(1, np.float64), Scratch(PICTURE_SIDE**2, np.uint8)
        self._digests = None if like.digests is None else Scratch(like.digests.shape[1], np.uint8)
        self._colours = None if like.colours is None else Scratch(like.colours.shape[1], np.uint16)

    def append(self, frames: Frames) -> tuple[int, int]:
        low = len(self._times)
        self._pictures.append(frames.pictures)
        if self._digests is not None and frames.digests is not None:
            self._digests.append(frames.digests)
        if self._colours is not None and frames.colours is not None:
            self._colours.append(frames.colours)
        self._times.append(frames.times)
        return low, len(self._times)

    def read(self, low: int, high: int) -> Frames:
        part = slice(low, high)
        return Frames(
            0,
            self._times[part].ravel(),
            self._pictures[part].reshape(-1, PICTURE_SIDE, PICTURE_SIDE),
            None if self._digests is None else self._digests[part],
            None if self._colours is None else self._colours[part],
        )
