"""Lists of a video's packets or pictures, read from ffmpeg's framecrc format."""

import subprocess
import tempfile
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import DecoderFailed
from loopfind.media.decode.timestamps import mended_packets, origin
from loopfind.media.ffmpeg import diagnosis
from loopfind.media.ffmpeg.address import Address, file_mark, is_indexed
from loopfind.media.ffmpeg.container_start import container_start
from loopfind.media.ffmpeg.log import plain_text
from loopfind.media.ffmpeg.mp4_index import index_is_ordered
from loopfind.media.ffmpeg.packet_times import AS_THEY_ARE, NO_TIME, RAISED, base_in, cells_in
from loopfind.media.ffmpeg.process import WHOLE, RunningFfmpeg, executable, seek_words
from loopfind.model.dtypes import Floats, Ints

_LONGEST_QUOTE = 300
"""Letters of a line of ffmpeg's that an error message repeats at most."""


@dataclass
class Listing:
    """Packets in the order of the file, or pictures in the order in which they are shown.

    ticks: n presentation times in units of `base` seconds, None for a packet that has none. keys: n flags, True where a
    decoder can start. sums: n checksums, or none where they were not asked for, as a day of video has millions of
    packets. start: seconds at which the container starts. restarts: numbers of the packets at which the clock of the
    file fell back. stands_in: whether for any packet the time at which it is decoded stands in for the one at which it
    is shown.
    """

    ticks: list[int | None] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    sums: list[bytes] = field(default_factory=list)
    base: tuple[int, int] = (1, 1)
    start: float = 0.0
    restarts: list[int] = field(default_factory=list)
    stands_in: bool = False

    def __len__(self) -> int:
        return len(self.ticks)

    def times(self) -> Floats:
        """Return (n,) float64 seconds from the container's start; NaN for a packet without a time."""
        known = np.array([np.nan if tick is None else tick for tick in self.ticks], np.float64)
        # As Clock has them: integers up to here, and one division.
        return (known - origin(round(1e6 * self.start), *self.base)) * self.base[0] / self.base[1]


def list_packets(address: Address, stream: int) -> Listing:
    """List every packet of a video stream, without decoding and without checksums, on a clock that goes on where that
    of the file falls back. Raises DecoderFailed."""
    listing = _read_listing(_copied(address, stream), address, sums=False)
    listing.start = container_start(address)
    listing.ticks = [None if tick is None else tick - RAISED for tick in listing.ticks]
    known = [tick for tick in listing.ticks if tick is not None]
    if len(known) == len(listing.ticks) > 2:
        mended, listing.restarts = _mended(np.array(known, np.int64), np.array(listing.keys), listing.base)
        listing.ticks = mended.tolist()
    return listing


def _mended(ticks: Ints, keys: NDArray[np.bool_], base: tuple[int, int]) -> tuple[Ints, list[int]]:
    """Return what `mended_packets` does, for packets whose usual step is measured. base: as in a Listing."""
    frame = max(1, round(float(np.median(np.diff(np.unique(ticks)))))) if len(ticks) > 1 else 1
    return mended_packets(ticks, keys, frame, round(base[1] / base[0]))


def time_is_place(address: Address, stream: int) -> bool:
    """Say whether a time means one place of a video, so that what is sought by it is found where one pass shows it: its
    clock falls back nowhere.

    The index of an MP4 or QuickTime file says so, of other local files the packets do, in one pass. What comes over a
    network is not read for this. Raises DecoderFailed.
    """
    return is_ordered(address, stream, b"vide", clock_falls_back)


def is_ordered(address: Address, stream: int, handler: bytes, falls: Callable[[Address, int], bool]) -> bool:
    """Say whether the clock of a stream falls back nowhere, as far as its file can be asked. handler: the name of its
    kind in an MP4. falls: asks the packets."""
    mark = file_mark(address)
    return mark is None or _is_ordered(address, stream, handler, falls, mark)


@lru_cache(maxsize=64)  # of one file many parts are read
def _is_ordered(
    address: Address, stream: int, handler: bytes, falls: Callable[[Address, int], bool], _file: tuple[int, ...]
) -> bool:
    known = index_is_ordered(address.local, handler) if address.local and is_indexed(address) else None
    return not falls(address, stream) if known is None else known


