"""An ffmpeg whose two pipes are each read by a thread, so that neither it nor who uses it waits for the other."""

import contextlib
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import IO

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.inlet import Inlet, close_all, wait_for
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import ENDING_SIGNAL, discard, exit_status, kill, start


class PipedFfmpeg(ABC):
    """One running ffmpeg. A kind of it says what becomes of what it hands over, and how much there is room for.

    address: what it reads. journal: takes what it says. room: bytes of what it hands over that wait to be taken, as for
    an Inlet. apart, unbounded: as for `start`.
    """

    def __init__(
        self,
        command: Sequence[str],
        address: Address,
        journal: Journal,
        *,
        room: float | None = None,
        apart: bool = False,
        unbounded: bool = False,
    ) -> None:
        """Start it. Raises DecoderFailed where there is no ffmpeg, or no thread, to be had."""
        self.command, self.journal, self._address = list(command), journal, address
        source = None if address.is_stdin else subprocess.DEVNULL if address.feed is None else address.feed
        self._process = process = start(command, source=source, apart=apart, unbounded=unbounded)
        assert process.stdout is not None and process.stderr is not None
        self._bell, self._inlets = threading.Condition(), list[Inlet]()
        try:
            self._said = self._inlet(process.stderr, None)
            self._handed = self._inlet(process.stdout, room)
        except BaseException:
            self.close()
            discard(process)
            raise
        self._open = list(self._inlets)

    @property
    def drained(self) -> bool:
        """Return whether it has closed its pipes, and all that was in them is here."""
        return not self._open

    @property
    def said_all(self) -> bool:
        """Return whether no message will come."""
        return self._said not in self._open

    def wait_for(self, seconds: float) -> bool:
        """Return whether something comes within so many seconds, or is there."""
        return wait_for(self._wanted(), self._bell, seconds)

    def take_in(self) -> bool:
        """Take in what has come, and return whether anything has. Raises DecoderFailed for what makes no sense."""
        ready = [inlet for inlet in self._wanted() if inlet.ready]
        for inlet in ready:
            parts, ended = inlet.take()
            if ended:
                self._open.remove(inlet)
            if inlet is self._said:
                self._hear(parts, ended)
            else:
                self._take(parts)
        return bool(ready)

    def exit_status(self) -> int:
        """Wait for the exit of an ffmpeg that closed its pipes. Return its status, negative for a signal.

        Raises DecoderFailed where it took too much memory.
        """
        return exit_status(self._process, self._address.shown)

    def finish(self) -> None:
        """Ask it to end with what it has at hand."""
        with contextlib.suppress(OSError):  # it has ended, or has no console to be asked through
            self._process.send_signal(ENDING_SIGNAL)

    def end(self) -> None:
        """End it at once, from any thread: whoever waits for it finds its pipes ended, and closes it."""
        self._process.kill()

    def close(self) -> None:
        """End it if it runs, reap it, close the pipes. May be called twice."""
        try:
            kill(self._process)
        finally:
            close_all(self._inlets)

    @abstractmethod
    def _take(self, parts: list[bytes]) -> None:
        """Take what it hands over. Raises DecoderFailed for what makes no sense."""

    def _has_room(self) -> bool:
        """Return whether more can be taken."""
        return True

    def _inlet(self, pipe: IO[bytes], room: float | None) -> Inlet:
        inlet = Inlet(pipe, self._bell, room)
        self._inlets.append(inlet)
        return inlet

    def _wanted(self) -> list[Inlet]:
        """The pipes of which there is something to take, and room for it. The messages come first."""
        room = self._has_room()
        return [inlet for inlet in self._open if room or inlet is self._said]

    def _hear(self, parts: list[bytes], ended: bool) -> None:
        for part in parts:
            self.journal.feed(part)
        if ended:
            self.journal.close()
