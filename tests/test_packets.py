"""Repeats that packets prove: copies made packet by packet are found to the frame, and nothing else is claimed."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind import Settings, scan
from loopfind.cli.app import run
from loopfind.engine.packets.runs import PacketSequence, copied_runs, sequence_of
from loopfind.errors import Broken, LoopfindError
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.packet_times import RAISED
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.packets import table
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import PacketTable, read_packets
from loopfind.model.report import Report
from loopfind.model.video import Progress

PIECES = ("-preset", "ultrafast", "-bf", "2", "-g", "25")


def by_packets(path: Path | str, **wanted: float) -> Report:
    return scan(str(path), Settings(packets_only=True, **wanted))  # type: ignore[arg-type]


def scene(name: str, seconds: int, skip: int, codec: str = "libx264") -> Path:
    """`seconds` of a scene that never comes back, from another moment on."""
    extra = PIECES if codec == "libx264" else videos.FAST.get(codec, ())
    source = (
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s=160x96:r=25:d={seconds + skip},noise=alls=20:allf=t:all_seed={skip + 1}",
    )
    return videos.make(name, *source, "-vf", f"trim=start={skip},setpts=PTS-STARTPTS", "-c:v", codec, *extra)


def joined(name: str, *pieces: Path) -> Path:
    """The pieces one after the other, copied."""
    listed = videos.FOLDER / f"{name}.txt"
    listed.write_text("".join(f"file '{piece}'\n" for piece in pieces))
    return videos.make(name, "-f", "concat", "-safe", "0", "-i", listed.as_posix(), "-c", "copy")


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
@pytest.mark.slow
def test_a_looped_file_is_a_loop_of_its_length(container: str) -> None:
    clip = scene("turn.mp4", 3, 0)
    path = videos.make(f"turns.{container}", "-stream_loop", "4", "-i", clip.as_posix(), "-c", "copy")
    report = by_packets(path)
    (loop,) = report.repeats
    assert (loop.kind, loop.evidence, len(loop.occurrences)) == ("loop", "exact", 5)
    assert loop.period == pytest.approx(3.0, abs=0.002)
    assert [o.start_frame for o in loop.occurrences] == [0, 75, 150, 225, 300]
    assert [cut.frame for cut in report.cuts] == [75, 150, 225, 300]
    assert report.verdict.looped and "encoded again" in report.verdict.summary


@pytest.mark.slow
def test_a_piece_copied_in_again_is_found_to_the_frame() -> None:
    a, b, c = scene("a.mp4", 4, 0), scene("b.mp4", 3, 10), scene("c.mp4", 5, 20)
    report = by_packets(joined("again.mp4", a, b, c, b, a))
    found = sorted([(o.start_frame, o.end_frame) for o in r.occurrences] for r in report.repeats)
    assert found == [[(0, 100), (375, 475)], [(100, 175), (300, 375)]]
    assert {repeat.evidence for repeat in report.repeats} == {"exact"}
    plain = scan(str(joined("once_more.mp4", a, b, c, b, a)))
    assert {(o.start_frame, o.end_frame) for r in plain.repeats for o in r.occurrences} >= {(0, 100)}


@pytest.mark.slow
def test_three_showings_are_one_repeat() -> None:
    a, b, c = scene("a.mp4", 4, 0), scene("b.mp4", 3, 10), scene("c.mp4", 5, 20)
    (repeat,) = by_packets(joined("thrice.mp4", b, a, b, c, b)).repeats
    assert [o.start_frame for o in repeat.occurrences] == [0, 175, 375]


def test_what_was_encoded_again_is_not_claimed_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    clip = scene("turn.mp4", 3, 0)
    path = videos.make(
        "encoded_again.mp4", "-stream_loop", "2", "-i", clip.as_posix(), "-c:v", "libx264", "-b:v", "90k", *PIECES
    )
    report = by_packets(path)
    assert report.repeats == () and report.verdict.coverage == 0 and report.unjudged[0].why == "packets"
    assert run([path.as_posix(), "--packets-only", "--fail-on-repeats"]) == 0
    assert "encoded again does not show" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mpeg2video", "mjpeg", "ffv1", "libvpx-vp9"])
@pytest.mark.parametrize("picture", ["color=gray", "smptebars"])
def test_a_picture_that_stands_still_is_no_repeat(codec: str, picture: str) -> None:
    name = f"still_{codec}_{picture.partition('=')[0]}.mkv"
    source = ("-f", "lavfi", "-i", f"{picture}{':' if '=' in picture else '='}s=160x96:r=25:d=8")
    path = videos.make(name, *source, "-c:v", codec, "-g", "25")
    assert [repeat.kind for repeat in by_packets(path).repeats if repeat.kind != "still"] == []


def test_a_still_that_was_padded_to_a_bitrate_is_no_repeat() -> None:
    rate = ("-b:v", "800k", "-maxrate", "800k", "-bufsize", "400k", "-x264-params", "nal-hrd=cbr:force-cfr=1")
    source = ("-f", "lavfi", "-i", "smptebars=s=160x96:r=25:d=8")
    path = videos.make("padded.ts", *source, "-c:v", "libx264", "-g", "25", *rate)
    assert all(repeat.kind == "still" for repeat in by_packets(path).repeats)


def test_limits_are_kept() -> None:
    clip = scene("turn.mp4", 3, 0)
    path = videos.make("limited.mp4", "-stream_loop", "4", "-i", clip.as_posix(), "-c", "copy")
    assert len(by_packets(path, start=0.0, end=6.0).repeats[0].occurrences) == 2
    assert by_packets(path, end=3.0).repeats == ()


def test_bad_input_is_refused_as_in_a_scan(tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(9000))
    for path in (tmp_path / "noise.mp4", tmp_path / "none.mp4"):
        with pytest.raises(LoopfindError) as mine:
            by_packets(path)
        with pytest.raises(LoopfindError) as whole:
            scan(str(path))
        assert str(mine.value) == str(whole.value)
    with pytest.raises(Broken), Demux(ReadRequest(resolve(tmp_path / "noise.mp4"))) as demux:
        read_packets(demux)
    video = scene("turn.mp4", 3, 0).as_posix()
    for more in (["--html", str(tmp_path / "a.html")], ["--cache"], ["--hash-size", "auto"]):
        assert run([video, "--packets-only", *more]) == 2
    assert not (tmp_path / "a.html").exists()


def test_a_process_that_holds_the_pipe_open_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg that was killed may leave its pipe open behind it, in a process of its own."""
    path = scene("turn.mp4", 3, 0)
    ffmpeg, held = tmp_path / "ffmpeg", tmp_path / "held"
    ffmpeg.write_text(f'#!/bin/sh\ncat "{held}" & printf "#tb 0: 1/25\\n"; wait\n')
    ffmpeg.chmod(0o755)
    os.mkfifo(held)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", ffmpeg.as_posix())
    before, threads, holder = set(os.listdir("/proc/self/fd")), set(threading.enumerate()), os.open(held, os.O_RDWR)
    try:
        with Demux(ReadRequest(resolve(path))) as demux:
            assert next(iter(demux)) == b"#tb 0: 1/25\n"
            began = time.monotonic()
        assert time.monotonic() - began < 15
        left = set(threading.enumerate()) - threads
    finally:
        os.close(holder)
    for thread in left:  # that waits for the pipe, and for nothing else
        thread.join(15)
    assert not any(thread.is_alive() for thread in left)
    assert set(os.listdir("/proc/self/fd")) == before


