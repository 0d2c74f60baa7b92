"""Motion vectors of the coded stream of a file, read by PyAV without making its pictures whole.

libav has no way to read vectors without decoding: the bits of a stream have no meaning one by one. It does leave out
what no vector depends on, the deblocking of H.264 and the inverse transform of MPEG-4 and MPEG-2 (`skip_loop_filter`
and `skip_idct`). benchmarks/trajectory_ways.py compares the vectors with those of whole pictures.
"""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from loopfind.errors import Broken, MediaError, MissingExtra, NoMotionVectors, Unreadable
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg.address import Address, resolve
from loopfind.media.ffmpeg.allowlist import MOST_PIXELS, PLAIN_FORMATS
from loopfind.media.ffmpeg.request import check_limits
from loopfind.media.motion_cells import CodedPicture, cell_motion, joined_vectors
from loopfind.model.motion import Motion
from loopfind.settings import STALL

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

VECTORS_ALONE = {
    "flags2": "+export_mvs",
    "skip_loop_filter": "all",
    "skip_idct": "all",
    "max_pixels": str(MOST_PIXELS),
}
"""Options of a decoder that hands over vectors and makes no more of pictures than they need."""

_BATCH = 64
"""Frames of a batch, about."""
_MOST_VECTORS = 1 << 18
"""Vectors that are put together at a time: 10 MB of them."""
_MOST_HELD = 256
"""Frames that are held back until one comes that those before it may be made of."""
_PATIENCE = 300
"""Frames by which a vector must have come."""
_KEPT = 32
"""Frames that are kept of those before a batch, without their vectors."""
_ABOUT = 0.98
"""Share of the seconds apart from which frames are far enough, as times of a file are rounded."""
_ZERO_BETWEEN = {"mpeg4"}
"""Codecs of whose pictures between two others libav says that nothing moves."""
_MARKS = 16
"""Frames whose times are made at a time."""
_MOST_PLACES = 1024
"""Packets of which the frame is waited for. Of some none comes."""
_USUAL_RATE = 25.0
_FIELDS = (("source", "<i4"), ("w", "u1"), ("h", "u1"), ("dst_x", "<i2"), ("dst_y", "<i2"))
_NONE = np.zeros(0, [*_FIELDS, ("motion_x", "<i4"), ("motion_y", "<i4"), ("motion_scale", "<u2")])
"""No vectors, with the fields that are used of them."""


def read_motion(
    path: str | os.PathLike[str] | Address,
    stream: int = 0,
    start: float | None = None,
    end: float | None = None,
    *,
    apart: float = 0.0,
    unbounded: bool = False,
) -> Iterator[Motion]:
    """Yield the motion in the frames of a file, in batches of about 64, at the times that a scan gives them.

    stream, start, end, unbounded: as for a scan. All frames before `start` are decoded too. apart: seconds; a frame
    that comes sooner after the last one given is left out, which takes less time than to give it. A frame whose packet
    is damaged is left out, or has no motion; a scan of the same file says where.

    Raises MissingExtra without PyAV; BadSetting; Unreadable for what is no file on disk; NoMotionVectors where the
    codec hands over none; and what a scan of the file raises where it cannot be read.
    """
    check_limits(stream, start, end, STALL)
    try:
        import av
    except ImportError:
        raise MissingExtra("the way by motion vectors", "av", "explore") from None
    where = resolve(path)
    if not where.is_on_disk or where.local is None:
        what = "motion vectors are read from files on disk alone: save it as one, or leave --way vectors out"
        raise Unreadable(where.shown, what)
    try:
        container = av.open(
            os.fsdecode(b"file:" + where.local),
            options={"protocol_whitelist": "file", "format_whitelist": PLAIN_FORMATS},
            metadata_errors="replace",
        )
    except av.FFmpegError as error:
        raise _refusal(where, stream, error) from None
    with container:
        covers = av.stream.Disposition.attached_pic
        videos = [one for one in container.streams.video if covers not in one.disposition]
        if stream >= len(videos):
            raise _refusal(where, stream, None)
        pictures = _pictures(container, videos[stream], where, PixelBudget(where, unbounded), apart)
        try:
            yield from _wanted(
                _batches(_checked(pictures, where, videos[stream].codec_context.codec.canonical_name)), start, end
            )
        except _NothingDecoded:
            raise _refusal(where, stream, None) from None


class _NothingDecoded(Exception):
    """Not one picture came of a stream."""


def _refusal(where: Address, stream: int, error: Exception | None) -> MediaError:
    """Return the error for a file that PyAV cannot read: the one that a scan of it raises, where that cannot either."""
    try:
        with open_video(where, stream):
            pass
    except MediaError as refused:
        return refused
    why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return Broken(where.shown, f"its motion vectors cannot be read{why}: leave --way vectors out")


