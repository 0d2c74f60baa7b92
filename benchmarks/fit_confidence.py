"""Fit the weights of the confidence to the claims on drawn footage.

    python benchmarks/fit_confidence.py              twelve scenes of each kind, about a quarter of an hour
    python benchmarks/fit_confidence.py --seeds 2    fewer

The footage is that of benchmarks/calibration.py, of seeds from 1001 on, which that benchmark does not draw. Each file
is a minute of it, first without any repeat, then with one stretch of 0.3 to 8 s shown again in each of the ways of
CHANGES. Every run that passes all other questions of a claim is a row: what `claims.measures` says of it, and whether
it is true, that is, whether half or more of the instants that it joins are the same instant of one recording.

The fit is a logistic regression, its weights held at 0 or above, as more of each measure must not speak against a
replay. Printed are CONFIDENCE_CONSTANT and CONFIDENCE_WEIGHTS as loopfind/engine/evidence/parameters.py wants them, and
what the confidence is worth on scenes that had no part in the fit: the scenes of even seeds decide on those of odd ones
and the other way round, beside the weights that stand in parameters.py now, for the same rows.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two files at a time already take two cores

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import synthetic
from calibration import BINS, FOOTAGE, LENGTH, MOST_FALSE, WORKERS, Footage, place
from synthetic import Scene

from loopfind.arrays.time_index import nearest
from loopfind.engine.candidates.plan import candidates_of
from loopfind.engine.evidence.claims import measures
from loopfind.engine.evidence.parameters import CONFIDENCE_CONSTANT, CONFIDENCE_WEIGHTS, MOST_ODDS
from loopfind.engine.evidence.uniqueness import Rivals
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.transform import PLAIN, Transform, matrix

FIRST = 1001
"""The first seed; the calibration counts from 1."""

SHORTEST, LONGEST = 0.3, 8.0
"""Seconds that a planted stretch lasts, evenly spread in their logarithm."""

RIDGE = 1e-4
"""Pull of the weights towards 0, a claim: enough that none runs off where the rows are parted cleanly."""

SLACK = 1.6
"""Frames by which two instants may differ and still be the same one."""


@dataclass(frozen=True)
class Change:
    """What is done to a copy. speed: seconds of the recording a second, below 0 backwards. view: of its picture. gain,
    offset: of its brightness, grey levels. worse: how many times the noise of the rest it has at most."""

    speed: float = 1.0
    view: Transform = PLAIN
    gain: float = 1.0
    offset: float = 0.0
    worse: float = 1.0


CHANGES = {
    "plain": (Change(), Change()),
    "recoded": (Change(worse=4.0), Change(worse=4.0)),
    "another speed": tuple(Change(speed=speed) for speed in (0.5, 0.75, 1.25, 2.0)),
    "backwards": (Change(speed=-1.0),),
    "mirrored": (Change(view=Transform(mirrored=True)),),
    "cropped": tuple(Change(view=Transform(across=by, down=by)) for by in (1.1, 1.2, 1.3)),
    "graded": (Change(gain=1.15, offset=6.0), Change(gain=0.85, offset=-4.0)),
}
"""By name; of several one is drawn for each file, but of plain and recoded copies all are made."""

ALL = ("plain", "recoded")


@dataclass(frozen=True)
class Row:
    """One run: the seed of its scene, the file it is from, its measures, and whether it is true."""

    seed: int
    file: str
    measures: tuple[float, ...]
    true: bool


def rows_of(name: str, seed: int) -> list[Row]:
    """The runs of one kind of footage at one seed, without a copy and with each of the CHANGES."""
    kind = FOOTAGE[name]
    scene, rng = kind.draw(seed), np.random.default_rng((seed, 8))
    plain = synthetic.shown([(scene, 0, LENGTH)], kind.fps, kind.noise, seed)
    report = synthetic.answer(plain)
    frames = round(LENGTH * kind.fps)
    rows = list(_rows(plain, np.arange(frames) / kind.fps, kind, seed, f"{name}, no copy"))
    asked = [(how, change) for how, many in CHANGES.items() for change in (many if how in ALL else _one(many, rng))]
    for number, (how, change) in enumerate(asked):
        length = float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
        start = place(report, max(4, round(length * kind.fps)), kind.fps, rng)
        if start is not None:
            file, instants = planted(scene, kind, start, length, change, rng, 1000 * seed + 10 * number)
            rows += _rows(file, instants, kind, seed, f"{name}, {how}")
    return rows


def _one(many: tuple[Change, ...], rng: np.random.Generator) -> tuple[Change, ...]:
    """One of several changes."""
    return (many[int(rng.integers(len(many)))],)


def planted(
    scene: Scene, kind: Footage, start: float, length: float, change: Change, rng: np.random.Generator, seed: int
) -> tuple[Fingerprint, Floats]:
    """The scene with a changed copy of a stretch somewhere outside of it, and the instant of the recording that each
    frame shows."""
    fps = kind.fps
    before, after = np.arange(1.0, start - 1, 0.5), np.arange(start + length + 1, LENGTH - 1, 0.5)
    at = round(float(rng.choice(np.concatenate([before, after]))) * fps) / fps
    count = max(4, round(length / abs(change.speed) * fps))
    first = start if change.speed > 0 else start + length

    def copy(t: Floats) -> np.ndarray:
        return (scene(first + change.speed * t) @ matrix(change.view).T) * change.gain + change.offset

    noise = kind.noise * float(np.exp(rng.uniform(0, np.log(change.worse))))
    parts = [
        synthetic.shown([(scene, 0.0, at)], fps, kind.noise, seed + 1),
        synthetic.shown([(copy, 0.0, count / fps)], fps, noise, seed + 2),
        synthetic.shown([(scene, at, LENGTH)], fps, kind.noise, seed + 3),
    ]
    instants = [
        np.arange(len(parts[0])) / fps,
        first + change.speed * np.arange(count) / fps,
        at + np.arange(len(parts[2])) / fps,
    ]
    return synthetic.joined(synthetic.joined(parts[0], parts[1]), parts[2]), np.concatenate(instants)


def _rows(file: Fingerprint, instants: Floats, kind: Footage, seed: int, name: str) -> Iterator[Row]:
    """The runs of one file. instants: (n,) seconds of the recording."""
    signal = signal_of(file)
    asked: list[tuple[Run, tuple[float, ...]]] = []

    def sure(run: Run, signal: Signal, rivals: Rivals) -> float:
        asked.append((run, measures(run, signal, rivals)))
        return 1.0  # kept, so that what is asked next does not hang on the weights of now

    found = RunFinder(signal, sure)
    for batch in candidates_of(signal):
        found.search(batch)
    for run, values in asked:
        here = np.arange(run.first, run.last)
        there = nearest(signal.times, run.line.slope * signal.times[here] + run.line.offset)
        same = np.abs(instants[here] - instants[there]) <= SLACK / kind.fps
        yield Row(seed, name, values, bool(same.mean() >= MOST_FALSE))


def fitted(x: Floats, true: Floats) -> Floats:
    """Constant and weights (k + 1,) of the logistic regression of true (m,) on x (m, k), by Newton's method; a weight
    that would fall below 0 is taken out and the rest fitted anew."""
    full, held = np.column_stack([np.ones(len(x)), x]), np.ones(x.shape[1] + 1, bool)
    while True:
        rows, pull = full[:, held], 2 * RIDGE * len(x) * np.eye(int(held.sum()))
        pull[0, 0] = 0.0
        weights = np.zeros(rows.shape[1])
        for _ in range(100):
            chance = _chance(rows @ weights)
            slope = rows.T @ (true - chance) - pull @ weights
            bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + pull
            step = np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
            # Newton overshoots where the rows are nearly parted: no step is longer than 2.
            weights += step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-12))
            if np.abs(step).max() < 1e-8:
                break
        answer = np.zeros(len(held))
        answer[held] = weights
        if (answer[1:] >= 0).all():
            return answer
        held &= np.concatenate([[True], answer[1:] >= 0])


def _chance(odds: Floats) -> Floats:
    """Odds in nats as a chance, within the limits that the confidence has."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, MOST_ODDS))))


