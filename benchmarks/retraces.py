"""What retraces of the path find beside the engine, where a fixed camera's earlier footage is played again.

    python benchmarks/retraces.py FOLDER                   the cases of a folder with NAME.case.json beside each video
                                                           (see benchmarks/across.py)
    python benchmarks/retraces.py FOLDER --rates           hours that benchmarks/honest.py wrote there: those that are
                                                           real or drawn, in which nothing is played again
    python benchmarks/retraces.py                          those that benchmarks/footage.py draws: camera and honest
    python benchmarks/retraces.py FOLDER --rates 200 60    encoded again at these rates too, kbit/s
    python benchmarks/retraces.py FOLDER --cases           a line for each video besides

Each video is read as it is, and encoded again (H.264, 320x180) at each rate. One decode gives both answers: the report
of the engine, as of a scan, and what the path retraces. A planted replay is found where a claim shows LEAST seconds of
it or more, at its lag within NEAR seconds. A retrace or a claimed pair that shows nothing of a planted one is false.
The cost is CPU time of the retraces alone, a sample of some ten a second.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from across import Case, cases_in
from cases import truth
from footage import paths_of, seeds_in, video_of, written
from honest import RATE, Recording
from suite import ffmpeg

from loopfind.engine import find
from loopfind.engine.trajectory.retraces import Retracer
from loopfind.engine.trajectory.sampler import Sampler
from loopfind.evaluate import Truth, claims_of, truth_of
from loopfind.media.ffmpeg import address
from loopfind.model.trajectory import Retrace
from loopfind.model.video import Frames
from loopfind.pipeline.answer import report_of
from loopfind.pipeline.reader import read_video
from loopfind.settings import Settings

RATES = (200, 60, 30, 15, 8)
"""Bits a second, in thousands."""

LEAST, NEAR = 3.0, 0.2

HEAD = (
    "footage",
    "encoded",
    "videos",
    "min",
    "replays",
    "engine",
    "path",
    "both",
    "path alone",
    "false: engine",
    "path",
    "ms a sample",
)


@dataclass(frozen=True)
class Claim:
    """A stretch that is said to show again what was there a lag before: seconds."""

    start: float
    end: float
    lag: float

    def shows(self, other: "Claim") -> float:
        """Return the seconds of another one that this one shows, at its lag."""
        near = abs(self.lag - other.lag) <= NEAR
        return max(0.0, min(self.end, other.end) - max(self.start, other.start)) if near else 0.0


@dataclass(frozen=True)
class Result:
    """What was found in one video. planted, engine, path: claims that are true, and those of each. seconds: its
    length. cost: CPU seconds a sample."""

    name: str
    planted: tuple[Claim, ...]
    engine: tuple[Claim, ...]
    path: tuple[Claim, ...]
    seconds: float
    cost: float

    def found(self, claims: Sequence[Claim]) -> list[bool]:
        """Return for each planted one whether it is among some claims."""
        return [any(claim.shows(one) >= LEAST for claim in claims) for one in self.planted]

    def false(self, claims: Sequence[Claim]) -> int:
        """Return how many claims show nothing that was planted."""
        return sum(not any(claim.shows(one) for one in self.planted) for claim in claims)


class Retraced:
    """Takes the frames of a video, and finds what its path retraces."""

    def __init__(self) -> None:
        self._sampler, self._retracer = Sampler(), Retracer()
        self.samples, self.seconds = 0, 0.0

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        times, pictures = self._sampler.add(frames.times, frames.pictures)
        began = time.process_time()
        if len(times):
            self._retracer.add(times, pictures)
        self.seconds += time.process_time() - began
        self.samples += len(times)

    def found(self) -> list[Retrace]:
        """Return all of them."""
        began = time.process_time()
        found = self._retracer.found()
        self.seconds += time.process_time() - began
        return found


def result(case: Case, path: Path) -> Result:
    """Read a video once for both answers."""
    settings, retraced = Settings(sound=False), Retraced()
    reading = read_video(address.resolve(str(path)), settings, others=[retraced])
    fingerprint = reading.fingerprint
    source = replace(reading.source, frames=len(fingerprint))
    report = report_of(find(fingerprint), source, settings, reading.losses, times=fingerprint.times)
    pairs = [(pair.first, pair.second) for pair in case.truth.repeats]
    claimed = [sorted((pair.first, pair.second), key=lambda one: one.start) for pair in claims_of(report)]
    return Result(
        case.name,
        tuple(Claim(second.start, second.end, second.start - first.start) for first, second in pairs),
        tuple(Claim(second.start, second.end, second.start - first.start) for first, second in claimed),
        tuple(Claim(one.start, one.end, one.lag) for one in retraced.found()),
        float(fingerprint.end),
        retraced.seconds / max(retraced.samples, 1),
    )


def encoded_again(case: Case, rate: int | None) -> Result:
    """Return what is found in a video that is encoded again, kbit/s, or as it is."""
    if rate is None:
        return result(case, case.path)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "again.mp4"
        bits = ["-b:v", f"{rate}k", "-maxrate", f"{rate}k", "-bufsize", f"{2 * rate}k"]
        scaled = ["-an", "-vf", "scale=320:180", "-c:v", "libx264", "-preset", "veryfast"]
        ffmpeg("-i", case.path, *scaled, *bits, path)
        return result(case, path)


def results(cases: Sequence[Case], rates: Sequence[int], jobs: int) -> Iterator[tuple[str, str, Result]]:
    """Yield group, encoding and result of each video."""
    wanted = [(case, rate) for case in cases for rate in (None, *rates)]
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(encoded_again, *zip(*wanted, strict=True))
        for (case, rate), one in zip(wanted, found, strict=True):
            yield case.group, "as it is" if rate is None else f"{rate} kbit/s", one


def row(group: str, encoded: str, some: Sequence[Result]) -> str:
    """Return a row of the table."""
    engine = [found for one in some for found in one.found(one.engine)]
    path = [found for one in some for found in one.found(one.path)]
    both = sum(a and b for a, b in zip(engine, path, strict=True))
    minutes = round(sum(one.seconds for one in some) / 60)
    cells = [group, encoded, len(some), minutes, len(engine), sum(engine), sum(path), both, sum(path) - both]
    cells += [sum(one.false(one.engine) for one in some), sum(one.false(one.path) for one in some)]
    cells.append(f"{1000 * np.mean([one.cost for one in some]):.2f}")
    return f"| {' | '.join(map(str, cells))} |"


def drawn(kinds: Sequence[str], seeds: Sequence[int], clips: Path | None, folder: Path) -> list[Case]:
    """Return videos that are drawn into a folder."""
    found, paths = [], paths_of(clips)
    for seed in seeds:
        for kind in kinds:
            video = video_of(kind, seed, paths)
            found.append(Case(video.name, kind, written(video, folder), truth_of(truth(video.case))))
    return found


def honest_in(folder: Path) -> list[Case]:
    """Return the footage of fixed cameras that benchmarks/honest.py wrote, of which no part is shown twice."""
    listed = folder / "honest.json"
    known = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else {}
    own = [Recording(**one) for one in known.values() if one["kind"] in ("real", "drawn")]
    return [Case(one.name, one.kind, folder / one.name, Truth(RATE)) for one in own]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--clips", type=Path, help="of which videos are drawn where no folder of cases is given")
    parser.add_argument("--seeds", type=seeds_in, default=range(1, 6))
    parser.add_argument("--only", default="", help="groups whose name holds this")
    parser.add_argument("--rates", type=int, nargs="*", default=RATES, metavar="KBIT")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cases", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cases = (
            [*cases_in(chosen.folder), *honest_in(chosen.folder)]
            if chosen.folder is not None
            else drawn(("camera", "honest"), chosen.seeds, chosen.clips, Path(scratch))
        )
        rows: dict[tuple[str, str], list[Result]] = defaultdict(list)
        some = [case for case in cases if chosen.only in case.group]
        for group, encoded, one in results(some, chosen.rates, chosen.jobs):
            rows[group, encoded].append(one)
            if chosen.cases:
                print(encoded, one, flush=True)
    print(f"| {' | '.join(HEAD)} |\n|---|---|{'--:|' * (len(HEAD) - 2)}")
    for group in dict.fromkeys(group for group, _ in rows):
        for encoded in ("as it is", *(f"{rate} kbit/s" for rate in chosen.rates)):
            print(row(group, encoded, rows[group, encoded]))


if __name__ == "__main__":
    main()
