"""A report against known truth: how much of it is true, how much of the truth it holds, and how exact its ends are.

Repeats are scored as VCSL scores copied segments (He et al., CVPR 2022): instant by instant on both showings at once,
so that neither long nor split claims win, and besides by whole segment pairs, as TRECVID's copy detection task did
(Over et al. 2008 to 2011). Cuts are scored as scene detectors score boundaries (PySceneDetect, AutoShot): within a
tolerance in frames. A report without claims has precision 1; a video without repeats has recall 1.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats
from loopfind.model.report import Report
from loopfind.model.video import Span

TOLERANCE = 0.1
"""Seconds by which a matched instant may miss the true one: what a viewer calls the same moment, at any frame rate."""

LEAST_OVERLAP = 0.5
"""Intersection over union, on both showings, from which a pair of stretches counts as found (the usual line of VCSL
and of temporal action detection)."""

CUT_TOLERANCE = 1.5
"""Frames by which a cut may miss a splice: one frame, and half of one for rounding."""


@dataclass(frozen=True)
class Pair:
    """Two stretches that show the same, instant by instant; direction is -1 where one of them runs backwards, else 1.

    Stretches of unequal length are matched linearly: the longer one is the slower copy.
    """

    first: Span
    second: Span
    direction: int = 1


@dataclass(frozen=True)
class Truth:
    """The truth about a video.

    fps: frames a second, the unit of the end errors. repeats: every pair of stretches that show the same. excused:
    pairs that may be claimed or not (frozen pictures). joints: seconds of every splice. suspects: the splices at an
    end of a repeat, which a scan has to name. quiet: stretches in which nothing can be judged (black, a title card):
    what is claimed between two of them is neither right nor wrong.
    """

    fps: float
    repeats: tuple[Pair, ...] = ()
    excused: tuple[Pair, ...] = ()
    joints: tuple[float, ...] = ()
    suspects: tuple[float, ...] = ()
    quiet: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Score:
    """Scores of a report.

    precision: share of the claimed instants that are true. recall: share of the true instants that are claimed. f1:
    their harmonic mean. false_seconds: length of what was claimed and is not so, each wrong pair for itself. pairs,
    pairs_found: true pairs of stretches, and those claimed with an overlap of LEAST_OVERLAP or more on both sides.
    claimed: pairs in the report. end_errors: frames, found minus true, four for each pair found. cut_precision: share
    of the report's cuts at a splice. cut_recall: share of the suspects among the report's cuts.
    """

    precision: float
    recall: float
    f1: float
    false_seconds: float
    pairs: int
    pairs_found: int
    claimed: int
    end_errors: tuple[float, ...]
    cut_precision: float
    cut_recall: float

    @property
    def end_median(self) -> float | None:
        """Frames by which half of the ends are off at most; None where no pair was found."""
        return self._end_error(50)

    @property
    def end_p90(self) -> float | None:
        """Frames by which nine tenths of the ends are off at most; None where no pair was found."""
        return self._end_error(90)

    def _end_error(self, percent: float) -> float | None:
        return float(np.percentile(np.abs(self.end_errors), percent)) if self.end_errors else None


def evaluate(report: Report | Mapping[str, Any], truth: Truth, tolerance: float = TOLERANCE) -> Score:
    """The score of a report, or of its JSON form as parsed. tolerance: seconds. Repeats of kind "still" are not
    judged."""
    claims, cuts = claims_of(report), _cuts_of(report)
    step = 1 / truth.fps
    wanted, claimed = _instants(truth.repeats, step), _instants(claims, step)
    right = _matched(claimed, (*truth.repeats, *truth.excused), tolerance)
    judged = right | ~_within(claimed, truth.quiet)
    precision = _share(right[judged])
    recall = _share(_matched(wanted, claims, tolerance))
    found = [(pair, best) for pair in truth.repeats if (best := _best(pair, claims)) is not None]
    return Score(
        precision=precision,
        recall=recall,
        f1=_f1(precision, recall),
        false_seconds=float((judged & ~right).sum()) * step,
        pairs=len(truth.repeats),
        pairs_found=len(found),
        claimed=len(claims),
        end_errors=tuple(error for pair, best in found for error in _end_errors(pair, best, truth.fps)),
        cut_precision=_share(_near(cuts, truth.joints, CUT_TOLERANCE * step)),
        cut_recall=_share(_near(truth.suspects, cuts, CUT_TOLERANCE * step)),
    )


def pooled(scores: Sequence[Score]) -> Score:
    """Many videos as one: shares are means over videos, seconds and counts are sums, ends stand side by side.

    Raises ValueError for no scores at all.
    """
    if not scores:
        raise ValueError("there are no scores to pool")

    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values)))

    return Score(
        precision=mean(s.precision for s in scores),
        recall=mean(s.recall for s in scores),
        f1=mean(s.f1 for s in scores),
        false_seconds=sum(s.false_seconds for s in scores),
        pairs=sum(s.pairs for s in scores),
        pairs_found=sum(s.pairs_found for s in scores),
        claimed=sum(s.claimed for s in scores),
        end_errors=tuple(error for s in scores for error in s.end_errors),
        cut_precision=mean(s.cut_precision for s in scores),
        cut_recall=mean(s.cut_recall for s in scores),
    )


def area_under_curve(usual: Floats, unusual: Floats) -> float:
    """Return the area under the receiver operating characteristic, 0 to 1: how often a score of `unusual` (m,) is above
    one of `usual` (n,), of all their pairs, ties counted half (Hanley and McNeil, Radiology 1982).

    Raises ValueError where either is empty or a score is not a number.
    """
    if not len(usual) or not len(unusual) or np.isnan(usual).any() or np.isnan(unusual).any():
        raise ValueError("the area under the curve needs scores of both sorts, and numbers")
    ordered = np.sort(usual)
    below, upto = (np.searchsorted(ordered, unusual, side).sum(dtype=np.float64) for side in ("left", "right"))
    return float(below + upto) / (2 * len(usual) * len(unusual))


def claims_of(report: Report | Mapping[str, Any]) -> tuple[Pair, ...]:
    """Every two occurrences of each repeat in a report or its JSON form, the earlier one first; stills left out."""
    if isinstance(report, Report):
        rows = [
            [(o.start, o.end, o.reversed) for o in repeat.occurrences]
            for repeat in report.repeats
            if repeat.kind != "still"
        ]
    else:
        rows = [
            [(o["start"], o["end"], bool(o.get("reversed", False))) for o in repeat["occurrences"]]
            for repeat in report.get("repeats", ())
            if repeat.get("kind") != "still"
        ]
    return tuple(
        Pair(Span(a[0], a[1]), Span(b[0], b[1]), -1 if a[2] != b[2] else 1)
        for row in rows
        for a, b in combinations(sorted(row), 2)
    )


def read_truths(path: str | os.PathLike[str]) -> dict[str, Truth]:
    """Return the truth about each video, by file name, from a truth.json as fixtures/make.py and benchmarks/suite.py
    write it."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return {name: truth_of(row) for name, row in rows.items()}


