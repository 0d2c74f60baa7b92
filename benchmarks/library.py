"""Time and size of a growing library: drawn clips of 30 s, some sharing a stretch, compared all against all.

    python benchmarks/library.py [--clips 500 5000] [--work DIR]
    python benchmarks/library.py --folder DIR    real files: what adding them takes with one worker and with two

Codes are drawn (benchmarks and tests share the scenes of tests/synthetic.py), nothing is decoded. One clip in five
holds 5, 10, 20 or 30 s of an earlier one, at another place, with more noise or another brightness. Printed is a row for
each size: what adding and comparing took, the most memory of the comparing process, how many pairs that share a second
or more were found, and how many pairs that share nothing were claimed.
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import synthetic as s

from loopfind.model.fingerprint import Fingerprint
from loopfind.model.library import File, Reading
from loopfind.model.video import Source
from loopfind.pipeline.library_add import add
from loopfind.pipeline.library_compare import compare_library
from loopfind.settings import Settings
from loopfind.stores.opener import open_library

SECONDS, FPS, EVERY = 30, 25, 5
LEAST = 1.0
"""Seconds that two clips must share to count as a pair."""


def held(number: int, rng: np.random.Generator) -> tuple[int, float, float, float] | None:
    """Which stretch of which other clip one holds: number, start there, start here and length, or None."""
    if number % EVERY != EVERY - 1:
        return None
    other = int(rng.integers(0, number // EVERY * EVERY + EVERY - 1))
    other -= other % EVERY == EVERY - 1
    length = float(rng.choice([5, 10, 20, SECONDS]))
    there, here = (round(float(rng.uniform(0, SECONDS - length)) * FPS) / FPS for _ in range(2))
    return other, there, here, length


def generator(number: int) -> np.random.Generator:
    """What a clip is drawn by."""
    return np.random.default_rng((3, number))


def clip(number: int) -> Fingerprint:
    """A clip, which may hold a stretch of another one."""
    rng, own = generator(number), s.film(number + 1)
    copied = held(number, rng)
    if copied is None:
        return s.shown([(own, 0, SECONDS)], FPS, seed=number)
    other, there, here, length = copied
    pieces = [(own, 0, here), (s.film(other + 1), there, there + length), (own, here + length, SECONDS)]
    shown = s.shown([p for p in pieces if p[2] > p[1]], FPS, float(rng.choice([0.15, 0.3])), seed=number)
    if rng.random() < 0.5:
        darker = np.rint(np.asarray(shown.sketches[0 : len(shown)]) * rng.uniform(0.8, 1.0)).astype(np.uint16)
        shown = replace(shown, sketches=darker)
    return shown


def fill(path: str, clips: int) -> None:
    """Make a library of so many clips, whole or not at all."""
    made = f"{path}.part"
    with open_library(made) as library:
        for number in range(clips):
            shown = clip(number)
            name = f"clip-{number:06}.mkv"
            file = File(f"/nowhere/{name}".encode(), number, 0, number.to_bytes(32, "big"))
            source = Source(f"/nowhere/{name}", float(SECONDS), len(shown), float(FPS), 640, 360)
            library.add(file, Settings(kind=shown.kind, hash_size=shown.hash_size), Reading(shown, source, ()))
    os.rename(made, path)


def shared(clips: int) -> dict[tuple[int, int], float]:
    """The pairs of clips that share something, with the seconds that they share."""
    copies: dict[int, list[tuple[int, float, float]]] = {}
    for number in range(clips):
        copied = held(number, generator(number))
        if copied is not None:
            copies.setdefault(copied[0], []).append((number, copied[1], copied[1] + copied[3]))
    pairs = {(original, copy): end - start for original, those in copies.items() for copy, start, end in those}
    for those in copies.values():
        for (one, a, b), (other, c, d) in combinations(those, 2):
            if (seconds := min(b, d) - max(a, c)) > 0:
                pairs[min(one, other), max(one, other)] = seconds
    return pairs


def judged(found: set[tuple[int, int]], clips: int) -> str:
    """How many of the pairs that share LEAST seconds were found, and how many were that share nothing."""
    truth = shared(clips)
    wanted = {pair for pair, seconds in truth.items() if seconds >= LEAST}
    return f"{len(found & wanted)} of {len(wanted)} | {len(found - truth.keys())}"


def compared(path: str) -> tuple[list[tuple[int, int]], float, float]:
    """The pairs that are found, the seconds that it takes with the index, and the process's peak memory in MB."""
    began = time.perf_counter()
    answer = compare_library(path)
    seconds = time.perf_counter() - began
    numbers = [int(source.path.rsplit("-", 1)[1][:6]) for source in answer.sources]
    pairs = sorted(sorted(numbers[file] for file in pair.files) for pair in answer.pairs)
    return [(a, b) for a, b in pairs], seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a process of its own, whose memory is its own too."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def row(folder: str, clips: int) -> str:
    """A line of the table."""
    path = Path(folder) / f"{clips}.sqlite"
    began = time.perf_counter()
    if not path.exists():
        apart(fill, str(path), clips)
    added = time.perf_counter() - began
    pairs, seconds, memory = apart(compared, str(path))
    size = path.stat().st_size / 2**20
    found = judged({(a, b) for a, b in pairs}, clips)
    return f"| {clips:,} | {added:.0f} | {seconds:.0f} | {memory:.0f} | {size:.0f} | {found} |"


def workers(folder: str, runs: int = 3) -> str:
    """Seconds that it takes to add a folder with one worker and with two, in turn, and how they compare."""
    taken: dict[int, list[float]] = {1: [], 2: []}
    for jobs in sorted(taken) * runs:
        with tempfile.TemporaryDirectory() as work:
            began = time.perf_counter()
            files = len(add([folder], f"{work}/library.sqlite", jobs=jobs).files)
            taken[jobs].append(time.perf_counter() - began)
    one, two = (statistics.median(taken[jobs]) for jobs in sorted(taken))
    return f"{files} files: one worker {one:.1f} s, two workers {two:.1f} s, {one / two:.2f} times as fast"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--work", help="keep the libraries here; a library that was compared is not compared anew")
    parser.add_argument("--folder", help="add the real files of a folder instead")
    options = parser.parse_args()
    if options.folder:
        print(workers(options.folder))
        return
    print("| clips of 30 s | made in s | compared in s | memory, MB | on disk, MB | pairs found | false pairs |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for clips in options.clips:
            print(row(options.work or folder, clips), flush=True)


if __name__ == "__main__":
    main()
