"""Selection of the frames to show of a report, within what one page can hold."""

from collections.abc import Sequence

import numpy as np

from loopfind.arrays.time_index import nearest
from loopfind.exhibits.curves import difference, likeness
from loopfind.model.candidate import Line, Run, same_speed
from loopfind.model.exhibits import Curve, CutFrames, Exhibit, Exhibits, Row, ShownFrame
from loopfind.model.fingerprint import Signal, Track
from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.model.transform import PLAIN, Pose, Transform

MOST_SHOTS = 480
"""Pictures of repeats; a page with all of them stays well below 10 MB."""

MOST_CUTS_SHOWN = 60
"""Cuts of which the frames before and after are shown, the first ones."""

OVERVIEW = 32
"""Pictures spread evenly over the video."""

MOST_STILL_ROWS, MOST_STILL_COLUMNS = 6, 4

PAST_ENDS = 0.2
"""Seconds before the first and after the last frame of an occurrence, where occurrences differ."""

_ROWS = {
    1: (0.5,),
    2: (0.0, 1.0),
    3: (0.0, 0.5, 1.0),
    4: (-1.0, 0.0, 1.0, 2.0),
    5: (-1.0, 0.0, 0.5, 1.0, 2.0),
    6: (-1.0, 0.0, 1 / 3, 2 / 3, 1.0, 2.0),
}
"""Number of rows -> places in the occurrence: 0 for its first frame, 1 for its last, -1 just before, 2 just after."""


def exhibits_of(track: Track, signal: Signal, runs: list[Run], report: Report) -> Exhibits:
    """Return the exhibits of a scan, without the pictures themselves."""
    times = signal.times
    start, end = (float(times[0]), track.end) if len(times) else (0.0, 0.0)
    middles = start + (np.arange(OVERVIEW) + 0.5) * (end - start) / OVERVIEW
    overview = np.unique(nearest(times, middles)).tolist() if len(times) else []
    return Exhibits(
        start=start,
        end=end,
        likeness=likeness(signal, start, end),
        overview=tuple(_frame(signal, frame) for frame in overview),
        shown=tuple(shown_of(signal, runs, report.repeats)),
        cuts=tuple(
            CutFrames(place, _frame(signal, cut.frame - 1), _frame(signal, cut.frame))
            for place, cut in enumerate(report.cuts[:MOST_CUTS_SHOWN])
            if 0 < cut.frame < len(times)
        ),
    )


def shown_of(signal: Signal, runs: Sequence[Run], repeats: Sequence[Repeat]) -> list[Exhibit]:
    """Return an exhibit for each repeat. The longest are served first; those left out by the budget have no rows."""
    share = MOST_SHOTS // max(1, len(repeats))
    left, found = MOST_SHOTS, {}
    for repeat in sorted(repeats, key=lambda r: (r.kind == "still", -r.length * len(r.occurrences))):
        exhibit = _exhibit(signal, runs, repeat, min(share, left))
        left -= sum(len(row.frames) for row in exhibit.rows)
        found[repeat.id] = exhibit
    return [found[repeat.id] for repeat in repeats]


