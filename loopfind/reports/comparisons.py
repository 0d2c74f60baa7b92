"""A comparison of files in words and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from rich.text import Text

from loopfind.comparison import Comparison, Shared
from loopfind.model import Repeat
from loopfind.reports import warps
from loopfind.reports.json import SCHEMA, occurrence_of, plain
from loopfind.reports.links import linker
from loopfind.reports.wording import EVIDENCE, changes, clock, count, length, safe, share
from loopfind.version import version

MOST_PAIRS, MOST_REPEATS, MOST_SHOWINGS = 40, 40, 12
"""Lines of each kind in the text; the JSON has all."""


def as_json(comparison: Comparison) -> Iterator[str]:
    """The comparison in the machine form, ending in a newline."""
    paths = [source.path for source in comparison.sources]
    value = {
        "schema": SCHEMA,
        "loopfind": version(),
        "sources": [
            asdict(source) | {"losses": [asdict(loss) for loss in losses]}
            for source, losses in zip(comparison.sources, comparison.losses, strict=True)
        ],
        "settings": asdict(comparison.settings),
        "summary": comparison.summary,
        "repeats": [_repeat(repeat, paths) for repeat in comparison.repeats],
        "pairs": [_pair(pair, paths) for pair in comparison.pairs],
        "warps": [warps.as_value(warp, paths) for warp in comparison.warps],
        "failures": [asdict(failure) for failure in comparison.failures],
    }
    yield json.dumps(plain(value), indent=1, allow_nan=False) + "\n"


def _repeat(repeat: Repeat, paths: list[str]) -> dict[str, Any]:
    rows = []
    for occurrence in repeat.occurrences:
        path = paths[occurrence.file or 0]
        rows.append(occurrence_of(occurrence, linker("", path)) | {"file": path})
    return asdict(repeat) | {"occurrences": rows}


def _pair(pair: Shared, paths: list[str]) -> dict[str, Any]:
    return asdict(pair) | {"files": [paths[number] for number in pair.files]}


def as_text(comparison: Comparison) -> Iterator[str]:
    """The comparison as plain text."""
    for line in lines(comparison):
        yield line.plain.rstrip() + "\n"


def lines(comparison: Comparison, hyperlinks: bool = False) -> Iterator[Text]:
    """The comparison as styled lines: what is shared, by pairs of files, then stretch by stretch."""
    found = bool(comparison.repeats) or any(warp.nearness == "alike" for warp in comparison.warps)
    yield Text(comparison.summary, "bold red" if found else "bold green")
    names = _names([source.path for source in comparison.sources])
    for failure in comparison.failures:
        yield Text(f"left out: {safe(failure.path)}: {safe(failure.what)}", "yellow")
    for name, losses in zip(names, comparison.losses, strict=True):
        for loss in losses:
            yield Text(f"lost in {name}: {clock(loss.start)} - {clock(loss.end)} {safe(loss.what)}", "yellow")
    yield from warps.lines(comparison, names)
    if comparison.pairs:
        yield Text()
        yield Text("Files", "bold")
        for pair in comparison.pairs[:MOST_PAIRS]:
            yield Text("  " + _said(pair, names, comparison))
        if len(comparison.pairs) > MOST_PAIRS:
            yield Text(f"  ... and {count(len(comparison.pairs) - MOST_PAIRS, 'more pair')}; --json lists all", "dim")
    for repeat in comparison.repeats[:MOST_REPEATS]:
        yield Text()
        yield from _stretch(repeat, names, comparison, hyperlinks)
    if len(comparison.repeats) > MOST_REPEATS:
        yield Text()
        yield Text(f"... and {count(len(comparison.repeats) - MOST_REPEATS, 'more stretch', 'more stretches')}", "dim")


def _said(pair: Shared, names: list[str], comparison: Comparison) -> str:
    """A pair of files in a line."""
    one, other = (names[number] for number in pair.files)
    if all(pair.whole):
        return f"{one} shows the same as {other} from end to end"
    for (name, rival), whole in zip(((one, other), (other, one)), pair.whole, strict=True):
        if whole:
            return f"{name} is all in {rival}"
    lengths = [comparison.sources[number].duration for number in pair.files]
    parts = [share(part / max(whole, part, 1e-9)) for part, whole in zip(pair.seconds, lengths, strict=True)]
    return f"{one} and {other} share {length(max(pair.seconds))}: {parts[0]} of the one, {parts[1]} of the other"


def _stretch(repeat: Repeat, names: list[str], comparison: Comparison, hyperlinks: bool) -> Iterator[Text]:
    """One shared stretch, with a line for each showing."""
    head = (
        f"{repeat.kind.capitalize()} {repeat.id}: {length(repeat.length)}, {count(len(repeat.occurrences), 'showing')}"
    )
    yield Text(head, "bold")
    yield Text(f"  {EVIDENCE[repeat.evidence]} (confidence {share(repeat.confidence)})")
    shown = repeat.occurrences[:MOST_SHOWINGS]
    wide = max(len(names[o.file or 0]) for o in shown)
    for occurrence in shown:
        name, path = names[occurrence.file or 0], comparison.sources[occurrence.file or 0].path
        row = Text(f"  {name:<{wide}}  ")
        address = linker("", path)(occurrence.start)
        span = f"{clock(occurrence.start)} - {clock(occurrence.end)}"
        row.append(span, f"link {address}" if hyperlinks else "")
        row.append(f"  frames {occurrence.start_frame}-{max(occurrence.start_frame, occurrence.end_frame - 1)}", "dim")
        row.append("".join(f"  {word}" for word in changes(occurrence)), "yellow")
        yield row
    if len(repeat.occurrences) > len(shown):
        yield Text(f"  ... and {count(len(repeat.occurrences) - len(shown), 'more')}; --json lists all", "dim")


def _names(paths: list[str]) -> list[str]:
    """The shortest ends of the paths that tell them apart."""
    parts = [PurePath(path).parts or (path,) for path in paths]
    depth = [1] * len(paths)
    for _ in range(max(map(len, parts), default=0)):
        ends = ["/".join(part[-d:]) for part, d in zip(parts, depth, strict=True)]
        twice = {end for end in ends if ends.count(end) > 1}
        depth = [d + (end in twice) for d, end in zip(depth, ends, strict=True)]
    return [safe("/".join(part[-d:])) for part, d in zip(parts, depth, strict=True)]
