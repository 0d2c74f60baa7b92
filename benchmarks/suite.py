"""A suite of small videos with known repeats, made from drawn scenes alone.

    python benchmarks/suite.py make DIR     draw the clips and encode the cases, with DIR/truth.json
    python benchmarks/suite.py run DIR      scan every case: DIR/answers/NAME.json, and NAME.2017.json by the old method
    python benchmarks/suite.py score DIR    the table, by group; --cases: one row a case
    python benchmarks/suite.py all DIR      the three in a row

--only TEXT keeps the cases whose name holds TEXT. What is made already is not made again.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import imageio_ffmpeg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases import CASES, Case, Piece, truth
from method2017 import answer
from scenes import clips, draw

from loopfind import scan
from loopfind.evaluate import Score, Truth, evaluate, pooled, read_truths
from loopfind.reports.formats import json as machine

Work = TypeVar("Work")
WORKERS = 2
HEAD = (
    *("group", "cases", "F1", "precision", "recall", "false s", "ends: median / 90 %", "cut P", "cut R"),
    *("2017: F1", "false s"),
)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "run", "score", "all"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds TEXT")
    parser.add_argument("--cases", action="store_true", help="one row a case in the table")
    words = parser.parse_args()
    chosen = [case for case in CASES if words.only in case.name]
    if words.what in ("make", "all"):
        make(words.folder, chosen)
    if words.what in ("run", "all"):
        run(words.folder, chosen)
    if words.what in ("score", "all"):
        print("\n".join(table(words.folder, chosen, words.cases)))


def side_by_side(work: Callable[[Path, Work], str], folder: Path, items: Iterable[Work]) -> None:
    """Do the work on each item, two at a time, and print what it says of each."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for line in pool.map(work, *zip(*((folder, item) for item in items), strict=True)):
            print(line, file=sys.stderr, flush=True)


