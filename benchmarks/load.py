"""Time and memory of scans that are large or odd in one way, at two sizes: what is twice as much takes twice as long.

    python benchmarks/load.py                 all cases
    python benchmarks/load.py --only noise    one of them
    python benchmarks/load.py --share 0.1     a tenth as large

Each case is made by the bundled ffmpeg in a temporary folder, at half its size and at its size, and scanned by the
command line in a process of its own. Printed are wall time, the largest memory of any process, both at the full size,
and how many times as long the full size takes as the half: 2 for what grows evenly, 4 for what grows with the square.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg

ROOT = Path(__file__).resolve().parent.parent
CODED = ("-c:v", "mpeg4", "-g", "250", "-q:v", "5", "-an")


def made(path: Path, *words: str) -> None:
    """Write a file with ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *words, str(path)]
    subprocess.run(command, check=True)


def tiny_files(folder: Path, size: int) -> list[str]:
    """A folder of files of half a second, all unlike."""
    held = folder / "held"
    held.mkdir()
    for number in range(size):
        source = f"life=s=64x48:r=10:seed={number + 1}:ratio=0.4"
        made(held / f"{number:05}.mkv", "-f", "lavfi", "-i", source, "-t", "0.5", *CODED)
    return ["compare", str(held)]


def files_added(folder: Path, size: int) -> list[str]:
    """The same, added to a library."""
    return ["library", "add", tiny_files(folder, size)[1], "--library", str(folder / "library.sqlite")]


def many_frames(folder: Path, size: int) -> list[str]:
    """One file of so many frames of 16x16."""
    made(
        folder / "a.mkv",
        "-f",
        "lavfi",
        "-i",
        "life=s=16x16:r=100:seed=7:ratio=0.4:mold=20",
        "-frames:v",
        str(size),
        *CODED,
    )
    return [str(folder / "a.mkv")]


def noise(folder: Path, size: int) -> list[str]:
    """So many frames of noise alone."""
    source = "color=gray:s=64x48:r=25,noise=alls=100:allf=t"
    made(folder / "a.mkv", "-f", "lavfi", "-i", source, "-frames:v", str(size), *CODED)
    return [str(folder / "a.mkv")]


def two_in_turn(folder: Path, size: int) -> list[str]:
    """So many frames, of which every second one is the same."""
    source = "color=gray:s=64x48:r=25,geq=lum='if(mod(N,2),X*3,255-Y*4)'"
    made(folder / "a.mkv", "-f", "lavfi", "-i", source, "-frames:v", str(size), *CODED)
    return [str(folder / "a.mkv")]


def short_loops(folder: Path, size: int) -> list[str]:
    """So many turns of one second."""
    made(folder / "one.mkv", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25", "-t", "1", *CODED)
    made(folder / "a.mkv", "-stream_loop", str(size - 1), "-i", str(folder / "one.mkv"), *CODED)
    return [str(folder / "a.mkv")]


def deep_path(folder: Path, size: int) -> list[str]:
    """A file behind a path of so many letters."""
    while len(str(folder)) + 60 < size:
        folder = folder / ("d" * 50)
        folder.mkdir()
    made(folder / "a.mkv", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25", "-t", "4", *CODED)
    return [str(folder / "a.mkv")]


CASES: dict[str, tuple[Callable[[Path, int], list[str]], int]] = {
    "tiny files compared": (tiny_files, 2000),
    "tiny files added to a library": (files_added, 2000),
    "frames of 16x16": (many_frames, 1_000_000),
    "frames of noise": (noise, 60_000),
    "frames, two in turn": (two_in_turn, 60_000),
    "loops of a second": (short_loops, 5000),
    "letters of a path": (deep_path, 3000),
}
"""By name: what makes it and the words of the command, and its size."""


def measured(make: Callable[[Path, int], list[str]], size: int) -> tuple[float, float]:
    """Return the seconds and the megabytes that one scan takes."""
    with tempfile.TemporaryDirectory() as folder:
        words = make(Path(folder), size)
        began = time.monotonic()
        # In a child of its own, so that the memory of ffmpeg that made the file does not count.
        child = os.fork()
        if not child:
            command = [sys.executable, "-m", "loopfind", *words, "--json", "-q"]
            more = [] if words[0] in ("compare", "library") else ["--no-resume"]
            status = subprocess.run([*command, *more], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
            os._exit(status)
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit(f"{' '.join(words)[:80]} ended with {os.waitstatus_to_exitcode(status)}")
        return time.monotonic() - began, used.ru_maxrss / 1024


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds TEXT")
    parser.add_argument("--share", type=float, default=1.0, help="of the size of each case (default: 1)")
    asked = parser.parse_args()
    print("| case | size | time | memory | times the half |\n|---|--:|--:|--:|--:|")
    for name, (make, whole) in CASES.items():
        if asked.only in name:
            size = whole if make is deep_path else max(2, round(whole * asked.share))
            half, _ = measured(make, size // 2)
            seconds, memory = measured(make, size)
            print(f"| {name} | {size:,} | {seconds:.1f} s | {memory:.0f} MB | {seconds / half:.1f} |", flush=True)


if __name__ == "__main__":
    main()
