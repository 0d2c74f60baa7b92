"""Real files whose clock begins late, wraps or is joined: the answer is that of a file that begins at 0."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.framecrc import list_packets
from loopfind.model.report import Report
from loopfind.pipeline.scanning import scan

SECONDS, RATE = 8, 25
CODED = {
    "libx264": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "2"),
    "mpeg2video": ("-c:v", "mpeg2video", "-q:v", "4", "-g", "12", "-bf", "0"),
    "flv": ("-c:v", "flv", "-g", "25"),
}
OFFSETS = {
    "mkv": ("0", "30", "120", "3600.5", "-5"),
    "ts": ("0", "3600.5"),
    "flv": ("0", "-5"),
    "mp4": ("0", "120"),  # a negative start makes MP4 hide what lies before 0, and that is then no part of the video
}


def answer(path: Path) -> dict[str, object]:
    """The report, without the name and the bytes of the file, and how long that says it is: some count from 0."""
    report: Report = scan(path)
    told = report.to_dict()
    source = told["source"]
    assert isinstance(source, dict)
    for name in ("path", "link", "declared", "size", "digest"):
        source.pop(name)
    for repeat in told["repeats"]:
        for occurrence in repeat["occurrences"]:
            occurrence.pop("link")
    for cut in told["cuts"]:
        cut.pop("link", None)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("extension", OFFSETS)
def test_the_answer_does_not_depend_on_the_start_time(extension: str, tmp_path: Path) -> None:
    once = tmp_path / "once.mkv"
    scene = ("-f", "lavfi", "-i", "mandelbrot=s=96x64:r=12,trim=duration=4")
    videos.run(*scene, *CODED["libx264"][:-1], "0", str(once))
    answers = []
    for offset in OFFSETS[extension]:
        path = tmp_path / f"by{offset}.{extension}"
        videos.run("-itsoffset", offset, "-stream_loop", "1", "-i", str(once), "-c", "copy", str(path))
        answers.append(answer(path))
    assert answers[0]["repeats"]
    assert all(told == answers[0] for told in answers)


def clock_of(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The times of the frames, and of the packets in the order in which they are shown."""
    with open_video(path) as video:
        times = np.concatenate([batch.times for batch in video])
    return times, np.sort(list_packets(resolve(path), 0).times())


WRAPPED = {
    "33-bits.ts": ("libx264", 95_440.0),
    "31-bits.flv": ("flv", 2_147_480.0),
    "32-bits.flv": ("flv", 4_294_964.0),
    "24-bits.flv": ("flv", 16_774.0),
}
"""Name of a file -> codec, and seconds at which it begins: its counter begins again within the file."""


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.slow
def test_a_counter_that_begins_again_is_no_gap(name: str, tmp_path: Path) -> None:
    codec, start = WRAPPED[name]
    path = tmp_path / name
    videos.run(*videos.moving(SECONDS), *CODED[codec], "-output_ts_offset", str(start), str(path))
    for times in clock_of(path):
        assert times == pytest.approx(np.arange(SECONDS * RATE) / RATE, abs=1e-9)
    with open_video(path, start=5.0, end=6.0) as video:
        assert sum(map(len, video)) == RATE


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
@pytest.mark.parametrize("starts", [(10, 0), (0, 7), (20, 3, 13), (0, 0, 0), (3600, 7.5, 3)])
def test_joined_recordings_last_as_long_as_all_of_them(starts: tuple[float, ...], codec: str, tmp_path: Path) -> None:
    path = tmp_path / "joined.ts"
    with path.open("wb") as joined:
        for number, start in enumerate(starts):
            part = tmp_path / f"{number}.ts"
            videos.run(*videos.moving(SECONDS), *CODED[codec], "-output_ts_offset", str(start), str(part))
            joined.write(part.read_bytes())
    for times in clock_of(path):
        gaps = [max(0.0, b - a - SECONDS) for a, b in pairwise(starts)]
        assert len(times) == len(starts) * SECONDS * RATE
        assert times[-1] == pytest.approx(len(starts) * SECONDS - 1 / RATE + sum(gaps), abs=1e-6)
        assert np.diff(times).min() == pytest.approx(1 / RATE, abs=1e-6)
