"""Fit the weights of the confidence to the claims on drawn and on recorded footage.

    python benchmarks/fit_confidence.py --clips FOLDER   drawn scenes, and videos drawn up from the clips of a folder
    python benchmarks/fit_confidence.py --cases FOLDER   and videos of your own of which it is known what they repeat
    python benchmarks/fit_confidence.py --seeds 2        fewer of both, and the clips of benchmarks/footage.py

One part of the runs is of the footage of benchmarks/calibration.py, of seeds from 1001 on, which that benchmark does
not draw. Each file is a minute of it, first without any repeat, then with one stretch of 0.3 to 8 s shown again in each
of the ways of CHANGES. The other part is of the videos of benchmarks/footage.py, of the same seeds.

A case is a JSON file NAME.case.json beside its video, with these members: `video`, the name of the video; `repeats`, a
list of [start, end, start of the copy, its end, 1 or -1 where it runs backwards] in seconds; `ignored`, a list of the
same that may be claimed or not; and `clips`, the names of the clips that it is made of, or `what.pieces`, a list of
lists that begin with such a name.

Every run that passes all other questions of a claim is a row: what `claims.measures` returns for it, and whether it is
true, that is, whether half or more of the instants that it joins are the same instant of one recording. A changed copy
is true only in a video in which a copy was changed. Elsewhere a run through a transform that joins the same instants is
a second reading of a plain repeat, neither true nor false, and is left out.

The fit is a logistic regression by projected gradient descent, in which drawn footage, recorded footage and cases weigh
alike. Its
weights are held at 0 or above, as more of each measure must not speak against a replay. Printed are CONFIDENCE_CONSTANT
and CONFIDENCE_WEIGHTS as loopfind/engine/evidence/claim_parameters.py wants them, and how many of the runs of each
confidence are true: by the weights fitted to all runs, by weights fitted without any run of a video that shows the same
clip ("left out"), and by the weights that stand there now.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two files at a time already take two cores

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import footage
import synthetic
from calibration import FOOTAGE, LENGTH, MOST_FALSE, WORKERS, Footage, place
from cases import FPS
from synthetic import Scene

from loopfind.arrays.time_index import nearest
from loopfind.engine.candidates.plan import candidates_of
from loopfind.engine.evidence.claim_parameters import CONFIDENCE_CONSTANT, CONFIDENCE_WEIGHTS, MOST_ODDS
from loopfind.engine.evidence.claims import measures
from loopfind.engine.evidence.closure import implied_candidates
from loopfind.engine.evidence.region import Regions
from loopfind.engine.evidence.splices import Seams
from loopfind.engine.evidence.uniqueness import NO_RIVALS, Rivals
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.signal.extract import signal_of
from loopfind.media.ffmpeg.address import resolve
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.transform import PLAIN, Transform, matrix
from loopfind.pipeline.reader import read_video
from loopfind.settings import Settings

FIRST = 1001
"""The first seed; the calibration counts from 1."""

SHORTEST, LONGEST = 0.3, 8.0
"""Seconds that a planted stretch lasts, evenly spread in their logarithm."""

RIDGE = 1e-4
"""Pull of the weights towards 0, a claim: enough that none runs off where the rows are parted cleanly."""

SLACK = 1.6
"""Frames by which two instants may differ and still be the same one."""

CASE_SLACK = 0.1
"""Seconds by which a run may miss what a case lists."""

STEPS = 20_000
"""Steps of the gradient descent, at the most."""

BINS = (0.0, 0.1, 0.5, 0.9, 0.99, 1.0)
"""Limits of confidence between which runs are counted together."""


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
    """One run: the file it is from, the clips that the file shows, its measures, and whether it is true. The first clip
    is the one with which the run is left out."""

    file: str
    clips: tuple[str, ...]
    measures: tuple[float, ...]
    true: bool


@dataclass(frozen=True)
class Shown:
    """What the frames of a file show.

    instants: (n,) seconds of the recording. recordings: (n,) number of the recording, below 0 for none. changed:
    whether a copy was changed.
    """

    instants: Floats
    recordings: Ints
    fps: float
    changed: bool


def rows_in_footage(kind: str, seed: int, paths: Sequence[str]) -> list[Row]:
    """Return the runs of one video of benchmarks/footage.py."""
    video = footage.video_of(kind, seed, paths)
    with tempfile.TemporaryDirectory() as folder:
        file = read_video(resolve(str(footage.written(video, Path(folder)))), Settings()).fingerprint
    frames = list(footage.shown_in(video))
    clips = sorted({piece.clip for piece, _ in frames} - {footage.BLACK})
    numbers = np.array([clips.index(piece.clip) if piece.clip in clips else -1 for piece, _ in frames])
    seen = np.clip(np.rint(file.times * FPS).astype(np.int64), 0, len(frames) - 1)
    instants = np.array([second for _, second in frames])
    shown = Shown(instants[seen], numbers[seen], FPS, kind == "edit")
    names = (video.main, *(clip for clip in clips if clip != video.main))
    return list(_rows(file, shown, f"{video.name} of {Path(video.main).name}", names))


def rows_in_case(path: Path) -> list[Row]:
    """Return the runs of one case."""
    case = json.loads(path.read_text(encoding="utf-8"))
    file = read_video(resolve(str(path.parent / case["video"])), Settings()).fingerprint
    pieces = [piece[0] for piece in case.get("what", {}).get("pieces", ())]
    clips = tuple(case.get("clips") or dict.fromkeys(name for name in pieces if not name.startswith("@")))
    pairs = [*case["repeats"], *case.get("ignored", ())]
    return [
        Row(path.name, clips or (path.name,), values, _is_listed(run, pairs)) for run, values in _asked(signal_of(file))
    ]


def _is_listed(run: Run, pairs: Sequence[Sequence[float]]) -> bool:
    """Say whether a run joins, for half of its time or more, instants that one of the pairs joins."""
    here = np.linspace(run.start, run.end, 50)[1:-1]
    there, same = run.line.slope * here + run.line.offset, np.zeros(48, bool)
    for start, end, copy_start, copy_end, way in pairs:
        speed = (copy_end - copy_start) / (end - start)
        for one, other in ((here, there), (there, here)):
            wanted = copy_start + (one - start) * speed if way > 0 else copy_end - (one - start) * speed
            inside = (one >= start - CASE_SLACK) & (one <= end + CASE_SLACK)
            same |= inside & (np.abs(other - wanted) <= CASE_SLACK)
    return bool(same.mean() >= 0.5)


def rows_of(name: str, seed: int) -> list[Row]:
    """Return the runs of one kind of drawn footage at one seed, without a copy and with each of the CHANGES."""
    kind = FOOTAGE[name]
    scene, rng = kind.draw(seed), np.random.default_rng((seed, 8))
    plain = synthetic.shown([(scene, 0, LENGTH)], kind.fps, kind.noise, seed)
    report = synthetic.answer(plain)
    frames = round(LENGTH * kind.fps)
    rows = list(_drawn_rows(plain, np.arange(frames) / kind.fps, kind, seed, name, "no copy"))
    asked = [(how, change) for how, many in CHANGES.items() for change in (many if how in ALL else _one(many, rng))]
    for number, (how, change) in enumerate(asked):
        length = float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
        start = place(report, max(4, round(length * kind.fps)), kind.fps, rng)
        if start is not None:
            file, instants = planted(scene, kind, start, length, change, rng, 1000 * seed + 10 * number)
            rows += _drawn_rows(file, instants, kind, seed, name, how)
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


def _drawn_rows(file: Fingerprint, instants: Floats, kind: Footage, seed: int, name: str, how: str) -> Iterator[Row]:
    """Return the runs of one file of drawn scenes. instants: (n,) seconds of the recording."""
    shown = Shown(instants, np.zeros(len(instants), np.int64), kind.fps, how not in (*ALL, "no copy"))
    return _rows(file, shown, f"{name}, {how}, seed {seed}", (name,))


def _asked(signal: Signal) -> list[tuple[Run, tuple[float, ...]]]:
    """Return the runs of a file that pass all other questions, with their measures."""
    asked: list[tuple[Run, tuple[float, ...]]] = []

    def sure(run: Run, signal: Signal, rivals: Rivals, regions: Regions, seams: Seams) -> float:
        if rivals is not NO_RIVALS:  # asked before the rivals are measured
            asked.append((run, measures(run, signal, rivals, regions, seams)))
        return 1.0  # kept, so that what is asked next does not hang on the weights of now

    found = RunFinder(signal, sure)
    for batch in candidates_of(signal):
        found.search(batch)
    found.search(implied_candidates(found.runs, signal))
    return asked


def _rows(file: Fingerprint, shown: Shown, name: str, clips: tuple[str, ...]) -> Iterator[Row]:
    """Yield the runs of one file."""
    signal = signal_of(file)
    for run, values in _asked(signal):
        here = np.arange(run.first, run.last)
        there = nearest(signal.times, run.line.slope * signal.times[here] + run.line.offset)
        same = np.abs(shown.instants[here] - shown.instants[there]) <= SLACK / shown.fps
        same &= (shown.recordings[here] == shown.recordings[there]) & (shown.recordings[here] >= 0)
        true = bool(same.mean() >= MOST_FALSE)
        if not (true and not run.line.is_plain and not shown.changed):
            yield Row(name, clips, values, true)


def fitted(x: Floats, true: Floats, worth: Floats) -> Floats:
    """Return constant and weights (k + 1,) of the logistic regression of true (m,) on x (m, k), no weight below 0.

    worth: (m,) how much each run counts, 1 on average. Accelerated projected gradient descent (Beck and Teboulle 2009,
    FISTA), started anew wherever it overshoots.
    """
    middle = np.average(x, 0, worth)
    varied = np.sqrt(np.average(np.square(x - middle), 0, worth))
    spread = np.maximum(varied, 1e-9)
    rows = np.column_stack([np.ones(len(x)), np.where(varied > 1e-9, (x - middle) / spread, 0.0)])
    pull = RIDGE * np.append(0.0, np.ones(x.shape[1]))
    steepest = float(np.linalg.eigvalsh(rows.T @ (worth[:, None] * rows) / len(rows))[-1]) / 4 + RIDGE
    weights, ahead, pace = np.zeros(len(pull)), np.zeros(len(pull)), 1.0
    for _ in range(STEPS):
        slope = rows.T @ (worth * (1 / (1 + np.exp(-rows @ ahead)) - true)) / len(rows) + pull * ahead
        stepped = ahead - slope / steepest
        stepped[1:] = np.maximum(stepped[1:], 0)
        moved = stepped - weights
        if np.abs(moved).max() < 1e-9:
            break
        if (ahead - stepped) @ moved > 0:
            pace = 1.0
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        weights, ahead, pace = stepped, stepped + (pace - 1) / faster * moved, faster
    own = weights[1:] / spread
    return np.append(weights[0] - own @ middle, own)


def left_out(rows: Sequence[Row], x: Floats, true: Floats, worth: Floats) -> Floats:
    """Return the confidence (m,) of each run by weights that were fitted without any file that shows its clip."""
    answer = np.empty(len(rows))
    for clip in sorted({row.clips[0] for row in rows}):
        own = np.array([row.clips[0] == clip for row in rows])
        others = np.array([clip not in row.clips for row in rows])
        weights = fitted(x[others], true[others], worth[others]) if others.any() else np.zeros(x.shape[1] + 1)
        answer[own] = _chance(weights[0] + x[own] @ weights[1:])
    return answer


def _chance(odds: Floats) -> Floats:
    """Odds in nats as a chance, within the limits that the confidence has."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, MOST_ODDS))))


