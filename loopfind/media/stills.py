"""Single frames read again, small and in colour: a sparse second reading that seeks to each of them."""

import io
import os
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import nearest
from loopfind.errors import MediaError
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.container_start import container_start
from loopfind.media.ffmpeg.framecrc import time_is_place
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import COUNTED, WHOLE, executable, output_of, seek_words

Still = NDArray[np.uint8]
"""(height, width, 3) uint8, red, green and blue."""

MOST_APART = 10.0
"""Seconds: frames no further apart are read by one ffmpeg, as decoding on is then cheaper than seeking."""

MOST_AT_ONCE = 60
"""Frames that one ffmpeg is asked for, so that its command stays short."""

_RUN_UPS = (1.0, 30.0)
"""Seconds before the first wanted frame at which decoding begins; the second where the first misses a frame."""

_FROM_START = 120.0
"""Seconds: a frame before this that no seek gives is looked for by decoding from the start of the file."""

_TOLERANCE = 0.0005
"""Seconds by which the time of a frame may differ from the wanted one, as clocks of containers are coarse."""

_NEAR_ENOUGH = 0.002
"""Seconds by which the times of frames may differ that are made up where a clock falls back."""

_PPM = ("-c:v", "ppm", "-f", "image2pipe", "pipe:1")


def shots(
    path: str | os.PathLike[str] | Address, stream: int, times: Sequence[float], width: int, quality: int = 72
) -> Iterator[tuple[int, bytes]]:
    """Yield the frames of `read_stills` as JPEG files, each with its place in `times`."""
    for place, still in read_stills(path, stream, times, width):
        yield place, _jpeg(still, quality)


def read_stills(
    path: str | os.PathLike[str] | Address, stream: int, times: Sequence[float], width: int
) -> Iterator[tuple[int, Still]]:
    """Yield frames, each with its place in `times`, in rising order.

    times: seconds of frames as the reader gives them, rising, each once. width: pixels of the longer side at most. A
    frame whose own time is not the wanted one is left out, and so is everything where the input cannot be read twice
    (standard input, a pipe).
    """
    try:
        where = address.resolve(path)
        if not where.seekable or not times:
            return
        if not time_is_place(where, stream):
            yield from _by_number(where, stream, times, width)
            return
        origin = container_start(where)
    except MediaError:
        return
    for group in _groups(times):
        missing = group
        run_ups = [times[group[0]] - run_up for run_up in _RUN_UPS]
        seeks: list[float | None] = [seek for seek in run_ups if seek > 0]
        found: dict[int, Still] = {}
        for seek in [*seeks, *([None] if times[group[-1]] <= _FROM_START or not seeks else [])]:
            read = _read(where, stream, seek, [times[place] for place in missing], origin, width)
            if read is None:
                yield from _by_number(where, stream, times[group[0] :], width, group[0])
                return
            found |= {missing[at]: still for at, still in read.items()}
            missing = [place for place in group if place not in found]
            if not missing:
                break
        yield from ((place, found[place]) for place in group if place in found)


def _by_number(
    where: Address, stream: int, times: Sequence[float], width: int, first: int = 0
) -> Iterator[tuple[int, Still]]:
    """Yield frames of a file in which a time means nothing, as its clock falls back or its frames have none: by their
    numbers, decoded from the start on. first: place of the first of the times."""
    with open_video(where, stream, end=times[-1] + 1) as video:
        # Packets do not say in which order a decoder shows what they hold where their times fall.
        shown = np.concatenate([np.zeros(0), *(batch.times for batch in video)])
    if not len(shown):
        return
    numbers = nearest(shown, np.array(times))
    right = np.flatnonzero(np.abs(shown[numbers] - times) <= _NEAR_ENOUGH).tolist()
    for low in range(0, len(right), MOST_AT_ONCE):
        places = right[low : low + MOST_AT_ONCE]
        picked = "+".join(f"eq(n,{number})" for number in numbers[places].tolist())
        end = f"trim=end_frame={int(numbers[places].max()) + 1}"
        written, _ = output_of(
            [*_words(where, stream, None, COUNTED), "-vf", f"{end},select='{picked}',{_shape(width)}", *_PPM]
        )
        yield from ((first + place, still) for place, still in zip(places, _split(written), strict=False))


def _groups(times: Sequence[float]) -> Iterator[list[int]]:
    """Yield the places in `times`, together where one ffmpeg is to read them."""
    group: list[int] = []
    for place in range(len(times)):
        if group and (times[place] - times[group[-1]] > MOST_APART or len(group) == MOST_AT_ONCE):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _read(
    where: Address, stream: int, seek: float | None, times: Sequence[float], origin: float, width: int
) -> dict[int, Still] | None:
    """Return the wanted frames that one ffmpeg gives, by their place in `times`; None where frames have no times of
    their own. seek: seconds at which it begins."""
    wanted = [time + origin for time in times]
    picked = "+".join(f"lt(abs(t-({time:.6f})),{_TOLERANCE})" for time in wanted)
    if seek is not None:  # an index may lead to where no decoder can start
        picked = f"st(0,ld(0)+{WHOLE})*({picked})"
    words = _words(where, stream, seek)
    words += ["-vf", f"trim=end={wanted[-1] + 1:.6f},select='{picked}',{_shape(width)}", "-frames:v", str(len(times))]
    words += ["-stats_enc_pre:v", "pipe:2", "-stats_enc_pre_fmt:v", "\x1f{ptsi} {tbi}"]
    pictures, said = output_of([*words, *_PPM])
    journal = Journal()
    journal.feed(said)
    journal.close()
    if any(pts is None for pts, _ in journal.marks):
        return None
    seconds = Clock(round(1e6 * origin), 1 / journal.header.rate).read(journal.marks, last=True)
    found = {}
    for second, still in zip(seconds.tolist(), _split(pictures), strict=False):
        apart = [abs(time - second) for time in times]
        if min(apart) <= 2 * _TOLERANCE:
            found[apart.index(min(apart))] = still
    return found


def _words(where: Address, stream: int, seek: float | None, options: Sequence[str] = ()) -> list[str]:
    """Return the words of a command that decodes a stream, up to its filter. options: before the input."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+verbose", "-nostats", "-copyts"]
    words += ["-max_error_rate", "1"]
    if seek is not None:
        words += seek_words(seek)
    words += [*options, *where.words, "-map", f"0:V:{stream}", "-an", "-sn", "-dn"]
    return [*words, "-enc_time_base:v", "demux", "-fps_mode", "passthrough"]


def _shape(width: int) -> str:
    """Return the filter that makes a picture small. Pixels need not be square, and a telephone's picture stands
    upright: the shape as shown decides."""
    side = f"min({width},{width}*dar)"
    return f"scale=w='max(2,trunc({side}))':h='max(2,trunc(({side})/dar))':flags=area,setsar=1,format=rgb24"


def _split(pictures: bytes) -> Iterator[Still]:
    """Yield the pictures of PPM files that follow one another."""
    place = 0
    while place < len(pictures):
        _, width, height, *_ = pictures[place : place + 64].split(maxsplit=4)
        first = pictures.index(b"255\n", place) + 4
        place = first + 3 * int(width) * int(height)
        yield np.frombuffer(pictures[first:place], np.uint8).reshape(int(height), int(width), 3)


def _jpeg(still: Still, quality: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(still).save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()