def ffmpeg(*words: object) -> None:
    """Run the bundled ffmpeg. Raises CalledProcessError where it fails."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, words)]
    subprocess.run(command, check=True)


def make(folder: Path, cases: list[Case]) -> None:
    """Draw the clips and encode the cases that are not there yet, and write the truth of all."""
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    wanted = {name for case in cases for name in _clips_of(case)}
    side_by_side(make_clip, folder, sorted(name for name in wanted if not _clip(folder, name).exists()))
    side_by_side(make_case, folder, [case for case in cases if not (folder / case.file).exists()])
    known = {case.file: truth(case) for case in CASES}
    (folder / "truth.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _clip(folder: Path, name: str) -> Path:
    return folder / "clips" / f"{name}.mkv"


def _clips_of(case: Case) -> set[str]:
    named = {piece.clip for piece in case.timeline if not piece.clip.startswith("@")}
    return named | {name for name in clips() if f"{{{name}}}" in case.finish}


def make_clip(folder: Path, name: str) -> str:
    """Draw a clip."""
    part = folder / "clips" / f"{name}.part.mkv"
    draw(name, part)
    part.replace(_clip(folder, name))
    return f"drew {name}"


def make_case(folder: Path, case: Case) -> str:
    """Cut, join and encode a case in one ffmpeg."""
    inputs: list[object] = []
    chains, early = [], []
    for number, piece in enumerate(case.timeline):
        source = ["-i", _clip(folder, piece.clip)]
        if piece.clip.startswith("@"):
            source = ["-f", "lavfi", "-i", piece.clip[1:]]
        chain = _chain(piece)
        if piece.crf is not None:
            early.append(folder / f".{case.name}.{number}.mp4")
            x264 = ["-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", piece.crf]
            ffmpeg(*source, "-vf", chain, "-frames:v", piece.frames, *x264, early[-1])
            source, chain = ["-i", early[-1]], "null"
        inputs += source
        chains.append(f"[{number}:v]{chain},setsar=1,format=yuv420p[p{number}]")
    extra = [name for name in clips() if f"{{{name}}}" in case.finish]
    places = {name: f"{len(case.timeline) + k}:v" for k, name in enumerate(extra)}
    inputs += [word for name in extra for word in ("-i", _clip(folder, name))]
    joined = "".join(f"[p{k}]" for k in range(len(chains))) + f"concat=n={len(chains)}:v=1:a=0[v]"
    finish = (case.finish.format(**places) or "[v]null") + ",format=yuv420p[out]"
    graph = ";".join([*chains, joined, finish])
    part = folder / f".{case.file}"
    frames = sum(piece.frames for piece in case.timeline)
    ffmpeg(
        *inputs, "-filter_complex", graph, "-map", "[out]", "-fps_mode", "vfr", "-t", frames / 25, *case.encode, part
    )
    part.replace(folder / case.file)
    for path in early:
        path.unlink()
    return f"made {case.name}"


def _chain(piece: Piece) -> str:
    """ffmpeg filters that cut a piece out of its clip, as many frames as it is long, from time 0."""
    first, last = round(piece.start * 25), round(piece.end * 25)
    steps = [f"trim=start_frame={first}:end_frame={first + 1 if piece.still else last}", "setpts=PTS-STARTPTS"]
    if piece.still:
        steps += [f"loop={piece.frames - 1}:1:0", "setpts=N/25/TB"]
    if piece.speed != 1:
        steps += [f"setpts=PTS/{piece.speed}", "fps=25", f"trim=end_frame={piece.frames}"]
    if piece.reverse:
        steps.append("reverse")
    return ",".join([*steps, piece.vf] if piece.vf else steps)


def run(folder: Path, cases: list[Case]) -> None:
    """Scan every case in both ways."""
    (folder / "answers").mkdir(exist_ok=True)
    side_by_side(run_case, folder, cases)


def run_case(folder: Path, case: Case) -> str:
    """The answers on one case."""
    began = time.perf_counter()
    report = scan(str(folder / case.file))
    taken = time.perf_counter() - began
    (folder / "answers" / f"{case.name}.json").write_text("".join(machine.write(report)), encoding="utf-8")
    old = json.dumps(answer(folder / case.file))
    (folder / "answers" / f"{case.name}.2017.json").write_text(old, encoding="utf-8")
    return f"{case.name}: {taken:.2f} s, {report.source.duration / taken:.0f} times as fast as it plays"


def table(folder: Path, cases: list[Case], each: bool) -> list[str]:
    """The scores as a Markdown table: one row a group, or a case, and one for all."""
    truths = read_truths(folder / "truth.json")
    scores = {case.name: tuple(_score(folder, case, way, truths[case.file]) for way in ("", ".2017")) for case in cases}
    rows: dict[str, list[str]] = {}
    for case in cases:
        rows.setdefault(case.name if each else case.group, []).append(case.name)
    lines = [f"| {' | '.join(HEAD)} |", "|---|" + "--:|" * (len(HEAD) - 1)]
    for group, names in (*rows.items(), ("**all**", [case.name for case in cases])):
        ours, old = (pooled([scores[name][way] for name in names]) for way in (0, 1))
        lines.append(_row(group, ours, old, len(names)))
    return lines


def _score(folder: Path, case: Case, way: str, known: Truth) -> Score:
    path = folder / "answers" / f"{case.name}{way}.json"
    if not path.exists():
        raise SystemExit(f"{path} is not there: run comes before score")
    return evaluate(json.loads(path.read_text(encoding="utf-8")), known)


def _row(name: str, ours: Score, old: Score, count: int) -> str:
    ends = "" if ours.end_median is None else f"{ours.end_median:.1f} / {ours.end_p90:.1f}"
    cells = [f"{name}", f"{count}", f"{ours.f1:.3f}", f"{ours.precision:.3f}", f"{ours.recall:.3f}"]
    cells += [f"{ours.false_seconds:.1f}", ends, f"{ours.cut_precision:.3f}", f"{ours.cut_recall:.3f}"]
    return "| " + " | ".join([*cells, f"{old.f1:.3f}", f"{old.false_seconds:.1f}"]) + " |"


if __name__ == "__main__":
    main()