def table(said: dict[str, Floats], true: Floats) -> Iterator[str]:
    """Markdown rows: for each way to say how sure one is, how many claims it says it of and the share that is true."""
    yield "| confidence | " + " | ".join(f"{name}: claims | true" for name in said) + " |"
    yield "|---|" + "--:|--:|" * len(said)
    for low, high in pairwise(BINS):
        cells = []
        for sure in said.values():
            held = (low <= sure) & (sure < high)
            cells.append(f"{int(held.sum())} | " + (f"{float(true[held].mean()):.4f}" if held.any() else ""))
        yield f"| {low:g} to {high:g} | " + " | ".join(cells) + " |"
    loss = [-float(np.mean(np.log(np.where(true > 0, sure, 1 - sure)))) for sure in said.values()]
    yield "| nats lost a claim | " + " | ".join(f"{value:.4f} |" for value in loss) + " |"


def main() -> None:
    """Collect, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12, help="scenes of each kind of footage (default: 12)")
    parser.add_argument("--only", default="", metavar="TEXT", help="footage whose name holds TEXT")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"files at a time (default: {WORKERS})")
    asked = parser.parse_args()
    jobs = [(name, FIRST + k) for k in range(asked.seeds) for name in FOOTAGE if asked.only in name]
    with ProcessPoolExecutor(asked.workers) as pool:
        rows = [row for some in pool.map(rows_of, *zip(*jobs, strict=True)) for row in some]
    x, true = np.array([row.measures for row in rows]), np.array([row.true for row in rows], np.float64)
    odd = np.array([row.seed % 2 == 1 for row in rows])
    apart = np.empty(len(rows))
    for part in (odd, ~odd):
        weights = fitted(x[~part], true[~part])
        apart[part] = _chance(weights[0] + x[part] @ weights[1:])
    weights = fitted(x, true)
    print(f"{len(rows)} runs, {int(true.sum())} of them true, from seeds {FIRST} to {FIRST + asked.seeds - 1}\n")
    print(
        "\n".join(
            table(
                {"held back": apart, "parameters.py": _chance(CONFIDENCE_CONSTANT + x @ np.array(CONFIDENCE_WEIGHTS))},
                true,
            )
        )
    )
    print(f"\nCONFIDENCE_CONSTANT = {weights[0]:.2f}")
    print(f"CONFIDENCE_WEIGHTS = ({', '.join(f'{weight:.2f}' for weight in weights[1:])})")
    worst = sorted((-sure, row.file, row.seed) for sure, row in zip(apart, rows, strict=True) if not row.true)
    print("\nmost believed of the false, held back:")
    print("\n".join(f"{-sure:.4f} {file}, seed {seed}" for sure, file, seed in worst[:10]))


if __name__ == "__main__":
    main()
