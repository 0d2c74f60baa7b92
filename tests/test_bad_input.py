"""Each bad input: the right error, one clear line; damage: scanned to the end, with what was lost and where."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import oracle
import pytest
import videos

import loopfind
from loopfind.errors import Broken, DecoderFailed, MediaError, NoStream, NotVideo, SoundOnly, Unreadable
from loopfind.media.decode.one_pass import OnePassReader, open_video
from loopfind.model.video import Loss
from loopfind.reports.links import linker

_X264 = ("-c:v", "libx264", *videos.FAST["libx264"])


def scan(path: object, **wanted: object) -> tuple[np.ndarray, OnePassReader]:
    with open_video(path, **wanted) as video:  # type: ignore[arg-type]
        times = [batch.times for batch in video]
    return np.concatenate(times) if times else np.zeros(0), video


def refused(path: object, kind: type[MediaError], words: str, **wanted: object) -> None:
    with pytest.raises(kind, match=words) as caught:
        scan(path, **wanted)
    message = str(caught.value)
    assert type(caught.value) is kind
    assert message.isprintable()
    assert len(message) < 250
    # A folder's name may hold anything.
    assert "Traceback" not in message and "0x" not in message.replace(str(path), "")


def test_no_such_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.mp4", Unreadable, "no such file")
    refused(tmp_path / "no\nsuch.mp4", Unreadable, "no such file")
    refused(tmp_path / "none%03d.png", Unreadable, "no picture has such a name")
    refused("", Unreadable, "not a file name")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, Unreadable, "a folder")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    refused(tmp_path / "empty.mp4", Unreadable, "an empty file")


@pytest.mark.parametrize("name", ["note.txt", "note.mp4", "note.srt", "note.ans", "note"])
def test_a_text_is_refused(tmp_path: Path, name: str) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nWords, nothing but words.\n\n"
        if name.endswith("srt")
        else "Only words — ça va.\n"
    )
    (tmp_path / name).write_text(text * 400)
    refused(tmp_path / name, NotVideo, "a text file")


def test_a_playlist_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:4,\nnot_there.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        scan(tmp_path / "list.m3u8")


@pytest.mark.parametrize("name", ["sound.mp3", "sound.wav", "sound.m4a", "sound.ogg", "sound.flac"])
def test_sound_alone_is_refused(name: str) -> None:
    refused(videos.make(name, "-f", "lavfi", "-i", "sine=d=1"), SoundOnly, "sound only")


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "still.bmp", "still.webp", "still.tiff"])
def test_a_single_picture_is_refused(name: str) -> None:
    refused(videos.make(name, *videos.moving(), "-frames:v", "1"), NotVideo, "a single picture")


def test_a_sequence_of_pictures_is_a_video() -> None:
    pattern = videos.make("shot%03d.png", *videos.moving(0.2))
    times, _ = scan(pattern)
    assert times.tolist() == [0.0, 0.04, 0.08, 0.12, 0.16]


def test_an_mp4_without_its_index_is_refused() -> None:
    path = videos.cut_short(videos.encoded("mp4", "libx264", seconds=2), "no_index.mp4", 0.6)
    refused(path, Broken, "index")


@pytest.mark.parametrize("name", ["noise.mp4", "noise.mkv", "noise"])
def test_noise_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(np.random.default_rng(1).bytes(50_000))
    refused(tmp_path / name, Broken, "no video format")


def test_a_missing_stream_is_refused_with_what_is_there() -> None:
    refused(videos.encoded("mp4", "libx264"), NoStream, "1 video stream, number 0", stream=1)


def test_an_address_that_does_not_answer_is_refused() -> None:
    refused("http://127.0.0.1:9/video.mp4", Unreadable, "refuses")
    refused("nothing://here", Unreadable, "kind of address")
    refused("file:///no/such/file.mp4", Unreadable, "no such file")


@pytest.mark.slow
def test_what_was_lost_is_not_judged_and_is_called_lost(tmp_path: Path) -> None:
    life = "life=s=96x64:r=25:seed=3:ratio=0.3:mold=10:mold_color=gray"
    words = ("-f", "lavfi", "-i", life, "-t", "12", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast")
    data = videos.make("lively.ts", *words, "-g", "25", "-bf", "2").read_bytes()
    packets = len(data) // 188
    (holed := tmp_path / "holed.ts").write_bytes(data[: packets * 3 // 8 * 188] + data[packets * 5 // 8 * 188 :])
    report = loopfind.scan(holed)
    (loss,) = report.losses
    assert loss.start < 6 < loss.end and loss.end - loss.start > 2
    (gap,) = report.unjudged
    assert gap.why == "lost" and gap.start <= loss.start + 0.1 and gap.end >= loss.end - 0.1
    assert report.verdict.coverage < 1 - 2 / 12


def test_file_and_a_colon_before_a_path_mean_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = videos.encoded("mp4", "libx264").read_bytes()
    for name in ("a b.mp4", "a%20b.mp4", "100%d.mp4"):
        Path(name).write_bytes(made)
    absolute = f"{tmp_path.as_posix()}/a b.mp4"
    for name, path in (
        ("file:a b.mp4", "a b.mp4"),
        ("FILE:a%20b.mp4", "a%20b.mp4"),  # as ffmpeg has it; only behind two strokes is it the code of a blank
        ("file:100%d.mp4", "100%d.mp4"),
        (f"file:{absolute}", absolute),
        (Path(absolute).as_uri(), absolute),
    ):
        times, video = scan(name)
        assert (len(times), video.source.path) == (25, path)
        assert linker("", video.source.path)(0.0) == f"{Path(path).absolute().as_uri()}#t=0"
    refused("file:nothing.mp4", Unreadable, "no such file")
    refused("file:", Unreadable, "not a file name")
    refused("file:.", Unreadable, "a folder")


@pytest.mark.skipif(os.name == "nt", reason="no name holds a colon there")
def test_a_file_that_is_called_so_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file:x.mp4").write_bytes(videos.encoded("mp4", "libx264").read_bytes())
    assert scan("file:x.mp4")[1].source.path == "file:x.mp4"
    assert linker("", "file:x.mp4")(0.0).endswith("/file%3Ax.mp4#t=0")


def test_no_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(videos.encoded("mp4", "libx264").read_bytes())
    path.chmod(0)
    if os.geteuid() != 0:
        refused(path, Unreadable, "no permission")
        return
    code = (
        "import os, sys\nfrom loopfind.media.ffmpeg.address import resolve\nfrom loopfind.errors import Unreadable\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: resolve(sys.argv[1])\nexcept Unreadable as error: print(error)"
    )
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, path.as_posix()], env=environment, capture_output=True, text=True, check=False
    )
    assert "no permission" in done.stdout, done.stderr


@pytest.mark.slow
def test_a_pipe_that_gives_nothing_is_refused() -> None:
    assert "standard input" in piped(b"")
    assert "standard input" in piped(b"hello world\n" * 100)
    assert "through a pipe" in piped(videos.encoded("mp4", "libx264", seconds=4, size="160x120").read_bytes())


@pytest.mark.slow
def test_one_picture_through_a_pipe_is_refused_and_several_are_not() -> None:
    one = videos.make("piped.png", *videos.moving(), "-frames:v", "1").read_bytes()
    assert "single picture" in piped(one)
    assert piped(one * 3) == "3"


def piped(data: bytes) -> str:
    code = (
        "from loopfind.media.decode.one_pass import open_video\nfrom loopfind.errors import MediaError\n"
        "try:\n    with open_video('-') as v: print(sum(map(len, v)))\n"
        "except MediaError as error: print(error)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, env=environment, check=True)
    assert done.stderr == b""
    return done.stdout.decode().strip()


def test_a_missing_ffmpeg_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = videos.encoded("mp4", "libx264")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/no/such/ffmpeg")
    refused(path, DecoderFailed, "/no/such/ffmpeg")
    plain = tmp_path / "ffmpeg"
    plain.write_text("not a program")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", plain.as_posix())
    refused(path, DecoderFailed, "cannot be run")
    plain.chmod(0o755)
    refused(path, DecoderFailed, "cannot be run")


def test_an_old_ffmpeg_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "ffmpeg"
    old.write_text("#!/bin/sh\necho \"Unrecognized option 'stats_enc_pre:v'.\" >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", old.as_posix())
    refused(videos.encoded("mp4", "libx264"), DecoderFailed, "too old")


def covered(losses: tuple[Loss, ...], time: float) -> bool:
    return any(loss.start - 1e-9 <= time <= loss.end + 1e-9 for loss in losses)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extension", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("ts", "libx264"), ("mkv", "mpeg4")]
)
def test_damage_in_the_middle_is_located(extension: str, codec: str) -> None:
    good = videos.encoded(extension, codec, seconds=12)
    bad = videos.damaged(good, f"damaged_{codec}.{extension}", 0.5, 0.53, every=97)
    times, video = scan(bad)
    true, _, _ = oracle.read(good)
    assert len(times) > 0.85 * len(true)
    assert times[-1] > 11.5
    assert video.losses
    # A group of pictures lasts 0.48 s: damage does not spread far beyond its place, nor do the losses.
    assert all(4.0 < loss.start <= loss.end < 9.0 for loss in video.losses)
    assert covered(video.losses, np.mean([video.losses[0].start, video.losses[0].end]))
    gone = [time for time in true if np.abs(times - time).min() > 0.03]
    assert all(any(loss.start - 0.041 <= time <= loss.end + 0.041 for loss in video.losses) for time in gone)


@pytest.mark.parametrize("extension", ["mkv", "flv", "webm"])
def test_a_file_cut_short_says_what_is_missing(extension: str) -> None:
    codec = "libvpx-vp9" if extension == "webm" else "libx264"
    path = videos.cut_short(videos.encoded(extension, codec, seconds=6), f"short_{codec}.{extension}", 0.5)
    times, video = scan(path)
    assert len(times) > 30
    if extension != "flv":
        last = video.losses[-1]
        assert "cut short" in last.what
        assert last.start == pytest.approx(video.end, abs=0.2)
        assert last.end == pytest.approx(6.0, abs=0.2)


def test_variable_rate_is_no_loss() -> None:
    holes = "select='not(between(n,20,60))'"
    path = videos.make("holes.mp4", *videos.moving(4), "-vf", holes, "-fps_mode", "passthrough", *_X264)
    assert scan(path)[1].losses == ()


def test_longer_sound_is_no_loss() -> None:
    path = videos.make(
        "long_sound.mp4", *videos.moving(), "-f", "lavfi", "-i", "sine=d=5", *_X264, "-c:a", "aac"
    )  # fmt: skip
    assert scan(path)[1].losses == ()


@pytest.fixture
def server() -> Iterator[str]:
    """A web server for the folder of test videos; it cannot seek."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=videos.FOLDER.as_posix())) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()
        thread.join()


@pytest.mark.slow
def test_an_address_is_read_or_refused_clearly(server: str) -> None:
    path = videos.encoded("mkv", "libx264")
    assert len(scan(f"{server}/{path.name}")[0]) == 25
    refused(f"{server}/nothing.mkv", Unreadable, "404")
    index_behind = videos.encoded("mp4", "libx264", seconds=4, size="192x128")
    refused(f"{server}/{index_behind.name}", Broken, "download it")
