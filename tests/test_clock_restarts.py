"""Recordings joined end to end, whose clock falls back: all that reads them goes by the footage."""

from pathlib import Path

import numpy as np
import pytest
import videos
from hypothesis import given
from hypothesis import strategies as st

from loopfind.cli.app import run
from loopfind.media.clips import Cutter
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.timestamps import mended_packets
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.framecrc import clock_falls_back
from loopfind.media.pieces import Piece
from loopfind.media.stills import read_stills
from loopfind.pipeline.scanning import scan
from loopfind.settings import Settings

SECONDS = 8
CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "2")


def scene() -> tuple[str, ...]:
    """Options for eight seconds in which no picture comes again."""
    return "-f", "lavfi", "-i", f"mandelbrot=s=96x64:r=25,trim=duration={SECONDS}"


@pytest.fixture(scope="module", params=["ts", "vob", "mkv"])
def joined(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of one scene, then of another, as `cat` joins them."""
    folder = tmp_path_factory.mktemp("joined")
    # Of two Matroska files the second one's headers are not read, and these codecs need none.
    mpeg, single = ("-c:v", "mpeg2video", "-q:v", "4", "-g", "12"), ("-c:v", "mjpeg")
    coded = {"ts": CODED, "vob": mpeg, "mkv": single}[request.param]
    parts = [folder / f"{name}.{request.param}" for name in "ab"]
    videos.run(*videos.moving(SECONDS), *coded, str(parts[0]))
    videos.run(*scene(), *coded, str(parts[1]))
    whole = folder / f"joined.{request.param}"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    return whole


def read(path: Path, **limits: float) -> tuple[np.ndarray, np.ndarray]:
    with open_video(path, **limits) as video:  # type: ignore[arg-type]
        batches = [(frames.times, frames.pictures) for frames in video]
    return np.concatenate([times for times, _ in batches]), np.concatenate([pictures for _, pictures in batches])


@pytest.mark.parametrize(("start", "end"), [(2.5, 4.0), (7.0, 9.0), (9.0, 10.0), (12.0, 14.0)])
@pytest.mark.slow
def test_a_range_is_what_one_pass_shows_there(joined: Path, start: float, end: float) -> None:
    times, pictures = read(joined)
    inside = (times >= start) & (times < end)
    found, shown = read(joined, start=start, end=end)
    assert np.array_equal(found, times[inside])
    assert np.array_equal(shown, pictures[inside])


@pytest.mark.slow
def test_pictures_are_those_of_their_times(joined: Path) -> None:
    times, pictures = read(joined)
    wanted = [30, 120, 230, 350]
    stills = dict(read_stills(joined, 0, times[wanted].tolist(), 64))
    assert sorted(stills) == [0, 1, 2, 3]
    for place, still in stills.items():
        rows = np.arange(64) * len(still) // 64
        grey = still.mean(axis=2)[rows]
        apart = [float(np.abs(grey - pictures[number]).mean()) for number in wanted]
        assert int(np.argmin(apart)) == place


@pytest.mark.slow
def test_a_clip_has_its_frames(joined: Path, tmp_path: Path) -> None:
    times, pictures = read(joined)
    first = 260
    place = str(tmp_path / "clip.mp4")
    Cutter(joined, 0).cut(Piece(float(times[first]), float(times[first + 50]), 50, first), place)
    cut = read(Path(place))[1]
    assert len(cut) == 50
    assert np.abs(cut.astype(float) - pictures[first : first + 50]).mean() < 4


def test_the_clock_is_seen_to_fall_back(joined: Path) -> None:
    assert clock_falls_back(resolve(joined), 0)
    assert not clock_falls_back(resolve(joined.with_name(f"a{joined.suffix}")), 0)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One recording joined to itself."""
    folder = tmp_path_factory.mktemp("twice")
    videos.run(*scene(), "-c:v", "libx264", "-g", "25", "-bf", "0", str(folder / "once.ts"))
    path = folder / "twice.ts"
    path.write_bytes(2 * (folder / "once.ts").read_bytes())
    return path


@pytest.mark.slow
def test_packets_and_a_first_look_see_the_whole_of_it(twice: Path) -> None:
    for settings in (Settings(), Settings(packets_only=True)):
        (repeat,) = scan(twice, settings).repeats
        assert (repeat.kind, repeat.period) == ("loop", pytest.approx(SECONDS))
        assert [one.start for one in repeat.occurrences] == pytest.approx([0.0, SECONDS])
    look = scan(twice, fast=True)
    assert look.source.frames == 2 * SECONDS
    assert f"{SECONDS} s later" in look.verdict.summary


@pytest.mark.slow
def test_its_clips_can_be_cut(twice: Path, tmp_path: Path) -> None:
    report = str(tmp_path / "report.json")
    assert run([str(twice), "-o", report, "-q"]) == 0
    assert run(["extract", report, "--out", str(tmp_path / "clips"), "-q"]) == 0
    assert len(list((tmp_path / "clips").glob("*.mp4"))) == 3


@pytest.mark.slow
def test_what_an_edit_list_hides_is_no_packet_of_the_video(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "trimmed.mp4"
    videos.run(*videos.moving(2), "-c:v", "libx264", "-g", "25", "-bf", "0", str(whole))
    videos.run("-ss", "0.6", "-stream_loop", "2", "-i", str(whole), "-c", "copy", str(path))
    packets, frames = scan(path, packets_only=True), scan(path)
    assert packets.source.frames == frames.source.frames
    assert min(one.start for repeat in packets.repeats for one in repeat.occurrences) >= 0


# ---- the rule by itself ----

FRAME, SECOND = 40, 1000


def coded(count: int, start: int = 0, group: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Times of packets with two B-frames between others, and where a decoder can start."""
    shown = np.arange(count)
    order = sorted(range(count), key=lambda n: (n // group, (n % group + 2) // 3 * 3, (n % group) % 3 != 0))
    return start + FRAME * shown[order], np.array([n % group == 0 for n in order])


@given(st.lists(st.tuples(st.integers(0, 8000), st.integers(60, 300)), min_size=1, max_size=4))
def test_packets_come_out_as_the_footage_lasts(parts: list[tuple[int, int]]) -> None:
    """Recordings whose clocks each begin no later than the one before ended."""
    ticks, keys, latest = [], [], None
    for start, count in parts:
        begin = FRAME * (start // FRAME) if latest is None else min(FRAME * (start // FRAME), latest - FRAME)
        shown, key = coded(count, max(0, begin))
        latest = int(shown.max())
        ticks.append(shown)
        keys.append(key)
    mended, restarts = mended_packets(np.concatenate(ticks), np.concatenate(keys), FRAME, SECOND)
    total = sum(count for _, count in parts)
    assert len(restarts) == len(parts) - 1
    assert np.array_equal(np.sort(mended) - mended.min(), FRAME * np.arange(total))


@given(st.integers(30, 400), st.integers(0, 10**9))
def test_an_unbroken_clock_is_left_alone(count: int, start: int) -> None:
    ticks, keys = coded(count, start)
    mended, restarts = mended_packets(ticks, keys, FRAME, SECOND)
    assert restarts == [] and np.array_equal(mended, ticks)
