"""The library on the command line: what each command says, and with which exit status."""

import contextlib
import csv
import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import videos
from in_process import loopfind
from patience import wait_until
from platformdirs.macos import MacOS

from loopfind.cli import paths

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def home(tmp_path):
    """A folder with two videos, one of them by two names, and a library of its own."""
    folder = tmp_path / "films"
    folder.mkdir()
    one = videos.encoded("mkv", "mpeg4", seconds=2)
    shutil.copy(one, folder / "one.mkv")
    shutil.copy(one, folder / "same.mkv")
    shutil.copy(videos.encoded("mp4", "mpeg4", seconds=1), os.path.join(os.fsencode(folder), b"caf\xe9.mp4"))
    return tmp_path


def words(home, *given):
    return {
        "args": [sys.executable, "-m", "loopfind", *given],
        "env": os.environ | {"XDG_CACHE_HOME": str(home / "cache"), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        "cwd": home,
    }


def run(home, *given):
    return loopfind(*given, cwd=home, env=words(home)["env"])


def started(home, *given, **more):
    return subprocess.run(**words(home, *given), capture_output=True, text=True, timeout=60, check=False, **more)


def value(done):
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_library_is_filled_listed_checked_asked_and_emptied(home):
    done = run(home, "library", "add", "films")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first == "3 files: 2 added, 1 known by another name"
    assert second in [
        f"the same: films/{one}.mkv is {home}/films/{other}.mkv" for one, other in (("one", "same"), ("same", "one"))
    ]
    assert (home / "cache" / "loopfind" / "library.sqlite").is_file()
    assert run(home, "library", "add", "films").stdout == "3 files: 3 known already\n"
    listed = run(home, "library", "list").stdout
    assert listed.startswith("2 entries of 3 files, 3 s of video") and "caf\\xe9.mp4" in listed
    entries = value(run(home, "library", "list", "--json"))["entries"]
    assert [len(entry["paths"]) for entry in sorted(entries, key=lambda e: -len(e["paths"]))] == [2, 1]
    assert run(home, "library", "verify").stdout.startswith("2 entries in ")
    asked = run(home, "library", "query", "SELECT path, frames FROM files ORDER BY path").stdout.splitlines()
    assert asked[0] == "path\tframes" and asked[1] == f"{home}/films/caf\\xe9.mp4\t25" and len(asked) == 4
    rows = json.loads(run(home, "library", "query", "--json", "SELECT entry, entry, NULL AS n FROM files").stdout)
    assert len(rows) == 3 and set(rows[0]) == {"entry", "entry_2", "n"} and rows[0]["n"] is None
    table = run(home, "library", "query", "--csv", "SELECT 'a,\"b' AS x, x'ff00' AS y").stdout
    assert list(csv.reader(table.splitlines())) == [["x", "y"], ['a,"b', "x'ff00'"]]
    assert json.loads(run(home, "library", "query", "--json", "SELECT 1 WHERE 0").stdout) == []
    gone = value(run(home, "library", "remove", "films/one.mkv", "--json"))
    assert gone["files"] == [f"{home}/films/one.mkv"] and gone["entries"] == []
    gone = value(run(home, "library", "remove", "films", "--json"))
    assert len(gone["files"]) == 2 and len(gone["entries"]) == 2
    assert run(home, "library", "list").stdout.startswith("0 entries of 0 files")


@pytest.mark.slow
def test_files_that_are_gone_are_told_and_removed(home):
    run(home, "library", "add", "films", "--library", "l.sqlite", "-q")
    (home / "films" / "one.mkv").unlink()
    done = run(home, "library", "verify", "--library", "l.sqlite")
    assert done.returncode == 1 and done.stdout == (
        f"{home}/films/one.mkv: it is gone: `loopfind library remove --missing` takes it out\n"
    )
    assert value(run(home, "library", "verify", "--json", "--library", "l.sqlite"))["problems"]
    removed = run(home, "library", "remove", "--missing", "--library", "l.sqlite").stdout
    assert removed == f"removed 1 file, 0 entries, 0 B\nremoved: {home}/films/one.mkv\n"
    assert run(home, "library", "verify", "--library", "l.sqlite").returncode == 0


@pytest.mark.slow
def test_a_file_that_was_named_and_cannot_be_read_fails_and_one_in_a_folder_does_not(home):
    (home / "films" / "broken.mp4").write_bytes(b"\0" * 2000)
    done = run(home, "library", "add", "films")
    assert done.returncode == 0 and "left out: films/broken.mp4: " in done.stdout
    done = run(home, "library", "add", "films/broken.mp4", "films/one.mkv", "--json")
    assert done.returncode == 1 and [f["path"] for f in value(done)["failures"]] == ["films/broken.mp4"]
    assert [file["what"] for file in value(done)["files"]] == ["known"]


@pytest.mark.slow
def test_what_cannot_be_done_is_one_line(home):
    run(home, "library", "add", "films/one.mkv")
    (home / "empty").mkdir()
    for given, status in (
        (["library", "nonsense"], 2),
        (["library", "add"], 2),
        (["library", "add", "films", "--kind", "colour"], 2),
        (["library", "add", "films", "--hash-size", "auto"], 2),
        (["library", "add", "empty"], 2),
        (["library", "remove"], 2),
        (["library", "remove", "nothing.mp4"], 2),
        (["library", "remove", "99"], 2),
        (["library", "query", "DELETE FROM entry"], 2),
        (["library", "query", "SELECT 1", "--csv", "--json"], 2),
        (["library", "list", "--library", "none.sqlite"], 1),
        (["library", "list", "--library", "films"], 1),
        (["library", "list", "--library", "films/one.mkv"], 1),
        (["films/one.mkv", "--library", "no/such/folder.sqlite"], 1),
    ):
        done = run(home, *given)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1), given
        assert done.stderr.startswith("loopfind: ") and "bug" not in done.stderr, given