def _exhibit(signal: Signal, runs: Sequence[Run], repeat: Repeat, budget: int) -> Exhibit:
    """Return the exhibit of one repeat, with at most `budget` pictures, but a pair where there is any budget at all."""
    count = len(repeat.occurrences)
    most = MOST_STILL_COLUMNS if budget >= 3 * MOST_STILL_COLUMNS else 2
    # Of many occurrences the first ones and the last: what changes slowly shows there.
    columns = tuple(range(count)) if count <= most else (*range(most - 1), count - 1)
    rows = 0 if budget < 1 or not columns else min(MOST_STILL_ROWS, max(1, budget // len(columns)))
    first = repeat.occurrences[0] if count else None
    lines = [line_between(signal, runs, first, repeat.occurrences[c]) for c in columns[1:]] if first else []
    common = _common_span([repeat.occurrences[c] for c in columns]) if first else (0.0, 0.0)
    return Exhibit(
        repeat=repeat.id,
        columns=columns,
        views=(PLAIN, *map(_view, lines)),
        rows=tuple(_row(signal, common, lines, place) for place in _ROWS[rows]) if rows and first else (),
        curves=()
        if repeat.kind == "still" or first is None or not rows
        else tuple(
            Curve(column, *difference(signal, line, *first.shared_span(repeat.occurrences[column])))
            for column, line in zip(columns[1:], lines, strict=True)
        ),
    )


def line_between(signal: Signal, runs: Sequence[Run], one: Occurrence, other: Occurrence) -> Line:
    """Return the line that maps one occurrence to another: that of a run if there is one, else that of their
    content."""
    slope = 1.0 if same_speed(one.speed, other.speed) else one.speed / other.speed
    backwards = one.reversed != other.reversed
    low, high = one.shared_span(other)
    middle = (low + high) / 2
    there = other.time_of(one.content_at(middle))
    # A line pairs the instants at which frames begin. Backwards, the first instant of a frame is the last of its copy.
    offset = there - signal.step + slope * middle if backwards else there - slope * middle
    undone = _pose(one).undone.then(_pose(other)).undone
    view = Transform(mirrored=undone.mirrored, turned=undone.turned)
    rough = Line(-slope if backwards else slope, offset, one.start, one.end, 0, view)
    for run in runs:
        for line, start, end in ((run.line, run.start, run.end), (_reverse_line(run), run.other_start, run.other_end)):
            near = abs(line.slope * middle + line.offset - rough.slope * middle - rough.offset) <= 2 * signal.step
            if near and line.slope * rough.slope > 0 and start <= middle < end:
                return line
    return rough


def _pose(occurrence: Occurrence) -> Pose:
    """Return the pose of an occurrence, compared with the first of its repeat."""
    return Pose(occurrence.mirrored, -occurrence.turned // 90 % 4)


def _reverse_line(run: Run) -> Line:
    """Return the run's line from its other side to the first."""
    line = run.line
    return Line(
        1 / line.slope,
        -line.offset / line.slope,
        run.other_start,
        run.other_end,
        line.votes,
        line.view,
        not line.viewed_first,
    )


def _view(line: Line) -> Transform:
    """Return the transform that makes the other occurrence's picture look like the first's. Its scale is below 1 where
    the first one is the changed one."""
    if not line.viewed_first:
        return line.view
    view, back = line.view, line.view.pose.undone
    across, down = (view.down, view.across) if view.turned % 2 else (view.across, view.down)
    return Transform(back.mirrored, 1 / across, 1 / down, back.turned)


def _common_span(occurrences: Sequence[Occurrence]) -> tuple[float, float]:
    """Return the part [start, end) of the first occurrence, in seconds, whose content all of them show; all of it where
    they share none."""
    spans = [occurrences[0].shared_span(one) for one in occurrences]
    low, high = max(start for start, _ in spans), min(end for _, end in spans)
    return (low, high) if low < high else spans[0]


def _row(signal: Signal, span: tuple[float, float], lines: list[Line], place: float) -> Row:
    """Return matching frames at one place of a span [start, end), seconds, of the first occurrence (see _ROWS)."""
    step, start = signal.step, span[0]
    last = max(start, span[1] - step)
    if place < 0:
        what, wanted = "just before", start - max(PAST_ENDS, 2 * step)
    elif place > 1:
        what, wanted = "just after", last + max(PAST_ENDS, 2 * step)
    else:
        wanted = start + place * (last - start)
        what = {0.0: "first frame", 1.0: "last frame"}.get(place, f"{wanted - start:.1f} s in")
    at = _frame_at(signal, wanted)
    origin = wanted if at is None else at.time
    return Row(what, (at, *(_frame_at(signal, line.slope * origin + line.offset) for line in lines)))


def _frame_at(signal: Signal, wanted: float) -> ShownFrame | None:
    """Return the frame shown at an instant, None outside the video."""
    times = signal.times
    if not times[0] - signal.step <= wanted <= times[-1] + signal.step:
        return None
    return _frame(signal, int(nearest(times, np.array([wanted]))[0]))


def _frame(signal: Signal, frame: int) -> ShownFrame:
    return ShownFrame(0, frame, float(signal.times[frame]))
