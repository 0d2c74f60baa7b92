"""How steadily a video runs, as text and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from loopfind.model.steadiness import Cadence, Hold, Steadiness
from loopfind.model.version import version
from loopfind.reports.formats.json import SCHEMA, json_line, json_list, source_of
from loopfind.reports.wording import clock, count, frame_rate, frames_in, length, safe, share

MOST_ROWS = 12
"""Rows of each kind in the text at the most; the JSON has all."""


def steady_text(found: Steadiness) -> Iterator[str]:
    """Yield the answer for a person: a sentence, then a row for each stretch."""
    source = found.source
    yield f"{steady_summary(found)}\n\n"
    yield f"{safe(source.path)}: {length(source.duration)}, {count(source.frames, 'frame')}, {frame_rate(source.fps)}\n"
    yield f"Judged: enough moves in {share(found.judged)} of the frames for a pattern to show\n"
    rows = [(f"frames {frames_in(one)}, {length(one.end - one.start)}", one.start, one.end) for one in found.frozen]
    yield from _listed("Frozen", rows)
    patterns = [(f"frames {frames_in(one)}, {cadence_in_words(one)}", one.start, one.end) for one in found.cadences]
    yield from _listed("Patterns", patterns)
    yield from _listed("Held", [(_hold_in_words(one), one.start, one.end) for one in found.holds])
    if found.gaps is None:
        yield "\nThe clock of the file keeps no one rate, so nothing is said to be lacking.\n"
    else:
        gaps = [(f"before frame {one.frame}, {count(one.lacking, 'frame')}", one.start, one.end) for one in found.gaps]
        yield from _listed("Lacking", gaps)
    yield from _listed("Lost", [(safe(loss.what), loss.start, loss.end) for loss in found.losses])


def steady_json(found: Steadiness) -> Iterator[str]:
    """Yield the answer in the machine form, ending in a newline."""
    yield f'{{\n  "schema": {SCHEMA},\n  "loopfind": {json_line(version())}'
    yield f',\n  "source": {json_line(source_of(found.source))}'
    yield f',\n  "settings": {json_line(asdict(found.settings))}'
    yield f',\n  "summary": {json_line(steady_summary(found))}'
    yield f',\n  "judged": {json_line(found.judged)}'
    for name in ("frozen", "cadences", "holds", "gaps", "losses"):
        items = getattr(found, name)
        if items is None:
            yield f',\n  "{name}": null'
        else:
            yield from json_list(name, ([json_line(asdict(item))] for item in items))
    yield "\n}\n"


def steady_summary(found: Steadiness) -> str:
    """Return the answer in one sentence."""
    parts = []
    if found.frozen:
        seconds = sum(one.end - one.start for one in found.frozen)
        parts.append(f"{count(len(found.frozen), 'freeze')} of {length(seconds)} in all")
    if found.cadences:
        longest = max(found.cadences, key=lambda one: one.end - one.start)
        seconds = sum(one.end - one.start for one in found.cadences)
        parts.append(f"a pattern in {length(seconds)} of it ({cadence_in_words(longest)})")
    if found.holds:
        parts.append(count(len(found.holds), "frame is held", "frames are held"))
    if found.gaps:
        lacking = sum(one.lacking for one in found.gaps)
        parts.append(f"{count(lacking, 'frame is', 'frames are')} lacking in {count(len(found.gaps), 'gap')}")
    if parts:
        return f"This video does not run steadily: {'; '.join(parts)}."
    if found.judged < 0.5:
        return f"Nothing unsteady was found, but only {share(found.judged)} of this video moves enough for it to show."
    return "This video runs steadily: no frame is held, shown again in a pattern, or lacking."


def cadence_in_words(cadence: Cadence) -> str:
    """Return a pattern in words: "each fifth frame is the one before it, from 24 frames/s"."""
    period, low = len(cadence.mask), cadence.mask.count("0")
    if cadence.kind == "fields":
        what = "telecine: two frames of five are mixed of fields (3:2)"
    elif cadence.kind == "dropped":
        what = f"a frame is left out after each {period}"
    elif low == 1:
        what = "each picture is shown twice" if period == 2 else f"one frame of {period} is shown twice"
    elif low == period - 1:
        what = f"each picture is shown {period} times"
    else:
        what = (
            "pictures are shown three times and twice by turns (3:2)"
            if low == 3
            else f"{low} frames of {period} are shown again"
        )
    return f"{what}, from {frame_rate(cadence.rate)}"


def _hold_in_words(hold: Hold) -> str:
    return f"frames {frames_in(hold)}, one picture"


def _listed(head: str, rows: Sequence[tuple[str, float, float]]) -> Iterator[str]:
    if rows:
        yield f"\n{head}\n"
    for words, start, end in rows[:MOST_ROWS]:
        yield f"  {clock(start)} - {clock(end)}  {words}\n"
    if len(rows) > MOST_ROWS:
        yield f"  ... and {len(rows) - MOST_ROWS:,} more; --json lists all\n"
