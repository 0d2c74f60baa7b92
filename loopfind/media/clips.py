"""Pieces of a video, exact to the frame, written to mp4 files.

The packets of a piece are copied where a decoder can start at its first frame, and where they follow one another in the
file with no others between them. The copy is decoded and compared with the original, picture by picture. Any other
piece is decoded and encoded again, and its frames are counted. The sound that is heard meanwhile is encoded anew, as
its packets do not begin where pictures do, and put under a piece that is finished.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from loopfind.errors import DecoderFailed, MediaError
from loopfind.media.captions import LEAST_WIDTH, Caption, bar_height, drawn_bars
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import framecrc
from loopfind.media.ffmpeg.address import Address, resolve
from loopfind.media.ffmpeg.framecrc import Listing
from loopfind.media.ffmpeg.output import BARE, INDEX_FIRST, write_media
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.media.frame_selector import FrameSelector
from loopfind.media.pieces import Look, Piece, Side, shortened
from loopfind.media.sound.passages import RawSound, SoundCutter
from loopfind.model.dtypes import Floats

_ENCODER = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", *INDEX_FIRST)
_EACH_FRAME = ("-fps_mode", "passthrough", "-enc_time_base:v", "demux")
_EVEN_SIZE = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
_SIDE_WIDTH = 640
"""Pixels across one of two pictures side by side at most."""
_HALF = f"scale='min({_SIDE_WIDTH},iw)':-2:flags=area,setsar=1,pad=ceil(iw/2)*2:ih"
_CLOCK_STEP = 0.0015
"""Seconds by which the times of a copy may differ, as clocks of containers tick a thousand times a second."""


class Cutter:
    """A cutter of pieces out of one video. copied: whether the packets of the last piece were copied. heard: whether it
    has sound. unheard: why it has none where there may be some, None where it could be read. tracks: of sound in the
    video, None where that is not known."""

    def __init__(
        self,
        path: str | os.PathLike[str] | Address,
        stream: int,
        unbounded: bool = False,
        sound: SoundCutter | None = None,
    ) -> None:
        """Read the list of the video's packets. unbounded: however much it unpacks to. sound: the cutter of the sound
        that the pieces get. Raises a kind of MediaError."""
        with open_video(path, stream, options=DecodeOptions(unbounded=unbounded)) as video:
            self._address, self._stream = resolve(path), stream  # now it is known that ffmpeg decodes it
            self._size, self._unbounded = (video.source.width, video.source.height), unbounded
            self.tracks = video.source.sounds
        self._sound = None if self.tracks == 0 else sound
        self._frames = FrameSelector(self._address, framecrc.list_packets(self._address, stream))
        PixelBudget(self._address, unbounded).take(len(self._frames.packets), self._size)
        self.copied = self.heard = False
        self.unheard: MediaError | None = None

    def cut(self, piece: Piece, place: str) -> None:
        """Write a piece to an mp4 file at `place`.

        Raises DecoderFailed where that does not hold exactly its frames, kinds of MediaError and OutputError.
        """
        shown, ago = self._shown(piece)
        self.copied = not piece.heard and self._copy(piece, place)
        if not self.copied:
            self._encode(shown, ago, place)
        self._add_sound(lambda sound: sound.under(self._on_frame(piece)), place, piece.frames)

    def compare(self, sides: tuple[Side, Side], place: str, captions: tuple[Caption, Caption] | None = None) -> None:
        """Write two pieces side by side, both from their first frames, to an mp4 file at `place`. The first is heard on
        the left, the second on the right. captions: words under each, where there is room for them.

        Raises DecoderFailed, kinds of MediaError and OutputError.
        """
        sides = shortened(sides)
        rate = self._rate(self._shown(sides[0][0])[0]) / sides[0][1].speed
        words: list[str] = []
        chains: list[str] = []
        for number, (piece, look) in enumerate(sides):
            shown, ago = self._shown(piece)
            before, picked = next(self._frames.selections(shown))
            words += [*before, *self._address.words]
            chain = ",".join((picked, *_undoing_filters(look, ago), f"fps={rate:.6f}", _HALF))
            chains.append(f"[{number}:V:{self._stream}]{chain}[side{number}]")
        chains.append("[side0][side1]hstack=shortest=1[both]")
        width = 2 * ceil(min(_SIDE_WIDTH, self._size[0]) / 2)
        bars = None
        if captions is not None and width >= LEAST_WIDTH:
            bars = drawn_bars(sides, captions, width, rate, ceil(rate * _longest(sides)) + 1)
            words += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{2 * width}x{bar_height(width)}"]
            words += ["-r", f"{rate:.6f}", "-i", "pipe:0"]
            chains.append("[both][2:v]vstack=shortest=1[out]")
        words += ["-filter_complex", ";".join(chains), "-map", "[both]" if bars is None else "[out]", *_ENCODER]
        said = self._write_mp4(words, place, sum(piece.frames for piece, _ in sides), bars)
        if not len(_written_pictures(place)):
            raise DecoderFailed(self._address.shown, f"no comparison could be made{said}")
        one, other = ((self._on_frame(piece), look) for piece, look in sides)
        self._add_sound(lambda sound: sound.beside((one, other)), place, one[0].frames + other[0].frames)

    def _encode(self, piece: Piece, ago: float, place: str) -> None:
        """Decode a piece and encode it. ago: seconds for which its first frame has been shown when it begins. Raises
        DecoderFailed."""
        said = ""
        for before, picked in self._frames.selections(piece):
            filters = ",".join((picked, f"setpts={_since_start(ago)}", _EVEN_SIZE))
            words = [*before, *self._address.words, *self._mapped(), *_EACH_FRAME, "-vf", filters, *_ENCODER]
            said = self._write_mp4(words, place, piece.frames)
            if len(_written_pictures(place)) == piece.frames:
                return
        what = f"the {piece.frames} frames from {piece.start:.3f} s on could not be cut out{said}"
        raise DecoderFailed(self._address.shown, f"{what}: is it the video of the report?")

    def _add_sound(self, taken: Callable[[SoundCutter], RawSound | None], place: str, frames: int) -> None:
        """Put the sound that is taken of the track, if there is any, under so many frames in the file at `place`."""
        self.heard, self.unheard = False, None
        if self._sound is None:
            return
        try:
            heard = taken(self._sound)
        except MediaError as error:  # which costs no picture
            self.unheard = error
            return
        if heard is not None:
            silent = f"{place}.silent"
            os.replace(place, silent)
            self._sound.add(heard, silent, self._bytes_of(frames), place)
            os.remove(silent)
            self.heard = True

    def _shown(self, piece: Piece) -> tuple[Piece, float]:
        """Return the frames that are shown during a piece, and for how many seconds the first has been when it begins:
        0 where it begins with a frame, less where that comes later."""
        times = self._frames.display_times
        if not piece.heard or not len(times):
            return piece, 0.0
        first = max(0, int(np.searchsorted(times, piece.start, "right")) - 1)
        last = max(first + 1, int(np.searchsorted(times, piece.end)))
        end = float(times[last]) if last < len(times) else max(piece.end, float(times[first]) + _CLOCK_STEP)
        shown = Piece(float(times[first]), end, last - first, None if piece.first is None else first)
        return shown, piece.start - shown.start

    def _on_frame(self, piece: Piece) -> Piece:
        """Return a piece that begins at the time of its first frame; one of a sound begins where that does."""
        if piece.heard or self._frames.packets.stands_in:  # those of the packets are not those of the pictures then
            return piece
        at = int(np.searchsorted(self._frames.display_times, self._frames.bounds(piece)[0]))
        begin = float(self._frames.display_times[at]) if at < len(self._frames.display_times) else piece.start
        return replace(piece, start=begin) if abs(begin - piece.start) <= self._frames.gap else piece

    def _copy(self, piece: Piece, place: str) -> bool:
        """Copy the packets of a piece. Returns whether that gave exactly its frames."""
        first = self._copyable(piece)
        if first is None:
            return False
        # A microsecond more, lest rounding finds the key frame before.
        words = ["-ss", f"{self._frames.times[first] + 1e-6:.6f}", *self._address.words, *self._mapped(), "-c", "copy"]
        words += ["-frames:v", str(piece.frames), *INDEX_FIRST]
        if self._write_mp4(words, place, piece.frames):
            return False  # a codec that has no place in mp4
        before, picked = next(self._frames.selections(piece))
        original, copy = framecrc.list_pictures(self._address, self._stream, before, picked), _written_pictures(place)
        return (
            len(copy) == piece.frames and copy.sums == original.sums and _has_same_gaps(copy.times(), original.times())
        )

    def _copyable(self, piece: Piece) -> int | None:
        """Return the packet that a copy of the piece begins with; None where a copy would hold other frames."""
        if self._frames.packets.restarts:
            return None  # ffmpeg seeks by the clock of the file
        low, high = self._frames.bounds(piece)
        wanted = np.flatnonzero((self._frames.times >= low) & (self._frames.times < high))
        if len(wanted) != piece.frames or np.isnan(self._frames.times).any():
            return None
        first, last = int(wanted[0]), int(wanted[-1])
        leads = self._frames.packets.keys[first] and self._frames.times[first] == self._frames.times[wanted].min()
        return first if leads and last - first + 1 == piece.frames else None

    def _rate(self, piece: Piece) -> float:
        """Return the piece's average frames a second, as its times may be rounded; the file's where the rate varies."""
        average = piece.frames / (piece.end - piece.start)
        usual = 1 / self._frames.gap if self._frames.gap else average
        return average if abs(average / usual - 1) < 0.02 else usual

    def _write_mp4(self, words: Sequence[str], place: str, frames: int, fed: Iterable[bytes] | None = None) -> str:
        """Write an mp4 file of so many frames. fed: as for `write_media`, which also says what is returned and
        raised."""
        size = None if self._unbounded else self._bytes_of(frames)
        return write_media(self._address, words, place, size=size, fed=fed)

    def _bytes_of(self, frames: int) -> int:
        """Return the bytes of so many frames as they are."""
        width, height = self._size
        return frames * 2 * width * height

    def _mapped(self) -> list[str]:
        return ["-map", f"0:V:{self._stream}", *BARE]


def _longest(sides: Sequence[Side]) -> float:
    """Return the seconds of the longest side, once its changes are undone."""
    return max((piece.end - piece.start) * look.speed for piece, look in sides)


def _undoing_filters(look: Look, ago: float) -> list[str]:
    filters = [f"setpts=({_since_start(ago)})*{look.speed:.6f}"]
    filters += ["reverse"] if look.reversed else []
    return [*filters, "hflip"] if look.mirrored else filters


def _since_start(ago: float) -> str:
    """Return a time for setpts. ago: seconds for which the first frame has been shown at 0."""
    return f"max(PTS-STARTPTS-({ago:.6f})/TB\\,0)" if ago else "PTS-STARTPTS"


def _has_same_gaps(one: Floats, other: Floats) -> bool:
    return bool(np.abs((one - one[0]) - (other - other[0])).max() < _CLOCK_STEP)


def _written_pictures(place: str) -> Listing:
    """Return the pictures of a written file; none where it holds no video."""
    try:
        return framecrc.list_pictures(resolve(place), 0)
    except MediaError:
        return Listing()
