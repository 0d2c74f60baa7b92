"""Systems without what POSIX has: the same answers, and names as they are there."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import videos

from loopfind.media.ffmpeg import address, diagnosis
from loopfind.media.ffmpeg.address import path_of_url
from loopfind.reports import links

HERE = Path(__file__).resolve().parent
RUN = """
import contextlib, json, sys, threading
from pathlib import Path
from patience import let_pass
from loopfind.cli.app import run
from loopfind.engine.evidence import findable

findable.MOMENTS_TRIED = 3  # as in tests of this process

def grow(source, place):
    data = Path(source).read_bytes()
    Path(place).write_bytes(b"")
    def write():
        for part in range(8):
            with open(place, "ab") as file:
                file.write(data[part * len(data) // 8 : (part + 1) * len(data) // 8])
            let_pass(0.1)
    threading.Thread(target=write).start()

for name, *words in json.loads(sys.argv[1]):
    if name == "grow":
        grow(*words)
        continue
    with open(name, "w", encoding="cp1252") as file, contextlib.redirect_stdout(file):
        status = run(words)
    if status:
        sys.exit(f"{words} ended with {status}")
"""
KEPT = """
import os, sys
import numpy as np
from pathlib import Path
from loopfind.model.library import File
from loopfind.settings import Settings
from loopfind.stores.checkpoints import checkpoint_of, row_type
folder, file = Path(sys.argv[1]), File(b"a.mp4", 1, 2, b"3")
rows = np.zeros(5000, row_type(72))
rows["time"] = np.arange(5000)
for times in (1, 2):
    kept = checkpoint_of(folder, file, Settings(), 72)
    read = sum(map(len, kept.rows()))
    kept.add(iter([rows[read : read + 2500]]), ())
    kept.close()
kept, other = checkpoint_of(folder, file, Settings(), 72), checkpoint_of(folder, file, Settings(), 72)
assert kept.count == 5000 and np.array_equal(np.concatenate([*kept.rows()]), rows)
try:
    other.add(iter([rows]), ())
except BlockingIOError:
    print("in turn")
kept.restart()
print(sorted(os.listdir(folder)), kept.count)
"""


@cache
def film() -> Path:
    """Four seconds, of which two come again, under a name that a console of one byte a letter cannot show."""
    scene = ("-f", "lavfi", "-i", "mandelbrot=s=96x64:r=25,trim=duration=4")
    graph = "[0]split=2[a][b];[b]trim=1:3,setpts=PTS-STARTPTS[c];[a][c]concat=n=2"
    words = (*scene, "-filter_complex", graph, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
    return videos.make("視頻 é.mp4", *words)


@cache
def stream() -> Path:
    """The same as a stream."""
    return videos.make("elsewhere.ts", "-i", str(film()), "-c", "copy")


def started(code: str, *words: str, alike: bool = True) -> str:
    """Run code in a Python like that of Windows, or in this one. Return its output."""
    command = [sys.executable, *([str(HERE / "like_windows.py"), code] if alike else ["-c", code]), *words]
    around = {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE.parent), str(HERE)))}
    done = subprocess.run(command, env=around, capture_output=True, text=True, errors="backslashreplace", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(folder: Path, alike: bool) -> dict[str, object]:
    """Return the output of each command."""
    folder.mkdir()
    video, other, growing = str(film()), str(stream()), str(folder / "growing.ts")
    library, report, page = ("--library", str(folder / "l.sqlite")), *(str(folder / n) for n in ("r.json", "page.html"))
    commands = {
        "scan": (video, "--json", "--no-resume"),
        "side by side": (other, "--json", "--no-resume", "--jobs", "2"),
        "packets": (video, "--json", "--packets-only"),
        "compare": ("compare", video, other, "--json"),
        "add": ("library", "add", video, other, "--jobs", "1", "--json", "--quiet", *library),
        "search": ("library", "search", video, "--json", *library),
        "text": (video, "--no-resume", "-o", str(folder / "table.csv"), "-o", report, "--html", page),
        "extract": ("extract", report, "--out", str(folder / "clips")),
        "again": ("extract", report, "--out", str(folder / "clips"), "--overwrite"),
        "follow": (growing, "--follow", "--stall", "3", "--json"),
    }
    jobs = [[str(folder / name), *words] for name, words in commands.items()]
    jobs.insert(-1, ["grow", other, growing])
    started(RUN, json.dumps(jobs), alike=alike)
    said: dict[str, object] = {}
    for name in commands:
        text = (folder / name).read_text("cp1252").replace(str(folder), "")
        text = re.sub(r'("date": ?)"[^"]+"', r'\1""', text)  # when it was made
        said[name] = [json.loads(line) for line in text.splitlines()] if name == "follow" else text
    said["follow"] = said["follow"][-1]["report"]["repeats"]  # type: ignore[index]
    return said | {"clips": sorted(path.name for path in (folder / "clips").iterdir()), "files": left(folder)}


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_every_command_says_the_same_without_what_windows_lacks(tmp_path: Path) -> None:
    here, there = answers(tmp_path / "here", alike=False), answers(tmp_path / "there", alike=True)
    assert here["clips"] and here["follow"]
    for name, said in here.items():
        assert there[name] == said, name


@pytest.mark.slow
def test_a_checkpoint_is_for_one_process_and_goes_whole_without_what_windows_lacks(tmp_path: Path) -> None:
    assert started(KEPT, str(tmp_path)) == "in turn\n[] 0\n"


@pytest.mark.slow
def test_what_is_followed_can_be_ended_with_the_pictures_at_hand(tmp_path: Path) -> None:
    """There is no signal that lets ffmpeg end but in a group of its own."""
    code = """
import sys, threading
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.request import DecodeOptions
asked = threading.Event()
with open_video(sys.argv[1], options=DecodeOptions(apart=True), stop=asked.is_set) as video:
    count = 0
    for batch in video:
        count += len(batch)
        asked.set()
print(0 < count < 100_000)
"""
    long = videos.make("elsewhere.mkv", *videos.moving(200, size="64x48"), "-c:v", "mpeg4")
    assert started(code, str(long)) == "True\n"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        (r"C:\video.mp4", True),
        ("C:/video.mp4", True),
        (r"c:video.mp4", True),
        (r"\\server\share\video.mp4", True),
        ("C://video.mp4", True),
        ("rtsp://host/video", False),
        ("pipe:0", False),
    ],
)
def test_a_drive_is_no_scheme(name: str, plain: bool) -> None:
    assert address.is_plain_path(name) == plain
    assert links.linker("", name)(1.0).startswith("file://") or not plain
    if plain:
        assert address.local_name(name) == name


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/a%20b.mp4", "C:/a b.mp4"),
        ("file://localhost/C:/a.mp4", "C:/a.mp4"),
        ("file://server/share/a.mp4", "//server/share/a.mp4"),
        ("file:///a/b.mp4", "/a/b.mp4"),
    ],
)
def test_an_address_of_a_file_names_a_drive_or_a_server(url: str, path: str) -> None:
    assert path_of_url(url, on_windows=True) == path
    assert path_of_url(url, on_windows=False) == "/" + url.split("/", 3)[3].replace("%20", " ")


def test_a_crash_is_named_as_windows_numbers_it() -> None:
    assert diagnosis.was_killed(0xC0000005, ()) == "error 0XC0000005"
    assert diagnosis.was_killed(0xFFFFFFFE, ()) == ""  # what ffmpeg itself ends with


@pytest.mark.parametrize(("module", "name"), [("os", "mkfifo"), ("signal", "SIGKILL"), ("os", "nothing")])
@pytest.mark.slow
def test_a_test_is_skipped_for_what_is_not_there_and_for_nothing_else(module: str, name: str) -> None:
    code = f"""
import os, signal, posix_only
try:
    {module}.{name}
except AttributeError as error:
    print(posix_only.reason(error))
"""
    assert started(code) == ("\n" if name == "nothing" else f"{module}.{name} is not there\n")
