"""Time that packets save: an answer without decoding, and a scan that decodes nothing twice.

    python benchmarks/packets.py                 an hour of 640x360 H.264, one minute copied sixty times
    python benchmarks/packets.py --minutes 10    less
    python benchmarks/packets.py FILE            a video of your own
    python benchmarks/packets.py --encoded 20    what looking at the packets costs where nothing was copied: 20 minutes

`ffmpeg -i F -an -f null -` decodes it, `loopfind F --packets-only` runs as a whole command, and F is read as a scan
reads it, with copied packets skipped and without; one after the other, and of each the smallest of some times counts,
by the clock and in seconds of processor time, which says more on a machine that does other work as well. The targets:
`--packets-only` 50 times as fast as decoding; a loss of 2 % at most where nothing was copied. Of a drawn loop the
answer is checked.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import imageio_ffmpeg

FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y")
CLIP = "testsrc2=s=640x360:r=30:d=60,noise=alls=6:allf=t"
CODED = ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "1M", "-g", "150")
ROOT = Path(__file__).resolve().parent.parent

READ = """
import sys
from loopfind.media.ffmpeg.address import resolve
from loopfind.pipeline import reader
from loopfind.settings import Decoding, Settings
if sys.argv[2] == "plain":
    reader.may_reuse = lambda *_: False
lines = []
reader.read_video(resolve(sys.argv[1]), Settings(), log=lines.append, decoding=Decoding())
print(lines[-1])
"""
"""The reading of a scan, and the last line of its log."""

BRIEF = 10.0
"""Seconds below which a command is run several times."""

Taken = tuple[float, float]
"""Seconds by the clock, and of processor time."""


def measure(command: Sequence[str]) -> tuple[Taken, bytes]:
    """What a command takes, with all that it starts, and what it writes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return (clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done.stdout


def smallest(found: Sequence[tuple[Taken, bytes]]) -> tuple[Taken, bytes]:
    """The smallest times of some runs, and what the last one wrote."""
    return (min(taken[0] for taken, _ in found), min(taken[1] for taken, _ in found)), found[-1][1]


def in_turn(commands: Sequence[Sequence[str]], runs: int) -> list[tuple[Taken, bytes]]:
    """The smallest times of each command, which run one after the other, and what each wrote at last."""
    found = [[measured(command) for command in commands] for _ in range(runs)]
    return [smallest(own) for own in zip(*found, strict=True)]


def measured(command: Sequence[str]) -> tuple[Taken, bytes]:
    """One run; of a command that takes a second or two several, as others on the machine may take half of that."""
    first = measure(command)
    return first if first[0][0] > BRIEF else smallest([first, *(measure(command) for _ in range(5))])


def draw(folder: str, minutes: int, encoded: bool) -> str:
    """A minute that is repeated, copied as it is, or encoded as a whole."""
    clip, path = f"{folder}/clip.mp4", f"{folder}/hour.mp4"
    subprocess.run([*FFMPEG, "-f", "lavfi", "-i", CLIP, *CODED, clip], check=True)
    turns = ("-stream_loop", str(minutes - 1), "-i", clip)
    subprocess.run([*FFMPEG, *turns, *(CODED if encoded else ("-c", "copy")), path], check=True)
    return path


def row(what: str, taken: Taken, base: Taken) -> str:
    """A line of the table."""
    times = f"{base[0] / taken[0]:6.1f} times as fast, {base[1] / taken[1]:.1f} by processor time"
    return f"{what:<28}{taken[0]:8.2f} s {taken[1]:8.2f} s of processor time  {times}"


def main() -> int:
    """Measure; 1 where a drawn loop is not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--encoded", type=int, metavar="MINUTES", help="encode the repeated minute so often as a whole")
    parser.add_argument("--runs", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = wanted.file or draw(folder, wanted.encoded or wanted.minutes, wanted.encoded is not None)
        ours, read = [sys.executable, "-m", "loopfind", path], [sys.executable, "-c", READ, path]
        commands = {
            "decoding": [*FFMPEG, "-i", path, "-an", "-f", "null", "-"],
            "--packets-only": [*ours, "--packets-only", "--json", "-q"],
            "read, copies skipped": [*read, "skipping"],
            "read plainly": [*read, "plain"],
        }
        found = dict(zip(commands, in_turn(list(commands.values()), wanted.runs), strict=True))
        report = json.loads(found["--packets-only"][1])
        size, length = os.path.getsize(path) / 1e6, report["source"]["duration"] / 60
        print(f"{size:.0f} MB, {length:.0f} min: {report['verdict']['summary']}")
        print(found["read, copies skipped"][1].decode().strip())
        for what, (taken, _) in found.items():
            print(row(what, taken, found["decoding"][0]))
        skipping, plain = found["read, copies skipped"][0][1], found["read plainly"][0][1]
        print(f"processor time of a reading that skips: {100 * skipping / plain:.1f} % of a plain one's")
        loops = [(repeat["kind"], len(repeat["occurrences"])) for repeat in report["repeats"]]
        return 0 if wanted.file or wanted.encoded or loops == [("loop", wanted.minutes)] else 1


if __name__ == "__main__":
    raise SystemExit(main())
