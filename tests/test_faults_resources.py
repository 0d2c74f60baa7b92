"""No room on the disk, no files and no processes to be had: one clear line, and what was there before stays whole."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import videos

from loopfind.errors import exhausted

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.fixture(scope="module")
def film() -> Path:
    return videos.three_times()


@pytest.fixture(scope="module")
def report(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report") / "report.json"
    assert loopfind([], film, "-q", "--no-resume", "-o", place) == (0, "")
    return place


def loopfind(
    before: Sequence[str], *words: object, limit: Callable[[], None] | None = None, **more: str
) -> tuple[int, str]:
    """Return the exit status of a loopfind, and what it said. before: words that start it."""
    done = subprocess.run(
        [*before, sys.executable, "-m", "loopfind", *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=ENVIRONMENT | more,
        preexec_fn=limit,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def is_one_line(said: str) -> bool:
    return said.startswith("loopfind: ") and "\n" not in said and "bug" not in said and "IMAGEIO" not in said


@pytest.mark.slow
@pytest.mark.parametrize("most", [5, 8, 24])
def test_without_files_to_open_it_is_one_line_or_the_answer(
    most: int, film: Path, report: Path, tmp_path: Path
) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    commands: list[list[object]] = [
        [film, "-q", "--no-resume", "-o", tmp_path / "page.html"],
        ["extract", report, "--out", tmp_path / "clips", "-q"],
        [videos.encoded("ts", "libx264", seconds=3), "--follow", "--stall", "1", "-q"],
        ["library", "add", film, videos.encoded("ts", "libx264", seconds=3), "--library", tmp_path / "l.sqlite", "-q"],
    ]
    for words in commands:
        status, said = loopfind([], *words, limit=limit)
        assert status in (0, 1)
        assert status == 0 or (is_one_line(said) and "files can be opened" in said), said
    assert not (tmp_path / "clips").exists() or len(list((tmp_path / "clips").iterdir())) == 4


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Words that start a command beside a disk of 64 kB, which is full, at a folder that is named by their last."""
    place = tmp_path_factory.mktemp("tiny")
    script = f'mount -t tmpfs -o size=64k tmpfs {place} && head -c 61440 /dev/zero > {place}/zeros && exec "$@"'
    words = ["unshare", "-rm", "sh", "-c", script, str(place)]
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if done.returncode:
        pytest.skip("disks cannot be mounted here")
    return words


@pytest.mark.slow
def test_a_full_disk_is_named_and_nothing_is_half_written(tiny: list[str], film: Path, report: Path) -> None:
    full = Path(tiny[-1])
    left = ["sh", "-c", f'"$@"; status=$?; ls -A {full} >&2; exit $status', "sh"]
    for words, place in (
        ([film, "-q", "--no-resume", "-o", full / "report.json"], full / "report.json"),
        ([film, "-q", "--no-resume", "-o", full / "page.html"], full / "page.html"),
        (["extract", report, "-q", "--out", full / "clips"], full / "clips"),
        (["extract", report, "-q", "--as", "gif", "--out", full / "clips"], full / "clips"),
    ):
        status, said = loopfind([*tiny, *left], *words)
        line, *there = said.splitlines()
        assert status == 1 and is_one_line(line) and str(place) in line and "space left" in line.lower(), line
        assert there == ["zeros"]
    status, said = loopfind(tiny, "library", "add", film, "--library", full / "l.sqlite")
    assert status == 1 and "the disk is full" in said


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_costs_no_answer(tiny: list[str], film: Path, tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    status, said = loopfind(tiny, film, "-q", "--library", Path(tiny[-1]) / "l.sqlite", "-o", place)
    assert status == 0 and place.exists()
    assert is_one_line(said) and "nothing is kept" in said and "the disk is full" in said


@pytest.fixture(scope="module")
def library(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("library") / "l.sqlite"
    assert loopfind([], "library", "add", film, "--library", place, "-q") == (0, "")
    return place


@pytest.mark.slow
@pytest.mark.parametrize(("way", "room"), [("scan", 4), ("compare", 60), ("add", 60)])
def test_a_disk_that_fills_while_a_library_is_written_costs_neither_the_answer_nor_the_library(
    way: str, room: int, film: Path, library: Path, tiny: list[str], tmp_path: Path
) -> None:
    others = [videos.encoded("ts", "libx264", seconds=3), videos.encoded("mkv", "mpeg4", seconds=3)]
    place, report = f"{tiny[-1]}/l.sqlite", tmp_path / "report.json"
    words: list[object] = {
        "scan": [others[0], "-q", "--no-resume", "-o", report],
        "compare": ["compare", film, *others, "-q", "-o", report],
        "add": ["library", "add", *others, "-q"],
    }[way]
    zeros = f"{tiny[-1]}/zeros"
    before = f"mount -t tmpfs -o size=2m tmpfs {tiny[-1]} && cp {library} {place}"
    fill = f"head -c 3m /dev/zero > {zeros} 2>/dev/null; truncate -s -{room}k {zeros}"
    verify = f"{sys.executable} -m loopfind library verify --library {place} > /dev/null"
    script = f'{before} && {{ {fill}; "$@"; status=$?; rm {zeros}; {verify} && exit $status; exit 9; }}'
    status, said = loopfind(["unshare", "-rm", "sh", "-c", script, "sh"], *words, "--library", place)
    assert status == (1 if way == "add" else 0) and report.exists() == (way != "add")
    assert is_one_line(said) and place in said and "the disk is full" in said
    if way != "add":
        assert "nothing is kept" in said or "nothing more is kept" in said


@pytest.mark.slow
def test_a_full_disk_for_temporary_files_is_named(tiny: list[str]) -> None:
    long = videos.make(
        "long_and_tiny.mp4",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=32x32:r=60:d=120",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
    )
    folder = tiny[-1]
    emptied = [*tiny, "sh", "-c", f'truncate -s 8k {folder}/zeros; exec "$@"', "sh"]
    status, said = loopfind(emptied, long, "-q", "--no-resume", "--jobs", "1", TMPDIR=folder)
    assert status == 1 and is_one_line(said) and folder in said and "TMPDIR" in said


@pytest.mark.slow
def test_an_old_report_stays_whole_where_a_new_one_cannot_be_written(film: Path, tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    place.write_text("the old one")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    status, said = loopfind([], film, "-q", "--no-resume", "-o", place, limit=limit)
    assert status == 1 and is_one_line(said) and str(place) in said
    assert place.read_text() == "the old one" and os.listdir(tmp_path) == ["report.json"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "ulimit -u"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (MemoryError(), "memory"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"), "TMPDIR"),
        (FileNotFoundError(errno.ENOENT, "No such file"), ""),
        (RuntimeError("something else"), ""),
    ],
)
def test_what_the_system_has_no_more_of_is_named_with_what_to_do(error: Exception, says: str) -> None:
    assert says in exhausted(error) if says else exhausted(error) == ""
