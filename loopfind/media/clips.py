"""Pieces of a video, exact to the frame, written to mp4 files.

The packets of a piece are copied where a decoder can start at its first frame, and where they follow one another in the
file with no others between them. The copy is decoded and compared with the original, picture by picture. Any other
piece is decoded and encoded again, and its frames are counted. No piece has sound: loopfind does not read it.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopfind.errors import DecoderFailed, MediaError, OutputError
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import diagnosis, framecrc
from loopfind.media.ffmpeg.address import Address, resolve
from loopfind.media.ffmpeg.framecrc import Listing
from loopfind.media.ffmpeg.log import plain_text
from loopfind.media.ffmpeg.process import COUNTED, WHOLE, RunningFfmpeg, executable, seek_words
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.model.dtypes import Floats

_RUN_UP = 10.0
"""Seconds before a piece at which decoding begins, so that its first frame is decoded whole."""
_INDEX_FIRST = ("-movflags", "+faststart")
_ENCODER = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", *_INDEX_FIRST)
_EACH_FRAME = ("-fps_mode", "passthrough", "-enc_time_base:v", "demux")
_EVEN_SIZE = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
_HALF = "scale='min(640,iw)':-2:flags=area,setsar=1,pad=ceil(iw/2)*2:ih"
"""Filter for one of two pictures side by side: at most 640 pixels wide."""
_CLOCK_STEP = 0.0015
"""Seconds by which the times of a copy may differ, as clocks of containers tick a thousand times a second."""
_LEAST_ROOM = 16 << 20
"""Bytes that a clip may take beside those of its pictures as they are."""
LONGEST_REVERSED = 20.0
"""Seconds of a piece that are reversed at most: ffmpeg holds all its pictures in memory."""


@dataclass(frozen=True)
class Piece:
    """A span [start, end) in seconds from the container's start, and its number of frames.

    first: number of its first frame in the file, None where frames were not counted from the file's start.
    """

    start: float
    end: float
    frames: int
    first: int | None

    @property
    def last(self) -> int:
        """Number of the first frame after the piece, counted as `first` is."""
        return (self.first or 0) + self.frames


@dataclass(frozen=True)
class Look:
    """The changes of a piece that are undone where it is shown beside another."""

    reversed: bool = False
    mirrored: bool = False
    speed: float = 1.0


class Cutter:
    """A cutter of pieces out of one video. copied: whether the packets of the last piece were copied."""

    def __init__(self, path: str | os.PathLike[str] | Address, stream: int, unbounded: bool = False) -> None:
        """Read the list of the video's packets. unbounded: however much it unpacks to. Raises a kind of MediaError."""
        with open_video(path, stream, options=DecodeOptions(unbounded=unbounded)) as video:
            self._address, self._stream = resolve(path), stream  # now it is known that ffmpeg decodes it
            self._size, self._unbounded = (video.source.width, video.source.height), unbounded
        self._packets = framecrc.list_packets(self._address, stream)
        PixelBudget(self._address, unbounded).take(len(self._packets), self._size)
        self._times = self._packets.times()
        self._display_times = np.sort(self._times[~np.isnan(self._times)])
        self.copied = False

    def cut(self, piece: Piece, place: str) -> None:
        """Write a piece to an mp4 file at `place`.

        Raises DecoderFailed where that does not hold exactly its frames, Unreadable and OutputError.
        """
        self.copied = self._copy(piece, place)
        if self.copied:
            return
        said = ""
        for before, picked in self._selections(piece):
            filters = ",".join((picked, "setpts=PTS-STARTPTS", _EVEN_SIZE))
            words = [*before, *self._address.words, *self._mapped(), *_EACH_FRAME, "-vf", filters, *_ENCODER]
            said = self._write_mp4(words, place, piece.frames)
            if len(_written_pictures(place)) == piece.frames:
                return
        what = f"the {piece.frames} frames from {piece.start:.3f} s on could not be cut out{said}"
        raise DecoderFailed(self._address.shown, f"{what}: is it the video of the report?")

    def compare(self, sides: tuple[tuple[Piece, Look], tuple[Piece, Look]], place: str) -> None:
        """Write two pieces side by side, both from their first frames, to an mp4 file at `place`.

        Raises DecoderFailed, Unreadable and OutputError.
        """
        rate = self._rate(sides[0][0]) / sides[0][1].speed
        turned = any(look.reversed for _, look in sides)
        words: list[str] = []
        chains: list[str] = []
        for number, (piece, look) in enumerate(sides):
            before, picked = next(self._selections(_shorten(piece, look) if turned else piece))
            words += [*before, *self._address.words]
            chain = ",".join((picked, *_undoing_filters(look), f"fps={rate:.6f}", _HALF))
            chains.append(f"[{number}:V:{self._stream}]{chain}[side{number}]")
        chains.append("[side0][side1]hstack=shortest=1[both]")
        words += ["-filter_complex", ";".join(chains), "-map", "[both]", *_ENCODER]
        said = self._write_mp4(words, place, sum(piece.frames for piece, _ in sides))
        if not len(_written_pictures(place)):
            raise DecoderFailed(self._address.shown, f"no comparison could be made{said}")

    def _copy(self, piece: Piece, place: str) -> bool:
        """Copy the packets of a piece. Returns whether that gave exactly its frames."""
        first = self._copyable(piece)
        if first is None:
            return False
        # A microsecond more, lest rounding finds the key frame before.
        words = ["-ss", f"{self._times[first] + 1e-6:.6f}", *self._address.words, *self._mapped(), "-c", "copy"]
        words += ["-frames:v", str(piece.frames), *_INDEX_FIRST]
        if self._write_mp4(words, place, piece.frames):
            return False  # a codec that has no place in mp4
        before, picked = next(self._selections(piece))
        original, copy = framecrc.list_pictures(self._address, self._stream, before, picked), _written_pictures(place)
        return (
            len(copy) == piece.frames and copy.sums == original.sums and _has_same_gaps(copy.times(), original.times())
        )

    def _copyable(self, piece: Piece) -> int | None:
        """Return the packet that a copy of the piece begins with; None where a copy would hold other frames."""
        if self._packets.restarts:
            return None  # ffmpeg seeks by the clock of the file
        low, high = self._bounds(piece)
        wanted = np.flatnonzero((self._times >= low) & (self._times < high))
        if len(wanted) != piece.frames or np.isnan(self._times).any():
            return None
        first, last = int(wanted[0]), int(wanted[-1])
        leads = self._packets.keys[first] and self._times[first] == self._times[wanted].min()
        return first if leads and last - first + 1 == piece.frames else None

    def _bounds(self, piece: Piece) -> tuple[float, float]:
        """Return the limits of the piece, moved to the middle between frames, so that rounded times decide nothing."""
        return self._middle_before(piece.start), self._middle_before(piece.end)

    def _middle_before(self, seconds: float) -> float:
        """Return the middle between the frame nearest to `seconds` and the frame before it."""
        shown = self._display_times
        if len(shown) < 2:
            return seconds
        gap = float(np.median(np.diff(shown)))
        at = int(np.searchsorted(shown, seconds - gap / 4))
        if at == len(shown) or abs(shown[at] - seconds) > gap:
            return seconds - gap / 2  # the end of the file, or times that had to be mended
        return float(shown[at] + (shown[at - 1] if at else shown[0] - gap)) / 2

    def _selections(self, piece: Piece) -> Iterator[tuple[list[str], str]]:
        """Yield options before the input and the filter that selects the frames, the fastest first.

        A file without seeking, or with times that had to be mended, needs a slower one.
        """
        if self._packets.restarts and piece.first is None:
            piece = self._numbered(piece)
        counted = (["-copyts", *COUNTED], f"trim=start_frame={piece.first}:end_frame={piece.last}")
        numbered = [] if piece.first is None else [counted]
        if self._packets.restarts:
            yield from numbered
            return
        if self._packets.stands_in or np.isnan(self._times).any():
            # A container without times, such as AVI: what ffmpeg makes up depends on where it begins.
            yield from numbered
        low, high = self._bounds(piece)
        start = self._packets.start
        picked = f"trim=start={low + start:.6f}:end={high + start:.6f}"
        if low > _RUN_UP and self._address.seekable:
            # An index may lead to where no decoder can start: then frames are missing, and the next way is taken.
            yield ["-copyts", *seek_words(low - _RUN_UP)], f"select='st(0,ld(0)+{WHOLE})',{picked}"
        yield ["-copyts"], picked
        yield from numbered

    def _numbered(self, piece: Piece) -> Piece:
        """Return a piece with the number of its first frame, by the times of the packets."""
        first, last = np.searchsorted(self._display_times, self._bounds(piece)).tolist()
        return replace(piece, frames=last - first, first=first)

    def _rate(self, piece: Piece) -> float:
        """Return the piece's average frames a second, as its times may be rounded; the file's where the rate varies."""
        average = piece.frames / (piece.end - piece.start)
        usual = 1 / float(np.median(np.diff(self._display_times))) if len(self._display_times) > 1 else average
        return average if abs(average / usual - 1) < 0.02 else usual

    def _write_mp4(self, words: Sequence[str], place: str, frames: int) -> str:
        """Run ffmpeg to write an mp4 file of so many frames, which takes no more room than they do as they are.

        Returns "" where it succeeded, else its last words in brackets: what it complains about may do no harm, so what
        it wrote is to be looked at. Raises Unreadable where the connection was cut, OutputError where the disk takes no
        more, and DecoderFailed where it takes too much memory.
        """
        width, height = self._size
        most = 0 if self._unbounded else _LEAST_ROOM + frames * 2 * width * height
        command = [executable(), "-nostdin", "-hide_banner", "-v", "error", "-y", "-max_error_rate", "1", *words]
        command += ["-f", "mp4", *(["-fs", str(most)] if most else []), f"file:{place}"]
        with tempfile.TemporaryFile() as messages:
            with RunningFfmpeg(command, messages.fileno(), subprocess.DEVNULL, unbounded=self._unbounded) as process:
                process.wait()
            messages.seek(0)
            said = plain_text(messages.read().decode("utf-8", "replace"))
        if refused := diagnosis.connection_cut(self._address, said):
            raise refused
        if full := diagnosis.disk_full(process.returncode, said):
            raise OutputError(place, full)
        return f" ({framecrc.last_words(said)})" if process.returncode else ""

    def _mapped(self) -> list[str]:
        return ["-map", f"0:V:{self._stream}", "-map_metadata", "-1", "-map_chapters", "-1"]


def _undoing_filters(look: Look) -> list[str]:
    filters = [f"setpts=(PTS-STARTPTS)*{look.speed:.6f}"]
    filters += ["reverse"] if look.reversed else []
    return [*filters, "hflip"] if look.mirrored else filters


def _shorten(piece: Piece, look: Look) -> Piece:
    """Return the part of a piece that is shown in the first LONGEST_REVERSED seconds, once its changes are undone."""
    length = min(piece.end - piece.start, LONGEST_REVERSED / look.speed)
    start = piece.end - length if look.reversed else piece.start
    return Piece(start, start + length, piece.frames, None)


def _has_same_gaps(one: Floats, other: Floats) -> bool:
    return bool(np.abs((one - one[0]) - (other - other[0])).max() < _CLOCK_STEP)


def _written_pictures(place: str) -> Listing:
    """Return the pictures of a written file; none where it holds no video."""
    try:
        return framecrc.list_pictures(resolve(place), 0)
    except MediaError:
        return Listing()