def truth_of(row: Mapping[str, Any]) -> Truth:
    """One entry of a truth.json; times are seconds.

    fps; repeats: a list of {"occurrences": [[start, end], ...]}, any two of which are a pair; pairs and excused:
    lists of [start, end, start, end, direction]; cuts: the suspects; other_cuts: the other splices; quiet: a list of
    [start, end]. All but fps may be missing.
    """
    repeats = [
        Pair(Span(*a), Span(*b))
        for repeat in row.get("repeats", ())
        for a, b in combinations(sorted(repeat["occurrences"]), 2)
    ]
    return Truth(
        fps=float(row["fps"]),
        repeats=(*repeats, *_pairs(row.get("pairs", ()))),
        excused=_pairs(row.get("excused", ())),
        joints=tuple(sorted([*row.get("cuts", ()), *row.get("other_cuts", ())])),
        suspects=tuple(row.get("cuts", ())),
        quiet=tuple(Span(*span) for span in row.get("quiet", ())),
    )


def _pairs(rows: Iterable[Sequence[float]]) -> tuple[Pair, ...]:
    return tuple(Pair(Span(a, b), Span(c, d), int(direction)) for a, b, c, d, direction in rows)


def _cuts_of(report: Report | Mapping[str, Any]) -> list[float]:
    if isinstance(report, Report):
        return [cut.time for cut in report.cuts]
    return [float(cut["time"]) for cut in report.get("cuts", ())]