def test_lines_that_are_not_alike_say_the_same() -> None:
    rows = [(n % 5 == 4, n, RAISED - n % 7, 1, 9 * n, n * n) for n in range(50)]
    lines = [b"%d, %10d, %10d, %8d, %8d, %032x\n" % row for row in rows]
    even, odd, whole = table.PacketTable(), table.PacketTable(), b"".join(lines)
    even.take(b"#tb 0: 1/25\n" + whole)
    for line in lines:
        odd.take(line.replace(b"\n", b", S=1, 8, 5\n"))
    assert len(even.shown) == 1 and len(odd.shown) == 40
    assert even.hashes == odd.hashes and even.keys == odd.keys and len(even.keys) == 10
    assert np.array_equal(even.shown[0], np.concatenate(odd.shown)) and even.shown[0][6] == 0
    assert np.array_equal(even.sizes[0], np.concatenate(odd.sizes)) and even.base == (1, 25)


@pytest.mark.parametrize("extra", [("libx264", "-bf", "2"), ("libx264", "-x264-params", "open-gop=1"), ("mpeg4",)])
@pytest.mark.slow
def test_an_index_tells_what_the_packets_themselves_do(extra: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    path = videos.make(f"index{len(extra[-1])}.mp4", *videos.moving(3), "-c:v", *extra, "-g", "12")
    with Demux(ReadRequest(resolve(path))) as demux:
        by_index = read_packets(demux)
    monkeypatch.setattr("loopfind.media.packets.demux.is_indexed", lambda where: False)
    with Demux(ReadRequest(resolve(path))) as demux:
        looked_into = read_packets(demux)
    assert "+noparse" in by_index.log[0] and "+noparse" not in looked_into.log[0]
    for name in ("times", "sizes", "hashes", "keys"):
        assert np.array_equal(getattr(by_index, name), getattr(looked_into, name)), name
    assert by_index.source == looked_into.source and by_index.keys.sum() > 4


def drawn(letters: list[int], size: int = 1000) -> PacketSequence:
    """A stream of key packets, each number a payload of its own."""
    hashes = np.zeros((len(letters), 16), np.uint8)
    hashes[:, :4] = np.array(letters, "<u4").view(np.uint8).reshape(-1, 4)
    count = len(letters)
    return sequence_of(hashes, np.full(count, size), np.ones(count, np.bool_), np.arange(count) / 25, 96 * 64)


def test_equal_stretches_are_found_whole_whatever_repeats_inside_them() -> None:
    dice = np.random.default_rng(3)
    inner = dice.integers(1000, 2000, 30).tolist()
    piece = [*range(40), *inner, *range(40, 70), *inner, *range(70, 90)]
    letters = [*piece, *range(5000, 5050), *piece]
    runs = copied_runs(drawn(letters), 0.04)
    spans = {(run.first, run.last, run.other_first, run.other_last) for run in runs}
    assert (0, len(piece), len(piece) + 50, 2 * len(piece) + 50) in spans


def test_nothing_is_found_where_nothing_repeats() -> None:
    assert copied_runs(drawn(list(range(500))), 0.04) == []
    assert copied_runs(drawn([7] * 500), 0.04) == []
    assert copied_runs(drawn([]), 0.04) == []


def rows_of(seconds: list[float]) -> bytes:
    """Lines of framehash for packets that are shown at these times, in a unit of a thousandth of a second."""
    lines = [f"0, {n}, {round(1000 * at) + RAISED}, 40, 9, {n:032x}" for n, at in enumerate(seconds)]
    return "\n".join(["#tb 0: 1/1000", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("seconds", "passed"),
    [
        ([n / 25 for n in range(500)], False),
        ([n / 25 for n in range(1500)], True),
        ([n / 25 for n in range(400)] + [n / 25 for n in range(1500)], False),
        ([n / 25 for n in range(400)] + [500.0] + [n / 25 for n in range(400, 450)], False),
    ],
    ids=["still inside", "well behind", "a clock that fell", "one wrong time"],
)
def test_packets_behind_a_limit_are_not_read_where_that_is_certain(seconds: list[float], passed: bool) -> None:
    packets = PacketTable()
    packets.take(rows_of(seconds))
    assert packets.has_passed(10.0) == passed


@pytest.mark.parametrize("wanted", [{"packets_only": True}, {}], ids=["packets", "frames"])
@pytest.mark.slow
def test_progress_ends_at_the_end_of_what_is_asked_for(wanted: dict[str, bool]) -> None:
    seen: list[Progress] = []
    scan(str(videos.encoded("mkv", "libx264", seconds=6)), end=2.0, watch=seen.append, **wanted)
    lengths = {progress.duration for progress in seen if progress.stage.startswith("reading")}
    assert lengths == {2.0}