def _wanted(batches: Iterator[Motion], start: float | None, end: float | None) -> Iterator[Motion]:
    """Yield the frames with start <= time < end."""
    for batch in batches:
        first = 0 if start is None else int(np.searchsorted(batch.times, start))
        last = len(batch) if end is None else int(np.searchsorted(batch.times, end))
        if first < last:
            yield batch.part(slice(first, last))
        if last < len(batch):
            return


def _pictures(
    container: "InputContainer", video: "VideoStream", where: Address, budget: PixelBudget, apart: float
) -> Iterator[CodedPicture]:
    """Yield all pictures of a stream in display order."""
    context = video.codec_context
    context.options = dict(VECTORS_ALONE)
    context.thread_count = 1  # more of them take a sixth more in all, of less than a millisecond a frame
    clock = Clock(container.start_time or 0, 1 / float(video.average_rate or _USUAL_RATE))
    base = f"{video.time_base.numerator}/{video.time_base.denominator}".encode() if video.time_base else b"1/1"
    waiting = deque[CodedPicture]()
    marks: list[tuple[int | None, bytes]] = []
    latest: float | None = None
    for frame, place in _frames(container, video, where):
        budget.take(1, (frame.width, frame.height))
        time = frame.time
        given = latest is None or time is None or not 0 <= time - latest < apart * _ABOUT
        picture = _coded(frame, place, given)
        if picture.goes_both_ways and context.name in _ZERO_BETWEEN:
            picture = replace(picture, vectors=_NONE, given=False)
        waiting.append(picture)
        latest = time if given else latest
        marks.append((frame.pts, base))
        if len(marks) >= _MARKS:
            for seconds in clock.read(marks).tolist():
                yield replace(waiting.popleft(), time=seconds)
            marks = []
    for seconds in clock.read(marks, last=True).tolist():
        yield replace(waiting.popleft(), time=seconds)


def _frames(
    container: "InputContainer", video: "VideoStream", where: Address
) -> Iterator[tuple["VideoFrame", int | None]]:
    """Yield all frames that can be decoded, in display order, each with its place in the order of decoding."""
    from av import FFmpegError, InvalidDataError

    places = dict[int, int]()
    count = 0
    try:
        for packet in container.demux(video):
            if packet.pts is not None:
                places[packet.pts] = count
                if len(places) > _MOST_PLACES:
                    del places[next(iter(places))]
            count += 1
            try:
                frames = packet.decode()
            except InvalidDataError:
                continue  # as ffmpeg goes on in a scan, whose losses say where
            for frame in frames:
                yield frame, None if frame.pts is None else places.pop(frame.pts, None)
    except InvalidDataError:
        return  # so does a scan end where the container cannot be read on
    except FFmpegError as error:
        raise Unreadable(where.shown, f"it cannot be read to its end ({error.strerror}): check the disk") from None


def _coded(frame: "VideoFrame", place: int | None, given: bool) -> CodedPicture:
    """Return a frame without its pixels, at no time. given: whether its motion is."""
    found = frame.side_data.get("MOTION_VECTORS") if given else None
    # A copy, as the array keeps the whole frame in memory.
    vectors = _NONE if found is None else joined_vectors(found.to_ndarray())
    size = frame.width, frame.height
    return CodedPicture(0.0, int(frame.pict_type), place, size, round(frame.rotation / 90), vectors, given)


def _checked(pictures: Iterator[CodedPicture], where: Address, codec: str) -> Iterator[CodedPicture]:
    """Yield pictures, the first once a vector has come. Raises NoMotionVectors where none does."""
    held = list[CodedPicture]()
    for picture in pictures:
        held.append(picture)
        if len(picture.vectors):
            break
        if len(held) > _PATIENCE:
            break
    if not held:
        raise _NothingDecoded
    if not len(held[-1].vectors):
        why = (
            "all its pictures are key frames"
            if all(one.is_whole for one in held)
            else f"its codec ({codec}) gives none"
        )
        raise NoMotionVectors(where.shown, why)
    yield from held
    held.clear()
    yield from pictures


def _batches(pictures: Iterator[CodedPicture]) -> Iterator[Motion]:
    """Yield the motion in pictures that are all of one size, or of several one after the other."""
    for _, alike in groupby(pictures, lambda picture: (picture.size, picture.turns)):
        held, done, vectors = list[CodedPicture](), 0, 0
        for picture in alike:
            held.append(picture)
            vectors += len(picture.vectors)
            if len(held) - done < _BATCH and vectors < _MOST_VECTORS:
                continue
            # The last one that is sure not to be made of what is shown later, and may be what others are made of.
            latest = next((n for n in range(len(held) - 1, done, -1) if not held[n].goes_both_ways), None)
            if latest is None and len(held) - done < _MOST_HELD:
                continue
            last = len(held) if latest is None else latest
            if any(one.given for one in held[done:last]):
                yield cell_motion(held, done, last)
            held = [replace(one, vectors=_NONE) for one in held[max(0, last - _KEPT) : last]] + held[last:]
            done = min(last, _KEPT)
            vectors = sum(len(one.vectors) for one in held)
        if any(one.given for one in held[done:]):
            yield cell_motion(held, done, len(held))
