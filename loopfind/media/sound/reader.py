"""Reader of sound: one ffmpeg decodes a track. Samples come with their times, as NUT."""

import contextlib
import threading
from dataclasses import dataclass
from functools import partial

from loopfind.errors import BadSetting, Broken, DecoderFailed
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.container_start import start_of
from loopfind.media.ffmpeg.header import StreamInfo
from loopfind.media.ffmpeg.log import MARK, Journal
from loopfind.media.ffmpeg.nut import DamagedNut, NutReader
from loopfind.media.ffmpeg.piped import PipedFfmpeg
from loopfind.media.ffmpeg.process import executable, seek_words
from loopfind.media.ffmpeg.watchdog import LOOK_SECONDS, SilenceWatch
from loopfind.media.sound.budget import BeyondBudget, most_seconds
from loopfind.media.sound.order import sound_is_ordered
from loopfind.media.sound.placement import Placer
from loopfind.model.sound import SOUND_RATE, AudioTrack, Samples, Sound
from loopfind.model.video import Span
from loopfind.settings import STALL

_RUN_UP = 10.0
"""Seconds before the first wanted sample at which decoding begins, where it may begin in the middle."""
_ROOM = 1 << 22
"""Bytes of sound that wait to be taken: three minutes."""


@dataclass(frozen=True)
class SoundRequest:
    """A request for a track of sound.

    track: its number among the tracks of sound, from 0. start, end: seconds from the container's start, None for no
    limit. stall: seconds without a byte after which reading is given up. unbounded: however much memory ffmpeg takes,
    and however long the sound is.
    audible: at the rate of the file, to be listened to; else at SOUND_RATE and mixed to one channel. surround: with all
    channels of what is audible, else with up to two.
    """

    address: Address
    track: int = 0
    start: float | None = None
    end: float | None = None
    stall: float = STALL
    unbounded: bool = False
    audible: bool = False
    surround: bool = False

    @property
    def form(self) -> str:
        """The filters of ffmpeg that bring the samples into their form."""
        if not self.audible:
            return f"aresample={SOUND_RATE},aformat=sample_fmts=s16:channel_layouts=mono"
        return "aformat=sample_fmts=s16" if self.surround else "aformat=sample_fmts=s16:channel_layouts=mono|stereo"


@dataclass(frozen=True)
class PlacedSound:
    """Samples of a track in their places: (n, channels) int16, `rate` a second, the first one at `start` seconds. gaps:
    where the file holds none, 0 in the samples."""

    samples: Samples
    start: float
    rate: int
    channels: int
    track: AudioTrack
    gaps: tuple[Span, ...]

    @property
    def searchable(self) -> Sound:
        """The same as a sound to be searched: of samples that are not audible."""
        return Sound(self.samples, self.start, self.track, self.gaps)


def read_sound(request: SoundRequest, given_up: threading.Event | None = None) -> Sound | None:
    """Return the sound of a file as it is searched, None for one that has none. Arguments and errors as for
    `read_samples`."""
    found = read_samples(request, given_up)
    return None if found is None else found.searchable


def read_samples(request: SoundRequest, given_up: threading.Event | None = None) -> PlacedSound | None:
    """Return the samples of a track that are heard within the limits of a request, None where there are none.

    given_up: set by whoever does not want it any more. Raises BadSetting for a track that is not there, Unreadable,
    DecoderFailed, and Broken for a sound that is longer than its file can hold.
    """
    begin = None if request.start is None or not request.address.seekable else request.start - _RUN_UP
    if begin is not None and begin > 0 and sound_is_ordered(request.address, request.track):
        # Behind the end of a track that is shorter than its file there is nothing to decode, which is no damage.
        with contextlib.suppress(Broken, DecoderFailed):
            found, lands = _read(request, begin, given_up)
            if lands:
                return found
    return _read(request, None, given_up)[0]


