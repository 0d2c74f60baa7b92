"""One turn of footage that goes round, as a video or an animation.

Where the end does not lead into the start by itself, the last frames of the turn are dissolved into those that come
before its first, or its first ones into those that come behind its last: what the first frame follows is then what was
recorded before it.
"""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopfind.errors import DecoderFailed
from loopfind.media.cut_encoders import colour_matrix
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import framecrc
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.coded_stream import decoded_pictures
from loopfind.media.ffmpeg.nut import NutStream
from loopfind.media.ffmpeg.output import INDEX_FIRST, write_media
from loopfind.media.frame_selector import FrameSelector
from loopfind.media.pieces import Piece
from loopfind.model.dtypes import Floats
from loopfind.model.seam import Seam

_GIF_RATE = 25.0
"""Most pictures a second of a GIF, whose clock ticks a hundred times a second."""
_SHAPED = "scale=iw*sar:ih,scale=out_range=tv,setsar=1,format=yuv420p"
_ENCODERS = {
    "mp4": ("-c:v", "libx264", "-preset", "medium", "-crf", "16", "-pix_fmt", "yuv420p", *INDEX_FIRST),
    "webp": ("-c:v", "libwebp_anim", "-quality", "80", "-loop", "0"),
    "apng": ("-c:v", "apng", "-pred", "mixed", "-plays", "0"),
    "gif": ("-c:v", "gif", "-loop", "0"),
}


@dataclass(frozen=True)
class Turn:
    """A turn to be written: its frames [start, end), and those [low, high) that are read for it. dissolve: frames that
    are mixed with as many of those."""

    start: int
    end: int
    dissolve: int
    low: int
    high: int


def plan_turn(seam: Seam, frames: int, dissolve: int) -> Turn:
    """Return the turn of a seam of footage of so many frames, with as much of a dissolve as there are frames for."""
    dissolve = min(dissolve, (seam.end_frame - seam.start_frame) // 2)
    before, behind = seam.start_frame, frames - seam.end_frame
    if before >= min(dissolve, behind):
        dissolve = min(dissolve, before)
        return Turn(seam.start_frame, seam.end_frame, dissolve, seam.start_frame - dissolve, seam.end_frame)
    dissolve = min(dissolve, behind)
    return Turn(seam.start_frame, seam.end_frame, dissolve, seam.start_frame, seam.end_frame + dissolve)


class TurnWriter:
    """A writer of turns of one video. times: (n,) seconds of the frames that were searched."""

    def __init__(self, address: Address, stream: int, times: Floats) -> None:
        """Read the list of the video's packets. Raises kinds of MediaError."""
        with open_video(address, stream) as video:
            self._matrix = colour_matrix(video.header.video)
        self._address, self._stream, self._times = address, stream, times
        self._frames = FrameSelector(address, framecrc.list_packets(address, stream))

    def write(self, turn: Turn, place: str, form: str, width: int | None) -> None:
        """Write a turn to a file at `place`. form: one of LOOP_FORMS. width: pixels across, at most; None for those of
        the video.

        Raises DecoderFailed, other kinds of MediaError, and OutputError.
        """
        gap = (float(self._times[-1]) - float(self._times[0])) / max(1, len(self._times) - 1)
        ends = np.append(self._times, self._times[-1] + gap)
        piece = Piece(float(ends[turn.low]), float(ends[turn.high]), turn.high - turn.low, None)
        rate = (turn.end - turn.start) / float(ends[turn.end] - ends[turn.start])
        for before, picked in self._frames.selections(piece):
            reading = _Reading(self._address, self._stream, before, f"{picked},{_SHAPED}")
            if self._encode(reading, turn, rate, place, form, width):
                return
        what = f"the {piece.frames} frames from {piece.start:.3f} s on could not be read again"
        raise DecoderFailed(self._address.shown, what)

    def _encode(self, reading: "_Reading", turn: Turn, rate: float, place: str, form: str, width: int | None) -> bool:
        """Write what is read. Returns whether these were all frames."""
        with contextlib.closing(reading.pictures()) as pictures:
            if next(pictures, None) is None:
                return False
        size = reading.size
        # What passes through as raw bytes has lost the name of its colours.
        shape = [f"setparams=range=tv:colorspace={self._matrix or 'unknown'}"]
        if form == "gif":
            shape.append(f"fps={rate / np.ceil(rate / _GIF_RATE - 1e-3):.6f}")
        shape += [] if width is None else [f"scale='min({width},iw)':-2:flags=lanczos"]
        source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", f"{rate:.6f}"]
        source += ["-i", "pipe:0"]
        palette = f"{Path(place).with_suffix('')}-palette.png"
        if form == "gif":
            words = [*source, "-vf", ",".join((*shape, "palettegen=stats_mode=diff")), "-frames:v", "1", "-update", "1"]
            self._run(words, palette, "image2", reading, turn)
            drawn = f"[0:v]{','.join(shape)}[one];[one][1:v]paletteuse=dither=sierra2_4a:diff_mode=rectangle"
            words = [*source, "-i", f"file:{palette}", "-filter_complex", drawn]
        else:
            shape += ["pad=ceil(iw/2)*2:ceil(ih/2)*2"] if form == "mp4" else []
            words = [*source, "-vf", ",".join(shape)]
        self._run([*words, *_ENCODERS[form]], place, form, reading, turn)
        return reading.count == turn.high - turn.low

    def _run(self, words: Sequence[str], place: str, form: str, reading: "_Reading", turn: Turn) -> None:
        said = write_media(self._address, words, place, form, fed=_in_turn(reading.pictures(), turn))
        if said:
            raise DecoderFailed(self._address.shown, f"the turn could not be written{said}")


class _Reading:
    """Pictures of a stretch, which may be read more than once. size: width and height, known once the first is there.
    count: how many there were the last time."""

    def __init__(self, address: Address, stream: int, before: Sequence[str], filters: str) -> None:
        self._address, self._number, self._before, self._filters = address, stream, before, filters
        self.size = (0, 0)
        self.count = 0

    def pictures(self) -> Generator[bytes]:
        self.count = 0
        for packet in decoded_pictures(self._address, self._number, self._before, self._filters, self._begin):
            self.count += 1
            yield packet.data

    def _begin(self, stream: NutStream) -> None:
        self.size = stream.size


def _in_turn(pictures: Iterator[bytes], turn: Turn) -> Iterator[bytes]:
    """Yield the pictures of a turn, dissolved. Where its first ones are dissolved, it begins behind these."""
    held = [picture for _, picture in zip(range(turn.dissolve), pictures, strict=False)]
    plain = turn.end - turn.start - turn.dissolve
    for number, picture in enumerate(pictures):
        if number < plain:
            yield picture
        elif number - plain < len(held):
            yield _mixed(picture, held[number - plain], (number - plain + 1) / (turn.dissolve + 1))


def _mixed(one: bytes, other: bytes, share: float) -> bytes:
    """Return a picture with so much of another one in it."""
    first, second = (np.frombuffer(each, np.uint8).astype(np.float32) for each in (one, other))
    return np.rint(first + share * (second - first)).astype(np.uint8).tobytes()
