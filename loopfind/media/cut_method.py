"""The way in which a cut of a video is made: which parts are copied, which are encoded, and why not more is copied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.media.copyable import Part, order_shown, split_parts
from loopfind.media.cut_encoders import Coding, coding_of, is_interlaced, matching_words, whole_words
from loopfind.media.ffmpeg.framecrc import Listing
from loopfind.media.ffmpeg.header import StreamInfo

WEBM = "webm"
_CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": WEBM}
CUT_ENDINGS = tuple(_CONTAINERS)
"""Endings of files that a cut can be written to."""
_IN_WEBM = {"vp8", "vp9", "av1"}
_IN_MP4 = {"h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg", "prores"}
_LEAST_COPIED = 0.02
"""Share of the frames that must be copied for that to be worth two ways of coding in one file."""


@dataclass(frozen=True)
class CutMethod:
    """How a cut is made. container: ffmpeg's name. parts: in the order of the cut. words: of the encoder of those that
    are not copied. coding: of what is copied, None where nothing is or it needs no company. why: why everything is
    encoded, "" where it is not."""

    container: str
    parts: tuple[Part, ...]
    words: tuple[str, ...]
    coding: Coding | None
    why: str = ""

    @property
    def frames(self) -> int:
        """Frames of the cut."""
        return sum(part.frames for part in self.parts)

    @property
    def encoded(self) -> int:
        """Frames that are encoded again."""
        return sum(part.frames for part in self.parts if not part.copied)


def container_of(ending: str) -> str:
    """Return ffmpeg's name of the container that an ending of CUT_ENDINGS asks for."""
    return _CONTAINERS[ending.lower()]


def choose_method(
    ranges: Sequence[tuple[int, int]], packets: Listing, stream: StreamInfo, container: str, encode: bool = False
) -> CutMethod:
    """Return how to make a cut of ranges [first, last) of the frames of a video. encode: copy nothing."""
    why = "as was asked for" if encode else _why_nothing(packets, stream, container)
    if not why:
        parts = split_parts(ranges, order_shown(packets.times()), np.array(packets.keys, np.bool_))
        method = _mixed(parts, stream, container)
        if isinstance(method, CutMethod):
            return method
        why = method
    whole = tuple(Part(first, last, False) for first, last in ranges)
    return CutMethod(container, whole, tuple(whole_words(stream, container == WEBM)), None, why)


def _mixed(parts: Sequence[Part], stream: StreamInfo, container: str) -> CutMethod | str:
    """Return the way in which some parts are copied, or why that cannot be done."""
    coding = coding_of(stream)
    if all(part.copied for part in parts):
        return CutMethod(container, tuple(parts), (), coding)
    if coding is None:
        return f"frames around a cut cannot be encoded as its {stream.codec} is"
    copied = sum(part.frames for part in parts if part.copied)
    if copied < _LEAST_COPIED * sum(part.frames for part in parts):
        return "there is hardly a frame at which a copy could begin (open groups of pictures, or long ones)"
    return CutMethod(container, tuple(parts), tuple(matching_words(stream, coding)), coding)


def _why_nothing(packets: Listing, stream: StreamInfo, container: str) -> str:
    """Return why no packet can be copied, "" where some may be."""
    if packets.restarts:
        return "its clock falls back"
    if packets.stands_in or any(tick is None for tick in packets.ticks):
        return "its packets do not say when they are shown"
    if len(set(packets.ticks)) < len(packets.ticks):
        return "several of its packets are shown at the same time"
    if is_interlaced(stream):
        return "its frames are interlaced"
    taken = {"mp4": _IN_MP4, WEBM: _IN_WEBM}.get(container)
    if taken is not None and stream.codec not in taken:
        return f"{stream.codec} has no place in such a file"
    return ""
