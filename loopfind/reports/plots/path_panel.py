"""One panel of a trajectory: the path through one map, flat or seen from the side, with its places and events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loopfind.model.trajectory import CameraMap, Trajectory
from loopfind.reports.path_points import path_points, stretches_of, thinned, turned
from loopfind.reports.plots.canvas import Disc, Drawing, Stroke, TextAnchor, Word
from loopfind.reports.plots.plot import FAINT, INK, PAPER
from loopfind.reports.wording import clock

UNUSUAL, SAME, LIKE = "#c8102e", "#f3b49a", "#cfcfcf"
"""Colours of what is unusual, of a retraced path that the engine confirms, and of one that it does not."""

PANEL_POINTS = 6000
"""Points of the path in a panel: each of a thousandth of the time, at its extremes."""
MOST_MARKED = 30
"""Events that are marked, those with the highest scores, and retraces that are drawn, the first ones."""
MOST_NAMED = 12
"""Places that are drawn, the largest."""

LARGEST_PLACE = 34.0
"""Pixels: the radius of a place that the camera is always at; the area is as the share of the time."""

SIDE_AROUND, SIDE_TILT = -0.6, 0.45
"""Radians by which a map is turned and seen from above in a panel that shows all three directions."""

_STOPS = ("#173f8a", "#6a3d9a", "#b5367a", "#e0583f", "#e59a1c")
_STEPS = 60
_ROUND = (1.0, 2.0, 5.0)

View = Callable[[NDArray[np.floating]], NDArray[np.float64]]


@dataclass(frozen=True)
class Frame:
    """The frame of a panel, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


def time_colour(part: float) -> str:
    """Return the colour of a moment. part: 0 for the start of the timeline to 1 for its end."""
    place = min(1.0, max(0.0, part)) * (len(_STOPS) - 1)
    low = min(int(place), len(_STOPS) - 2)
    ends = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in _STOPS[low : low + 2]]
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(*ends, strict=True))
    return "#" + "".join(f"{one:02x}" for one in mixed)


def draw_panel(drawing: Drawing, found: Trajectory, camera_map: CameraMap, frame: Frame, deep: bool) -> None:
    """Draw the path through a map. deep: seen from the side, with its third direction; otherwise the first two."""
    shown = [found.positions[one] for one in path_points(found, camera_map.id, PANEL_POINTS)]
    around, tilt = (SIDE_AROUND, SIDE_TILT) if deep else (0.0, np.pi / 2)
    everything = np.concatenate([np.zeros((0, 3)), *shown])
    if not len(everything):
        drawing.add(Word(frame.left + frame.width / 2, frame.top + frame.height / 2, "no path", 13, INK, "middle"))
        return
    low, high = everything.min(axis=0), everything.max(axis=0)
    corners = np.array([[(low, high)[(n >> axis) & 1][axis] for axis in range(3)] for n in range(8)])
    seen = turned(corners if deep else everything, around, tilt)[:, :2]
    middle, size = (seen.min(0) + seen.max(0)) / 2, np.maximum(np.ptp(seen, axis=0), 1e-9)
    scale = float(min(frame.width / size[0], frame.height / size[1])) * (0.94 if deep else 0.9)

    def place(points: NDArray[np.floating]) -> NDArray[np.float64]:
        flat = (turned(points, around, tilt)[:, :2] - middle) * scale
        return np.stack([frame.left + frame.width / 2 + flat[:, 0], frame.top + frame.height / 2 - flat[:, 1]], axis=1)

    if deep:
        _box(drawing, corners, place)
    else:
        _grid(drawing, frame, place)
    _retraced(drawing, found, camera_map, place)
    _path(drawing, found, camera_map, place)
    _marks(drawing, found, camera_map, place)


def _path(drawing: Drawing, found: Trajectory, camera_map: CameraMap, place: View) -> None:
    start, end = float(found.times[0]), float(found.times[-1])
    lines = []
    for one in path_points(found, camera_map.id, PANEL_POINTS):
        points = place(found.positions[one])
        steps = ((found.times[one] - start) / max(end - start, 1e-9) * _STEPS).astype(int)
        cuts = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(one)]
        for first, last in pairwise(cuts):
            # One point over, so that the line goes on where its colour changes.
            line = tuple(map(tuple, points[first : last + 1].tolist()))
            lines.append(Stroke(line, time_colour(float(steps[first]) / _STEPS), 1.0))
    # Mixed, by the golden ratio, so that the end does not hide all that was before.
    drawing.add(*(lines[at] for at in np.argsort(np.arange(len(lines)) * 0.6180339887 % 1).tolist()))


def _part(found: Trajectory, camera_map: CameraMap, start: float, end: float, place: View) -> list[Stroke]:
    """Return the path between two seconds, without its colour."""
    lines = []
    for one in stretches_of(found, camera_map.id, start, end):
        positions = found.positions[one]
        points = place(positions[thinned(positions, 300)])
        lines.append(Stroke(tuple(map(tuple, points.tolist())), ""))
    return lines


def _retraced(drawing: Drawing, found: Trajectory, camera_map: CameraMap, place: View) -> None:
    for one in found.retraces[:MOST_MARKED]:
        for line in _part(found, camera_map, one.start, one.end, place):
            drawing.add(Stroke(line.points, LIKE if one.repeat is None else SAME, 7))


