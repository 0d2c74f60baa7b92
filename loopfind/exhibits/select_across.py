"""Selection of the frames to show of a comparison, each in the time of its own file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from loopfind.engine.cross_file import CrossFileResult
from loopfind.engine.signal.concat import JointTimeline
from loopfind.exhibits.select import shown_of
from loopfind.model.comparison import Comparison
from loopfind.model.exhibits import ComparisonExhibits, Curve, Exhibit, Row, ShownFrame
from loopfind.model.report import Occurrence, Repeat

MOST_STRIPS, STRIP = 8, 10
"""Up to this many files, each has a strip of this many pictures."""

_SLACK = 0.001
"""Seconds of error that moving a time to the joint timeline and back may leave."""


def exhibits_across(comparison: Comparison, results: Sequence[CrossFileResult]) -> ComparisonExhibits:
    """Return the exhibits of a comparison, without the pictures themselves. results: those that its repeats are of, the
    first one of all files."""
    first = results[0]
    if first.joint is None:
        return ComparisonExhibits()
    shown = [exhibit for result in results for exhibit in _shown(result)]
    return ComparisonExhibits(_overview(comparison, first.joint, first.numbers), tuple(shown))


def _shown(result: CrossFileResult) -> list[Exhibit]:
    """Return the exhibits of the repeats of a result."""
    if result.joint is None or result.signal is None:
        return []
    place = {number: at for at, number in enumerate(result.numbers)}
    shift = {number: float(result.joint.shift[at]) for number, at in place.items()}
    moved = [
        replace(repeat, occurrences=tuple(_moved(o, shift[o.file or 0]) for o in repeat.occurrences))
        for repeat in result.repeats
    ]
    shown = []
    for exhibit, repeat in zip(shown_of(result.signal, result.runs, moved), result.repeats, strict=True):
        columns = tuple(repeat.occurrences[column].file or 0 for column in exhibit.columns)
        shown.append(_in_own_times(exhibit, repeat, columns, shift, result.joint, place))
    return shown


def _moved(occurrence: Occurrence, seconds: float) -> Occurrence:
    return replace(occurrence, start=occurrence.start + seconds, end=occurrence.end + seconds)


def _in_own_times(
    exhibit: Exhibit,
    repeat: Repeat,
    files: Sequence[int],
    shift: dict[int, float],
    joint: JointTimeline,
    place: dict[int, int],
) -> Exhibit:
    """Return the exhibit with each frame in the time of its own file, None where the joint timeline shows another file
    there, and with curves only where both files show something."""

    def limits(file: int) -> tuple[float, float]:
        first, frames = int(joint.first[place[file]]), int(joint.frames[place[file]])
        times = joint.track.times
        return float(times[first]) - shift[file], float(times[first + frames - 1]) - shift[file]

    def own(frame: ShownFrame | None, file: int) -> ShownFrame | None:
        if frame is None:
            return None
        number = frame.frame - int(joint.first[place[file]])
        inside = 0 <= number < int(joint.frames[place[file]])
        return ShownFrame(file, number, frame.time - shift[file]) if inside else None

    def drawn(curve: Curve) -> Curve:
        times = curve.times - shift[files[0]]
        one, other = repeat.occurrences[0], repeat.occurrences[curve.other]
        there = other.time_of(one.content_at(times))
        inside = np.ones(len(times), bool)
        for at, file in ((times, one.file or 0), (there, other.file or 0)):
            low, high = limits(file)
            inside &= (at >= low - _SLACK) & (at <= high + _SLACK)
        return Curve(curve.other, times[inside], curve.along[inside], curve.beside[inside])

    rows = [Row(row.what, tuple(map(own, row.frames, files))) for row in exhibit.rows]
    rows = [row for row in rows if any(frame is not None for frame in row.frames)]
    curves = tuple(map(drawn, exhibit.curves))
    return replace(exhibit, rows=tuple(rows), curves=curves)


def _overview(
    comparison: Comparison, joint: JointTimeline, numbers: Sequence[int]
) -> dict[int, tuple[ShownFrame, ...]]:
    """Return frames spread evenly over each file, if there are few files."""
    if len(comparison.sources) > MOST_STRIPS:
        return {}
    found = {}
    for at, number in enumerate(numbers):
        first, frames = int(joint.first[at]), int(joint.frames[at])
        picked = first + np.unique(((np.arange(STRIP) + 0.5) * frames / STRIP).astype(np.int64))
        times = joint.track.times[picked] - float(joint.shift[at])
        own = (picked - first).tolist()
        found[number] = tuple(map(ShownFrame, [number] * len(own), own, times.tolist()))
    return found
