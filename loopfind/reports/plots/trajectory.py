"""A trajectory as a drawing: the score over time, whose colours are those of the path, and the path through each map,
flat and seen from the side."""

import textwrap
from collections.abc import Iterator

import numpy as np

from loopfind.model.trajectory import CameraMap, Trajectory
from loopfind.registry import load
from loopfind.reports.path_points import highest_scores
from loopfind.reports.plots import PLOTS
from loopfind.reports.plots.canvas import Disc, Drawing, Stroke, Word
from loopfind.reports.plots.path_panel import (
    LIKE,
    MOST_MARKED,
    MOST_NAMED,
    SAME,
    UNUSUAL,
    Frame,
    draw_panel,
    time_colour,
)
from loopfind.reports.plots.plot import FAINT, INK, PAPER
from loopfind.reports.trajectory_words import WHY_LEARNED, trajectory_summary
from loopfind.reports.wording import clock, count, name

MOST_MAPS = 3
"""Maps that are drawn, those that stood longest."""

_WIDTH, _MARGIN, _LEFT = 1040, 24, 64
_PANEL, _DOWN = 424, 420
_COLUMNS = 900
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def trajectory_plot(found: Trajectory, form: str) -> Iterator[bytes]:
    """Yield the plot as a file, in pieces. form: an ending of PLOTS, such as .svg. Raises UnknownPart."""
    write = load("plot", form, PLOTS)
    yield from write(trajectory_drawing(found))


def trajectory_drawing(found: Trajectory) -> Drawing:
    """Return the plot on white: text, the score over time, and two panels for each map."""
    maps = sorted(found.maps, key=lambda one: one.start - one.end)[:MOST_MAPS]
    words = textwrap.wrap(trajectory_summary(found), 130)
    top = 44 + 18 * len(words)
    rows = max(1, len(maps))
    drawing = Drawing(_WIDTH, top + 190 + rows * (_DOWN + 92) + 40, PAPER)
    drawing.add(Word(_LEFT, 30, _short(f"Path of {name(found.source.path)}", 90), 17, INK))
    for number, line in enumerate(words):
        drawing.add(Word(_LEFT, 52 + 18 * number, line, 13, UNUSUAL if found.events else INK))
    _scores(drawing, found, Frame(_LEFT, top + 24, _WIDTH - _LEFT - _MARGIN, 90))
    at = top + 200.0
    for one in maps:
        _row(drawing, found, one, at)
        at += _DOWN + 92
    if not maps:
        drawing.add(Word(_WIDTH / 2, at + _DOWN / 2, "no map was learned", 14, INK, "middle"))
    _legend(drawing, found, drawing.height - 22.0)
    return drawing


def _row(drawing: Drawing, found: Trajectory, camera_map: CameraMap, top: float) -> None:
    span = f"{_second(camera_map.start)} - {_second(camera_map.end)}"
    words = f"Map {camera_map.id}, {WHY_LEARNED[camera_map.why]}: {span}"
    drawing.add(Word(_LEFT, top - 26, words if camera_map.fits else f"{words}; it does not fit", 14, INK))
    draw_panel(drawing, found, camera_map, Frame(_LEFT, top, _PANEL, _DOWN), deep=False)
    draw_panel(drawing, found, camera_map, Frame(_LEFT + _PANEL + 60, top, _PANEL, _DOWN), deep=True)


