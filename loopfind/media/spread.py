"""A few pictures spread over a video, read in one go: near key frames, which is all that a look at it needs."""

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import NotVideo, Unreadable
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, check_seekable
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.probe import header_of
from loopfind.media.ffmpeg.process import executable
from loopfind.media.rgb import read_rgb, square_shape
from loopfind.model.dtypes import Bytes, Floats
from loopfind.settings import STALL

_STEP, _MOST_UNTIMED = 2.0, 600
"""Seconds between the pictures that are read of a file that says no length, and how many of these at the most."""
BLANK_SPREAD = 6.0
"""Standard deviation of the levels below which a picture shows nothing."""


def spread_pictures(
    where: Address, stream: int, count: int, side: int, stall: float = STALL
) -> tuple[Floats, NDArray[np.uint8]]:
    """Return the seconds, about, and the pictures (n, side, side, 3) uint8, red, green and blue and stretched to a
    square, of up to `count` moments spread over a video.

    Blank pictures are left out, unless all are. A time may lie up to the distance of two key frames after what the
    picture shows. Of a file that does not say how long it is, its first twenty minutes count. stall: seconds that an
    ffmpeg may take. Raises MediaError where it has no such stream, or cannot be read from any place.
    """
    check_seekable(where, "likeness")
    header = _header(where, stream, stall)
    if header.forged or header.duration is None or header.duration <= 0:
        times, pictures = _first_ones(where, stream, count, side, stall)
    else:
        times = header.duration * (np.arange(count) + 0.5) / count
        places, pictures = _pictures_at(where, stream, times, side, stall)
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


def _pictures_at(where: Address, stream: int, times: Floats, side: int, stall: float) -> tuple[NDArray[np.intp], Bytes]:
    """Return which of some times were read, and the pictures of the key frames at or before these, by one ffmpeg that
    opens the file once for each: to start it takes longer."""
    words, chains = [executable(), "-nostdin", "-v", "error"], []
    for number, time in enumerate(times):
        words += ["-threads", "1", "-ss", f"{time:.3f}", "-noaccurate_seek", *where.words]
        # A row below says which picture it is: a place where nothing can be decoded gives none.
        mark = f"pad={side}:{side + 1}:0:0:color=0x{number:06x}"
        chains.append(f"[{number}:V:{stream}]trim=end_frame=1,{square_shape(side)},{mark},setpts=0[v{number}]")
    joined = "".join(f"[v{number}]" for number in range(len(times)))
    graph = ";".join([*chains, f"{joined}concat=n={len(times)}:v=1[all]"])
    held = read_rgb([*words, "-filter_complex", graph, "-map", "[all]"], side, side + 1, stall)
    return held[:, side, 0].astype(np.intp) @ np.array([1 << 16, 1 << 8, 1]), held[:, :side]


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
