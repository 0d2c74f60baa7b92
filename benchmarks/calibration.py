"""Calibration of the confidence and of the shortest findable length, on drawn footage.

    python benchmarks/calibration.py            some 350 drawn files, a few minutes on two cores
    python benchmarks/calibration.py --seeds 2  fewer
    python benchmarks/calibration.py --claims   and every false claim with its file

Each file is drawn as cells (the scenes of tests/synthetic.py, which is imported from there): a minute of one kind of
footage. First without any repeat; then, with fresh codec noise, once for each of SHARES: a stretch that is that many
times the file's own `verdict.shortest_findable` long is shown once more, at a splice. It starts anywhere in what the
report called judged, so nine in ten of length 1 should be found. The truth is known, so every claim is true or false:
true where at least half of the instants that it matches are the same instant of one recording.

The weights of the confidence (loopfind/engine/evidence/claim_parameters.py) were fitted to scenes of seeds from 1001
on. Seeds here count from 1, so what the table says of a confidence it says of footage that had no part in making it."""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two files at a time already take two cores

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import synthetic
from synthetic import Scene, camera, film, lanes

from loopfind.evaluate import Pair, Truth, evaluate
from loopfind.model.report import Report
from loopfind.model.video import Span

LENGTH = 60.0
"""Seconds of each file, without the copy."""

SHARES = (0.5, 1.0, 2.0, 4.0)
"""Lengths of the planted copy, in shortest findable lengths; 0 stands for the file without one."""

BINS = (0.0, 0.5, 0.9, 0.99, 1.0)
"""Limits of confidence between which claims are counted together."""

MOST_FALSE = 0.5
"""A claim is true if this share of the instants that it matches is."""

WORKERS = 2


@dataclass(frozen=True)
class Footage:
    """A kind of footage: how a scene of it is drawn from a seed, frames a second, codec noise in grey levels."""

    draw: Callable[[int], Scene]
    fps: float = 25.0
    noise: float = synthetic.NOISE


def seldom(seed: int) -> Scene:
    """A fixed camera whose one body stands still for most of the time: it moves in bursts of a few seconds."""
    scene, rng = camera(seed, where=seed, bodies=1), np.random.default_rng((seed, 6))
    rests, bursts = rng.uniform(3, 12, 60), rng.uniform(1, 4, 60)
    # Recording time stands still during a rest.
    clock = np.concatenate([[0.0], np.cumsum(np.stack([rests, bursts], 1).ravel())])
    hand = np.concatenate([[0.0], np.cumsum(np.stack([0 * rests, bursts], 1).ravel())])
    return lambda t: scene(np.interp(t, clock, hand))


FOOTAGE = {
    "film": Footage(film),
    "film, 10 frames/s": Footage(film, fps=10),
    "film, heavy noise": Footage(film, noise=0.7),
    "film, slow shots": Footage(lambda seed: film(seed, shot=12.0)),
    "camera, 5 bodies": Footage(camera),
    "camera, 1 body": Footage(lambda seed: camera(seed, where=seed, bodies=1)),
    "camera, 1 small body": Footage(lambda seed: camera(seed, where=seed, bodies=1, size=0.05)),
    "camera, 5 frames/s": Footage(lambda seed: camera(seed, where=seed, bodies=3), fps=5),
    "camera, heavy noise": Footage(lambda seed: camera(seed, where=seed, bodies=3), noise=0.7),
    "camera, 60 frames/s": Footage(lambda seed: camera(seed, where=seed, bodies=2), fps=60),
    "camera, seldom moves": Footage(seldom),
    "road, alike cars": Footage(lanes),
}
"""By the name of its row."""


@dataclass(frozen=True)
class Claim:
    """What one report claimed: how sure it was, and whether it was right. file: which it was; spans: seconds."""

    file: str
    confidence: float
    true: bool
    spans: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outcome:
    """One kind of footage at one seed. shortest: seconds, None where nothing could be judged. found: by share of the
    shortest findable length, whether a copy of that length was found."""

    footage: str
    shortest: float | None
    found: dict[float, bool]
    claims: tuple[Claim, ...]


def outcome(name: str, seed: int) -> Outcome:
    """Scan the footage as it is and with each of the copies."""
    kind = FOOTAGE[name]
    scene = kind.draw(seed)
    report = synthetic.answer(synthetic.shown([(scene, 0, LENGTH)], kind.fps, kind.noise, seed))
    shortest = report.verdict.shortest_findable
    claims = list(claims_of(report, Truth(kind.fps), f"{name}, seed {seed}, nothing planted"))
    found: dict[float, bool] = {}
    rng = np.random.default_rng((seed, 7))
    for number, share in enumerate(SHARES if shortest is not None else ()):
        frames = max(2, round(share * (shortest or 0.0) * kind.fps))
        start = place(report, frames, kind.fps, rng)
        if start is None:
            continue
        length, pieces, pair = spliced(scene, start, frames / kind.fps, kind.fps, rng)
        file = synthetic.shown(pieces, kind.fps, kind.noise, 1000 * seed + number + 1)
        truth = Truth(kind.fps, (pair,))
        answer = synthetic.answer(file)
        found[share] = evaluate(answer, truth).recall >= 0.5
        claims += claims_of(answer, truth, f"{name}, seed {seed}, {length:.2f} s planted")
    return Outcome(name, shortest, found, tuple(claims))


