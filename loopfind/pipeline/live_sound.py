"""The sound of a file that grows, searched while its pictures are followed for what is only heard again."""

import contextlib
import threading
import time
from typing import NamedTuple

import numpy as np

from loopfind.engine.live.parameters import LIVE_PATIENCE, LIVE_PAUSE_RATIO, LIVE_PORTION
from loopfind.engine.sound.findings import repeats_in_sound
from loopfind.errors import LoopfindError
from loopfind.fingerprints.sound import sound_codes
from loopfind.fingerprints.window import WINDOW_PARTS
from loopfind.media.decode.growing_file import Tail
from loopfind.media.ffmpeg import address
from loopfind.media.sound.reader import SoundChild, SoundRequest
from loopfind.model.report import Repeat
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, Codes, Sound, SoundFingerprint
from loopfind.pipeline.live_source import LiveRequest
from loopfind.pipeline.sound import FAREWELL


class Heard(NamedTuple):
    """Repeats of the sound that is held, frames in hundredths of a second, and the second up to which there was any."""

    repeats: tuple[Repeat, ...]
    until: float


SILENCE_SO_FAR = Heard((), 0.0)


class LiveSound:
    """Reads the sound of a file that grows, and searches it, by a thread of its own. To be closed by whoever made it.

    Where the sound cannot be read it finds nothing: the whole answer reads it once more, and says why.
    """

    def __init__(self, request: LiveRequest) -> None:
        self._request, self._given_up = request, threading.Event()
        self._codes: Codes = np.zeros(0, np.uint32)
        self._heard = SILENCE_SO_FAR
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def heard(self) -> Heard:
        """The outcome of the last search."""
        return self._heard

    def close(self) -> None:
        """Read no more. A search that goes on ends with the process."""
        self._given_up.set()
        self._thread.join(FAREWELL)

    def _work(self) -> None:
        path, settings = self._request.path, self._request.settings
        with contextlib.suppress(LoopfindError), Tail(path, settings.stall) as tail:
            request = SoundRequest(
                address.fed_address(path, tail.fd),
                settings.audio_stream,
                settings.start,
                settings.end,
                # The tail judges the silence of the file.
                2 * settings.stall,
                self._request.decoding.unbounded,
            )
            with contextlib.closing(SoundChild(request)) as child:
                self._listen(child)

    def _listen(self, child: SoundChild) -> None:
        """Take in the sound to its end, and search it now and then."""
        end = searched = came = pause_ends = 0.0
        while not self._given_up.is_set():
            ends = child.drained or child.full
            if not ends:
                child.listen()
            sound, now = _so_far(child), time.monotonic()
            if sound is not None:
                came = now if sound.end > end else came
                end = sound.end
                due = end - searched >= LIVE_PORTION or now >= came + LIVE_PATIENCE
                if end > searched and (ends or (due and now >= pause_ends)):
                    searched = end
                    self._search(child, sound)
                    pause_ends = time.monotonic() + LIVE_PAUSE_RATIO * (time.monotonic() - now)
            if ends:
                return

    def _search(self, child: SoundChild, sound: Sound) -> None:
        """Search what is held, and forget what lies before the window, once that is a part of it."""
        first, most = len(self._codes) * SOUND_HOP, self._request.window * SOUND_RATE / SOUND_HOP
        self._codes = np.concatenate([self._codes, sound_codes(sound.samples[first : len(sound)])])
        beyond = len(self._codes) - round(most)
        if beyond > most / WINDOW_PARTS:
            child.forget(beyond * SOUND_HOP)
            self._codes = self._codes[beyond:]
            sound = _so_far(child) or sound
        repeats = repeats_in_sound(SoundFingerprint(sound, self._codes), self._given_up.is_set)
        self._heard = Heard(repeats, sound.end)


def _so_far(child: SoundChild) -> Sound | None:
    """Return the sound that has come, None before there is any."""
    found = child.sound()
    return None if found is None else found.searchable
