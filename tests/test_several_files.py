"""Scans of several files and folders, and folders that are watched: each file once, one line for each, none stops the
others."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import videos
from patience import wait_until

from loopfind.cli.app import run
from loopfind.pipeline.folder_watch import FolderWatch, Memory
from loopfind.pipeline.selection import select_files

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two videos, one of them in a folder below, a bad one, and what is no video."""
    place = tmp_path_factory.mktemp("films")
    (place / "sub" / ".hidden").mkdir(parents=True)
    shutil.copy(videos.encoded("mp4", "libx264", seconds=1), place / "one.mp4")
    shutil.copy(videos.three_times(), place / "sub" / "loop.MP4")
    (place / "bad.mkv").write_text("no video at all")
    for name in ("notes.txt", ".secret.mp4", "sub/.hidden/other.mp4"):
        (place / name).write_text("x")
    return place


def test_a_folder_gives_its_videos_by_name_and_counts_the_rest(folder):
    found = select_files([str(folder)])
    assert [file.label for file in found.files] == ["bad.mkv", "one.mp4", "sub-loop.MP4"]
    assert found.left_out == 3


def test_a_file_that_is_named_is_taken_once_whatever_it_is_called(folder):
    found = select_files([str(folder / "notes.txt"), str(folder / "one.mp4"), str(folder), "http://x/a.mp4"])
    assert [file.label for file in found.files] == ["notes.txt", "one.mp4", "bad.mkv", "sub-loop.MP4", "a.mp4"]


@pytest.mark.slow
def test_each_file_is_a_line_and_a_bad_one_costs_its_own(folder, tmp_path, capsys):
    assert run([str(folder), "--json", "--no-resume", "-q"]) == 1
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line.get("failure", line.get("source"))["path"] for line in lines] == [
        str(folder / name) for name in ("bad.mkv", "one.mp4", "sub/loop.MP4")
    ]
    assert lines[2]["verdict"]["looped"] and err.count("\n") == 1 and "bad.mkv" in err
    good = [str(folder / "one.mp4"), str(folder / "sub" / "loop.MP4")]
    pattern = str(tmp_path / "{name}.json")
    assert run([*good, "-o", pattern, "-o", "-", "--no-resume", "--fail-on-repeats"]) == 3
    rows = capsys.readouterr().out.splitlines()
    assert run([str(folder / "bad.mkv"), str(folder / "notes.txt"), "-q"]) == 1
    assert capsys.readouterr().out.endswith("2 files: 2 could not be scanned\n")
    assert [row.split()[-1] for row in rows[:3]] == ["file", *good] and "1 loop" in rows[2]
    assert rows[-2] == "2 files: 1 with repeats, 1 without"
    assert rows[-1] == f"What the two share: loopfind compare {good[0]} {good[1]}"
    assert sorted(os.listdir(tmp_path)) == ["loop.MP4.json", "one.mp4.json"]
    assert json.loads((tmp_path / "loop.MP4.json").read_text())["verdict"]["looped"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "all.json"], "let {name} stand in it, as in '{name}.json'"),
        (["--format", "csv"], "it holds one file"),
        (["--link", "http://x"], "--link belongs to one video"),
        (["--follow"], "--follow belongs to one video"),
        (["-"], "standard input holds one video"),
        (["--settle", "2"], "--settle belongs to --watch"),
        (["--watch", "a.mp4"], "a single file that grows is read with --follow"),
    ],
)
def test_what_does_not_go_with_several_files_is_one_line(words, says, folder, capsys):
    assert run([str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err


def test_no_report_takes_the_place_of_another_or_of_a_video(folder, tmp_path, capsys):
    (tmp_path / "one.mp4").write_text("x")
    both = [str(folder / "one.mp4"), str(tmp_path / "one.mp4")]
    assert run([*both, "-o", str(tmp_path / "{name}.json")]) == 2
    assert "would both be written there" in capsys.readouterr().err
    assert run([*both, "-o", str(tmp_path / "{name}"), "--format", "csv"]) == 2
    assert "this is one of the videos" in capsys.readouterr().err
    assert run([str(tmp_path / "empty")]) == 1  # no folder, so a file that is not there
    (tmp_path / "empty").mkdir()
    assert run([str(tmp_path / "empty")]) == 2
    assert "no video or sound in this folder" in capsys.readouterr().err


def test_a_file_is_done_once_it_keeps_its_size_and_once_alone(tmp_path):
    memory = Memory(str(tmp_path / "memory"), [str(tmp_path)], "all")
    watch = FolderWatch([str(tmp_path)], 10.0, memory)
    film = tmp_path / "caf\udce9.mp4"
    film.write_bytes(b"a")
    assert watch.look(0.0) == [] and watch.look(9.0) == []
    film.write_bytes(b"ab")
    assert watch.look(10.0) == [] and watch.look(19.0) == []
    (file,) = watch.look(20.0)
    watch.done(file)
    assert watch.look(40.0) == []
    again = FolderWatch([str(tmp_path)], 10.0, memory)
    assert again.look(0.0) == [] and again.look(20.0) == []
    film.write_bytes(b"abc")  # another one
    assert again.look(30.0) == [] and len(again.look(40.0)) == 1
    other = FolderWatch([str(tmp_path)], 10.0, Memory(str(tmp_path / "memory"), [str(tmp_path)], "else"))
    assert other.look(0.0) == [] and len(other.look(10.0)) == 1


def test_a_memory_forgets_what_is_gone_and_reads_past_what_is_damaged(tmp_path):
    memory = Memory(str(tmp_path / "memory"), [str(tmp_path)], "all")
    watch = FolderWatch([str(tmp_path)], 0.0, memory)
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"x")
    for file in watch.look(0.0):
        watch.done(file)
    Path(memory.path).write_text(Path(memory.path).read_text() + '{"file": "zz"}\n[1]\nhalf a li')
    (tmp_path / "a.mp4").unlink()
    assert [os.path.basename(path) for path in memory.load()] == ["b.mp4"]
    assert Path(memory.path).read_text().count("\n") == 1


def watching(folder, cache):
    words = [sys.executable, "-m", "loopfind", str(folder), "--watch", "--settle", "0.2", "--json", "-q"]
    more = {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    return subprocess.Popen(words, env=os.environ | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_folder_is_watched_until_ctrl_c_and_gone_on_with(folder, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    shutil.copy(folder / "one.mp4", place)
    first = watching(place, tmp_path / "cache")
    assert json.loads(first.stdout.readline())["source"]["path"].endswith("one.mp4")
    shutil.copy(folder / "bad.mkv", place)
    assert json.loads(first.stdout.readline())["failure"]["path"].endswith("bad.mkv")
    (memory,) = wait_until(lambda: [*(tmp_path / "cache" / "loopfind" / "watched").glob("*.jsonl")])
    wait_until(lambda: memory.read_text().count("\n") == 2)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=20)
    assert (first.returncode, out) == (130, "") and err.count("\n") == 1
    shutil.copy(folder / "sub" / "loop.MP4", place)
    second = watching(place, tmp_path / "cache")
    assert json.loads(second.stdout.readline())["source"]["path"].endswith("loop.MP4")
    second.send_signal(signal.SIGINT)
    assert (second.communicate(timeout=20), second.returncode) == (("", ""), 130)
