"""The ffmpeg child: always reaped, never waited for in vain, its descriptors closed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import videos
from conftest import decoders
from patience import let_pass, wait_until

from loopfind.errors import Broken, DecoderFailed
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.packets.demux import Demux
from loopfind.media.sound.reader import SoundRequest, read_sound


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def python(code: str, **options: object) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def long_video() -> Path:
    return videos.encoded("mkv", "mpeg4", seconds=200, size="64x48")


def child_pid() -> int:
    return int(decoders()[0].split()[0])


@pytest.mark.slow
@pytest.mark.parametrize("digests", [False, True])
def test_closing_early_leaves_nothing(long_video: Path, digests: bool) -> None:
    before, threads = descriptors(), threading.active_count()
    for _ in range(3):
        with open_video(long_video, digests=digests) as video:
            next(iter(video))
        assert not decoders()
    assert descriptors() == before
    wait_until(lambda: threading.active_count() == threads, what="the end of all threads")


@pytest.mark.slow
def test_an_error_in_the_body_leaves_nothing(long_video: Path) -> None:
    before = descriptors()

    def stop_at_once() -> None:
        with open_video(long_video) as video:
            for _ in video:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_at_once()
    assert not decoders()
    assert descriptors() == before


def test_never_iterating_leaves_nothing(long_video: Path) -> None:
    before = descriptors()
    with open_video(long_video):
        pass
    open_video(long_video)
    assert not decoders()
    assert descriptors() == before


def test_a_refused_file_leaves_nothing() -> None:
    before = descriptors()
    with (
        pytest.raises(Broken),
        open_video(videos.cut_short(videos.encoded("mp4", "libx264"), "noindex.mp4", 0.4)),
    ):
        pass
    assert descriptors() == before


def look_through(path: Path) -> None:
    with open_video(path) as video:
        list(video)


def listen(path: Path) -> None:
    read_sound(SoundRequest(resolve(path)))


def list_its_packets(path: Path) -> None:
    with Demux(ReadRequest(resolve(path))) as demux:
        list(demux)


@pytest.mark.parametrize("started", [0, 1, 2])
@pytest.mark.parametrize("reading", [look_through, listen, list_its_packets])
def test_without_threads_a_reading_is_refused_in_one_line_and_leaves_nothing(
    reading: Callable[[Path], None], started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, before = videos.encoded("mkv", "mpeg4"), descriptors()
    start, left = threading.Thread.start, [started]

    def start_some(thread: threading.Thread) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_some)
    said = ""
    try:
        reading(video)
    except DecoderFailed as error:
        said = str(error)
    assert ("ulimit -u" in said) == (left[0] < 0)
    assert not decoders() and descriptors() == before


def test_a_video_is_iterated_once(long_video: Path) -> None:
    video = open_video(long_video)
    with pytest.raises(ValueError, match="inside its with"):
        iter(video).__next__()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_killed_child_is_named_with_the_time(long_video: Path, name: str) -> None:
    def kill_midway() -> None:
        with open_video(long_video) as video:
            for batch in video:
                if batch.first == 0:
                    os.kill(child_pid(), getattr(signal, name))

    with pytest.raises(DecoderFailed, match=name) as caught:
        kill_midway()
    assert " s of the video" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_slow_reader_gets_every_frame() -> None:
    path = videos.encoded("mkv", "ffv1", seconds=60, size="64x48")
    with open_video(path, digests=True) as video:
        total = 0
        for batch in video:
            let_pass(0.05)
            total += len(batch)
            assert batch.digests is not None
    assert total == 1500


@pytest.mark.slow
def test_a_slow_source_is_handed_over_in_parts() -> None:
    data = videos.encoded("ts", "mpeg2video", seconds=8).read_bytes()
    read, write = os.pipe()
    code = (
        "import time\nfrom loopfind.media.decode.one_pass import open_video\n"
        "with open_video('-') as v:\n"
        "    for b in v: print(b.first, len(b), flush=True)"
    )
    with python(code, stdin=read, stdout=subprocess.PIPE) as child:
        os.close(read)
        assert child.stdout is not None
        os.write(write, data[: len(data) * 3 // 4])
        first = child.stdout.readline()
        os.write(write, data[len(data) * 3 // 4 :])
        os.close(write)
        rest = child.stdout.read()
    assert first.startswith(b"0 ")
    last = rest.split(b"\n")[-2].split()
    assert sum(map(int, last)) == 200


@pytest.mark.slow
def test_standard_input_may_be_a_file_that_needs_seeking() -> None:
    code = (
        "from loopfind.media.decode.one_pass import open_video\n"
        "with open_video('-') as v: print(sum(map(len, v)), v.source.frames)"
    )
    with (
        videos.encoded("mp4", "libx264").open("rb") as file,
        python(code, stdin=file, stdout=subprocess.PIPE) as child,
    ):
        assert child.communicate()[0].split() == [b"25", b"25"]


@pytest.mark.slow
def test_ctrl_c_ends_reader_and_child_quietly(long_video: Path) -> None:
    code = (
        # What a shell starts in the background ignores the signal until it says otherwise.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from loopfind.media.decode.one_pass import open_video\n"
        "try:\n"
        f"    with open_video({long_video.as_posix()!r}) as v:\n"
        "        for b in v: print(b.first, flush=True); signal.pause()\n"
        "except KeyboardInterrupt: print('stopped', flush=True)\n"
    )
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with python(code, **options) as child:
        assert child.stdout is not None
        child.stdout.readline()
        started = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=10)
    assert time.monotonic() - started < 2
    assert out.endswith(b"stopped\n")
    assert err == b""


def test_names_mean_nothing_to_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = videos.encoded("mp4", "libx264").read_bytes()
    for name in (
        "-i.mp4",
        "a:b.mp4",
        "100%d.mp4",
        "two words.mp4",
        "line\nbreak.mp4",
        'it\'s "so".mp4',
        "Input #0, x, from 'y",
    ):
        Path(name).write_bytes(data)
        with open_video(name) as video:
            assert sum(map(len, video)) == 25
        assert video.source.path == name
    raw = os.fsdecode(b"\xff\xfe.mp4")
    Path(raw).write_bytes(data)
    with open_video(raw) as video:
        assert sum(map(len, video)) == 25
    assert video.source.path == raw
    with open_video((tmp_path / "two words.mp4").as_uri()) as video:
        assert sum(map(len, video)) == 25


def test_importing_the_reader_is_light() -> None:
    code = (
        "import sys, loopfind.media; print([m for m in ('imageio_ffmpeg', 'PIL', 'scipy', 'av') if m in sys.modules])"
    )
    with python(code, stdout=subprocess.PIPE) as child:
        assert child.communicate()[0].strip() == b"[]"


@pytest.mark.slow
def test_two_readers_do_not_disturb_each_other(long_video: Path) -> None:
    with open_video(long_video, start=100.0, end=101.0) as near, open_video(long_video) as far:
        window = np.concatenate([b.pictures for b in near])
        whole = np.concatenate([b.pictures for b in far])
    assert np.array_equal(window, whole[2500:2525])
