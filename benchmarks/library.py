"""Time and size of a growing library: drawn clips of 30 s, some sharing a stretch, compared all against all.

    python benchmarks/library.py [--clips 500 5000] [--work DIR]
    python benchmarks/library.py --folder DIR    real files: what adding them takes with one worker and with two

Codes are drawn (benchmarks and tests share the scenes of tests/synthetic.py), nothing is decoded. One clip in five
holds 5, 10, 20 or 30 s of an earlier one, at another place, with more noise or another brightness. Printed is a row for
each size: what adding and comparing took, the most memory of the comparing process, how many pairs that share a second
or more were found, and how many pairs that share nothing were claimed.
"""

import argparse
import json
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


def clip(number: int) -> tuple[Fingerprint, tuple[int, float, float, float] | None]:
    """A clip, and which stretch of which other one it holds: number, start there, start here, length."""
    rng = np.random.default_rng((3, number))
    own, held = s.film(number + 1), None
    if number % EVERY != EVERY - 1:
        return s.shown([(own, 0, SECONDS)], FPS, seed=number), None
    other = int(rng.integers(0, number // EVERY * EVERY + EVERY - 1))
    other -= other % EVERY == EVERY - 1
    length = float(rng.choice([5, 10, 20, SECONDS]))
    there, here = (round(float(rng.uniform(0, SECONDS - length)) * FPS) / FPS for _ in range(2))
    pieces = [(own, 0, here), (s.film(other + 1), there, there + length), (own, here + length, SECONDS)]
    shown = s.shown([p for p in pieces if p[2] > p[1]], FPS, float(rng.choice([0.15, 0.3])), seed=number)
    if rng.random() < 0.5:
        darker = np.rint(np.asarray(shown.sketches[0 : len(shown)]) * rng.uniform(0.8, 1.0)).astype(np.uint16)
        shown = replace(shown, sketches=darker)
    held = (other, there, here, length)
    return shown, held


def fill(path: str, clips: int) -> list[tuple[int, int]]:
    """Make a library of so many clips; returns the pairs that share LEAST seconds or more."""
    held: dict[int, list[tuple[int, float, float]]] = {}
    with open_library(path) as library:
        for number in range(clips):
            shown, copied = clip(number)
            name = f"clip-{number:06}.mkv"
            file = File(f"/nowhere/{name}".encode(), number, 0, number.to_bytes(32, "big"))
            source = Source(f"/nowhere/{name}", float(SECONDS), len(shown), float(FPS), 640, 360)
            library.add(file, Settings(kind=shown.kind, hash_size=shown.hash_size), Reading(shown, source, ()))
            if copied is not None:
                held.setdefault(copied[0], []).append((number, copied[1], copied[1] + copied[3]))
    pairs = {(original, copy) for original, copies in held.items() for copy, _, _ in copies}
    for copies in held.values():
        for (one, a, b), (other, c, d) in combinations(copies, 2):
            if min(b, d) - max(a, c) >= LEAST:
                pairs.add((min(one, other), max(one, other)))
    return sorted(pairs)


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
    path, truth = Path(folder) / f"{clips}.sqlite", Path(folder) / f"{clips}.json"
    began = time.perf_counter()
    if not truth.exists():
        truth.write_text(json.dumps(apart(fill, str(path), clips)))
    added = time.perf_counter() - began
    wanted = {(a, b) for a, b in json.loads(truth.read_text())}
    pairs, seconds, memory = apart(compared, str(path))
    found = {(a, b) for a, b in pairs}
    size = path.stat().st_size / 2**20
    hit, false = len(found & wanted), len(found - wanted)
    return f"| {clips:,} | {added:.0f} | {seconds:.0f} | {memory:.0f} | {size:.0f} | {hit} of {len(wanted)} | {false} |"


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
