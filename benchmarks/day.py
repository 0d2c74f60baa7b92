"""Time, memory and findings of a scan of a day, all stages after decoding, on drawn codes.

    python benchmarks/day.py                24 hours at 30 frames a second: 2.6 million frames
    python benchmarks/day.py --hours 4      less of the same kind
    python benchmarks/day.py --loop         a clip of 12 s that goes round for three quarters of the time
    python benchmarks/day.py --file         a real file of small pictures, made first: reading it, and all that follows
    python benchmarks/day.py --profile 25   and the 25 functions that took most time by themselves

The frames are drawn as cells (the scenes of tests/synthetic.py, which is imported from there) and go to disk as a scan
leaves them: films of short shots, fixed cameras with movers, of which three views come back again and again, a still
scene of an hour and ten minutes of black in every eight hours. Planted copies of 1 s to 10 min follow earlier originals
from film and camera in turn. A stage's time is its own, without that of the stages that it calls: wall time, and
processor time of all threads, which says more on a busy machine. Its peak is that of the process so far, with the codes
of a 24 x 24 hash held in memory.

The target: 24 hours in at most 60 s on two cores and 1.5 GB, and the same with --loop.
"""

import argparse
import cProfile
import inspect
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations, cycle
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import imageio_ffmpeg
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import synthetic

from loopfind import scan
from loopfind.arrays.disk import Scratch
from loopfind.engine import findings
from loopfind.engine.evidence.verify import RunFinder
from loopfind.evaluate import Pair, Truth, evaluate
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Report
from loopfind.model.video import Source, Span
from loopfind.pipeline.answer import report_of
from loopfind.settings import Settings

FPS = 30
CHUNK = 720.0
"""Seconds of one film or of one view before the next."""

ROUND = 8 * 3600.0
"""Seconds in which there is one still scene and one stretch of black, or the whole length where that is less."""

STILL, BLACK = 1 / 8, 1 / 48
"""Shares of a round that stand still and that are black: an hour and ten minutes of eight hours."""

LENGTHS = (1.0, 30.0, 2.0, 120.0, 5.0, 600.0, 1.5, 60.0, 3.0, 300.0, 10.0)
"""Seconds of the planted copies, in turn."""

CLIP = 12.0
"""Seconds of the clip that goes round with --loop."""

HOURS = 2
"""Hours that the file of --file draws; the rest of it is copies of their packets."""

_VIEWS = 3
_BLOCK = 1024


@dataclass(frozen=True)
class Shown:
    """A stretch of the timeline: `kind` of scene and its seed, from `start` to `end` seconds of its recording."""

    kind: str
    seed: int
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def scene(self) -> synthetic.Scene:
        """Drawn anew each time, as thousands of shots held at once would be measured too."""
        if self.kind == "film":
            return synthetic.film(self.seed)
        if self.kind == "camera":
            return synthetic.camera(10_000_000 + self.seed, where=self.seed % _VIEWS, bodies=3)
        return synthetic.still(20_000_000 + self.seed) if self.kind == "still" else synthetic.black


@dataclass(frozen=True)
class Timeline:
    """What is shown, in order; each copy with its original; and the copies that share some of their original, which are
    right to claim and need not be."""

    pieces: tuple[Shown, ...]
    planted: tuple[Pair, ...]
    excused: tuple[Pair, ...] = ()

    @property
    def frames(self) -> int:
        return sum(round(piece.length * FPS) for piece in self.pieces)


