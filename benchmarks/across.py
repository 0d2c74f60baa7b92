"""Recall and precision of a comparison whose repeats lie in two files, case by case.

    python benchmarks/across.py FOLDER               the cases of a folder that benchmarks/suite.py filled, or of one
                                                     that holds NAME.case.json beside each video (see below)
    python benchmarks/across.py FOLDER --cases       a row for each case, not only for each group

Each video is cut at its splices, to the frame and without loss. The first showing of a repeated stretch goes into one
file and the next one into the other, in turn; pieces that are shown once go by turns into both. Then the two files are
compared, and scored as loopfind.evaluate scores one file: instants of the first file that are matched to instants of
the second, within 0.1 s. What repeats inside one of the two is not asked for.

NAME.case.json holds `video`, `group`, `fps`, `repeats` and `ignored` ([[a0, a1, b0, b1, direction]], seconds), `joints`
(seconds of every splice) and `quiet` ([[start, end]], in which nothing can be told).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases import CASES
from suite import ffmpeg

from loopfind import compare
from loopfind.evaluate import Pair, Score, Truth, evaluate, pooled, read_truths
from loopfind.model.report import Repeat
from loopfind.model.video import Span

EDITED = frozenset({"gen", "grade", "overlay", "geometry", "speed"})
"""Groups whose copies were edited; the others show what they show again as it was."""

APART = 1000.0
"""Seconds that the second file is moved by in what is scored, so that its instants are not those of the first."""


@dataclass(frozen=True)
class Case:
    """A video and what is known of it."""

    name: str
    group: str
    path: Path
    truth: Truth


@dataclass(frozen=True)
class Cut:
    """A piece of the video and the file that it goes to, 0 or 1, at a second of that file."""

    span: Span
    file: int
    at: float


def cases_in(folder: Path) -> list[Case]:
    """The cases of the folder, in either form."""
    found = []
    for path in sorted(folder.glob("*.case.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        truth = Truth(
            fps=known["fps"],
            repeats=_pairs(known["repeats"]),
            excused=_pairs(known["ignored"]),
            joints=tuple(known["joints"]),
            quiet=tuple(Span(*span) for span in known["quiet"]),
        )
        found.append(Case(known["id"], known["group"], folder / known["video"], truth))
    if not found and (folder / "truth.json").exists():
        truths = read_truths(folder / "truth.json")
        found = [Case(case.name, case.group, folder / case.file, truths[case.file]) for case in CASES]
    return [case for case in found if case.path.exists()]


def _pairs(rows: Sequence[Sequence[Any]]) -> tuple[Pair, ...]:
    return tuple(Pair(Span(a, b), Span(c, d), int(way)) for a, b, c, d, way in rows)


def cuts_of(truth: Truth, duration: float) -> list[Cut]:
    """The pieces of the video, each given to a file."""
    edges = [edge for pair in truth.repeats for span in (pair.first, pair.second) for edge in (span.start, span.end)]
    inner = [*truth.joints, *edges] or [duration / 2]
    frames = sorted({round(edge * truth.fps) for edge in (0.0, duration, *inner)})
    pieces = [Span(low / truth.fps, high / truth.fps) for low, high in pairwise(frames)]
    filled, given = [0.0, 0.0], list[Cut]()
    for piece in pieces:
        before = [cut.file for cut in given if _shown_again(truth, cut.span, piece)]
        # Of the showings so far, the last one decides: so a loop goes to and fro. Else the emptier file.
        file = 1 - before[-1] if before else int(filled[1] < filled[0])
        given.append(Cut(piece, file, filled[file]))
        filled[file] += piece.length
    return given


def _shown_again(truth: Truth, one: Span, other: Span) -> bool:
    """Whether most of the shorter of two pieces is shown in both."""
    least = 0.5 * min(one.length, other.length)
    return any(
        min(pair.first.end, one.end) - max(pair.first.start, one.start) > least
        and min(pair.second.end, other.end) - max(pair.second.start, other.start) > least
        for pair in truth.repeats
    )


def moved(pairs: Sequence[Pair], cuts: Sequence[Cut]) -> tuple[Pair, ...]:
    """What the two files share by the pairs of the video: the first file's seconds, and the second file's and APART."""
    found = []
    for pair in pairs:
        pace = pair.second.length / pair.first.length
        for a in cuts:
            for b in cuts:
                if a.file == b.file:
                    continue
                # The part of the first stretch that lies in one piece and whose partner lies in the other.
                ends = [_back(pair, pace, t) for t in (b.span.start, b.span.end)]
                low, high = max(pair.first.start, a.span.start, min(ends)), min(pair.first.end, a.span.end, max(ends))
                if high - low < 1e-3:
                    continue
                partner = sorted(_there(pair, pace, t) for t in (low, high))
                first = Span(low - a.span.start + a.at, high - a.span.start + a.at)
                second = Span(partner[0] - b.span.start + b.at, partner[1] - b.span.start + b.at)
                one, other = (first, second) if a.file == 0 else (second, first)
                found.append(Pair(one, Span(other.start + APART, other.end + APART), pair.direction))
    return tuple(found)


def _there(pair: Pair, pace: float, t: float) -> float:
    """The instant of the second stretch that shows what the first shows at t."""
    since = (t - pair.first.start) * pace
    return pair.second.start + since if pair.direction > 0 else pair.second.end - since


def _back(pair: Pair, pace: float, t: float) -> float:
    """The instant of the first stretch that shows what the second shows at t."""
    since = t - pair.second.start if pair.direction > 0 else pair.second.end - t
    return pair.first.start + since / pace


def split(case: Case, cuts: Sequence[Cut], folder: Path) -> list[Path]:
    """The two files, without loss, every frame at its own distance in time from the others of its piece."""
    half, paths = 0.5 / case.truth.fps, []
    for file in (0, 1):
        own = [cut for cut in cuts if cut.file == file]
        kept = "+".join(f"gte(t,{c.span.start - half:.5f})*lt(t,{c.span.end - half:.5f})" for c in own)
        # Moved back by whatever was left out before it.
        out, gone = [], 0.0
        for cut in own:
            out.append(f"gte(T,{cut.span.start - half:.5f})*{cut.span.start - cut.at - gone:.6f}")
            gone = cut.span.start - cut.at
        paths.append(folder / f"{case.name}.{file}.mkv")
        chain = f"setpts=PTS-STARTPTS,select='{kept}',setpts='PTS-({'+'.join(out)})/TB'"
        lossless = ["-an", "-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0"]
        ffmpeg("-i", case.path, "-vf", chain, *lossless, paths[-1])
    return paths


def score(case: Case) -> Score:
    """Cut one case in two, compare, and score."""
    ends = [span.end for pair in case.truth.repeats for span in (pair.first, pair.second)]
    duration = max([_length(case.path), *ends])
    cuts = cuts_of(case.truth, duration)
    truth = replace(
        case.truth,
        repeats=moved(case.truth.repeats, cuts),
        excused=moved(case.truth.excused, cuts),
        joints=(),
        suspects=(),
        quiet=_quiet(case.truth, cuts),
    )
    with tempfile.TemporaryDirectory() as folder:
        found = compare([str(path) for path in split(case, cuts, Path(folder))])
    rows = [row for repeat in found.repeats for row in _claims(repeat)]
    return evaluate({"repeats": rows}, truth)


def _length(path: Path) -> float:
    """Seconds of a video."""
    from loopfind.media.decode.one_pass import open_video

    with open_video(str(path)) as video:
        for _ in video:
            pass
        return video.source.duration


def _quiet(truth: Truth, cuts: Sequence[Cut]) -> tuple[Span, ...]:
    """The quiet stretches, in the instants that are scored."""
    found = []
    for cut in cuts:
        for span in truth.quiet:
            low, high = max(span.start, cut.span.start), min(span.end, cut.span.end)
            if high > low:
                shift = cut.at - cut.span.start + APART * cut.file
                found.append(Span(low + shift, high + shift))
    return tuple(found)


def _claims(repeat: Repeat) -> Iterator[dict[str, Any]]:
    """Every two occurrences of a repeat that lie in two files, as a report has them."""
    for a in repeat.occurrences:
        for b in repeat.occurrences:
            if a.file == 0 and b.file == 1:
                yield {
                    "kind": "repeat",
                    "occurrences": [
                        {"start": a.start, "end": a.end, "reversed": a.reversed},
                        {"start": b.start + APART, "end": b.end + APART, "reversed": b.reversed},
                    ],
                }


def table(scores: Sequence[tuple[str, list[Score]]]) -> list[str]:
    """Markdown: a row for each name."""
    lines = ["| group | cases | F1 | precision | recall | false s | ends: median / 90 % |", "|---|" + "--:|" * 6]
    for name, some in scores:
        mean = pooled(some)
        ends = "" if mean.end_median is None else f"{mean.end_median:.1f} / {mean.end_p90:.1f}"
        cells = [name, str(len(some)), f"{mean.f1:.3f}", f"{mean.precision:.3f}", f"{mean.recall:.3f}"]
        lines.append("| " + " | ".join([*cells, f"{mean.false_seconds:.1f}", ends]) + " |")
    return lines


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the cases")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds TEXT")
    parser.add_argument("--cases", action="store_true", help="one row a case in the table")
    words = parser.parse_args()
    chosen = [case for case in cases_in(words.folder) if words.only in case.name]
    if not chosen:
        raise SystemExit(f"{words.folder}: no cases there; python benchmarks/suite.py make {words.folder} draws some")
    each: dict[str, list[Score]] = {}
    groups: dict[str, list[Score]] = {}
    for case in chosen:
        result = score(case)
        print(f"{case.name}: F1 {result.f1:.3f}, {result.pairs_found} of {result.pairs}", file=sys.stderr, flush=True)
        each[case.name] = [result]
        groups.setdefault(case.group, []).append(result)
    rows = list((each if words.cases else groups).items())
    kinds = {"**unedited**": False, "**edited**": True}
    for name, edited in kinds.items():
        some = [s for group, scores in groups.items() if (group in EDITED) == edited for s in scores]
        rows += [(name, some)] if some else []
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
