"""A few pictures spread over a video, read in one go: of a short one just these, of a long one key frames near them."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import NotVideo, Unreadable
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, check_seekable, file_size
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.probe import header_of
from loopfind.media.ffmpeg.process import COUNTED, executable
from loopfind.media.ffmpeg.request import few_keys
from loopfind.media.rgb import read_rgb, square_shape
from loopfind.model.dtypes import Bytes, Floats
from loopfind.settings import STALL

_STEP, _MOST_UNTIMED = 2.0, 600
"""Seconds between the pictures that are read of a file that says no length, and how many of these at the most."""
_QUICKLY_DECODED = 5e7
"""Pixels of all frames up to which a video is decoded as a whole, in less than a quarter of a second on one core: in a
clip of a few seconds all moments may have the same key frame before them."""
_QUICKLY_READ = 1 << 26
"""Bytes up to which a file is read as a whole for its key frames, of which it may have few."""
BLANK_SPREAD = 6.0
"""Standard deviation of the levels below which a picture shows nothing."""


class _Placed(NamedTuple):
    """Pictures (n, side, side, 3), and the number of the place that each is of."""

    places: NDArray[np.intp]
    pictures: Bytes


def spread_pictures(
    where: Address, stream: int, count: int, side: int, stall: float = STALL
) -> tuple[Floats, NDArray[np.uint8]]:
    """Return the seconds, about, and the pictures (n, side, side, 3) uint8, red, green and blue and stretched to a
    square, of up to `count` moments spread over a video.

    Blank pictures are left out, unless all are. Of a video that takes longer to decode the key frame before each moment
    is taken: its time may lie up to the distance of two key frames after what the picture shows. Of a file that does
    not say how long it is, its first twenty minutes count. stall: seconds that an ffmpeg may take. Raises MediaError
    where it has no such stream, or cannot be read from any place.
    """
    check_seekable(where, "likeness")
    header = _header(where, stream, stall)
    if header.forged or header.duration is None or header.duration <= 0:
        times, pictures = _first_ones(where, stream, count, side, stall)
    else:
        times = header.duration * (np.arange(count) + 0.5) / count
        for read in _ways(where, header, stream):
            places, pictures = read(where, stream, times, side, stall)
            if len(pictures):
                break
        times = times[places]
    if not len(pictures):
        raise Unreadable(
            where.shown, "not one picture of it can be decoded: get another copy, or wait longer (--stall SECONDS)"
        )
    shows = spreads_of(pictures) > BLANK_SPREAD
    return (times[shows], pictures[shows]) if shows.any() else (times, pictures)


def spreads_of(pictures: NDArray[np.uint8]) -> Floats:
    """Return the standard deviation (n,) of the levels of each picture; of many pixels it takes a sixth of np.std's
    time."""
    found = np.empty(len(pictures))
    for number, picture in enumerate(pictures):
        levels = picture.ravel().astype(np.float64)
        found[number] = np.sqrt(max(0.0, levels @ levels / len(levels) - np.square(levels.mean())))
    return found


def _header(where: Address, stream: int, stall: float) -> Header:
    """Return the header of an input that has such a video stream, as far as it can be believed."""
    header, journal = header_of(where, stall)
    if header.video_count <= stream and not header.forged:
        raise diagnosis.without_frames(where, header, stream, 0, journal.said, ()) or NotVideo(
            where.shown, "no pictures in it: give a video file"
        )
    return header


def _ways(where: Address, header: Header, stream: int) -> Sequence[Callable[..., _Placed]]:
    """Return how to read pictures of a file, the quickest way that sees enough first; the last one reads any."""
    if _pixels(header, stream) <= _QUICKLY_DECODED:
        return _exact_pictures, _sought_pictures
    size = file_size(where)
    short = size is not None and size <= _QUICKLY_READ
    return (_key_pictures, _sought_pictures) if short else (_sought_pictures,)


def _pixels(header: Header, stream: int) -> float:
    """Return about how many pixels all frames of a video have, infinitely many where it does not say."""
    videos = [one for _, one in sorted(header.streams.items()) if one.is_video]
    width, height = videos[stream].size
    return (header.duration or math.inf) * videos[stream].rate * width * height or math.inf


def _exact_pictures(where: Address, stream: int, times: Floats, side: int, stall: float) -> _Placed:
    """Return which of some times were read, and the first picture at or after each, by decoding a whole video."""
    opened = ["-threads", "1", *COUNTED, *where.words]
    names = [f"[at{number}]" for number in range(len(times))]
    heads = [f"{name}trim=start={time:.3f}," for name, time in zip(names, times, strict=True)]
    return _placed(opened, [f"[0:V:{stream}]split={len(times)}{''.join(names)}"], heads, side, stall)


def _sought_pictures(where: Address, stream: int, times: Floats, side: int, stall: float) -> _Placed:
    """Return which of some times were read, and the pictures of the key frames at or before these, by one ffmpeg that
    opens the file once for each: to start it takes longer."""
    opened = []
    for time in times:
        opened += ["-threads", "1", "-ss", f"{time:.3f}", "-noaccurate_seek", *where.words]
    return _placed(opened, [], [f"[{number}:V:{stream}]" for number in range(len(times))], side, stall)


def _key_pictures(where: Address, stream: int, times: Floats, side: int, stall: float) -> _Placed:
    """Return the same by reading a whole file and decoding no more key frames than there are times: one that stands
    before several times is decoded once. What follows the last one is left out."""
    step = 2 * times[0]
    words = [executable(), "-nostdin", "-v", "error", "-threads", "1", *few_keys(step), *where.words]
    lasting = f"tpad=stop_duration={step}:stop_mode=clone,fps={1 / step}:start_time={step / 2}:round=up"
    words += ["-map", f"0:V:{stream}", "-an", "-sn", "-dn", "-vf", f"{lasting},{square_shape(side)}"]
    words += ["-frames:v", str(len(times))]
    pictures = read_rgb(words, side, side, stall)
    return _Placed(np.arange(len(pictures)), pictures)


def _placed(opened: list[str], graph: list[str], heads: list[str], side: int, stall: float) -> _Placed:
    """Return which of some places gave a picture, and the first picture of each. opened: the inputs. graph: filters,
    before those of which each of the heads begins one."""
    chains = list[str]()
    for number, head in enumerate(heads):
        # A row below says which picture it is: a place where nothing can be decoded gives none.
        mark = f"pad={side}:{side + 1}:0:0:color=0x{number:06x}"
        chains.append(f"{head}trim=end_frame=1,{square_shape(side)},{mark},setpts=0[v{number}]")
    joined = "".join(f"[v{number}]" for number in range(len(heads)))
    whole = ";".join([*graph, *chains, f"{joined}concat=n={len(heads)}:v=1[all]"])
    words = [executable(), "-nostdin", "-v", "error", *opened, "-filter_complex", whole, "-map", "[all]"]
    held = read_rgb(words, side, side + 1, stall)
    return _Placed(held[:, side, 0].astype(np.intp) @ np.array([1 << 16, 1 << 8, 1]), held[:, :side])


def _first_ones(where: Address, stream: int, count: int, side: int, stall: float) -> tuple[Floats, Bytes]:
    """Return times and pictures spread over the beginning of a file: of its key frames, or where these are few, of all
    its frames."""
    times, pictures = np.zeros(0), np.zeros((0, side, side, 3), np.uint8)
    square = square_shape(side)
    spaced = f"fps={1 / _STEP},{square}"
    # A picture alone lasts no time, so that none of it comes at a rate.
    tries = [(["-skip_frame", "nokey"], spaced, _MOST_UNTIMED), ([], spaced, _MOST_UNTIMED), ([], square, 1)]
    for skipped, shape, most in tries:
        words = [executable(), "-nostdin", "-v", "error", *skipped, *where.words, "-map", f"0:V:{stream}"]
        words += ["-an", "-sn", "-dn", "-vf", shape, "-frames:v", str(most)]
        found = read_rgb(words, side, side, stall)
        if len(found) > len(pictures):
            times, pictures = _STEP * np.arange(len(found), dtype=np.float64), found
        if len(pictures) >= count:
            break
    chosen = np.linspace(0, len(times) - 1, min(count, len(times))).round().astype(np.intp)
    return times[chosen], pictures[chosen]