def place(report: Report, frames: int, fps: float, rng: np.random.Generator) -> float | None:
    """A start, seconds, of a stretch of so many frames that lies in what could be judged and leaves room beside it for
    the splice; None where there is none."""
    free = np.ones(round(LENGTH * fps), bool)
    for gap in report.unjudged:
        free[max(0, int(gap.start * fps)) : int(np.ceil(gap.end * fps))] = False
    total = np.concatenate([[0], np.cumsum(free)])
    starts = np.flatnonzero(total[frames:] - total[:-frames] == frames)
    starts = starts[(starts > 2 * fps) | (starts + frames < (LENGTH - 2) * fps)]
    return float(rng.choice(starts)) / fps if len(starts) else None


def spliced(
    scene: Scene, start: float, length: float, fps: float, rng: np.random.Generator
) -> tuple[float, list[synthetic.Piece], Pair]:
    """The scene, cut open a second or more before or after a stretch of it, with the stretch shown once more there."""
    before, after = np.arange(1.0, start - 1, 0.5), np.arange(start + length + 1, LENGTH - 1, 0.5)
    at = round(float(rng.choice(np.concatenate([before, after]))) * fps) / fps
    pieces = [(scene, 0.0, at), (scene, start, start + length), (scene, at, LENGTH)]
    moved = start + length if at <= start else start
    first, second = sorted(((moved, moved + length), (at, at + length)))
    return length, pieces, Pair(Span(*first), Span(*second))


def claims_of(report: Report, truth: Truth, file: str) -> Iterator[Claim]:
    """Each claim of a report, true or false."""
    for repeat in report.repeats:
        if repeat.kind != "still":
            score = evaluate(replace(report, repeats=(repeat,), cuts=()), truth)
            spans = tuple((round(o.start, 2), round(o.end, 2)) for o in repeat.occurrences)
            yield Claim(file, repeat.confidence, score.precision >= MOST_FALSE, spans)


def reliability(claims: Sequence[Claim]) -> Iterator[str]:
    """Markdown rows: claims by confidence, and the share of them that is true."""
    yield from ("| confidence | claims | true | share |", "|---|--:|--:|--:|")
    for low, high in pairwise(BINS):
        held = [claim for claim in claims if low <= claim.confidence < high or claim.confidence == high == 1]
        right = sum(claim.true for claim in held)
        share = f"{right / len(held):.3f}" if held else ""
        yield f"| {low:g} to {high:g} | {len(held)} | {right} | {share} |"


def recall(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Markdown rows: copies found, of those planted, by length, for each kind of footage."""
    yield "| footage | shortest findable, median | " + " | ".join(f"{share:g} x" for share in SHARES) + " | false |"
    yield "|---|--:|" + "--:|" * (len(SHARES) + 1)
    rows: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        rows[one.footage].append(one)
    for name, own in (*rows.items(), ("**all**", list(outcomes))):
        lengths = [one.shortest for one in own if one.shortest is not None]
        cells = [name, f"{np.median(lengths):.2f} s" if lengths else "none"]
        for share in SHARES:
            hits = [one.found[share] for one in own if share in one.found]
            cells.append(f"{sum(hits)} of {len(hits)}")
        cells.append(str(sum(not claim.true for one in own for claim in one.claims)))
        yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=1, help="seed of the first scene (default: 1)")
    parser.add_argument("--seeds", type=int, default=6, help="scenes of each kind of footage (default: 6)")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"files at a time (default: {WORKERS})")
    parser.add_argument("--only", default="", metavar="TEXT", help="footage whose name holds TEXT")
    parser.add_argument("--claims", action="store_true", help="name every false claim")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    jobs = [(name, seed) for seed in seeds for name in FOOTAGE if asked.only in name]
    outcomes, failed = [], []
    with ProcessPoolExecutor(asked.workers) as pool:
        for job, done in [(job, pool.submit(outcome, *job)) for job in jobs]:
            try:
                outcomes.append(done.result())
            except Exception as error:  # what breaks the engine is a result as well, and must not hide the others
                failed.append(f"failed: {job[0]}, seed {job[1]}: {error!r}")
    claims = [claim for one in outcomes for claim in one.claims]
    files = len(outcomes) + sum(len(one.found) for one in outcomes)
    print("\n".join([f"{files} files", "", *reliability(claims), "", *recall(outcomes)]))
    if asked.claims:
        for claim in claims:
            if not claim.true:
                print(f"false, confidence {claim.confidence:.4f}: {claim.file}: {claim.spans}")
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main()