def clock_falls_back(address: Address, stream: int) -> bool:
    """Say whether the clock of a video stream falls back anywhere, so that a time in it may mean two places.

    One pass over the packets, which holds nine bytes for each. Raises DecoderFailed.
    """
    ticks, keys, base = array("q"), bytearray(), (1, 1)
    command = listing_command(["-v", "error", *_copied(address, stream)])
    with RunningFfmpeg(command, subprocess.DEVNULL, subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if known := base_in(line):
                base = known[1]
            elif cells := cells_in(line):
                tick = _shown_in(cells)
                if tick is not None:
                    ticks.append(tick)
                    keys.append(_is_key(cells))
    return len(ticks) > 1 and bool(_mended(np.frombuffer(ticks, np.int64), np.frombuffer(keys, np.bool_), base)[1])


def packets_with_units(address: Address, stream: int, to_stream: str, types: str) -> list[int]:
    """Return the numbers of the packets of an H.264 or HEVC stream that hold a unit of some types, in one pass over
    them. to_stream: the filter behind which the units stand one after another. Raises DecoderFailed."""
    filters = f"{to_stream},setts=ts=N,filter_units=pass_types={types}"
    words = [*address.words, "-map", f"0:V:{stream}", "-c", "copy", "-bsf:v", filters]
    return [tick for tick in _read_listing(words, address, sums=False).ticks if tick is not None]


def list_pictures(
    address: Address, stream: int, before: Sequence[str] = (), picked: str = "null", count: int | None = None
) -> Listing:
    """List the decoded pictures that pass the filter `picked`, with checksums, the first `count` alone.

    before: options for the input. Raises DecoderFailed.
    """
    words = [*before, *address.words, "-map", f"0:V:{stream}", "-fps_mode", "passthrough"]
    words += [] if count is None else ["-frames:v", str(count)]
    return _read_listing([*words, "-enc_time_base:v", "demux", "-vf", picked], address)


def first_whole(address: Address, stream: int, seek: float) -> float | None:
    """Return the seconds, by the clock of the file, of the first picture behind a place that is made of no other, by
    the word of the decoder: an index may call any picture one. None where there is none."""
    try:
        listing = list_pictures(address, stream, seek_words(seek), f"select='{WHOLE}'", 1)
    except DecoderFailed:
        return None
    ticks = [tick for tick in listing.ticks if tick is not None]
    return ticks[0] * listing.base[0] / listing.base[1] if ticks else None


def _copied(address: Address, stream: int) -> list[str]:
    """Return the words by which the packets of a stream are listed as they stand in the file."""
    return [*address.words, "-map", f"0:V:{stream}", "-c", "copy", "-bsf:v", AS_THEY_ARE]


def listing_command(words: Sequence[str]) -> list[str]:
    """Return the ffmpeg command that lists, on its standard output, what these words select."""
    return [executable(), "-nostdin", "-hide_banner", "-nostats", "-copyts", *words, "-f", "framecrc", "pipe:1"]


def _read_listing(words: Sequence[str], address: Address, sums: bool = True) -> Listing:
    """Run ffmpeg with these words before the output, and read the list that it writes. Raises a kind of MediaError."""
    listing = Listing()
    # Messages go to a file: read through a second pipe it could block the first.
    with tempfile.TemporaryFile() as said:
        with RunningFfmpeg(listing_command(words), said.fileno(), subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                _add_line(listing, line, sums)
        said.seek(0)
        text = plain_text(said.read().decode("utf-8", "replace"))
    if process.returncode and not len(listing):
        raise DecoderFailed(address.shown, f"ffmpeg could not list it: {last_words(text)}")
    if refused := diagnosis.connection_cut(address, text):
        raise refused
    return listing


def _add_line(listing: Listing, line: bytes, sums: bool) -> None:
    """Add one line of framecrc: the unit of time, a packet, or a comment."""
    if known := base_in(line):
        listing.base = known[1]
    elif cells := cells_in(line):
        listing.ticks.append(_shown_in(cells))
        listing.keys.append(_is_key(cells))
        listing.stands_in |= bool(int(cells[1]) % 2)
        if sums:
            listing.sums.append(cells[5])


def _shown_in(cells: Sequence[bytes]) -> int | None:
    """Return the ticks at which a packet is shown, None for one without a time."""
    tick = int(cells[2])
    return None if tick == NO_TIME else tick


def _is_key(cells: Sequence[bytes]) -> bool:
    """Say whether a decoder can start at a packet: framecrc writes the flags of any but a plain key packet."""
    return not any(cell.startswith(b"F=") for cell in cells[6:])


def last_words(text: str) -> str:
    """Return the last line of ffmpeg's messages, without the full stop."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:_LONGEST_QUOTE].rstrip(".") if lines else "it gives no reason"
