"""What a page draws of a report: the lines of the dot-plot, the curves, and the command that makes it again."""

import math
import shlex
from typing import Any

import numpy as np

from loopfind.model.dtypes import Floats
from loopfind.model.exhibits import Curve, Exhibits
from loopfind.model.report import Report
from loopfind.reports.wording import clock, safe
from loopfind.settings import Settings

MOST_LINES = 3000
"""Lines of the dot-plot; a square of a few hundred points shows no more."""

ALL_PAIRS = 12
"""Occurrences of one repeat up to which every two are joined by a line; of more, each with the first and the next."""

LEFT, RIGHT, TOP, BOTTOM = 44.0, 712.0, 8.0, 138.0
"""The frame of a curve, in pixels."""


def lines_of(report: Report, exhibits: Exhibits) -> list[tuple[int, int, int, float, float, float, float]]:
    """A line for each pair of showings: repeat, both places in its list of occurrences, and where the one (a to b) is
    shown as the other (c to d), in seconds; c > d where it runs backwards."""
    found: list[tuple[int, tuple[int, int, int, float, float, float, float]]] = []
    for repeat in report.repeats:
        shown = repeat.occurrences
        before = len(found)
        for one in range(len(shown)):
            others = range(one + 1, len(shown))
            if len(shown) > ALL_PAIRS:
                others = range(1, len(shown)) if one == 0 else range(one + 1, min(one + 2, len(shown)))
            for other in others:
                a, b = shown[one], shown[other]
                ends = (b.end, b.start) if a.reversed != b.reversed else (b.start, b.end)
                found.append((len(found) - before, (repeat.id, one, other, a.start, a.end, *ends)))
    # The first pair of every repeat before the second of any, the longest first.
    found.sort(key=lambda ranked: (ranked[0], ranked[1][3] - ranked[1][4]))
    return sorted(line for _, line in found[:MOST_LINES])


def curve(drawn: Curve, start: float, end: float, other: str) -> dict[str, Any]:
    """A curve as the template draws it. start, end: seconds of the stretch that is shown again; other: what the other
    showing is called."""
    times = drawn.times
    low, high = float(times[0]), max(float(times[-1]), float(times[0]) + 1e-6)
    known = np.concatenate([drawn.along, drawn.beside])
    known = known[np.isfinite(known)]
    top = _round_up(float(np.percentile(known, 99)) if len(known) else 1.0)

    def across(seconds: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (min(max(seconds, low), high) - low) / (high - low), 1)

    inside = (times >= start) & (times < end)
    on, off = _middle(drawn.along[inside]), _middle(drawn.beside[inside])
    left, right = across(start), across(end)
    return {
        "title": f"How much it differs from {other}",
        "says": f"Difference between the first and {other}, from {clock(low)} to {clock(high)}: inside the "
        f"repeat about {on} grey levels on the match and {off} beside it; outside it rises.",
        "left": left,
        "wide": round(max(0.0, right - left), 1),
        "ticks": [(BOTTOM, "0"), (round((TOP + BOTTOM) / 2, 1), f"{top / 2:g}"), (TOP, f"{top:g}")],
        "times": [(left, clock(start), "middle" if left > 90 else "start")]
        + ([(right, clock(end), "end" if right > 660 else "middle")] if right - left > 150 else []),
        "along": _path(times, drawn.along, across, top),
        "beside": _path(times, drawn.beside, across, top),
    }


def _path(times: Floats, values: Floats, across: Any, top: float) -> str:
    """SVG path data; a gap where a value is not known."""
    words, pen = [], "M"
    for time, value in zip(times.tolist(), values.tolist(), strict=True):
        if not math.isfinite(value):
            pen = "M"
            continue
        words.append(f"{pen}{across(time):g} {BOTTOM - (BOTTOM - TOP) * min(value / top, 1.0):.1f}")
        pen = "L"
    return "".join(words)


def _middle(values: Floats) -> str:
    known = values[np.isfinite(values)]
    return f"{float(np.median(known)):.1f}" if len(known) else "unknown"


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ..."""
    for scale in (1, 10, 100):
        for step in (1, 2, 5):
            if value <= step * scale:
                return float(step * scale)
    return 256.0


def command(settings: Settings, path: str, href: str) -> str:
    """The command that makes this page, for a shell."""
    words = ["loopfind"]
    if settings.auto:
        words += ["--hash-size", "auto"]
    elif settings.hash_size != Settings.hash_size:
        words += ["--hash-size", str(settings.hash_size)]
    if settings.kind != Settings.kind:
        words += ["--kind", settings.kind]
    words += ["--fast"] * settings.fast
    if settings.stream:
        words += ["--stream", str(settings.stream)]
    for name, limit in (("--start", settings.start), ("--end", settings.end)):
        if limit is not None:
            words += [name, f"{limit:g}" if limit == float(f"{limit:g}") else repr(limit)]
    if settings.link:
        words += ["--link", settings.link]
    words += ["--html", "report.html"]
    if "://" in href:
        words += ["--video-href", href]
    return safe(shlex.join([*words, *(["--"] if path.startswith("-") and path != "-" else []), path]))
