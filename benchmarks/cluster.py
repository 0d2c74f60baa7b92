"""Several processes that share the work on a library, against one.

    python benchmarks/cluster.py [--clips 500 5000] [--work DIR]    drawn clips, all against all: 0, 1 and 2 workers
    python benchmarks/cluster.py --folder DIR                   real files, added by one worker and by two
    python benchmarks/cluster.py --kills 10 [--files 200]       small files, added while workers are killed
    python benchmarks/cluster.py --model 500:30 5000:400 …      10^4 to 10^7 clips, from processor seconds of some

The clips are those of `benchmarks/library.py`. Time is given on the clock and as processor time of all processes, as
others may use the machine. Memory is the most that all processes have together at one moment, pages that they share
counted once. 0 workers is the command without any.
"""

import argparse
import math
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import library as drawn
import numpy as np
import psutil
from imageio_ffmpeg import get_ffmpeg_exe

from loopfind.model.video import Progress
from loopfind.pipeline.library_add import add
from loopfind.pipeline.library_compare import compare_library
from loopfind.settings import ClusterSettings, Settings
from loopfind.stores.opener import open_library

MEMORY_GAP = 2.0
"""Seconds between two looks at the memory of all processes."""


class Measured:
    """The seconds that a body took, those of all its processes' cores, and their most memory, MB."""

    wall = cpu = 0.0
    megabytes = 0


@contextmanager
def measured() -> Iterator[Measured]:
    """Measure the body, with its processes, which must have ended by the end of it."""
    found, over = Measured(), threading.Event()

    def look() -> None:
        while not over.wait(MEMORY_GAP):
            held = 0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    held += process.memory_full_info().pss
                except psutil.Error:  # it has ended
                    continue
            found.megabytes = max(found.megabytes, held >> 20)

    looker = threading.Thread(target=look)
    began, used = time.perf_counter(), _processor_seconds()
    looker.start()
    try:
        yield found
    finally:
        found.wall, found.cpu = time.perf_counter() - began, _processor_seconds() - used
        over.set()
        looker.join()