def sound_command(request: SoundRequest, seek: float | None) -> list[str]:
    """Return the ffmpeg command that decodes a track from `seek` seconds on, and writes it to its standard output."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", "-nostats", "-copyts"]
    words += ["-max_error_rate", "1"]
    words += [] if seek is None else seek_words(seek)
    words += [*request.address.words, "-map", f"0:a:{request.track}", "-vn", "-sn", "-dn"]
    words += ["-af", request.form]
    # Times come as marks, as those of pictures do. Packets are numbered instead, which no clock disturbs.
    words += ["-stats_enc_pre:a:0", "pipe:2", "-stats_enc_pre_fmt:a:0", f"{MARK.decode()}{{pts}} {{tb}}"]
    words += ["-bsf:a", "setts=ts=N"]
    return [
        *words,
        "-c:a",
        "pcm_s16le",
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-write_index",
        "0",
        "-f",
        "nut",
        "pipe:1",
    ]


def _read(
    request: SoundRequest, seek: float | None, given_up: threading.Event | None
) -> tuple[PlacedSound | None, bool]:
    """Return the samples as one ffmpeg gives it, and whether decoding began at or before the first wanted sample."""
    with contextlib.closing(SoundChild(request, seek)) as child:
        while not (child.drained or child.full):
            if given_up is not None and given_up.is_set():
                return None, True
            child.listen()
        if not child.full:
            child.judge_end()
        return child.sound(), child.begins_by(request.start or 0.0)


class SoundChild(PipedFfmpeg):
    """One running ffmpeg, and the samples that have come out of it so far. seek: seconds at which it begins, None for
    the start of the file. What comes through a pipe may grow while it is read."""

    def __init__(self, request: SoundRequest, seek: float | None = None) -> None:
        self._request, self._nut = request, NutReader()
        self._placer: Placer | None = None
        self._packets = list[bytes]()
        self._rate, self._channels = SOUND_RATE, 1
        self._given = False
        self._silence = SilenceWatch(request.address.shown, request.stall)
        command, journal = sound_command(request, seek), Journal(remote=request.address.is_remote)
        super().__init__(command, request.address, journal, room=_ROOM, apart=True, unbounded=request.unbounded)

    @property
    def full(self) -> bool:
        """Return whether all is here that was asked for."""
        return self._placer is not None and self._placer.full

    def listen(self) -> None:
        """Take in what comes within a moment. Raises Unreadable where nothing has come for too long."""
        if not self.take_in():
            reached = 0.0 if self._placer is None else self._placer.reached
            if not self._silence.broken(self.wait_for, LOOK_SECONDS, reached):
                return
            self.take_in()
        self._settle()

    def begins_by(self, seconds: float) -> bool:
        """Return whether the first packet is heard by a time."""
        return self._placer is not None and self._placer.first <= seconds

    def judge_end(self) -> None:
        """Raise what went wrong, once ffmpeg has closed its pipes: a kind of MediaError."""
        status = self.exit_status()
        if status < 0 or self._request.track < len(self._tracks()):
            reached = None if self._placer is None else self._placer.reached
            if error := diagnosis.sound_unread(self._address, status, self.journal.said, reached):
                raise error

    def _tracks(self) -> list[StreamInfo]:
        """The tracks of sound, as far as the header is known."""
        return [stream for _, stream in sorted(self.journal.header.streams.items()) if stream.kind == "Audio"]

    def sound(self) -> PlacedSound | None:
        """Return what was read, None where there is none. Raises BadSetting for a track that is not there."""
        header, number, tracks = self.journal.header, self._request.track, self._tracks()
        if tracks and number >= len(tracks):
            raise BadSetting("audio stream", number, f"{self._address.shown} has {len(tracks)}, numbered from 0")
        placer = self._placer
        if placer is None or not len(placer.samples):
            return None
        self._given = True
        codec = tracks[number].codec if tracks else ""
        track = AudioTrack(number, codec, max(0, len(tracks) - 1), header.container)
        return PlacedSound(placer.samples, placer.begin, self._rate, self._channels, track, tuple(placer.gaps))

    def forget(self, count: int) -> None:
        """Forget so many samples at the beginning. Sounds that were given before hold them no longer."""
        if self._placer is not None:
            self._placer.forget(count)

    def close(self) -> None:
        """End ffmpeg, and let samples go that nobody was given: an error that is kept would keep their file open."""
        super().close()
        if self._placer is not None and not self._given:
            self._placer.samples.close()

    def _take(self, parts: list[bytes]) -> None:
        try:
            self._packets += [packet.data for part in parts for packet in self._nut.feed(part)]
        except DamagedNut as error:
            what = f"the sound that ffmpeg hands over cannot be understood ({error})"
            raise DecoderFailed(self._address.shown, what) from None

    def _settle(self) -> None:
        """Put what has come in its place."""
        if self._placer is None:
            if not self.journal.marks or not self._nut.streams:
                return
            limits = self._request.start or 0.0, float("inf") if self._request.end is None else self._request.end
            stream = self._nut.streams[0]
            self._rate, self._channels = round(stream.rate), stream.channels
            start = start_of(self.journal.header, self._address)
            most = partial(most_seconds, self._address, self._request.unbounded)
            self._placer = Placer(start, limits, self._rate, self._channels, most)
        try:
            self._placer.add(self._packets, self.journal.marks, last=self.drained)
        except BeyondBudget as error:
            raise Broken(self._address.shown, f"its sound {error}") from None
        self._packets.clear()
