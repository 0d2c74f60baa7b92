"""Figures of a page: the dot-plot and the difference curves."""

import base64
import math
from collections.abc import Callable, Iterator

import numpy as np

from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.exhibits import Curve
from loopfind.model.report import Repeat, Report
from loopfind.reports.page.limits import PAGE_LINES
from loopfind.reports.page.views import CurveFigure, PlotLine
from loopfind.reports.wording import clock

ALL_PAIRS = 12
"""Up to this many occurrences of one repeat, every two have a line; of more, each with the first and the next."""

LEFT, RIGHT, TOP, BOTTOM = 44.0, 712.0, 8.0, 138.0
"""The frame of a curve, in pixels."""


def plot_lines(report: Report) -> list[PlotLine]:
    """Return a line of the dot-plot for each pair of occurrences; of too many those that matter most."""
    ranked: list[tuple[int, PlotLine]] = []
    for repeat in report.repeats:
        ranked += enumerate(_lines_of(repeat))
    # The first pair of every repeat before the second of any, the longest first.
    ranked.sort(key=lambda pair: (pair[0], pair[1].start - pair[1].end))
    return sorted(line for _, line in ranked[:PAGE_LINES])


def _lines_of(repeat: Repeat) -> Iterator[PlotLine]:
    shown = repeat.occurrences
    for one, a in enumerate(shown):
        others = range(one + 1, len(shown))
        if len(shown) > ALL_PAIRS:
            others = range(1, len(shown)) if one == 0 else range(one + 1, min(one + 2, len(shown)))
        for other in others:
            b = shown[other]
            ends = (b.end, b.start) if a.reversed != b.reversed else (b.start, b.end)
            yield PlotLine(repeat.id, one, other, a.start, a.end, *ends)


def plot_ticks(start: float, end: float) -> tuple[tuple[float, str], ...]:
    """Return the ticks of an axis of the dot-plot: percent of its length, and the time to the second."""
    return tuple((50.0 * part, clock(start + part * (end - start) / 2).partition(".")[0]) for part in range(3))


def plot_picture(likeness: Bytes) -> str:
    """Return the likeness (k, k) as a data URL of a PNG file, dark where pictures look alike."""
    return png_url(255 - likeness)


def png_url(picture: Bytes) -> str:
    """Return a picture as a data URL of a PNG file."""
    import imageio.v3 as imageio

    file = imageio.imwrite("<bytes>", picture, extension=".png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file).decode()


def curve_figure(curve: Curve, start: float, end: float, other: str) -> CurveFigure:
    """Return a curve as SVG. start, end: seconds of the first occurrence. other: the name of the other occurrence."""
    times = curve.times
    low, high = float(times[0]), max(float(times[-1]), float(times[0]) + 1e-6)
    known = np.concatenate([curve.along, curve.beside])
    known = known[np.isfinite(known)]
    top = _scale_top(float(np.percentile(known, 99)) if len(known) else 1.0)

    def across(seconds: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (min(max(seconds, low), high) - low) / (high - low), 1)

    inside = (times >= start) & (times < end)
    on, off = _median_words(curve.along[inside]), _median_words(curve.beside[inside])
    left, right = across(start), across(end)
    marks = [(left, clock(start), "middle" if left > 90 else "start")]
    if right - left > 150:
        marks.append((right, clock(end), "end" if right > 660 else "middle"))
    return CurveFigure(
        title=f"How much it differs from {other}",
        says=f"Difference between the first and {other}, from {clock(low)} to {clock(high)}: inside the "
        f"repeat about {on} grey levels on the match and {off} beside it; outside it rises.",
        left=left,
        wide=round(max(0.0, right - left), 1),
        ticks=((BOTTOM, "0"), (round((TOP + BOTTOM) / 2, 1), f"{top / 2:g}"), (TOP, f"{top:g}")),
        times=tuple(marks),
        along=_path(times, curve.along, across, top),
        beside=_path(times, curve.beside, across, top),
    )


def _path(times: Floats, values: Floats, across: Callable[[float], float], top: float) -> str:
    """Return SVG path data with a gap where a value is not known."""
    words, pen = [], "M"
    for time, value in zip(times.tolist(), values.tolist(), strict=True):
        if not math.isfinite(value):
            pen = "M"
            continue
        words.append(f"{pen}{across(time):g} {BOTTOM - (BOTTOM - TOP) * min(value / top, 1.0):.1f}")
        pen = "L"
    return "".join(words)


def _median_words(values: Floats) -> str:
    known = values[np.isfinite(values)]
    return f"{float(np.median(known)):.1f}" if len(known) else "unknown"


def _scale_top(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... at or above a value."""
    for scale in (1, 10, 100):
        for step in (1, 2, 5):
            if value <= step * scale:
                return float(step * scale)
    return 256.0