def _marks(drawing: Drawing, found: Trajectory, camera_map: CameraMap, place: View) -> None:
    """Draw the events and the places, and name them where there is room."""
    taken: list[tuple[float, float, float, float]] = []
    events = sorted((one for one in found.events if one.map == camera_map.id), key=lambda one: -one.score)
    for event in events[:MOST_MARKED]:
        for line in _part(found, camera_map, event.start, event.end, place):
            drawing.add(Stroke(line.points, UNUSUAL, 2.2))
    for one in camera_map.places[:MOST_NAMED]:
        ((x, y),) = place(np.array([one.position])).tolist()
        radius = max(4.0, LARGEST_PLACE * one.share**0.5)
        drawing.add(Disc(x, y, radius, PAPER, 4), Disc(x, y, radius, INK, 1.8))
        _name(drawing, f"{one.id} · {clock(one.moment).partition('.')[0]}", x, y, radius, INK, taken)
    for event in events[:MOST_MARKED]:
        at = int(np.abs(found.times - event.peak).argmin())
        if found.map_ids[at] != camera_map.id or not np.isfinite(found.positions[at]).all():
            continue
        ((x, y),) = place(found.positions[at : at + 1]).tolist()
        drawing.add(Disc(x, y, 5, PAPER, 1.5, UNUSUAL))
        _name(drawing, f"u{event.id}", x, y, 5, UNUSUAL, taken)


def _name(
    drawing: Drawing,
    text: str,
    x: float,
    y: float,
    radius: float,
    colour: str,
    taken: list[tuple[float, float, float, float]],
) -> None:
    """Write a name beside a circle, where none stands yet."""
    size, wide = 12.0, 6.6 * len(text)
    gap = radius + 4
    left = {"start": 0.0, "end": -wide, "middle": -wide / 2}
    sides: Sequence[tuple[float, float, TextAnchor]] = (
        (x + gap, y + 4, "start"),
        (x - gap, y + 4, "end"),
        (x, y - gap, "middle"),
        (x, y + gap + 9, "middle"),
        (x + gap, y - gap, "start"),
        (x - gap, y + gap + 9, "end"),
    )
    boxes = [(at + left[anchor], base - 10, at + left[anchor] + wide, base + 3) for at, base, anchor in sides]
    free = [number for number, box in enumerate(boxes) if not any(_meet(box, other) for other in taken)]
    number = free[0] if free else 0
    at, base, anchor = sides[number]
    taken.append(boxes[number])
    drawing.add(Word(at, base, text, size, colour, anchor, PAPER))


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _grid(drawing: Drawing, frame: Frame, place: View) -> None:
    """Draw the axes of the first two directions, with round numbers."""
    ((x_zero, y_zero), (x_one, y_one)) = place(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])).tolist()
    step = _round_step(frame.width / (x_one - x_zero) / 6)
    for low, high, zero, one, across in (
        (frame.left, frame.right, x_zero, x_one, True),
        (frame.bottom, frame.top, y_zero, y_one, False),
    ):
        ends = ((low - zero) / (one - zero), (high - zero) / (one - zero))
        for number in range(int(np.ceil(ends[0] / step)), int(np.floor(ends[1] / step)) + 1):
            at, label = zero + number * step * (one - zero), f"{number * step:.6g}"
            if across:
                drawing.add(Stroke(((at, frame.top), (at, frame.bottom)), FAINT, 0.8))
                drawing.add(Word(at, frame.bottom + 15, label, 11, INK, "middle"))
            else:
                drawing.add(Stroke(((frame.left, at), (frame.right, at)), FAINT, 0.8))
                drawing.add(Word(frame.left - 6, at + 4, label, 11, INK, "end"))
    drawing.add(Word(frame.left + frame.width / 2, frame.bottom + 32, "first direction of the map", 12, INK, "middle"))
    drawing.add(Word(frame.left, frame.top - 6, "second direction", 12, INK))


def _box(drawing: Drawing, corners: NDArray[np.floating], place: View) -> None:
    """Draw the edges of the box around the path, and the names of its directions."""
    seen = place(corners).tolist()
    for one in range(8):
        for axis in range(3):
            other = one | 1 << axis
            if other != one:
                drawing.add(Stroke((tuple(seen[one]), tuple(seen[other])), FAINT, 0.8))
    # Each axis is named at the edge that lies in front, or on the left: from a corner along the axis.
    edges: tuple[tuple[str, int, int, TextAnchor, int, int], ...] = (
        ("first", 0, 1, "middle", 0, 16),
        ("second", 1, 3, "middle", 0, 16),
        ("third", 0, 4, "end", -6, 0),
    )
    for words, one, other, anchor, right, down in edges:
        x, y = ((a + b) / 2 for a, b in zip(seen[one], seen[other], strict=True))
        drawing.add(Word(x + right, y + down, words, 12, INK, anchor, PAPER))


def _round_step(wanted: float) -> float:
    """Return the next round number at or above a length."""
    power = 10.0 ** np.floor(np.log10(max(wanted, 1e-12)))
    return float(next((one * power for one in _ROUND if one * power >= wanted), 10 * power))
