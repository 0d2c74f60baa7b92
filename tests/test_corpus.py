"""A corpus of small files, containers by codecs by clocks by streams: all ways to read one give the frames that PyAV
gives, at its times."""

from functools import cache
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import oracle
import pytest
import videos

from loopfind.media.decode.frame_reader import FrameReader
from loopfind.media.decode.growing_file import Tail
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.parallel import open_parallel
from loopfind.media.ffmpeg.address import fed_address, resolve
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import read_packets
from loopfind.media.stills import read_stills
from loopfind.model.video import Frames

SECONDS = 4.0
FORMATS = {
    "mp4": ("libx264", "libx265", "mpeg4", "libvpx-vp9"),
    "mov": ("libx264", "mjpeg", "prores"),
    "mkv": ("libx264", "libx265", "mpeg2video", "ffv1", "mjpeg"),
    "webm": ("libvpx", "libvpx-vp9"),
    "ts": ("libx264", "libx265", "mpeg2video"),
    "flv": ("libx264", "flv"),
    "nut": ("mpeg4", "ffv1"),
}
CLOCKS = {
    "plain": (),
    "late": ("-output_ts_offset", "100"),
    "variable": ("-vf", "select='not(eq(mod(n,7),3))*not(between(n,30,41))'", "-fps_mode", "passthrough"),
}
STREAMS = {
    "sound first": ("-f", "lavfi", "-i", f"sine=d={SECONDS}", *videos.moving(SECONDS)),
    "two views": (*videos.moving(SECONDS, size="64x96"), *videos.moving(SECONDS)),
}
SAFE = {"mov", "nut", "flv"}
"""Containers whose clock begins at the first picture whatever it is, so that a late one is a plain one."""

CASES = {
    f"{codec}-{clock}.{extension}": (*videos.moving(SECONDS), *clock_words, "-c:v", codec, *videos.FAST.get(codec, ()))
    for (extension, codecs), (clock, clock_words) in product(FORMATS.items(), CLOCKS.items())
    for codec in codecs
    if not (clock == "late" and extension in SAFE)
} | {
    f"{streams.replace(' ', '-')}.{extension}": (
        *words,
        *(("-map", "0:v", "-map", "1:v") if streams == "two views" else ("-map", "0", "-map", "1", "-c:a", "aac")),
        *("-c:v", "libx264", *videos.FAST["libx264"]),
    )
    for (streams, words), extension in product(STREAMS.items(), ("mp4", "mov", "mkv", "ts"))
}


@cache
def corpus(name: str) -> tuple[Path, int, np.ndarray, np.ndarray]:
    """A file, the video stream to read, and its times and pictures as PyAV has them."""
    path = videos.make(f"corpus-{name}", *CASES[name])
    stream = 1 if name.startswith("two-views") else 0
    times, pictures, _ = oracle.read(path, stream)
    return path, stream, times, pictures


def taken(reader: FrameReader[Frames]) -> tuple[np.ndarray, np.ndarray]:
    with reader:
        batches = list(reader)
    return np.concatenate([b.times for b in batches]), np.concatenate([b.pictures for b in batches])


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_way_to_read_gives_the_same(name: str) -> None:
    path, stream, times, pictures = corpus(name)
    once, shown = taken(open_video(path, stream))
    assert once.tolist() == times.tolist()
    # The two builds of the scaler may round a pixel differently.
    assert np.abs(shown.astype(int) - pictures).max() <= 1
    windows = []
    for start, end in pairwise((None, 0.7, 2.6, None)):  # from before the first place that is sought, and behind it
        limits = [None if edge is None else edge + float(times[0]) for edge in (start, end)]
        low, high = np.searchsorted(times, [-np.inf if limits[0] is None else limits[0], limits[1] or np.inf])
        part, seen = taken(open_video(path, stream, *limits))
        assert part.tolist() == times[low:high].tolist()
        assert np.array_equal(seen, shown[low:high])
        windows += part.tolist()
    assert windows == times.tolist()
    beside, seen = taken(open_parallel(ReadRequest(resolve(path), stream), 2, 0.9))
    assert beside.tolist() == times.tolist() and np.array_equal(seen, shown)
    wanted = [3, len(times) // 2, len(times) - 2]
    stills = dict(read_stills(path, stream, times[wanted].tolist(), 64))
    assert sorted(stills) == [0, 1, 2]
    for place, still in stills.items():
        rows, columns = (np.arange(64) * side // 64 for side in still.shape[:2])
        grey = still.mean(axis=2)[rows][:, columns]
        apart = [float(np.abs(grey - shown[number]).mean()) for number in wanted]
        assert int(np.argmin(apart)) == place


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith((".mp4", ".mov"))])
def test_a_file_that_is_followed_gives_the_same(name: str) -> None:
    """An index at the end of a file is not there while it grows, so MP4 and QuickTime are left out."""
    path, stream, times, pictures = corpus(name)
    with Tail(path, 0.1) as tail:
        followed, shown = taken(open_video(fed_address(path, tail.fd), stream))
    assert followed.tolist() == times.tolist()
    assert np.abs(shown.astype(int) - pictures).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_packets_and_key_frames_have_the_times_of_the_frames(name: str) -> None:
    path, stream, times, pictures = corpus(name)
    request = ReadRequest(resolve(path), stream)
    with Demux(request) as demux:
        packets = read_packets(demux)
    assert np.sort(packets.times).tolist() == times.tolist()
    keys, shown = taken(open_video(path, stream, options=DecodeOptions(keys_only=True)))
    numbers = np.searchsorted(times, keys)
    assert keys.tolist() == times[numbers].tolist()
    assert set(keys.tolist()) <= set(packets.times[packets.keys].tolist())
    assert np.abs(shown.astype(int) - pictures[numbers]).max() <= 1