@pytest.mark.slow
def test_a_second_scan_needs_no_ffmpeg_but_for_the_sound(home):
    first = run(home, "films/one.mkv", "--cache", "--json")
    none = words(home, "films/one.mkv", "--cache", "--json")
    none["env"]["IMAGEIO_FFMPEG_EXE"] = "/nonexistent"
    second = subprocess.run(**none, capture_output=True, text=True, timeout=60, check=False)
    assert (second.returncode, second.stderr) == (0, "")
    known, again = json.loads(first.stdout), json.loads(second.stdout)
    assert "could not be read: ffmpeg is not at /nonexistent" in again.pop("sound")["summary"]
    assert again.pop("made")["ffmpeg"] == "" != known.pop("made")["ffmpeg"]
    assert known.pop("sound") is None and again == known
    given = none | {"args": [*none["args"][:-2], "--hash-size", "8", "--cache"]}
    third = subprocess.run(**given, capture_output=True, text=True, timeout=60, check=False)
    assert third.returncode == 1 and "ffmpeg" in third.stderr


@pytest.mark.slow
def test_standard_input_is_read_and_said_not_to_be_kept(home):
    with open(home / "films" / "one.mkv", "rb") as file:
        done = started(home, "-", "--cache", "--json", stdin=file)
    assert done.returncode == 0 and json.loads(done.stdout)["source"]["frames"] == 50
    assert done.stderr == "loopfind: -: not kept in the library: standard input has no name to know it by again\n"


@pytest.mark.slow
def test_a_terminal_sees_each_file_and_all_of_them_and_a_table(home):
    terminal, theirs = pty.openpty()
    given = words(home, "library", "add", "films", "--jobs", "1")
    given["env"]["TERM"] = "xterm-256color"
    child = subprocess.Popen(**given, stdin=theirs, stdout=theirs, stderr=theirs)
    given["args"] = [*given["args"][:-4], "query", "SELECT entry, frames FROM entries ORDER BY frames"]
    seen = b""
    while child.poll() is None:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536)
    child = subprocess.Popen(**given, stdin=theirs, stdout=theirs, stderr=theirs)
    child.wait(60)
    os.close(theirs)
    seen += os.read(terminal, 65536)
    os.close(terminal)
    text = seen.decode().replace("\r\n", "\n")
    assert "one.mkv" in text and "3 files: 2 added" in text and "entry  frames\n" in text


def entries(library):
    """Return how many entries a library has by now, as another program sees it."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as base:
            return base.execute("SELECT count(*) FROM entries").fetchone()[0]
    except sqlite3.OperationalError:  # it is not there, or not yet whole
        return 0


@pytest.mark.slow
def test_ctrl_c_ends_it_at_once_and_keeps_what_was_done(home):
    for number in range(300):
        path = home / "films" / f"{number:03}.mkv"
        shutil.copy(home / "films" / "one.mkv", path)
        with path.open("ab") as file:
            file.write(b"%d" % number)
    child = subprocess.Popen(**words(home, "library", "add", "films"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    library = home / "cache" / "loopfind" / "library.sqlite"
    wait_until(lambda: entries(library) > 2)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out, err) == (130, b"", b"")
    kept = len(value(run(home, "library", "list", "--json"))["entries"])
    assert 2 < kept < 302 and run(home, "library", "verify").returncode == 0


def test_the_cache_folder_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for given, expected in (
        ("", f"{tmp_path}/.cache"),
        ("relative", f"{tmp_path}/.cache"),
        (f"{tmp_path}/c", f"{tmp_path}/c"),
    ):
        monkeypatch.setenv("XDG_CACHE_HOME", given)
        assert paths.library_at(None) == f"{expected}/loopfind/library.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert MacOS("loopfind", appauthor=False).user_cache_dir == f"{tmp_path}/Library/Caches/loopfind"
    assert paths.library_at("mine.sqlite", make=True) == "mine.sqlite"
