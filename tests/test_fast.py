"""A first look says what comes back and claims nothing; decoding in hardware fails in one line."""

import json
from functools import partial
from pathlib import Path

import in_process
import pytest
import videos

import loopfind
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.parallel import open_parallel
from loopfind.media.ffmpeg import address, process
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest
from loopfind.pipeline import reader
from loopfind.settings import Decoding, Settings


def twice() -> Path:
    """A scene of 12 s with a key frame every second, copied behind itself packet by packet."""
    path = videos.FOLDER / "fast_twice.mp4"
    if path.exists():
        return path
    scene = ("-f", "lavfi", "-i", "mandelbrot=s=160x96:r=25,trim=end=12")
    once = videos.make("fast_once.mp4", *scene, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-t", "12")
    return videos.make(path.name, "-stream_loop", "1", "-i", once.as_posix(), "-c", "copy")


def test_a_first_look_sees_what_was_copied_and_after_how_long() -> None:
    report = loopfind.scan(twice().as_posix(), Settings(fast=True))
    assert 20 <= report.source.frames <= 30
    assert "12 s later" in report.verdict.summary
    assert "proves no repeat" in report.verdict.summary
    assert len(report.clusters) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("path", [twice, lambda: videos.encoded("mp4", "libx264", seconds=4)])
def test_a_first_look_claims_nothing(path: "object") -> None:
    assert callable(path)
    done = in_process.loopfind(path().as_posix(), "--fast", "--json")
    told = json.loads(done.stdout)
    assert told["settings"]["fast"] is True
    assert (told["verdict"]["coverage"], told["verdict"]["shortest_findable"]) == (0.0, None)
    assert (told["verdict"]["looped"], told["repeats"], told["cuts"]) == (False, [], [])
    assert told["verdict"]["summary"].startswith("A first look at ")


@pytest.mark.parametrize(("name", "codec"), [("mkv", "mjpeg"), ("mp4", "libx264")])
def test_key_frames_are_frames_of_the_whole_half_a_second_apart(name: str, codec: str) -> None:
    path = videos.encoded(name, codec, seconds=4)
    with open_video(path) as video:
        whole = {t: p.tobytes() for b in video for t, p in zip(b.times.tolist(), b.pictures, strict=True)}
    with open_video(path, options=DecodeOptions(keys_only=True)) as video:
        keys = {t: p.tobytes() for b in video for t, p in zip(b.times.tolist(), b.pictures, strict=True)}
    assert 4 <= len(keys) <= 8
    assert keys.items() <= whole.items()


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--html", "x.html"), ("--fail-on-repeats",), ("--hash-size", "auto")])
def test_what_a_first_look_cannot_do_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    words = tuple((tmp_path / w).as_posix() if w == "x.html" else w for w in words)
    done = in_process.loopfind(twice().as_posix(), "--fast", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--fast does not go with" in done.stderr


@pytest.mark.slow
def test_a_first_look_is_not_kept(tmp_path: Path) -> None:
    place = (tmp_path / "library").as_posix()
    done = in_process.loopfind(twice().as_posix(), "--fast", "--library", place)
    assert "not kept in the library: a first look" in done.stderr
    assert loopfind.scan(twice().as_posix(), cache=loopfind.Cache(place)).source.frames > 500


@pytest.mark.slow
def test_hardware_that_is_not_there_is_one_line() -> None:
    done = in_process.loopfind(twice().as_posix(), "--hwaccel", "nonsense")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "no hardware decoder 'nonsense'" in done.stderr
    assert "leave --hwaccel out" in done.stderr


def test_the_name_of_the_hardware_reaches_ffmpeg() -> None:
    words = process.decode_command(ReadRequest(address.resolve(twice()), options=DecodeOptions(hwaccel="cuda")))
    place = words.index("-hwaccel")
    assert words[place : place + 2] == ["-hwaccel", "cuda"]
    assert place < words.index("-i")


@pytest.mark.slow
def test_jobs_make_no_difference_to_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "open_parallel", partial(open_parallel, shortest=4.0))
    one, two = (loopfind.scan(twice().as_posix(), decoding=Decoding(jobs=jobs)) for jobs in (1, 3))
    assert one.verdict == two.verdict
    assert one.repeats == two.repeats
    assert one.source == two.source


def test_an_animation_with_one_key_frame_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    videos.run(*videos.moving(4.0), str(path))
    assert loopfind.scan(path, fast=True).verdict.summary.startswith("A first look found 1 key frame")
