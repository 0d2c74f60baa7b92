"""Leftovers of killed processes, and processes that share a number, a folder, a library or a file."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import oracle
import pytest
import videos
from faulty_site import Fault, serving
from patience import wait_until

from loopfind.reports.leftovers import new_file, new_folder, remove_leftovers

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def loopfind(*words: object, alone: bool = False, **more: str) -> "subprocess.Popen[str]":
    """Start a loopfind. alone: as process 1 of a namespace of its own."""
    command = [sys.executable, "-m", "loopfind", *map(str, words)]
    return subprocess.Popen(
        [*ALONE, *command] if alone else command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT | more,
    )


def ended(running: "Sequence[subprocess.Popen[str]]") -> list[tuple[int, str]]:
    """Wait for all, and return their exit statuses and what they said."""
    told = [one.communicate(timeout=120) for one in running]
    return [(one.returncode, said) for one, (_, said) in zip(running, told, strict=True)]


@pytest.fixture(scope="module")
def film() -> Path:
    return videos.three_times()


@pytest.fixture(scope="module")
def report(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report") / "report.json"
    assert ended([loopfind(film, "-q", "--no-resume", "-o", place)]) == [(0, "")]
    return place


ALONE = ("unshare", "-rpf", "--mount-proc")


@pytest.fixture
def namespaces() -> None:
    try:
        done = subprocess.run([*ALONE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if done.returncode:
        pytest.skip("process namespaces are not permitted here")


def children_of(number: int) -> list[str]:
    """Process numbers of the children of a running process."""
    found: list[str] = []
    for thread in os.listdir(f"/proc/{number}/task"):
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            found += Path(f"/proc/{number}/task/{thread}/children").read_text().split()
    return found


def runs(number: str) -> bool:
    """Return whether a process is there and has not ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("source", ["server", "server, its packets", "named pipe", "standard input"])
@pytest.mark.slow
def test_no_ffmpeg_outlives_a_killed_loopfind_by_waiting_for_what_is_silent(source: str, tmp_path: Path) -> None:
    head = videos.encoded("mkv", "libx264").read_bytes()[:2000]  # so little that nothing is written of it
    with contextlib.ExitStack() as stack:
        place = "-"
        if source.startswith("server"):
            place = stack.enter_context(serving(head * 2, Fault("stall", len(head), seeks=False))).address
        elif source == "named pipe":
            os.mkfifo(place := str(tmp_path / "pipe"))
        words = [sys.executable, "-m", "loopfind", place, "--no-resume", *(["--packets-only"] * ("packets" in source))]
        none = subprocess.DEVNULL
        running = stack.enter_context(
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=none, stderr=none, env=ENVIRONMENT)
        )
        stack.callback(running.kill)
        assert running.stdin is not None
        if source == "named pipe":
            stack.enter_context(open(place, "wb", buffering=0)).write(head)
        elif place == "-":
            running.stdin.write(head)
            running.stdin.flush()
        # One that waits, and one that ends it.
        left = wait_until(lambda: len(found := children_of(running.pid)) == 2 and found)
        running.kill()
        running.wait()
        wait_until(lambda: not any(map(runs, left)), what="the end of what it had started")


def hidden(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder) for name in names if name.startswith(".loopfind")]


