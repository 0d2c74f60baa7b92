"""The encoders of the frames around a cut, which must go with those that are copied, and of whole copies."""

import re
from dataclasses import dataclass

from loopfind.media.ffmpeg.header import StreamInfo

_LAYOUT = re.compile(r", (\w+?)(?:\(([^)]*)\))?, [1-9]\d*x[1-9]\d*")
_MATRICES = {"bt709", "smpte170m", "bt470bg", "bt2020nc", "fcc", "smpte240m"}
_PROFILE = re.compile(r"^\w+ \(([^)]+)\)")
_PROFILES = {
    "Constrained Baseline": "baseline",
    "Baseline": "baseline",
    "Main": "main",
    "High": "high",
    "High 10": "high10",
    "High 4:2:2": "high422",
    "High 4:4:4 Predictive": "high444",
}
_X264_LAYOUTS = {
    *("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv420p10le", "yuv422p10le"),
    *("yuv444p10le", "gray", "gray10le"),
}
_VPX_LAYOUTS = {"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"}
_OTHER_NUMBER = "sps-id=7"
"""Number of the parameters of what is encoded: those of what is copied nearly always have 0, and both are kept."""


@dataclass(frozen=True)
class Coding:
    """How a stream of pictures is coded. tag: letters that stand for the codec. to_stream: filter of packets after
    which a decoder finds all parameters in the stream itself, "" where that is so anyway. encoder: words of ffmpeg for
    frames that go with copied ones, none where it has no such encoder. tag_in_mp4: the tag of such a mixture. starts:
    types of the units of a picture at which a copy may begin, "" where each key frame will do. end: the unit by which a
    sequence ends, so that what follows may begin at any key frame, none where that is not needed."""

    tag: bytes
    to_stream: str
    encoder: tuple[str, ...]
    layouts: frozenset[str]
    tag_in_mp4: str = ""
    starts: str = ""
    end: bytes = b""


_CODINGS = {
    "h264": Coding(
        b"H264",
        "h264_mp4toannexb",
        ("-c:v", "libx264", "-preset", "veryfast", "-crf", "15", "-bf", "0", "-x264-params", _OTHER_NUMBER),
        frozenset(_X264_LAYOUTS),
        "avc1",
        # Parameters may change at an IDR picture alone: ffmpeg decodes such a stream, others lose pictures or give up.
        starts="5",
    ),
    "hevc": Coding(
        b"HEVC",
        "hevc_mp4toannexb",
        ("-c:v", "libx265", "-preset", "veryfast", "-crf", "16", "-x265-params", "bframes=0:log-level=none"),
        frozenset(_X264_LAYOUTS),
        "hev1",
        end=bytes.fromhex("00000001 4801"),
    ),
    "vp9": Coding(
        b"VP90",
        "",
        (
            *("-c:v", "libvpx-vp9", "-crf", "16", "-b:v", "0", "-deadline", "good", "-cpu-used", "5"),
            *("-auto-alt-ref", "0", "-lag-in-frames", "0"),
        ),
        frozenset(_VPX_LAYOUTS),
    ),
    "vp8": Coding(
        b"VP80",
        "",
        ("-c:v", "libvpx", "-crf", "4", "-b:v", "20M", "-deadline", "good", "-cpu-used", "5", "-auto-alt-ref", "0"),
        frozenset({"yuv420p"}),
    ),
}
"""Codecs of which frames are encoded to go with copied ones."""
WHOLE_MP4 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18")
WHOLE_WEBM = (
    *("-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good", "-cpu-used", "5", "-row-mt", "1"),
    *("-auto-alt-ref", "0"),
)
"""Words by which all frames are encoded, for containers of each kind."""


def coding_of(stream: StreamInfo) -> Coding | None:
    """Return how the frames of a stream can be encoded to go with copied ones, None where ffmpeg cannot."""
    coding = _CODINGS.get(stream.codec)
    if coding is None or layout_of(stream) not in coding.layouts:
        return None
    return coding


def layout_of(stream: StreamInfo) -> str:
    """Return ffmpeg's name of the layout of the pixels, "" where the header does not say."""
    found = _LAYOUT.search(stream.said)
    return found[1] if found else ""


def is_interlaced(stream: StreamInfo) -> bool:
    """Return whether each frame holds two fields of different times."""
    found = _LAYOUT.search(stream.said)
    return bool(found and found[2] and re.search(r"\b(top|bottom)\b", found[2]))


def matching_words(stream: StreamInfo, coding: Coding) -> list[str]:
    """Return the words of an encoder whose frames go with those of a stream."""
    words = [*coding.encoder, "-pix_fmt", layout_of(stream)]
    if stream.codec == "h264" and (found := _PROFILE.search(stream.said)) and found[1] in _PROFILES:
        words += ["-profile:v", _PROFILES[found[1]]]
    return words


def whole_words(stream: StreamInfo, webm: bool) -> list[str]:
    """Return the words of an encoder of all frames of a stream."""
    known = _VPX_LAYOUTS if webm else _X264_LAYOUTS
    layout = layout_of(stream)
    return [*(WHOLE_WEBM if webm else WHOLE_MP4), "-pix_fmt", layout if layout in known else "yuv420p"]


def colour_matrix(stream: StreamInfo) -> str:
    """Return ffmpeg's name of the way in which a stream's colours are coded, "" where it does not say."""
    found = _LAYOUT.search(stream.said)
    words = (found[2] or "").split(", ") if found else []
    return next((word.partition("/")[0] for word in words if word.partition("/")[0] in _MATRICES), "")