def mixed(seconds: float) -> Timeline:
    """The mixture with planted copies, about `seconds` long."""
    whole = min(ROUND, seconds)
    pieces: list[Shown] = []
    origins: dict[str, list[tuple[Shown, float]]] = {"film": [], "camera": []}
    planted: list[Pair] = []
    at, marks = 0.0, {"still": 0.4 * whole, "black": 0.7 * whole}
    lengths, rng = cycle(LENGTHS), np.random.default_rng(24)

    def show(piece: Shown) -> None:
        nonlocal at
        pieces.append(piece)
        at += piece.length

    for seed in range(1_000_000):
        if at >= seconds:
            break
        for kind, share in (("still", STILL), ("black", BLACK)):
            if at >= marks[kind]:
                marks[kind] += ROUND
                show(Shown(kind, seed, 0, round(share * whole)))
        kind = "film" if seed % 2 == 0 else "camera"
        fresh = Shown(kind, seed, 0, CHUNK)
        origins[kind].append((fresh, at))
        show(fresh)
        of = ("film", "camera")[seed // 2 % 2]
        if not origins[of]:
            continue
        length = next(lengths)
        source, began = origins[of][int(rng.integers(len(origins[of])))]
        start = float(rng.integers(0, int((CHUNK - length) * FPS) + 1)) / FPS
        planted.append(Pair(Span(began + start, began + start + length), Span(at, at + length)))
        show(replace(source, start=start, end=start + length))
    return Timeline(tuple(pieces), tuple(planted), tuple(_shared(planted)))


def _shared(planted: list[Pair]) -> Iterator[Pair]:
    """What two copies show of one and the same stretch of their original."""
    for one, other in combinations(planted, 2):
        low, high = max(one.first.start, other.first.start), min(one.first.end, other.first.end)
        if high > low:
            here, there = (
                Span(low + pair.second.start - pair.first.start, high + pair.second.start - pair.first.start)
                for pair in (one, other)
            )
            yield Pair(here, there)


def going_round(seconds: float) -> Timeline:
    """A film, a clip of it again and again for three quarters of the time, and another film. The pairs planted are the
    clip and its second turn, and the first and the last turn."""
    rest = min(CHUNK, seconds / 8)
    turns = round((seconds - 2 * rest) / CLIP)
    clip = Shown("camera", 7, 100, 100 + CLIP)
    pieces = (Shown("film", 0, 0, rest), *[clip] * turns, Shown("film", 2, 0, rest))
    return Timeline(pieces, (Pair(Span(rest, rest + CLIP), Span(rest + CLIP, rest + turns * CLIP)),))


def drawn(timeline: Timeline) -> Fingerprint:
    """The fingerprint of a timeline: sketches on disk, codes as wide as those of a 24 x 24 hash."""
    n, at = timeline.frames, 0
    times, detail = np.arange(n) / FPS, np.empty(n, np.float32)
    sketches, codes = Scratch(synthetic.CELLS), Scratch(72, np.uint8)
    last: tuple[Shown | None, synthetic.Scene] = (None, synthetic.black)
    for piece in timeline.pieces:
        if last[0] is None or (last[0].kind, last[0].seed) != (piece.kind, piece.seed):
            last = (piece, piece.scene())
        count = round(piece.length * FPS)
        for low in range(0, count, _BLOCK):
            here = np.arange(low, min(count, low + _BLOCK))
            part = synthetic.fingerprint(last[1](piece.start + here / FPS), times[at + here], seed=at + low)
            to = slice(at + low, at + low + len(here))
            detail[to] = part.detail
            bits = np.unpackbits(part.codes, axis=1).reshape(-1, synthetic.SIDE, synthetic.SIDE)
            codes.append(np.packbits(bits.repeat(2, 1).repeat(2, 2).reshape(len(here), -1), axis=1))
            sketches.append(np.asarray(part.sketches[0 : len(part)]))
        at += count
    return Fingerprint(
        kind="ahash", hash_size=24, times=times, end=n / FPS, codes=codes.mapped(), detail=detail, sketches=sketches
    )


class Stopwatch:
    """Seconds that each stage takes by itself, wall and processor, and the peak of memory at its end, bytes."""

    def __init__(self) -> None:
        self.spent: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        self.peak: dict[str, int] = {}
        self._open: list[str] = []
        self._since = self._now()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what runs inside for `name`, and no longer for the stage around it."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()
            self.peak[name] = peak()

    def _turn(self) -> None:
        now = self._now()
        if self._open:
            name = self._open[-1]
            wall, busy = (was + b - a for was, a, b in zip(self.spent[name], self._since, now, strict=True))
            self.spent[name] = wall, busy
        self._since = now

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def function(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed; of a generator each item is a stage of its own, with what is done before the next."""

        def timed(*given: Any, **named: Any) -> Any:
            with self.stage(name):
                return work(*given, **named)

        def asked(*given: Any, **named: Any) -> Iterator[Any]:
            items = work(*given, **named)
            for number in range(1, 1_000_000):
                with self.stage(f"{name}, {number:2}"):
                    item = next(items, None)
                if item is None:
                    return
                self.number = number
                yield item

        return asked if inspect.isgeneratorfunction(work) else timed

    number = 0
    """The question being dealt with."""


def peak() -> int:
    """Most bytes that this process held at once so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measured(fingerprint: Fingerprint, watch: Stopwatch) -> Report:
    """The report, every stage timed: what findings.py takes from other modules, each question, and each search."""
    for name, part in list(vars(findings).items()):
        foreign = getattr(part, "__module__", "").startswith("loopfind.") and part.__module__ != findings.__name__
        if foreign and inspect.isfunction(part):
            setattr(findings, name, watch.function(name, part))
    search = RunFinder.search

    def timed(*given: Any, **named: Any) -> None:
        with watch.stage(f"search, {watch.number:2}"):
            search(*given, **named)

    setattr(RunFinder, "search", timed)  # noqa: B010 - mypy lets no one assign to a method
    source = Source("drawn.mkv", fingerprint.end, len(fingerprint), float(FPS), 320, 180)
    with watch.stage("the rest"):
        return report_of(findings.find(fingerprint), source, Settings(), times=fingerprint.times)


def times_of(watch: Stopwatch) -> Iterator[str]:
    """A row for each stage that took a tenth of a second or more, and the sum: wall time, processor time of all
    threads, peak."""
    yield f"{'stage':<20}{'wall':>10}{'processor':>12}{'peak':>9}"
    for name, (wall, busy) in watch.spent.items():
        if wall >= 0.1:
            yield f"{name:<20}{wall:8.2f} s{busy:10.2f} s{watch.peak[name] / 1e6:6.0f} MB"
    wall, busy = (sum(row) for row in zip(*watch.spent.values(), strict=True))
    yield f"{'total':<20}{wall:8.2f} s{busy:10.2f} s{peak() / 1e6:6.0f} MB"


def found_of(report: Report, timeline: Timeline) -> Iterator[str]:
    """What was found of what was planted, a row for each length, and what was claimed besides."""
    truth = Truth(float(FPS), timeline.planted, timeline.excused)
    by_length: dict[float, list[tuple[float, ...]]] = defaultdict(list)
    for pair in timeline.planted:
        by_length[round(pair.first.length, 2)].append(evaluate(report, Truth(float(FPS), (pair,))).end_errors)
    for length, errors in sorted(by_length.items()):
        hits = [max(map(abs, ends)) for ends in errors if ends]
        off = f", ends off by {max(hits):.0f} frames at most" if hits else ""
        yield f"planted, {length:5g} s: {len(hits)} of {len(errors)} found{off}"
    claims = [repeat for repeat in report.repeats if repeat.kind != "still"]
    wrong = [
        repeat for repeat in claims if evaluate(replace(report, repeats=(repeat,), cuts=()), truth).precision < 0.5
    ]
    yield f"claims: {len(claims)}, false: {len(wrong)}; stills: {len(report.repeats) - len(claims)}"
    for repeat in wrong:
        shown = ", ".join(f"{o.start:.2f} to {o.end:.2f}" for o in repeat.occurrences[:4])
        yield f"  false, {repeat.length:.2f} s, confidence {repeat.confidence:.4f}: {shown}"


def turns_of(report: Report, timeline: Timeline) -> Iterator[str]:
    """What was found of the loop, and what was claimed besides."""
    (pair,) = timeline.planted
    turns = round((pair.second.end - pair.first.start) / CLIP)
    yield f"planted: a loop of {CLIP:.3f} s, {turns} turns, {pair.first.start:.2f} to {pair.second.end:.2f}"
    for repeat in report.repeats:
        if repeat.kind != "still":
            period = "" if repeat.period is None else f" of {repeat.period:.4f} s"
            at = f"{repeat.occurrences[0].start:.2f} to {repeat.occurrences[-1].end:.2f}"
            yield f"claimed: a {repeat.kind}{period}, {len(repeat.occurrences)} showings, {at}"


def made(folder: Path, hours: float) -> Path:
    """A video of 64 x 36 pixels at 30 frames a second: drawn hours, and copies of their packets up to its length."""
    length = min(3600.0, 3600 * hours / HOURS)
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
    for seed in range(HOURS):
        scene = f"gradients=s=64x36:r={FPS}:speed=0.02:seed={seed + 1}:d={length},noise=alls=10:allf=t:all_seed={seed}"
        coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "300", "-pix_fmt", "yuv420p"]
        subprocess.run([*ffmpeg, "-f", "lavfi", "-i", scene, *coded, str(folder / f"{seed}.mkv")], check=True)
    order = [number % HOURS for number in range(round(3600 * hours / length))]
    (folder / "parts.txt").write_text("".join(f"file '{number}.mkv'\n" for number in order))
    joined = [*ffmpeg, "-f", "concat", "-i", str(folder / "parts.txt"), "-c", "copy", str(folder / "day.mkv")]
    subprocess.run(joined, check=True)
    return folder / "day.mkv"


def read_file(hours: float) -> None:
    """Make the file, scan it in this process, and say what that took."""
    with tempfile.TemporaryDirectory() as folder:
        video = made(Path(folder), hours)
        size, began = video.stat().st_size, time.perf_counter()
        report = scan(str(video))
        took = time.perf_counter() - began
    source = report.source
    print(f"{source.frames:,} frames, {source.duration / 3600:.2f} h, {size / 1e6:.0f} MB; scanned in {took:.0f} s")
    print(f"peak of this process {peak() / 1e6:.0f} MB; {report.verdict.summary}")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, help="length of the drawn video (default: 24)")
    parser.add_argument("--file", action="store_true", help="make a real file, and scan it")
    parser.add_argument("--loop", action="store_true", help="a clip of 12 s goes round")
    parser.add_argument("--profile", type=int, default=0, metavar="N", help="name the N most costly functions")
    asked = parser.parse_args()
    if asked.file:
        read_file(asked.hours)
        return
    timeline = (going_round if asked.loop else mixed)(3600 * asked.hours)
    began = time.perf_counter()
    fingerprint = drawn(timeline)
    took = time.perf_counter() - began
    print(f"{timeline.frames:,} frames, {fingerprint.end / 3600:.2f} h, drawn in {took:.0f} s, {peak() / 1e6:.0f} MB")
    watch, profile = Stopwatch(), cProfile.Profile()
    if asked.profile:
        profile.enable()
    report = measured(fingerprint, watch)
    profile.disable()
    rows = turns_of if asked.loop else found_of
    print("\n".join([*times_of(watch), report.verdict.summary, *rows(report, timeline)]), flush=True)
    if asked.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(asked.profile)


if __name__ == "__main__":
    main()
