"""Single frames read again, small and in colour: a sparse second reading that seeks to where they are."""

import io
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from loopfind.errors import MediaError
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.framecrc import run
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.process import executable

NEAR = 10.0
"""Seconds: frames no further apart than this are read by one ffmpeg, as decoding on is then cheaper than seeking."""

MOST_AT_ONCE = 60
"""Frames that one ffmpeg is asked for, so that its command stays short."""

_RUN_UPS = (1.0, 30.0)
"""Seconds before the first wanted frame at which to begin; the later ones where the earlier did not give all frames."""

_FROM_START = 120.0
"""Seconds up to which a frame that no seek gives is looked for from the start of the file."""

_TOLERANCE = 0.0005
"""Seconds by which the time of a frame may differ from the wanted one: a clock of the container, not another frame."""

_LONGEST = 120.0
"""Seconds that one ffmpeg may take."""


def shots(
    path: str | os.PathLike[str], stream: int, times: Sequence[float], width: int, quality: int = 72
) -> Iterator[tuple[int, bytes]]:
    """Frames as JPEG files, each with its place in `times`, in rising order.

    times: seconds of frames as the reader gives them, rising. width: pixels that the longer side of a picture has at
    most. What cannot be read twice (standard input, a pipe) gives nothing, nor does a frame that is not found again:
    each one's own time is compared with the wanted one.
    """
    try:
        where = address.find(path)
        if not where.seekable or not times:
            return
        origin = _origin(where)
    except MediaError:
        return
    first = 0
    for group in _groups(times):
        missing = list(range(len(group)))
        run_ups = [group[0] - run_up for run_up in _RUN_UPS]
        seeks: list[float | None] = [seek for seek in run_ups if seek > 0]
        found: dict[int, bytes] = {}
        for seek in [*seeks, *([None] if group[-1] <= _FROM_START or not seeks else [])]:
            read = _read(where, stream, seek, [group[place] for place in missing], origin, width, quality)
            found |= {missing[place]: shot for place, shot in read.items()}
            missing = [place for place in missing if place not in found]
            if not missing:
                break
        yield from ((first + place, found[place]) for place in sorted(found))
        first += len(group)


def _groups(times: Sequence[float]) -> Iterator[list[float]]:
    group: list[float] = []
    for time in times:
        if group and (time - group[-1] > NEAR or len(group) == MOST_AT_ONCE):
            yield group
            group = []
        group.append(time)
    if group:
        yield group


def _origin(where: Address) -> float:
    """Seconds at which the container says it starts: what the reader's times count from."""
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+info", *where.options]
    said = _run([*words, "-i", os.fsdecode(where.argument)])[1]
    journal = Journal()
    journal.feed(said)
    journal.close()
    return journal.header.start / 1_000_000


def _read(
    where: Address, stream: int, seek: float | None, times: Sequence[float], origin: float, width: int, quality: int
) -> dict[int, bytes]:
    """Those of the wanted frames that one ffmpeg, begun at `seek` seconds, gives, by their places in `times`."""
    wanted = [time + origin for time in times]
    picked = "+".join(f"lt(abs(t-({time:.6f})),{_TOLERANCE})" for time in wanted)
    # Pixels need not be square, and a telephone's picture stands upright: the shape as shown decides.
    side = f"min({width},{width}*dar)"
    shape = f"scale=w='max(2,trunc({side}))':h='max(2,trunc(({side})/dar))':flags=area,setsar=1,format=rgb24"
    words = [executable(), "-nostdin", "-hide_banner", "-v", "repeat+level+info", "-nostats", "-copyts"]
    words += ["-max_error_rate", "1"]
    if seek is not None:
        words += ["-noaccurate_seek", "-ss", f"{seek:.6f}"]
    words += [*where.options, "-i", os.fsdecode(where.argument), "-map", f"0:V:{stream}", "-an", "-sn", "-dn"]
    words += ["-enc_time_base:v", "demux", "-fps_mode", "passthrough"]
    words += ["-vf", f"trim=end={wanted[-1] + 1:.6f},select='{picked}',{shape}", "-frames:v", str(len(times))]
    words += ["-stats_enc_pre:v", "pipe:2", "-stats_enc_pre_fmt:v", "\x1f{ptsi} {tbi}"]
    words += ["-c:v", "ppm", "-f", "image2pipe", "pipe:1"]
    pictures, said = _run(words)
    journal = Journal()
    journal.feed(said)
    journal.close()
    seconds = Clock(journal.header.start, 1 / journal.header.video.rate).read(journal.marks, last=True)
    found: dict[int, bytes] = {}
    for second, picture in zip(seconds.tolist(), _split(pictures), strict=False):
        near = min(range(len(times)), key=lambda place: abs(times[place] - second))
        if abs(times[near] - second) <= 2 * _TOLERANCE:
            found[near] = _jpeg(picture, quality)
    return found


def _run(words: list[str]) -> tuple[bytes, bytes]:
    """What ffmpeg wrote and what it said; nothing where it had to be stopped. Raises DecoderFailed without ffmpeg."""
    with tempfile.TemporaryFile() as said:
        with run(words, said.fileno(), subprocess.PIPE) as process:
            try:
                written = process.communicate(timeout=_LONGEST)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                written = b""
        said.seek(0)
        return written, said.read()


def _split(pictures: bytes) -> Iterator[bytes]:
    """The PPM files that follow one another."""
    place = 0
    while place < len(pictures):
        _, width, height, *_ = pictures[place : place + 64].split(maxsplit=4)
        header = pictures.index(b"255\n", place) + 4 - place
        size = header + 3 * int(width) * int(height)
        yield pictures[place : place + size]
        place += size


def _jpeg(picture: bytes, quality: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()