def table(answers: dict[str, Floats], true: Floats) -> Iterator[str]:
    """Markdown rows: for each set of weights, how many runs have a confidence and the share of them that is true."""
    yield "| confidence | " + " | ".join(f"{name}: runs | true" for name in answers) + " |"
    yield "|---|" + "--:|--:|" * len(answers)
    for low, high in pairwise(BINS):
        cells = []
        for sure in answers.values():
            held = (low <= sure) & ((sure < high) | (high == 1))
            cells.append(f"{int(held.sum())} | " + (f"{float(true[held].mean()):.4f}" if held.any() else ""))
        yield f"| {low:g} to {high:g} | " + " | ".join(cells) + " |"
    loss = [-float(np.mean(np.log(np.where(true > 0, sure, 1 - sure)))) for sure in answers.values()]
    yield "| nats lost a run | " + " | ".join(f"{value:.4f} |" for value in loss) + " |"


def main() -> None:
    """Collect, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, metavar="FOLDER", help="videos that benchmarks/footage.py cuts up")
    parser.add_argument("--cases", type=Path, action="append", default=[], metavar="FOLDER", help="cases, see above")
    parser.add_argument("--seeds", type=int, default=12, help="files of each kind of footage (default: 12)")
    parser.add_argument("--only", default="", metavar="TEXT", help="footage whose name holds TEXT")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"files at a time (default: {WORKERS})")
    asked = parser.parse_args()
    seeds, paths = range(FIRST, FIRST + asked.seeds), footage.paths_of(asked.clips)
    with ProcessPoolExecutor(asked.workers) as pool:
        drawn = [pool.submit(rows_of, name, seed) for seed in seeds for name in FOOTAGE if asked.only in name]
        recorded = [
            pool.submit(rows_in_footage, kind, seed, paths)
            for seed in seeds
            for kind in footage.KINDS
            if asked.only in kind
        ]
        cases = [
            pool.submit(rows_in_case, path) for folder in asked.cases for path in sorted(folder.glob("*.case.json"))
        ]
        parts = [[row for job in part for row in job.result()] for part in (drawn, recorded, cases) if part]
    rows = [row for part in parts for row in part]
    worth = np.concatenate([np.full(len(part), len(rows) / len(parts) / max(1, len(part))) for part in parts])
    x, true = np.array([row.measures for row in rows]), np.array([row.true for row in rows], np.float64)
    weights, apart = fitted(x, true, worth), left_out(rows, x, true, worth)
    answers = {
        "in sample": _chance(weights[0] + x @ weights[1:]),
        "left out": apart,
        "claim_parameters.py": _chance(CONFIDENCE_CONSTANT + x @ np.array(CONFIDENCE_WEIGHTS)),
    }
    print(f"{len(rows)} runs, {int(true.sum())} of them true, from seeds {seeds[0]} to {seeds[-1]}\n")
    print("\n".join(table(answers, true)))
    print(f"\nCONFIDENCE_CONSTANT = {weights[0]:.2f}")
    print(f"CONFIDENCE_WEIGHTS = ({', '.join(f'{weight:.2f}' for weight in weights[1:])})")
    worst = sorted((-sure, row.file) for sure, row in zip(apart, rows, strict=True) if not row.true)
    print("\nmost believed of the false, left out:")
    print("\n".join(f"{-sure:.4f} {file}" for sure, file in worst[:10]))


if __name__ == "__main__":
    main()
