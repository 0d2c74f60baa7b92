"""start and end: exactly the frames whose time lies between them, at the times that a whole scan gives them."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import draws
import numpy as np
import pytest
import videos
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopfind.media.decode.one_pass import OnePassReader, open_video

_CLIPS = [
    ("mp4", "libx264"),
    ("mp4", "libx265"),
    ("mkv", "libvpx-vp9"),
    ("ts", "libx264"),
    ("ts", "mpeg2video"),
    ("flv", "libx264"),
    ("avi", "mpeg4"),
    ("mov", "mjpeg"),
    ("ogv", "libtheora"),
    ("webm", "libsvtav1"),
    ("gif", "gif"),
]


@cache
def whole(path: Path) -> tuple[np.ndarray, np.ndarray]:
    return window(path, None, None)[:2]


def window(path: Path, start: float | None, end: float | None) -> tuple[np.ndarray, np.ndarray, OnePassReader]:
    with open_video(path, start=start, end=end) as video:
        batches = list(video)
    times = np.concatenate([b.times for b in batches]) if batches else np.zeros(0)
    pictures = np.concatenate([b.pictures for b in batches]) if batches else np.zeros((0, 64, 64), np.uint8)
    return times, pictures, video


def holds(path: Path, start: float | None, end: float | None) -> None:
    times, pictures = whole(path)
    inside = (times >= (start or 0)) & (times < (np.inf if end is None else end))
    got_times, got_pictures, video = window(path, start, end)
    assert got_times.tolist() == times[inside].tolist()
    assert np.array_equal(got_pictures, pictures[inside])
    assert video.source.frames == inside.sum()
    assert video.losses == ()


@pytest.mark.slow
@pytest.mark.parametrize(("extension", "codec"), _CLIPS)
def test_a_window_is_the_same_frames_as_in_the_whole(extension: str, codec: str) -> None:
    path = videos.encoded(extension, codec, seconds=6)
    for start, end in ((None, 1.0), (0.5, None), (3.04, 4.04), (5.2, None), (2.5, 2.51)):
        holds(path, start, end)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["late.ts", "long_groups.ts", "long_groups.mp4", "edit.mp4", "b.mkv", "raw.h264"])
def test_a_window_counts_from_the_containers_start(name: str) -> None:
    slow = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", "1000")
    quick = ("-c:v", "libx264", "-preset", "fast", "-bf", "5", "-g", "30", "-x264-params", "open-gop=1")
    if name == "edit.mp4":
        longer = videos.encoded("mp4", "libx264", seconds=6)
        path = videos.make("window_edit.mp4", "-ss", "0.7", "-i", longer.as_posix(), "-c", "copy")
    else:
        coded = slow if name.startswith("long") else quick
        offset = ("-output_ts_offset", "1000") if name == "late.ts" else ()
        path = videos.make(f"window_{name}", *videos.moving(6), *coded, *offset)
    for start, end in ((0.0, 0.5), (3.0, 3.4), (4.8, None)):
        holds(path, start, end)


@settings(max_examples=draws.examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 110), st.integers(0, 60), st.sampled_from([-1e-9, 0.0, 1e-9]))
@pytest.mark.slow
def test_any_window_is_a_slice(first: int, length: int, nudge: float) -> None:
    path = videos.encoded("mp4", "libx264", seconds=4, rate="30000/1001")
    start = max(0.0, first * 1001 / 30000 + nudge)
    holds(path, start, start + length * 1001 / 30000)


@pytest.mark.slow
def test_a_start_past_the_end_is_an_empty_scan() -> None:
    for extension in ("mp4", "ts", "mkv"):
        times, _, video = window(videos.encoded(extension, "libx264"), 100.0, None)
        assert len(times) == 0
        assert (video.source.frames, video.losses) == (0, ())


@pytest.mark.slow
def test_a_window_holds_through_a_pipe() -> None:
    path = videos.encoded("ts", "libx264", seconds=6)
    code = (
        "from loopfind.media.decode.one_pass import open_video\n"
        "with open_video('-', start=3.04, end=4.04) as v: print([t for b in v for t in b.times.tolist()])"
    )
    data = path.read_bytes()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, env=environment, check=True)
    times = whole(path)[0]
    assert done.stdout.decode().strip() == str(times[(times >= 3.04) & (times < 4.04)].tolist())
