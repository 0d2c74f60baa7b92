"""Aligned colours and tones as text and for JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from rich.text import Text

from loopfind.model.comparison import Comparison, Warp
from loopfind.reports.wording import clock, count

NEAR_DISTANCE, NEAR_SOUND = 0.4, 0.75
"""Distance of a pair in the text at the most, by colours and by sound."""

MOST_WARPS, MOST_KNOTS = 40, 12
"""Pairs, and stretches of steady speed of one pair, in the text at the most; the JSON has all."""

_SAID = {
    "alike": "alike in {}",
    "apart": "not alike",
    "unclear": "near, but too short, or too little changes, to say",
}

_ADVICE = (
    "Colours alone are weak evidence: look at both, or compare without --align dtw.",
    "Tones say that one follows the other, not that it is one recording: listen to both, or use --align sound.",
)
"""Advice on files that are alike by colours, and by sound."""


def warp_value(warp: Warp, paths: Sequence[str]) -> dict[str, Any]:
    """Return a pair for JSON, with the files by name and the whole path."""
    return asdict(warp) | {"files": [paths[number] for number in warp.files]}


def warp_lines(comparison: Comparison, names: Sequence[str]) -> Iterator[Text]:
    """Yield the pairs whose distance is known, the nearest first, each with the path of its alignment."""
    by_sound = comparison.settings.kind == "chroma"
    most = NEAR_SOUND if by_sound else NEAR_DISTANCE
    known = [warp for warp in comparison.warps if warp.distance is not None and warp.distance <= most]
    for warp in known[:MOST_WARPS]:
        yield Text()
        yield from _pair(warp, names, "sound" if by_sound else "colour")
    if len(known) > MOST_WARPS:
        yield Text()
        yield Text(f"... and {count(len(known) - MOST_WARPS, 'more pair')}; --json lists all", "dim")
    if rest := len(comparison.warps) - len(known):
        yield Text()
        yield Text(f"{count(rest, 'pair lies', 'pairs lie')} further apart.", "dim")
    if any(warp.nearness == "alike" for warp in known):
        yield Text()
        yield Text(_ADVICE[by_sound], "yellow")


def _pair(warp: Warp, names: Sequence[str], what: str) -> Iterator[Text]:
    one, other = (names[number] for number in warp.files)
    yield Text(f"{one} and {other}: {_SAID[warp.nearness].format(what)}, distance {warp.distance:.3f}", "bold")
    steps = list(pairwise(warp.knots))
    wide = max(len(one), len(other))
    if warp.spans is not None:
        for name, span in zip((one, other), warp.spans, strict=True):
            turned = "  backwards" if warp.reversed and name == other else ""
            yield Text(f"  {name:<{wide}}  {clock(span.start)} - {clock(span.end)}{turned}")
    for (a, b), (c, d) in steps[:MOST_KNOTS]:
        low, high = min(b, d), max(b, d)
        # A knot apart from the next in one file only: the other stands still meanwhile.
        speed = f"at {(c - a) / (high - low):.2f}x speed" if c > a and high > low else "stands still"
        yield Text(f"  {clock(a)} - {clock(c)}  is  {clock(low)} - {clock(high)}  {speed}", "dim")
    if len(steps) > MOST_KNOTS:
        yield Text(f"  ... and {count(len(steps) - MOST_KNOTS, 'more stretch', 'more stretches')}", "dim")