def _processor_seconds() -> float:
    """Processor time of this process and of all that have ended in it."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def comparisons(clips: Sequence[int], folder: str, workers: Sequence[int]) -> None:
    """Print a row for each number of clips and of workers."""
    print("| clips of 30 s | workers | compared in s | processor s | memory, MB | on disk, MB | pairs | false |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for count in clips:
        path = Path(folder) / f"{count}.sqlite"
        if not path.exists():
            drawn.apart(drawn.fill, str(path), count)
        answers = []
        for number in workers:
            with tempfile.TemporaryDirectory(dir=folder) as work:
                copy = shutil.copy(path, work)
                taken, pairs = drawn.apart(compared, copy, number)
                size = os.path.getsize(copy) >> 20
            answers.append(pairs)
            row = f"{taken.wall:.0f} | {taken.cpu:.0f} | {taken.megabytes} | {size}"
            found = drawn.judged({(a, b) for a, b, _ in pairs}, count)
            print(f"| {count:,} | {number} | {row} | {found} |", flush=True)
        if any(answer != answers[0] for answer in answers):
            print("the answers differ", flush=True)


def compared(path: str, workers: int) -> tuple[Measured, list[tuple[int, int, tuple[float, float]]]]:
    """Compare a library: what that took, and the pairs of clips with the seconds they share."""
    with measured() as taken:
        answer = compare_library(path, cluster=ClusterSettings(workers))
    numbers = [int(source.path.rsplit("-", 1)[1][:6]) for source in answer.sources]
    return taken, [(numbers[pair.files[0]], numbers[pair.files[1]], pair.seconds) for pair in answer.pairs]


def additions(folder: str) -> None:
    """Print what adding real files takes one worker, and two."""
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as work, measured() as taken:
            files = len(add([folder], f"{work}/l.sqlite", cluster=ClusterSettings(workers)).files)
        print(f"{files} files, {workers} workers: {taken.wall:.1f} s, processor {taken.cpu:.1f} s", flush=True)


def small_files(folder: str, count: int) -> None:
    """Make small videos of unlike content."""
    source = f"{folder}/0.mkv"
    scene = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.4"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *scene, "-c:v", "mpeg4", source], check=True)
    whole = Path(source).read_bytes()
    for number in range(1, count):
        # Behind the end nothing is decoded; the content is another one.
        Path(f"{folder}/{number}.mkv").write_bytes(whole + b"\0" * number)


def kills(files: int, times: int) -> None:
    """Print what is in a library that was added to while workers were killed, so many times."""
    rng, killed = random.Random(5), 0

    def watch(progress: Progress) -> None:
        nonlocal killed
        if progress.share is None or killed >= times or progress.share < killed / times:
            return
        workers = list[psutil.Process]()
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it has ended
                if "spawn_main" in " ".join(process.cmdline()):
                    workers.append(process)
        if workers:
            os.kill(rng.choice(workers).pid, signal.SIGKILL)
            killed += 1

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as work:
        small_files(folder, files)
        with measured() as taken:
            settings = Settings(sound=False)
            result = add([folder], f"{work}/l.sqlite", settings, watch=watch, cluster=ClusterSettings(2))
        with open_library(f"{work}/l.sqlite") as library:
            names = Counter(name for entry in library.entries() for name in entry.paths)
    print(f"{killed} workers killed; {len(result.files)} of {files} files added, {len(result.failures)} left out")
    print(f"in the library: {len(names)} files, once each: {set(names.values()) == {1}}; {taken.wall:.0f} s")


STORED, POSTINGS = 203_000, 1_130
"""Bytes of a clip of 30 s in a library, its index included, and rows of the index, in a drawn library of 5,000."""
INDEX_ROW = 24
"""Bytes of a row of the index in the copy that each worker makes."""


def model(taken: Sequence[tuple[int, float]]) -> None:
    """Print what many clips would take, from processor seconds that some numbers of clips took.

    The law: n clips take s + n (a + b log2 n) seconds, fitted by least squares of the shares that it is off by.
    """
    counts, seconds = (np.array(column, float) for column in zip(*taken, strict=True))
    table = np.stack([np.ones(len(counts)), counts, counts * np.log2(counts)], axis=1)
    start, fixed, rising = np.linalg.lstsq(table / seconds[:, None], np.ones(len(counts)), rcond=None)[0]
    off = np.abs(table @ (start, fixed, rising) / seconds - 1).max()
    law = f"{start:.1f} s, and a clip {1000 * fixed:.1f} + {1000 * rising:.2f} log2 n ms"
    print(f"{law}; off by {100 * off:.1f} % at most\n")
    print("| clips | hours of video | processor hours | library | moved to each worker | workers for a day |")
    print("|--:|--:|--:|--:|--:|--:|")
    for power in range(4, 8):
        count = 10**power
        hours = (start + count * (fixed + rising * math.log2(count))) / 3600
        library, moved = STORED * count / 1e9, POSTINGS * INDEX_ROW * count / 1e9
        needed = max(1, math.ceil(hours / 24))
        print(f"| {count:,} | {count / 120:,.0f} | {hours:,.1f} | {library:,.1f} GB | {moved:,.1f} GB | {needed} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="+", default=[5000])
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--work", help="keep the drawn libraries here")
    parser.add_argument("--folder", help="add the real files of a folder instead")
    parser.add_argument("--kills", type=int, help="kill workers so many times instead")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--model", nargs="+", metavar="CLIPS:SECONDS", help="instead, from what so many took")
    options = parser.parse_args()
    if options.folder:
        additions(options.folder)
    elif options.kills:
        kills(options.files, options.kills)
    elif options.model:
        rows = [row.split(":") for row in options.model]
        model([(int(clips), float(seconds)) for clips, seconds in rows])
    else:
        with tempfile.TemporaryDirectory() as folder:
            comparisons(options.clips, options.work or folder, options.workers)


if __name__ == "__main__":
    main()
