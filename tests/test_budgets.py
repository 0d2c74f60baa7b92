"""Budgets: what a small or a hostile file may take, of pixels, memory and room, by every command that reads video."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import synthetic
import videos
from halting_pipe import halting

from loopfind.cli.app import run
from loopfind.engine.cross_file import across
from loopfind.engine.signal import concat, extract
from loopfind.errors import Broken, DecoderFailed
from loopfind.media.clips import Cutter
from loopfind.media.decode import budget
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import memory
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.media.pieces import Piece
from loopfind.settings import CompareSettings


@pytest.fixture
def bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A GIF whose pictures take more than they may."""
    monkeypatch.setattr(budget, "FREE_PIXELS", 100_000)
    monkeypatch.setattr(budget, "PIXELS_A_BYTE", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "bomb.gif"
    videos.run(*videos.moving(1.0), str(path))
    return path


COMMANDS = {
    "scan": ["scan", "{bomb}", "--no-resume"],
    "follow": ["scan", "{bomb}", "--follow", "--stall", "0.2"],
    "sweep": ["sweep", "{bomb}"],
    "compare": ["compare", "{bomb}", "{other}"],
    "add": ["library", "add", "{bomb}", "--library", "{library}"],
    "search": ["library", "search", "{bomb}", "--library", "{library}"],
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.slow
def test_every_command_has_the_budget_and_the_option(
    name: str, bomb: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other, library = tmp_path / "other.gif", tmp_path / "library.sqlite"
    other.write_bytes(bomb.read_bytes() + b"\0")  # another content
    assert run(["library", "add", str(other), "--library", str(library), "--no-budget", "-q"]) == 0
    capfd.readouterr()
    words = [word.format(bomb=bomb, other=other, library=library) for word in COMMANDS[name]]
    assert run([*words, "-q"]) == 1
    said = capfd.readouterr()
    assert (said.err + said.out).count("--no-budget") == 1 and said.err.count("\n") <= 1
    assert run([*words, "-q", "--no-budget"]) == 0


def test_the_budget_lets_pass_what_stands_still_and_refuses_what_claims_it(tmp_path: Path) -> None:
    (still := tmp_path / "still.mkv").write_bytes(bytes(30 * 18_000))
    PixelBudget(resolve(still), False).take(18_000, (3840, 2160))  # ten minutes of 4K
    (claims := tmp_path / "claims.gif").write_bytes(bytes(20 + 23 * 200))
    PixelBudget(resolve(claims), True).take(200, (65535, 1000))
    with pytest.raises(Broken, match="--no-budget"):
        PixelBudget(resolve(claims), False).take(200, (65535, 1000))


@pytest.mark.slow
def test_clips_have_the_budget(bomb: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    looped = tmp_path / "looped.gif"
    videos.run("-stream_loop", "1", "-i", str(bomb), str(looped))
    report = tmp_path / "report.json"
    assert run([str(looped), "-o", str(report), "-q", "--no-budget"]) == 0
    assert json.loads(report.read_text())["repeats"]
    for form in ("mp4", "gif"):
        words = ["extract", str(report), "--out", str(tmp_path / form), "--as", form, "-q"]
        assert run(words) == 1
        assert "--no-budget" in capfd.readouterr().err and not (tmp_path / form).exists()
        assert run([*words, "--no-budget"]) == 0


@pytest.mark.slow
def test_a_clip_takes_no_more_room_than_its_pictures(tmp_path: Path) -> None:
    film = videos.make("room.mp4", *videos.moving(3.0), "-c:v", "libx264", "-g", "25")
    limits = []
    for unbounded in (False, True):
        cutter = Cutter(film, 0, unbounded)
        place = tmp_path / f"{unbounded}.mp4"
        cutter.cut(Piece(0.5, 1.5, 25, None), str(place))
        limits.append(place.stat().st_size)
    assert limits[0] == limits[1]


@pytest.fixture
def halting_film(tmp_path: Path) -> Iterator[Path]:
    data = videos.encoded("ts", "mpeg2video", seconds=8).read_bytes()
    with halting(tmp_path / "halting.ts", data[: len(data) // 2]) as pipe:
        yield pipe


@pytest.mark.skipif(memory.resident(os.getpid()) == 0, reason="this system does not tell how much memory a process has")
def test_an_ffmpeg_that_takes_too_much_memory_is_ended(halting_film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_RESIDENT", 1 << 20)
    with pytest.raises(DecoderFailed, match=r"halting\.ts: .*memory.*--no-budget"), open_video(halting_film) as video:
        list(video)


@pytest.mark.skipif(memory.resident(os.getpid()) == 0, reason="this system does not tell how much memory a process has")
def test_clips_are_bounded_in_memory_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait for an ffmpeg that never ends by itself, and is ended for its size."""
    from loopfind.media.ffmpeg.process import executable, output_of

    monkeypatch.setattr(memory, "MOST_RESIDENT", 1 << 20)
    endless = ["-v", "error", "-f", "lavfi", "-re", "-i", "testsrc2", "-f", "null", "-"]
    with pytest.raises(DecoderFailed, match="memory"):
        output_of([executable(), "-nostdin", *endless])


def test_what_is_unbounded_is_not_ended_for_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_RESIDENT", 1)
    film = videos.encoded("ts", "mpeg2video", seconds=8)
    with open_video(film, options=DecodeOptions(unbounded=True)) as video:
        assert sum(map(len, video)) == 200


def quick(seed: int, rate: float, frames: int = 400):  # type: ignore[no-untyped-def]
    """A recording that claims so many frames a second."""
    drawn = synthetic.shown([(synthetic.camera(seed), 0, frames / 25)], 25, seed=seed)
    from dataclasses import replace

    return replace(drawn, times=np.arange(frames) / rate, end=frames / rate)


@pytest.mark.slow
def test_a_clock_of_a_million_frames_a_second_makes_no_million_frames() -> None:
    files = [quick(1, 1e6), quick(2, 1e6)]
    assert len(concat.joint_timeline_of(files).track) < 20_000
    assert across(files, CompareSettings()) == ((), ())


def test_frames_that_do_not_fit_into_memory_are_measured_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    track = quick(3, 25.0, 600)
    whole = extract.signal_of(track)
    monkeypatch.setattr(extract, "MOST_AT_HAND", 40)
    pieces = extract.signal_of(track)
    for name in ("motion", "picture", "moving", "lively", "blocks"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name
