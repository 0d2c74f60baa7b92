"""A sweep as a drawing: one small panel for each curve, over the hash sizes."""

import math

from loopfind.model.sweep import Sweep
from loopfind.reports.plots.canvas import Drawing, Stroke, Word
from loopfind.reports.plots.curves import CURVES, SizeCurve, kinds_of, points
from loopfind.reports.wording import name

PAPER, INK, FAINT, CHOSEN = "#ffffff", "#222222", "#cccccc", "#c03a2b"
KIND_COLOURS = ("#1f6fb4", "#d9831f", "#3d8f4f", "#7b52ab", "#666666")
"""Colours of the kinds in turn; each is dark enough on white, and they differ in lightness too."""

_COLUMNS, _WIDTH, _HEIGHT = 2, 400, 150
_LEFT, _TOP, _ACROSS, _DOWN = 60, 84, 60, 56


def plot(sweep: Sweep) -> Drawing:
    """Return the sweep's curves on white, with the recommended size marked in each panel."""
    rows = -(-len(CURVES) // _COLUMNS)
    width = _LEFT + _COLUMNS * (_WIDTH + _ACROSS) - _ACROSS + 24
    drawing = Drawing(width, _TOP + rows * (_HEIGHT + _DOWN), PAPER)
    drawing.add(Word(_LEFT, 26, f"Hash sizes on {_short(name(sweep.source.path), 90)}", 17, INK))
    advice = sweep.advice
    words = "no repeats to tune on" if advice is None else f"recommended: {advice.kind} {advice.hash_size}"
    drawing.add(Word(_LEFT, 48, words, 13, INK if advice is None else CHOSEN))
    kinds = kinds_of(sweep)
    for place, kind in enumerate(kinds if len(kinds) > 1 else ()):
        drawing.add(Word(width - 24 - 70 * (len(kinds) - 1 - place), 48, kind, 13, _colour(place), "end"))
    for place, curve in enumerate(CURVES):
        left = _LEFT + place % _COLUMNS * (_WIDTH + _ACROSS)
        top = _TOP + place // _COLUMNS * (_HEIGHT + _DOWN)
        _panel(drawing, sweep, curve, left, top)
    return drawing


def _panel(drawing: Drawing, sweep: Sweep, curve: SizeCurve, left: float, top: float) -> None:
    """Draw one panel: the curve of each kind, with its axes."""
    sizes = sorted({size.hash_size for size in sweep.sizes})
    low, high = sizes[0], max(sizes[-1], sizes[0] + 1)
    lines = [points(sweep, kind, curve) for kind in kinds_of(sweep)]
    limit = 1.0 if curve.percent else _round_up(max((value for line in lines for _, value in line), default=1.0))

    def at(size: float, value: float) -> tuple[float, float]:
        return left + _WIDTH * (size - low) / (high - low), top + _HEIGHT * (1 - value / limit)

    drawing.add(Word(left, top - 8, curve.title + (" (2017)" if curve.old else ""), 13, INK))
    for part in (0.0, 0.5, 1.0):
        drawing.add(Stroke((at(low, part * limit), at(high, part * limit)), FAINT))
        label = f"{100 * part:.0f}%" if curve.percent else f"{part * limit:,.4g}"
        drawing.add(Word(left - 6, at(low, part * limit)[1] + 4, label, 11, INK, "end"))
    every = -(-len(sizes) // 9)
    for size in sizes[::every]:
        drawing.add(Word(at(size, 0)[0], top + _HEIGHT + 16, str(size), 11, INK, "middle"))
    if sweep.advice is not None:
        here = sweep.advice.hash_size
        drawing.add(Stroke((at(here, 0), at(here, limit)), CHOSEN, 1.5))
    for place, line in enumerate(lines):
        if line:
            drawing.add(Stroke(tuple(at(*point) for point in line), _colour(place), 2, dots=True))
        else:
            drawing.add(Word(left + _WIDTH / 2, top + _HEIGHT / 2, "no value", 11, INK, "middle"))


def _colour(place: int) -> str:
    return KIND_COLOURS[place % len(KIND_COLOURS)]


def _round_up(value: float) -> float:
    """Return the next round number at or above a value; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if step * power >= value * 0.9999)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
