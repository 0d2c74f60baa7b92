"""The two ways to compare files on the same clips: the engine, and colours with time warped; and sounds by their tones.

    python benchmarks/warping.py clips FOLDER     every two files of a folder that has a TRUTH.tsv
    python benchmarks/warping.py pieces FOLDER    pieces of videos, sought in their own video and in the others
    python benchmarks/warping.py ramps DIR        drawn films, and clips of them whose speed changes as they run
    python benchmarks/warping.py sounds FOLDER --first 1
                                                  clips of tracks, drawn and of a folder, at another tempo or pitch

TRUTH.tsv has a heading and the columns a, first, last, b, first, last, and a word on what was done: frames first ..
last of a are frames first .. last of b, whose first is after its last where it runs backwards. Names are seen from the
folder. A pair that the table implies (a is in b, b is c) is true as well; a row with "-" says nothing.
"""

import argparse
import contextlib
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from loopfind import CompareSettings, Comparison, compare
from loopfind.comparison.dtw.pairs import ColouredFile, Warper
from loopfind.errors import MediaError
from loopfind.fingerprints.color import colours_of
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.process import executable
from loopfind.model.fingerprint import Fingerprint
from loopfind.pipeline.reader import read_video
from loopfind.settings import Settings

Row = tuple[str, str, int, int, int, int]
"""a, b, first and last frame of a, first and last frame of b."""

Where = Callable[[float], float]
"""Where an instant of the first file is in the second, seconds."""


@dataclass(frozen=True)
class Score:
    """What one way found. errors: frames that each true pair found is off by; share: of the shorter file of each true
    pair that was matched; false: pairs claimed that are not so."""

    found: int
    true: int
    errors: list[float]
    share: float
    false: list[str]
    seconds: float


def matches_of(result: Comparison, pair: tuple[int, int]) -> np.ndarray:
    """Matching instants (k, 2) of two files, seconds, however they were found."""
    rows = [np.array(warp.path) for warp in result.warps if warp.files == pair and warp.nearness == "alike"]
    for repeat in result.repeats:
        for a, b in combinations(repeat.occurrences, 2):
            if (a.file, b.file) != pair:
                continue
            along = (np.arange(a.start, a.end, 0.04) - a.start) / (a.end - a.start)
            other = 1 - along if a.reversed != b.reversed else along
            rows.append(np.stack([a.start + along * (a.end - a.start), b.start + other * (b.end - b.start)], axis=1))
    return np.concatenate([np.zeros((0, 2)), *rows])


def score(result: Comparison, truth: dict[tuple[int, int], Where], seconds: float) -> Score:
    """One way against the truth. Where a pair was matched wrongly throughout it is false, not found."""
    errors, shares, false = [], [], []
    names = [os.path.basename(source.path) for source in result.sources]
    for pair in combinations(range(len(names)), 2):
        matched = matches_of(result, pair)
        if pair not in truth:
            if len(matched):
                false.append(" and ".join(names[number] for number in pair))
            continue
        away = np.array([abs(b - truth[pair](a)) for a, b in matched])
        good = matched[away < 0.5] if len(matched) else matched
        fps = max(result.sources[number].fps for number in pair)
        side = int(np.argmin([result.sources[number].duration for number in pair]))
        whole = max(1.0, result.sources[pair[side]].duration / 0.04)
        shares.append(min(1.0, len(np.unique(np.round(good[:, side] / 0.04))) / whole))
        if len(good):
            errors.append(float(np.median(away[away < 0.5])) * fps)
    return Score(len(errors), len(truth), errors, float(np.mean(shares)) if shares else 0.0, false, seconds)


def run(paths: list[str], align: str) -> tuple[Comparison, float]:
    """A comparison, and what it took."""
    began = time.perf_counter()
    result = compare(paths, CompareSettings(align=align, jobs=os.cpu_count() or 1))
    return result, time.perf_counter() - began


