"""Which moments to show of what files share, each in the time of its own file."""

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
"""Files up to which each has a strip of pictures, and how many it has."""

_SLACK = 0.001
"""Seconds by which adding and taking away a file's place on the joint timeline may be off."""


def juxtaposed(comparison: Comparison, laid: CrossFileResult) -> ComparisonExhibits:
    """What to show of a comparison, without the pictures themselves."""
    if laid.joint is None or laid.signal is None:
        return ComparisonExhibits()
    place = {number: at for at, number in enumerate(laid.numbers)}
    shift = {number: float(laid.joint.shift[at]) for number, at in place.items()}
    moved = [
        replace(repeat, occurrences=tuple(_moved(o, shift[o.file or 0]) for o in repeat.occurrences))
        for repeat in laid.repeats
    ]
    shown = []
    for exhibit, repeat in zip(shown_of(laid.signal, laid.runs, moved), laid.repeats, strict=True):
        columns = tuple(repeat.occurrences[column].file or 0 for column in exhibit.columns)
        shown.append(_own(exhibit, repeat, columns, shift, laid.joint, place))
    return ComparisonExhibits(_overview(comparison, laid.joint, laid.numbers), tuple(shown))


def _moved(occurrence: Occurrence, seconds: float) -> Occurrence:
    return replace(occurrence, start=occurrence.start + seconds, end=occurrence.end + seconds)


def _own(
    exhibit: Exhibit,
    repeat: Repeat,
    files: Sequence[int],
    shift: dict[int, float],
    joint: JointTimeline,
    place: dict[int, int],
) -> Exhibit:
    """The exhibit with its times in those of the files, None where the joint timeline shows none of the file, and
    curves only where both files show something."""

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
        pace = (other.end - other.start) / max(one.end - one.start, 1e-9)
        gone = (times - one.start) * pace
        there = other.end - gone if one.reversed != other.reversed else other.start + gone
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
    """Frames spread evenly over each file, where there are few."""
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