@pytest.mark.slow
@pytest.mark.usefixtures("namespaces")
def test_two_processes_of_one_number_do_not_disturb_each_other(film: Path, report: Path, tmp_path: Path) -> None:
    clips, library = tmp_path / "clips", tmp_path / "l.sqlite"
    caches = {"XDG_CACHE_HOME": str(tmp_path / "caches")}
    twice: list[list[object]] = [
        ["extract", report, "--out", clips, "--overwrite", "-q"],
        ["extract", report, "--out", clips, "--overwrite", "-q"],
        ["library", "add", film, "--library", library],
        ["library", "add", film, "--library", library],
        [film, "-q", "--cache", "-o", tmp_path / "one.json", "--html", tmp_path / "one.html"],
        [film, "-q", "--cache", "-o", tmp_path / "two.json", "--html", tmp_path / "two.html"],
    ]
    assert [status for status, _ in ended([loopfind(*words, alone=True, **caches) for words in twice])] == [0] * 6
    assert len(list(clips.iterdir())) == 4 and not hidden(tmp_path)
    assert all(len(oracle.read(clip)[0]) > 20 for clip in clips.iterdir())
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json"))
    assert one | {"made": None} == two | {"made": None}
    assert (tmp_path / "one.html").read_text().rstrip().endswith("</html>")
    assert [status for status, _ in ended([loopfind("library", "verify", "--library", library)])] == [0]


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_what_a_killed_extract_left_goes_with_the_next_one(share: float, report: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    running = loopfind("extract", report, "--out", clips, "-q")
    wait_until(lambda: len(list(clips.glob(".loopfind-*/*"))) > share * 4, 60)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert not list(clips.glob("*.mp4"))
    age(clips)
    assert [status for status, _ in ended([loopfind("extract", report, "--out", clips, "-q")])] == [0]
    assert len(list(clips.iterdir())) == 4


HELD = """
import os, sys
def fsync(descriptor):
    print("written", file=sys.stderr, flush=True)
    sys.stdin.read()
os.fsync = fsync
from loopfind.cli import main
sys.exit(main())
"""
"""A loopfind that waits where a file is written as a whole, and not yet moved into its place."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "name", "before"), [("-o", "report.json", ""), ("--html", "page.html", "the old one")]
)
def test_a_report_whose_writing_is_killed_is_not_there_and_what_it_left_goes(
    option: str, name: str, before: str, film: Path, tmp_path: Path
) -> None:
    place = tmp_path / name
    if before:
        place.write_text(before)
    words = [str(film), "-q", "--no-resume", option, str(place)]
    running = subprocess.Popen(
        [sys.executable, "-c", HELD, *words], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert running.stderr is not None and running.stderr.readline() == "written\n"
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert (place.read_text() if before else place.exists()) == (before or False)
    assert len(hidden(tmp_path)) == 1
    age(tmp_path)
    assert ended([loopfind(*words)]) == [(0, "")]
    assert os.listdir(tmp_path) == [name] and place.read_text().startswith(("{", "<!"))


def age(folder: Path) -> None:
    """Let what lies in a folder be a minute old."""
    for place in folder.rglob("*"):
        then = place.lstat().st_mtime - 60
        os.utime(place, (then, then), follow_symlinks=False)


def test_only_what_was_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".loopfind-abcd0_12.tmp"
    left.write_text("half a report")
    folder = tmp_path / ".loopfind-abcd0_13.tmp"
    folder.mkdir()
    (folder / ".held").touch()
    (folder / "repeat-01-at-0h00m00s.mp4").write_bytes(b"half")
    begun = tmp_path / ".loopfind-abcd0_15.tmp"
    begun.mkdir()
    other = tmp_path / ".loopfind-notes.tmp"
    other.mkdir()
    mine = tmp_path / ".loopfind-abcd0_14.tmp"
    mine.mkdir()
    (mine / ".held").touch()
    (mine / "thesis.txt").write_text("years of work")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".held").touch()
    (elsewhere / "repeat-01-at-0h00m00s.mp4").write_bytes(b"whole")
    link = tmp_path / ".loopfind-abcd0_16.tmp"
    link.symlink_to(elsewhere)
    file_link = tmp_path / ".loopfind-abcd0_17.tmp"
    file_link.symlink_to(elsewhere / ".held")
    descriptor, held = new_file(tmp_path)
    with new_folder(tmp_path) as kept:
        (kept / "repeat-02-side-by-side.mp4").write_bytes(b"being written")
        remove_leftovers(tmp_path)
        assert left.exists() and folder.exists()  # what changed a moment ago is left alone
        age(tmp_path)
        remove_leftovers(tmp_path)
        assert {place for place in (left, folder, begun) if place.exists()} == set()
        assert all(place.exists() for place in (other, mine / "thesis.txt", held, kept / "repeat-02-side-by-side.mp4"))
        assert link.is_symlink() and file_link.is_symlink() and len(list(elsewhere.iterdir())) == 2
    os.close(descriptor)
    assert not kept.exists() and held.exists()
    remove_leftovers(tmp_path)
    assert not held.exists()