def _partner(pair: Pair, instants: Floats) -> Floats:
    """Return the seconds at which the second stretch shows what the first one shows at the given instants."""
    share = (instants - pair.first.start) / max(pair.first.length, 1e-9)
    return pair.second.start + pair.second.length * (share if pair.direction > 0 else 1 - share)


def _instants(pairs: Iterable[Pair], step: float) -> Floats:
    """Instants (n, 2), seconds, that the pairs match to one another: one every `step` seconds of the first stretch."""
    points = [np.zeros((0, 2))]
    for pair in pairs:
        first = np.arange(pair.first.start + step / 2, pair.first.end, step)
        points.append(np.stack([first, _partner(pair, first)], axis=1))
    return np.concatenate(points)


def _matched(points: Floats, pairs: Iterable[Pair], tolerance: float) -> NDArray[np.bool_]:
    """Return which points (n, 2) some pair matches too, either way round, within the tolerance."""
    matched = np.zeros(len(points), bool)
    for pair in pairs:
        for here, there in ((points[:, 0], points[:, 1]), (points[:, 1], points[:, 0])):
            inside = (here >= pair.first.start - tolerance) & (here <= pair.first.end + tolerance)
            matched |= inside & (np.abs(_partner(pair, here) - there) <= tolerance)
    return matched


def _within(points: Floats, spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Return which points (n, 2) lie in the spans with both their instants."""
    inside = np.zeros(points.shape, bool)
    for span in spans:
        inside |= (points >= span.start) & (points <= span.end)
    return inside[:, 0] & inside[:, 1]


def _overlap(one: Span, other: Span) -> float:
    """Intersection over union."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0.0, shared) / max(max(one.end, other.end) - min(one.start, other.start), 1e-9)


def _best(pair: Pair, claims: Iterable[Pair]) -> Pair | None:
    """Return the claim that overlaps the pair most on the worse of its sides, turned round if need be.

    None below LEAST_OVERLAP.
    """
    turned = [
        way for c in claims for way in (c, Pair(c.second, c.first, c.direction)) if way.direction == pair.direction
    ]
    worth = [min(_overlap(pair.first, c.first), _overlap(pair.second, c.second)) for c in turned]
    best = int(np.argmax(worth)) if worth else -1
    return turned[best] if best >= 0 and worth[best] >= LEAST_OVERLAP else None


def _end_errors(pair: Pair, claim: Pair, fps: float) -> tuple[float, ...]:
    """Frames, found minus true: start and end of the first stretch, start and end of the second."""
    sides = ((pair.first, claim.first), (pair.second, claim.second))
    return tuple((found - true) * fps for t, f in sides for true, found in ((t.start, f.start), (t.end, f.end)))


def _near(values: Sequence[float], others: Sequence[float], reach: float) -> NDArray[np.bool_]:
    """Return which values have another one within `reach` seconds (and a nanosecond, for rounding)."""
    gaps = np.abs(np.subtract.outer(np.asarray(values, float), np.asarray(others, float)))
    near: NDArray[np.bool_] = (gaps <= reach + 1e-9).any(axis=1)
    return near


def _share(hits: NDArray[np.bool_]) -> float:
    """Share of hits; 1 where there was nothing to hit."""
    return float(hits.mean()) if len(hits) else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