def _scores(drawing: Drawing, found: Trajectory, frame: Frame) -> None:
    """Draw the colours of the time, and below them the score over it with the events."""
    if not len(found.times):
        return
    start, end = float(found.times[0]), max(float(found.times[-1]), float(found.times[0]) + 1e-6)
    top = max(2.0, min(10.0, float(np.nanmax(found.scores, initial=0.0, where=np.isfinite(found.scores))) * 1.1))

    def across(seconds: float) -> float:
        return frame.left + frame.width * (seconds - start) / (end - start)

    def down(score: float) -> float:
        return frame.bottom - frame.height * min(score, top) / top

    pieces = 120
    for number in range(pieces):
        ends = (frame.left + frame.width * (number + shift) / pieces for shift in (0.0, 1.05))
        line = tuple((x, frame.top - 10) for x in ends)
        drawing.add(Stroke(line, time_colour(number / (pieces - 1)), 8))
    for camera_map in found.maps:
        learned = (camera_map.learned.start, camera_map.learned.end)
        left, right = (min(frame.right, max(frame.left, across(one))) for one in learned)
        drawing.add(Stroke(((left, frame.bottom - 4), (right, frame.bottom - 4)), FAINT, 8))
        if right - left > 90:
            drawing.add(
                Word((left + right) / 2, frame.bottom - 12, f"baseline of map {camera_map.id}", 11, INK, "middle")
            )
    for value, words in ((0.0, "0"), (1.0, "1"), (top, f"{top:.3g}")):
        drawing.add(
            Stroke(((frame.left, down(value)), (frame.right, down(value))), INK if value == 1.0 else FAINT, 0.8)
        )
        drawing.add(Word(frame.left - 6, down(value) + 4, words, 11, INK, "end"))
    times, scores = highest_scores(found, _COLUMNS)
    known = np.isfinite(scores)
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False)).tolist()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        pairs = zip(times[first:last].tolist(), scores[first:last].tolist(), strict=True)
        drawing.add(Stroke(tuple((across(time), down(score)) for time, score in pairs), INK, 1.1))
    free = -1e9
    for event in sorted(found.events, key=lambda one: one.peak):
        x = across(event.peak)
        drawing.add(Disc(x, down(event.score), 3.5, PAPER, 1, UNUSUAL))
        label = f"u{event.id}"
        if x > free:
            drawing.add(Word(x, down(event.score) - 7, label, 11, UNUSUAL, "middle", PAPER))
            free = x + 7 * len(label) + 4
    step = next((one for one in _TICKS if (end - start) / one <= 8), 86400 * (1 + int((end - start) / 86400 / 8)))
    for number in range(int(np.ceil(start / step)), int(end / step) + 1):
        x = across(number * step)
        drawing.add(Stroke(((x, frame.bottom), (x, frame.bottom + 4)), INK, 0.8))
        drawing.add(Word(x, frame.bottom + 17, _second(number * step), 11, INK, "middle"))
    drawing.add(Word(frame.left, frame.bottom + 34, "score over time; 1 is the least that is reported", 12, INK))
    drawing.add(Word(frame.right, frame.bottom + 34, "colours above: time, as on the path", 12, INK, "end"))


def _legend(drawing: Drawing, found: Trajectory, base: float) -> None:
    drawing.add(Disc(_LEFT + 6, base - 4, 6, INK, 1.8))
    drawing.add(Word(_LEFT + 18, base, "place: its area is its share of the time", 12, INK))
    drawing.add(Stroke(((_LEFT + 272, base - 4), (_LEFT + 292, base - 4)), UNUSUAL, 2.2))
    drawing.add(Disc(_LEFT + 282, base - 4, 5, PAPER, 1.5, UNUSUAL))
    drawing.add(Word(_LEFT + 300, base, "unusual against this baseline", 12, INK))
    drawing.add(Stroke(((_LEFT + 492, base - 4), (_LEFT + 512, base - 4)), SAME, 7))
    drawing.add(Word(_LEFT + 520, base, "retraced, the same pictures", 12, INK))
    drawing.add(Stroke(((_LEFT + 700, base - 4), (_LEFT + 720, base - 4)), LIKE, 7))
    drawing.add(Word(_LEFT + 728, base, "retraced, not confirmed", 12, INK))
    left_out = [
        (len(found.maps) - MOST_MAPS, "map", "maps"),
        (max((len(one.places) for one in found.maps), default=0) - MOST_NAMED, "small place", "small places"),
        (len(found.events) - MOST_MARKED, "lower event", "lower events"),
        (len(found.retraces) - MOST_MARKED, "later retrace", "later retraces"),
    ]
    words = [count(number, one, many) for number, one, many in left_out if number > 0]
    if words:
        drawing.add(Word(_LEFT, base - 22, f"Not drawn: {', '.join(words)}; --json lists all", 12, INK))


def _second(seconds: float) -> str:
    return clock(seconds).partition(".")[0]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
