"""The ffmpeg that decodes a request, and what has come out of its pipes so far."""

import contextlib
import subprocess
import threading
from typing import IO

from loopfind.errors import DecoderFailed
from loopfind.media.decode.pictures import BATCH_FRAMES, MeanColours, Pictures
from loopfind.media.ffmpeg.digests import Digests
from loopfind.media.ffmpeg.inlet import Inlet, close_all, wait_for
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.nut import DamagedNut, NutReader
from loopfind.media.ffmpeg.process import ENDING_SIGNAL, decode_command, exit_status, kill, start
from loopfind.media.ffmpeg.request import ReadRequest


class DecodingChild:
    """One running ffmpeg. seek: seconds at which it begins, None for the start of the video.

    journal: what it said. pictures: those that were not taken yet; of them no more than a batch, and a pipe, are kept
    in memory. digests, colours: theirs, None where they were not asked for. command: of ffmpeg.
    """

    def __init__(self, request: ReadRequest, seek: float | None = None) -> None:
        """Start it. Raises DecoderFailed where there is no ffmpeg to start."""
        self.digests = Digests() if request.digests else None
        self.colours = MeanColours() if request.colours else None
        self.pictures, self.journal = Pictures(), Journal(self.digests, request.address.is_remote)
        self._nut = NutReader() if request.colours else None
        self._address = address = request.address
        self.command = decode_command(request, seek, "" if self.digests is None else self.digests.filter)
        source = None if address.is_stdin else subprocess.DEVNULL if address.feed is None else address.feed
        options = request.options
        self._process = process = start(self.command, source=source, apart=options.apart, unbounded=options.unbounded)
        assert process.stdout is not None and process.stderr is not None
        self._bell = threading.Condition()
        self._inlets: list[Inlet] = []
        try:
            self._said = self._inlet(process.stderr)
            self._shown = self._inlet(process.stdout)
        except BaseException as error:
            self.close()
            process.stdout.close()
            process.stderr.close()
            if isinstance(error, RuntimeError):
                raise DecoderFailed(address.shown, f"no thread can be started ({error}): free some resources") from None
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
        wanted = [inlet for inlet in self._wanted() if inlet.ready]
        for inlet in wanted:
            parts, ended = inlet.take()
            if ended:
                self._open.remove(inlet)
            if inlet is self._said:
                self._hear(parts, ended)
            else:
                self._see(parts)
        return bool(wanted)

    def exit_status(self) -> int:
        """Wait for the exit of a child that closed its pipes. Return its status, negative for a signal.

        Raises DecoderFailed where it took too much memory.
        """
        return exit_status(self._process, self._address.shown)

    def finish(self) -> None:
        """Ask the child to end with the pictures that it has at hand."""
        with contextlib.suppress(OSError):  # it has ended, or has no console to be asked through
            self._process.send_signal(ENDING_SIGNAL)

    def end(self) -> None:
        """End the child at once, from any thread: whoever waits for it finds its pipes ended, and closes it."""
        self._process.kill()

    def close(self) -> None:
        """End the child if it runs, reap it, close the pipes. May be called twice."""
        try:
            kill(self._process)
        finally:
            close_all(self._inlets)

    def _inlet(self, pipe: IO[bytes]) -> Inlet:
        inlet = Inlet(pipe, self._bell)
        self._inlets.append(inlet)
        return inlet

    def _wanted(self) -> list[Inlet]:
        """The pipes of which there is something to take, and room for it. The messages come first."""
        full = self.pictures.count >= BATCH_FRAMES
        return [inlet for inlet in self._open if inlet is self._said or not full]

    def _hear(self, parts: list[bytes], ended: bool) -> None:
        for part in parts:
            self.journal.feed(part)
        if ended:
            self.journal.close()

    def _see(self, parts: list[bytes]) -> None:
        if self._nut is None or self.colours is None:
            for part in parts:
                self.pictures.feed(part)
            return
        try:
            for part in parts:
                for packet in self._nut.feed(part):
                    (self.colours if packet.stream else self.pictures).feed(packet.data)
        except DamagedNut as error:
            what = f"what ffmpeg hands over cannot be understood ({error}): is it ffmpeg that IMAGEIO_FFMPEG_EXE names?"
            raise DecoderFailed(self._address.shown, what) from None
