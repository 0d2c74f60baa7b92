"""Pieces of a video as small GIF and WebP animations, for pages and messages that play no video.

Frames are read by `stills`, which compares the time of each with the wanted one, and written by imageio.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from loopfind.errors import DecoderFailed, OutputError, exhausted
from loopfind.media.captions import LEAST_WIDTH, Caption, captions_of, draw_bar
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import Address, resolve
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.media.pieces import Look, Piece
from loopfind.media.stills import Still, read_stills
from loopfind.model.dtypes import Floats

ANIMATION_FORMS = ("gif", "webp")
LONGEST_ANIMATION = 10.0
"""Seconds that an animation lasts at most."""
ANIMATION_RATE = 10
"""Pictures a second."""
ANIMATION_SIDE = 320
"""Pixels of the longer side of a picture at most; two pictures side by side are twice as wide."""
_ROUNDED = 0.005
"""Seconds by which the times of a report may be rounded; a quarter of a frame where that is less."""


def write_animation(
    path: str | os.PathLike[str] | Address,
    stream: int,
    sides: Sequence[tuple[Piece, Look]],
    place: str,
    form: str,
    unbounded: bool = False,
    captions: Sequence[Caption] | None = None,
) -> None:
    """Write one piece, or several side by side, to a file at `place`, from their first frames on.

    form: one of ANIMATION_FORMS. unbounded: however much the video unpacks to. captions: words under each side, where
    there is room for them. The changes of each look are undone.
    Ends with the shortest piece, and after LONGEST_ANIMATION seconds. Raises a kind of MediaError.
    """
    length = min(LONGEST_ANIMATION, *((piece.end - piece.start) * look.speed for piece, look in sides))
    clock = np.arange(max(1, round(length * ANIMATION_RATE))) / ANIMATION_RATE
    columns = [_pictures_at(path, stream, piece, look, clock, unbounded) for piece, look in sides]
    rows = [np.hstack(row) for row in zip(*columns, strict=True)]
    width = rows[0].shape[1] // len(sides)
    if captions is not None and width >= LEAST_WIDTH:
        words = [captions_of(sides, captions, seconds) for seconds in clock.tolist()]
        rows = [np.vstack((row, draw_bar(each, width))) for row, each in zip(rows, words, strict=True)]
    _write(rows, place, form)


def _pictures_at(
    path: str | os.PathLike[str] | Address, stream: int, piece: Piece, look: Look, clock: Floats, unbounded: bool
) -> list[Still]:
    """Return the picture that is shown at each time of the clock, (n,) seconds from the first frame of the piece."""
    length = (float(clock[-1]) + 1 / ANIMATION_RATE) / look.speed
    low = max(piece.start, piece.end - length) if look.reversed else piece.start
    times, side = _frame_times(path, stream, low, min(piece.end, low + length), unbounded)
    inside = min(_ROUNDED, float(np.median(np.diff(times))) / 4) if len(times) > 1 else _ROUNDED
    instants = piece.end - clock / look.speed - inside if look.reversed else piece.start + clock / look.speed + inside
    frames = np.clip(np.searchsorted(times, instants, "right") - 1, 0, None)
    wanted = np.unique(frames)
    found = dict(read_stills(path, stream, times[wanted].tolist(), side))
    if 2 * len(found) <= len(wanted):
        what = f"{len(wanted) - len(found)} of {len(wanted)} frames from {piece.start:.3f} s on could not be read again"
        raise DecoderFailed(resolve(path).shown, f"{what}: is it the video of the report?")
    # A container without times, such as AVI, may give other times to a few frames at the second reading.
    there = np.array(sorted(found))
    nearest = there[np.abs(there - np.searchsorted(wanted, frames)[:, None]).argmin(1)]
    stills = [found[at] for at in nearest.tolist()]
    return [still[:, ::-1] for still in stills] if look.mirrored else stills


def _frame_times(
    path: str | os.PathLike[str] | Address, stream: int, start: float, end: float, unbounded: bool
) -> tuple[Floats, int]:
    """Return the times (n,) of the frames that are shown between `start` and `end`, seconds, and the side of stills.

    There is at least one frame. side: pixels of the longer side of a still.
    """
    margin = 1 / ANIMATION_RATE  # the frame that is shown at `start` may have begun before it
    options = DecodeOptions(unbounded=unbounded)
    with open_video(path, stream, max(0.0, start - margin), end, options=options) as video:
        times = [batch.times for batch in video]
        source = video.source
    if not times:
        raise DecoderFailed(source.path, f"there are no frames from {start:.3f} s on: is it the video of the report?")
    return np.concatenate(times), min(ANIMATION_SIDE, max(source.width, source.height))


def _write(pictures: Sequence[Still], place: str, form: str) -> None:
    """Write pictures one after another; each that stays the same lasts longer instead."""
    import imageio.v3 as imageio

    kept: list[Still] = []
    durations: list[int] = []
    for picture in pictures:
        if kept and np.array_equal(picture, kept[-1]):
            durations[-1] += 1000 // ANIMATION_RATE
        else:
            kept.append(picture)
            durations.append(1000 // ANIMATION_RATE)
    duration = durations if len(kept) > 1 else durations[0]
    # In memory first: where the disk is full, the writer would complain once more when it is forgotten.
    data = imageio.imwrite("<bytes>", np.stack(kept), extension=f".{form}", plugin="pillow", loop=0, duration=duration)
    try:
        Path(place).write_bytes(data)
    except OSError as error:
        raise OutputError(place, exhausted(error) or f"could not be written: {error.strerror}") from None
