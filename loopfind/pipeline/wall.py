"""Many cameras at once: a process that follows it for each, kept running, and all that they report."""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from loopfind.media.decode.growing_file import is_file
from loopfind.model.camera import Camera, CameraState
from loopfind.reports.formats import json as machine
from loopfind.reports.wording import safe

RESTARTS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds until a camera is started again, the last one from then on."""
_STEADY = 60.0
"""Seconds after which a camera counts as one that works, so that its pauses begin anew."""
_LAST_WORDS = 60.0
"""Seconds that cameras have for their last answers."""
_LOOK = 0.5
_KILL_GROUP = getattr(os, "killpg", None)
_APART: dict[str, Any] = {"start_new_session": True} if _KILL_GROUP is not None else {}
"""Ctrl-C is for the wall, which then ends each camera in good order. Where there are no groups of processes it comes to
each camera by itself."""
_ALIVE, _END = b'{"schema": %d, "event": "alive"' % machine.SCHEMA, re.compile(rb'"event": "end", "why": "(\w+)"')


@dataclass(frozen=True)
class WallOrder:
    """The request for a wall.

    command: words that follow a source, to which the options of a camera and its source are added. at_once: cameras
    that run at a time. hang: seconds without a sign of life after which a camera is started again. most_line: bytes; a
    line of a camera that is longer is not reported, None for no limit.
    """

    cameras: Sequence[Camera]
    command: Sequence[str]
    at_once: int
    hang: float
    environment: dict[str, str]
    pauses: Sequence[float] = RESTARTS
    most_line: int | None = None


class Wall:
    """Cameras that are followed until each is over, or the end is asked for.

    tell: called with a line of JSON, by one thread at a time; returns False once nobody reads any more, which ends all.
    note: called with a line for people.
    """

    def __init__(self, order: WallOrder, tell: Callable[[str], bool], note: Callable[[str], None]) -> None:
        self._order, self._tell, self._note = order, tell, note
        self._guard, self._over = threading.Lock(), threading.Event()
        self._places = threading.Semaphore(order.at_once)
        self._feeds = [_Feed(camera, order, self._report, self._said) for camera in order.cameras]
        self._threads = [threading.Thread(target=self._keep, args=(feed,), daemon=True) for feed in self._feeds]

    def run(self, asked: Callable[[], int]) -> bool:
        """Follow the cameras. Returns whether any of them could be followed.

        asked: returns how often the end was asked for: the first time, every camera gives its last answer; the second
        time, all end at once.
        """
        for thread in self._threads:
            thread.start()
        until = float("inf")
        while running := [thread for thread in self._threads if thread.is_alive()]:
            running[0].join(_LOOK)
            if asked() and not self._over.is_set():
                self._end()
            if self._over.is_set():
                until = min(until, time.monotonic() + _LAST_WORDS)
            if asked() > 1 or time.monotonic() > until:
                self.stop()
            for feed in self._feeds:
                feed.end_if_hung()
        return any(feed.ran for feed in self._feeds)

    @contextlib.contextmanager
    def beside(self) -> Iterator[None]:
        """Follow the cameras while the body of a `with` statement runs; after it, all have ended."""
        thread = threading.Thread(target=self.run, args=(lambda: 0,), name="cameras", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join()

    def stop(self) -> None:
        """End every camera at once."""
        self._over.set()
        for feed in self._feeds:
            feed.kill()
        self._free()

    def _end(self) -> None:
        """Have every camera give its last answer, and end."""
        self._over.set()
        for feed in self._feeds:
            feed.end()
        self._free()

    def _free(self) -> None:
        """Let those that wait for a place see that all is over."""
        for _ in self._feeds:
            self._places.release()

    def _keep(self, feed: "_Feed") -> None:
        """Follow a camera, again and again. It has a place while it runs, not while it pauses."""
        tries = 0
        while not self._over.is_set():
            if not self._places.acquire(blocking=False):
                self._state(feed, "waiting", f"{self._order.at_once} run at a time", None)
                self._places.acquire()
            began = time.monotonic()
            try:
                state, said, again = feed.follow(lambda: self._state(feed, "started", "", None))
            finally:
                self._places.release()
            if self._over.is_set():
                return
            tries = 0 if time.monotonic() - began > _STEADY else tries
            pause = self._order.pauses[min(tries, len(self._order.pauses) - 1)] if again else None
            self._state(feed, state, said, pause)
            if pause is None or self._over.wait(pause):
                return
            tries += 1

    def _state(self, feed: "_Feed", state: CameraState, said: str, pause: float | None) -> None:
        name = feed.camera.name
        value = {"schema": machine.SCHEMA, "event": "camera", "state": state, "said": said, "again_in": pause}
        self._report(name, json.dumps(value))
        if state != "started":
            again = "" if pause is None else f"; started again in {pause:g} s"
            # What a process complained of has been said.
            why = f" ({said})" if said and state not in ("failed", "refused") else ""
            self._said(name, f"{state}{why}{again}")

    def _report(self, name: str, line: str) -> None:
        with self._guard:
            heard = self._tell(f'{{"camera": {json.dumps(name)}, {line[1:]}')
        if not heard and not self._over.is_set():
            self._end()

    def _said(self, name: str, line: str) -> None:
        self._note(f"loopfind: {safe(name)}: {safe(line.removeprefix('loopfind: '))}")


class _Feed:
    """The process of one camera. ran: whether one of them reported anything."""

    def __init__(
        self,
        camera: Camera,
        order: WallOrder,
        report: Callable[[str, str], None],
        said: Callable[[str, str], None],
    ) -> None:
        self.camera, self.ran = camera, False
        self._order, self._report, self._said = order, report, said
        self._guard, self._over = threading.Lock(), False
        self._heard, self._hung = 0.0, False
        self._process: subprocess.Popen[bytes] | None = None

    def follow(self, started: Callable[[], None]) -> tuple[CameraState, str, bool]:
        """Run the process to its end. Returns the state it leaves, why, and whether to start it again."""
        command, why, last = [*self._order.command, *self.camera.words, "--", self.camera.source], "", deque[str]([], 1)
        with self._guard:
            if self._over:
                return "ended", "", False
            try:
                process = self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=self._order.environment,
                    **_APART,
                )
            except OSError as error:
                return "failed", error.strerror or "its process cannot be started", True
            self._heard, self._hung = time.monotonic(), False
        started()
        assert process.stdout is not None and process.stderr is not None
        listener = threading.Thread(target=self._listen, args=(process.stderr, last), daemon=True)
        listener.start()
        with process.stdout, process.stderr:
            for line in _lines(process.stdout, self._order.most_line):
                self._heard = time.monotonic()
                if (end := _END.search(line, 0, 80)) is not None:
                    why = end[1].decode()
                if line.startswith(_ALIVE) or not line.endswith(b"}\n"):
                    continue
                self.ran = True
                self._report(self.camera.name, line.decode("utf-8", "replace").rstrip("\n"))
            status = process.wait()
            listener.join()
        if self._hung:
            return "hung", f"it gave no sign of life for {self._order.hang:g} s", True
        if status == 0:
            # A file that is not written any more would be read from its beginning again.
            return "ended", why, why not in ("end", "silent") or not is_file(self.camera.source)
        said = last[0] if last else f"its process ended with status {status}"
        return ("refused", said, False) if status == 2 else ("failed", said, True)

    def _listen(self, errors: IO[bytes], last: deque[str]) -> None:
        for line in errors:
            self._heard = time.monotonic()
            last.append(line.decode("utf-8", "replace").strip().removeprefix("loopfind: "))
            self._said(self.camera.name, last[0])

    def end_if_hung(self) -> None:
        """End the process where it has been without a sign of life for too long."""
        with self._guard:
            running = self._process is not None and self._process.poll() is None
            if running and time.monotonic() - self._heard > self._order.hang:
                self._hung = True
                self._signal(kill=True)

    def end(self) -> None:
        """Have the process give its last answer and end, and start no other."""
        with self._guard:
            self._over = True
            self._signal(kill=False)

    def kill(self) -> None:
        """End the process at once, and start no other."""
        with self._guard:
            self._over = True
            self._signal(kill=True)

    def _signal(self, kill: bool) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        if _KILL_GROUP is None:
            if kill:
                process.kill()
        elif kill:
            _KILL_GROUP(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # with its decoder
        else:
            process.send_signal(signal.SIGINT)


def _lines(stream: IO[bytes], most: int | None) -> Iterator[bytes]:
    """Yield the lines of a stream; of one that has more bytes than `most` the beginning alone, without its end."""
    limit = -1 if most is None else most
    while piece := stream.readline(limit):
        yield piece
        while len(piece) == limit and not piece.endswith(b"\n"):
            piece = stream.readline(limit)
