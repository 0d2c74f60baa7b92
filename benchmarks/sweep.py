"""Cost of a sweep, and quality of its advice.

    python benchmarks/sweep.py cost VIDEO      a sweep over the default 15 sizes against one plain scan, in turn
    python benchmarks/sweep.py advice FOLDER   the advised size against the best one, on the suite in FOLDER

The advice rests on the repeats that the engine confirmed. Here the F1 of every size is measured against the known truth
instead: the advised size should be within 2 % of the best. FOLDER is what `benchmarks/suite.py make FOLDER` fills.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from speed import in_turn, row

from loopfind import SweepSettings, sweep
from loopfind.arrays.time_index import gap_of, nearest
from loopfind.engine.sweep.parameters import AS_GOOD
from loopfind.engine.sweep.score import scores_of
from loopfind.evaluate import Truth, read_truths
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.sweep import Size
from loopfind.pipeline import hash_sizes, sweeping


def cost(video: Path, runs: int) -> Iterator[str]:
    """Rows: seconds of both commands, and their ratio."""
    command = [sys.executable, "-m", "loopfind"]
    plain, swept = in_turn([[*command, str(video), "--json"], [*command, "sweep", str(video), "--json"]], runs)
    yield row("loopfind VIDEO", plain)
    yield row("loopfind sweep VIDEO", swept)
    pairs = sorted(b / a for a, b in zip(plain, swept, strict=True))
    yield f"sweep / scan, pair by pair: median {pairs[len(pairs) // 2]:.2f} ({pairs[0]:.2f} to {pairs[-1]:.2f})"


def origins(truth: Truth, times: Floats) -> Ints:
    """The earliest frame (n,) that each frame shows again, by the truth."""
    origin, step = np.arange(len(times)), gap_of(times)
    for pair in truth.repeats:
        one, other = pair.first, pair.second
        low, high = np.searchsorted(times, [one.start - step / 2, one.end - step / 2])
        frames, pace = np.arange(low, high), other.length / one.length
        since = (times[frames] - one.start) * pace
        wanted = other.end - step - since if pair.direction < 0 else other.start + since
        there = nearest(times, wanted)
        real = (np.abs(times[there] - wanted) <= 0.75 * step) & (there > frames)
        np.minimum.at(origin, there[real], frames[real])
    while (origin != (before := origin[origin])).any():
        origin = before
    return origin


def advice(folder: Path) -> Iterator[str]:
    """Markdown rows: for each case with a repeat the advised size and the best one, with their true F1."""
    yield from ("| case | advised | its F1 | best | its F1 | within 2 % |", "|---|--:|--:|--:|--:|---|")
    seen: list[tuple[SizeDigests, Signal]] = []
    rows = hash_sizes.size_rows

    def kept(many: SizeDigests, signal: Signal, origin: Ints) -> tuple[Size, ...]:
        seen.append((many, signal))
        return rows(many, signal, origin)

    setattr(sweeping, "size_rows", kept)  # noqa: B010 - mypy lets no one assign to a function
    good = total = 0
    for name, truth in read_truths(folder / "truth.json").items():
        if not truth.repeats or not (folder / name).is_file():
            continue
        result = sweep(str(folder / name), SweepSettings())
        many, signal = seen.pop()
        origin = origins(truth, signal.times)
        figures = [scores_of(many.digests(i), signal.times, origin, signal.moving) for i in range(len(result.sizes))]
        worth = {size.hash_size: f.f1 or 0.0 for size, f in zip(result.sizes, figures, strict=True)}
        best = max(worth, key=lambda size: worth[size])
        taken = result.advice.hash_size if result.advice is not None else None
        own = worth[taken] if taken is not None else 0.0
        right = own >= AS_GOOD * worth[best]
        good, total = good + right, total + 1
        yield f"| {name} | {taken or 'none'} | {own:.3f} | {best} | {worth[best]:.3f} | {'yes' if right else 'no'} |"
    yield f"within 2 %: {good} of {total}"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cost", "advice"])
    parser.add_argument("place", type=Path)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default: 5)")
    asked = parser.parse_args()
    for line in cost(asked.place, asked.runs) if asked.what == "cost" else advice(asked.place):
        print(line, flush=True)


if __name__ == "__main__":
    main()