def show(scores: dict[str, Score]) -> None:
    """The table of the README."""
    print(
        "| way | true pairs found | matched of the shorter file | off by, frames: median / most | false pairs | time |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for name, s in scores.items():
        off = f"{np.median(s.errors):.1f} / {max(s.errors):.1f}" if s.errors else ""
        print(f"| {name} | {s.found} of {s.true} | {s.share:.0%} | {off} | {len(s.false)} | {s.seconds:.1f} s |")
    for name, s in scores.items():
        for pair in s.false:
            print(f"false by {name}: {pair}", file=sys.stderr)


def truth_of(folder: Path) -> tuple[list[str], list[Row]]:
    """The files, and the rows of TRUTH.tsv that name frames."""
    rows: list[Row] = []
    for line in (folder / "TRUTH.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        a, low, high, b, first, last = line.split("\t")[:6]
        if "-" not in (low, high, first, last):
            one, other = (os.path.realpath(folder / name) for name in (a, b))
            rows.append((one, other, int(low), int(high), int(first), int(last)))
    named = {name for row in rows for name in row[:2]}
    inside = {os.path.realpath(path) for path in folder.iterdir() if path.is_file() and path.suffix != ".tsv"}
    return sorted(named | inside), rows


def implied(paths: list[str], rows: list[Row], fps: list[float]) -> dict[tuple[int, int], Where]:
    """Every true pair: each row, both ways, and what follows from two of them. Lines: b = slope * a + offset."""
    lines: dict[tuple[int, int], tuple[float, float]] = {}
    for name, rival, low, high, first, last in rows:
        one, other = paths.index(name), paths.index(rival)
        slope = (last - first) / fps[other] / ((high - low) / fps[one])
        lines[one, other] = slope, first / fps[other] - slope * low / fps[one]
        lines[other, one] = 1 / slope, -lines[one, other][1] / slope
    for _ in paths:
        for (a, b), (slope, offset) in list(lines.items()):
            for (c, d), (more, further) in list(lines.items()):
                if b == c and a != d:
                    lines.setdefault((a, d), (slope * more, offset * more + further))
    return {pair: along(*line) for pair, line in lines.items() if pair[0] < pair[1]}


def along(slope: float, offset: float) -> Where:
    """A place that goes along a line."""
    return lambda t: slope * t + offset


def bent(swing: float, period: float) -> Where:
    """Where an instant of a film is in its clip of swinging speed."""
    rate = 2 * np.pi / period
    return lambda t: t - INSIDE + swing / rate * float(np.sin(rate * (t - INSIDE)))


def clips(folder: Path) -> None:
    """Both ways over every two files of a folder."""
    paths, rows = truth_of(folder)
    scores = {}
    for align in ("engine", "dtw"):
        result, seconds = run(paths, align)
        truth = implied(paths, rows, [source.fps for source in result.sources])
        scores[align] = score(result, truth, seconds)
    show(scores)


RAMPS = ((0.2, 10.0), (0.35, 10.0), (0.5, 10.0), (0.35, 5.0), (0.6, 20.0))
"""(swing, period): the speed swings by that share about 1, with that period in seconds."""

LENGTH, INSIDE = 20.0, 15.0
"""Seconds of a clip, and from which second of its film it comes."""


def film(place: Path, seed: int) -> None:
    """Forty seconds of moving discs in changing light, as ffmpeg draws them."""
    rng = np.random.default_rng(seed)
    channels = []
    for _ in "rgb":
        terms = [f"{rng.uniform(60, 120):.1f}"]
        for _ in range(4):
            terms.append(f"{rng.uniform(6, 16):.1f}*sin({rng.uniform(0.3, 5):.3f}*T+{rng.uniform(0, 6):.2f})")
        for _ in range(2):
            x, y = (f"(32+28*sin({rng.uniform(0.5, 3):.3f}*T+{rng.uniform(0, 6):.2f}))" for _ in range(2))
            terms.append(f"{rng.uniform(30, 70):.1f}*lt(hypot(X-{x},Y-{y}*0.6),{rng.uniform(5, 10):.1f})")
        channels.append("+".join(terms))
    drawing = ":".join(f"{name}='{value}'" for name, value in zip("rgb", channels, strict=True))
    source = f"nullsrc=s=64x40:r=25:d=40,format=gbrp,geq={drawing},noise=alls=6:allf=t,format=yuv420p"
    _ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "23", place.as_posix())


def _ffmpeg(*words: str) -> None:
    subprocess.run([executable(), "-nostdin", "-v", "error", "-y", *words], check=True)


def ramps(folder: Path) -> None:
    """Both ways over drawn films and clips of them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[str] = []
    truth: dict[tuple[int, int], Where] = {}
    films = [folder / f"film-{number}.mkv" for number in range(len(RAMPS))]
    for number, (swing, period) in enumerate(RAMPS):
        if not films[number].exists():
            film(films[number], number + 1)
        rate, clip = 2 * np.pi / period, folder / f"clip-{number}.mp4"
        if not clip.exists():
            bend = f"setpts=(T+{swing / rate:.5f}*sin({rate:.5f}*T))/TB,fps=25,eq=contrast=0.85:brightness=-0.06"
            cut = ("-ss", str(INSIDE), "-t", str(LENGTH), "-i", films[number].as_posix())
            _ffmpeg(*cut, "-vf", bend, "-c:v", "libx264", "-crf", "28", clip.as_posix())
        paths += [films[number].as_posix(), clip.as_posix()]
        truth[2 * number, 2 * number + 1] = bent(swing, period)
    scores = {}
    for align in ("engine", "dtw"):
        result, seconds = run(paths, align)
        scores[align] = score(result, truth, seconds)
    show(scores)


PIECES, LENGTHS = 4, (6.0, 10.0, 20.0)
"""Pieces of each length that are cut out of each video, and their lengths in seconds."""


def pieces(folder: Path) -> None:
    """How often a piece is called alike to its own video, darker and with noise, and to another."""
    videos = []
    for path in sorted(folder.iterdir()):
        with contextlib.suppress(MediaError):
            videos.append(read_video(resolve(path), Settings(kind="color")).fingerprint)
    rng = np.random.default_rng(1)
    print("| piece | own video: alike, and in its place | told unclear | another video | called alike |")
    print("|---|--:|--:|--:|--:|")
    for length in LENGTHS:
        own, unclear, others, false, tried = 0, 0, 0, 0, 0
        for number, video in enumerate(videos):
            for _ in range(PIECES if video.end - video.times[0] > length + 1 else 0):
                start = float(rng.uniform(video.times[0], video.end - length))
                files = [*map(ColouredFile, videos), ColouredFile(piece_of(video, start, length, rng))]
                warper = Warper(files, CompareSettings(align="dtw"))
                for other in range(len(videos)):
                    warp = warper.warp(other, len(videos))
                    if other == number:
                        right = bool(warp.spans) and abs(warp.spans[0].start - start) < 1  # type: ignore[index]
                        tried, own = tried + 1, own + (warp.nearness == "alike" and right)
                        unclear += warp.nearness == "unclear"
                    elif videos[other].end - videos[other].times[0] >= length:
                        others, false = others + 1, false + (warp.nearness == "alike")
        print(f"| {length:.0f} s | {own} of {tried} | {unclear} | {others:,} | {false} |")


def piece_of(video: Fingerprint, start: float, length: float, rng: np.random.Generator) -> Fingerprint:
    """A piece of a video, darker by a quarter, with a tenth of a grey level of noise."""
    low, high = np.searchsorted(video.times, [start, start + length])
    levels = 0.75 * colours_of(video.codes[low:high]) + 25.7 * rng.standard_normal((high - low, 3))
    codes = np.clip(np.rint(levels), 0, 65535).astype("<u2").view(np.uint8)
    return replace(video, times=video.times[low:high] - start, end=length, codes=codes)


def sounds_at_other_tempos(folder: Path, first: int, clips: int = 40) -> None:
    """Print how far clips of 6 to 15 s, at 0.9 to 1.1 times the tempo, with their pitch and with another one, are from
    their own track and from two others."""
    from sound_library import cuts_of, drawn
    from sounds import RATE, encode

    rng, waves = np.random.default_rng(first), [*cuts_of(str(folder)), *(drawn(first + n) for n in range(24))]
    waves = [wave for wave in waves if len(wave) > 17 * RATE]
    near, apart, right, wrong = list[float](), list[float](), 0, 0
    with tempfile.TemporaryDirectory() as work:
        for number in range(clips):
            own, *others = rng.permutation(len(waves))[:3].tolist()
            length, tempo = float(rng.uniform(6, 15)), float(rng.uniform(0.9, 1.1))
            start = round(float(rng.uniform(0, len(waves[own]) / RATE - length)) * RATE)
            paths = [Path(work) / f"{number}-{name}.wav" for name in ("own", "one", "other")]
            for place, path in zip((own, *others), paths, strict=True):
                encode(waves[place], "wav", path)
            clip, cut = Path(work) / f"{number}.mp3", Path(work) / f"{number}-cut.wav"
            encode(waves[own][start : start + round(length * RATE)], "wav", cut)
            change = f"atempo={tempo:.4f}" if number % 2 else f"asetrate={round(RATE * tempo)},aresample={RATE}"
            words = [executable(), "-v", "error", "-y", "-i", cut.as_posix(), "-af", change, "-b:a", "64k"]
            subprocess.run([*words, clip.as_posix()], check=True)
            warps = compare([clip, *paths], CompareSettings(align="dtw", kind="chroma", query=1)).warps
            for warp in warps:
                distance = math.inf if warp.distance is None else warp.distance
                (near if warp.files[1] == 1 else apart).append(distance)
                right += warp.nearness == "alike" and warp.files[1] == 1
                wrong += warp.nearness == "alike" and warp.files[1] != 1
    print(f"{len(near)} clips: {right} alike to their own track, {wrong} of {len(apart)} to another one")
    print(
        f"distance: {np.median(near):.2f} in the middle, {max(near):.2f} at most; of another: {min(apart):.2f} at least"
    )


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("clips", "pieces", "ramps", "sounds"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="first seed of the sounds")
    given = parser.parse_args()
    if given.what == "sounds":
        return sounds_at_other_tempos(given.folder, given.first)
    {"clips": clips, "pieces": pieces, "ramps": ramps}[given.what](given.folder)
    return None


if __name__ == "__main__":
    main()
