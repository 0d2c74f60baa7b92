"""Passages of a track of sound, exact to the sample, to be listened to: alone, under pictures, or two at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.output import BARE, INDEX_FIRST, write_media
from loopfind.media.pieces import Look, Piece, Side
from loopfind.media.sound.reader import PlacedSound, SoundRequest, read_samples
from loopfind.settings import STALL

_AAC = ("-c:a", "aac", *INDEX_FIRST)
_ENCODERS = {"flac": ("-c:a", "flac"), "wav": ("-c:a", "pcm_s16le", "-rf64", "auto"), "m4a": _AAC, "mp4": _AAC}
_MUXERS = {"m4a": "ipod"}
_AAC_RATE = 96_000
"""Bits a second of each channel, at which hardly anyone hears what is lost."""
_AT_ONCE = 1 << 18
"""Samples that are handed on at a time."""
_MISSING = 0.05
"""Seconds that may be missing at the end of a piece: more than a packet."""

Pcm = NDArray[np.int16]


@dataclass(frozen=True)
class Passage:
    """The sound from `start` seconds on, up to where the track ends: `length` samples, silent where the track has none.
    reversed: whether it is read from its end."""

    found: PlacedSound
    start: float
    length: int
    reversed: bool = False

    def samples(self, low: int, high: int) -> Pcm:
        """Return samples [low, high), (n, channels)."""
        if self.reversed:
            low, high = self.length - high, self.length - low
        samples = np.zeros((high - low, self.found.channels), np.int16)
        first = low - round((self.found.start - self.start) * self.found.rate)
        inside = slice(max(0, first), max(0, first + high - low))
        part = self.found.samples[inside]
        samples[inside.start - first :][: len(part)] = part
        return samples[::-1] if self.reversed else samples

    def mono(self, low: int, high: int) -> Pcm:
        """Return samples [low, high) of both channels mixed, (n,); 0 past the end."""
        mixed = np.zeros(high - low, np.int16)
        if (high := min(high, self.length)) > low:
            mixed[: high - low] = self.samples(low, high).mean(1)
        return mixed


@dataclass(frozen=True)
class RawSound:
    """Samples for an encoder: one passage, or two of which each has a side. looks: what is undone of each."""

    passages: tuple[Passage | None, ...]
    looks: tuple[Look, ...]

    @property
    def length(self) -> int:
        """Samples of the longest."""
        return max(one.length for one in self._known)

    @property
    def channels(self) -> int:
        """One or two."""
        return 2 if len(self.passages) > 1 else self._known[0].found.channels

    @property
    def size(self) -> int:
        """Bytes."""
        return 2 * self.channels * self.length

    @property
    def input(self) -> list[str]:
        """The words by which ffmpeg reads it from its standard input."""
        return ["-f", "s16le", "-ar", str(self._rate), "-ac", str(self.channels), "-i", "pipe:0"]

    def mapped(self, number: int) -> list[str]:
        """Return the words by which ffmpeg takes it, as its input of a number, with speed and pitch undone."""
        changed = [self._undoing(one, look) for one, look in zip(self.passages, self.looks, strict=True)]
        if not any(changed):
            return ["-map", f"{number}:a"]
        chains = [f"[{number}:a]channelsplit[one0][one1]"]
        chains += [f"[one{side}]{filters or 'anull'}[as{side}]" for side, filters in enumerate(changed)]
        chains.append("[as0][as1]join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR[heard]")
        return ["-filter_complex", ";".join(chains), "-map", "[heard]"]

    def _undoing(self, one: Passage | None, look: Look) -> str:
        """Return the filters that undo speed and pitch of a passage, "" for none."""
        pitch = look.speed if look.pitch is None else look.pitch
        rate = round((self._rate if one is None else one.found.rate) / pitch)
        filters = [] if rate == self._rate else [f"asetrate={rate}", f"aresample={self._rate}"]
        filters += [] if look.speed == pitch else [f"atempo={pitch / look.speed:.6f}"]
        return ",".join(filters)

    def parts(self) -> Iterator[bytes]:
        """Yield the samples as they are read."""
        for low in range(0, self.length, _AT_ONCE):
            high = min(low + _AT_ONCE, self.length)
            if len(self.passages) == 1:
                samples = self._known[0].samples(low, high)
            else:
                silence = np.zeros(high - low, np.int16)
                samples = np.stack([silence if one is None else one.mono(low, high) for one in self.passages], 1)
            yield samples.astype("<i2").tobytes()

    @property
    def _rate(self) -> int:
        return self._known[0].found.rate

    @property
    def _known(self) -> list[Passage]:
        return [one for one in self.passages if one is not None]


class SoundCutter:
    """A cutter of passages out of one track of a file. track: its number, from 0. stall, unbounded, surround: as for a
    SoundRequest."""

    def __init__(
        self, address: Address, track: int, stall: float = STALL, unbounded: bool = False, *, surround: bool = False
    ) -> None:
        self._address, self._track, self._stall, self._unbounded = address, track, stall, unbounded
        self._surround = surround

    def under(self, piece: Piece) -> RawSound | None:
        """Return what is heard during a piece, None where the track has nothing there. Raises BadSetting for a track
        that is not there, and kinds of MediaError."""
        found = self._passage(piece, Look())
        return None if found is None else RawSound((found,), (Look(),))

    def beside(self, sides: tuple[Side, Side]) -> RawSound | None:
        """Return what is heard during two pieces, the first on the left and the second on the right, their changes
        undone, up to the end of the shorter; None where the track has nothing at either. Raises as `under` does."""
        length = _shorter(sides)
        found = tuple(self._passage(_beginning(side, length), side[1]) for side in sides)
        return RawSound(found, tuple(look for _, look in sides)) if any(found) else None

    def cut(self, piece: Piece, place: str, form: str) -> None:
        """Write what is heard during a piece to a file at `place`, in one of SOUND_FORMS.

        Raises DecoderFailed where the track does not have all of it, kinds of MediaError, and OutputError.
        """
        self._write(self._whole(((piece, Look()),), self.under(piece)), place, form)

    def compare(self, sides: tuple[Side, Side], place: str, form: str) -> None:
        """Write what is heard during two pieces to one file, as `beside` has it. Raises as `cut` does."""
        self._write(self._whole(sides, self.beside(sides)), place, form)

    def add(self, heard: RawSound, pictures: str, size: int, place: str) -> None:
        """Write the pictures of an mp4 file with a sound to another one at `place`. size: bytes of the pictures.

        Raises DecoderFailed where that fails, and OutputError.
        """
        words = ["-i", f"file:{pictures}", *heard.input, "-map", "0:v", *heard.mapped(1), "-c:v", "copy"]
        self._encode(heard, words, place, "mp4", size)

    def _write(self, heard: RawSound, place: str, form: str) -> None:
        self._encode(heard, [*heard.input, *heard.mapped(0)], place, form, 0)

    def _encode(self, heard: RawSound, words: list[str], place: str, form: str, more: int) -> None:
        words = [*words, *_ENCODERS[form], "-b:a", str(_AAC_RATE * heard.channels), *BARE]
        size = None if self._unbounded else heard.size + more
        said = write_media(self._address, words, place, _MUXERS.get(form, form), size=size, fed=heard.parts())
        if said:
            raise DecoderFailed(self._address.shown, f"its sound could not be written{said}")

    def _passage(self, piece: Piece, look: Look) -> Passage | None:
        start, end = piece.start, piece.end
        request = SoundRequest(
            self._address, self._track, start, end, self._stall, self._unbounded, audible=True, surround=self._surround
        )
        found = read_samples(request)
        if found is None:
            return None
        whole = round((end - start) * found.rate)
        there = round((found.start - start) * found.rate) + len(found.samples)
        return Passage(found, start, whole if look.reversed else min(whole, there), look.reversed)

    def _whole(self, sides: Sequence[Side], heard: RawSound | None) -> RawSound:
        """Return a sound of these sides that is there. Raises DecoderFailed for another one."""
        for number, (piece, look) in enumerate(sides):
            one = None if heard is None else heard.passages[number]
            if one is None or one.length < (_shorter(sides) / look.speed - _MISSING) * one.found.rate:
                what = f"the sound from {piece.start:.3f} s on is not there: is it the file of the report?"
                raise DecoderFailed(self._address.shown, what)
        assert heard is not None
        return heard


def _shorter(sides: Sequence[Side]) -> float:
    """Return the seconds of the shortest side, once its changes are undone."""
    return min((piece.end - piece.start) * look.speed for piece, look in sides)


def _beginning(side: Side, length: float) -> Piece:
    """Return the part of a side that is heard first, so many seconds once its changes are undone."""
    piece, look = side
    length /= look.speed
    start = piece.end - length if look.reversed else piece.start
    return Piece(start, start + length, piece.frames, None, piece.heard)
