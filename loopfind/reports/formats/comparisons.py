"""A comparison of files as text and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from loopfind.model.comparison import Comparison, Group, Match, Shared
from loopfind.model.report import Repeat
from loopfind.model.version import version
from loopfind.reports.formats import warps
from loopfind.reports.formats.json import REPEAT, SCHEMA, json_line, json_list, occurrence_of, source_of
from loopfind.reports.links import linker
from loopfind.reports.phrases import found_places, found_share, group_repeats, group_words, pair_words
from loopfind.reports.spot_table import spot_lines
from loopfind.reports.wording import belief, changes, clock, count, frames_in, length, names, part_shown, safe

MOST_PAIRS, MOST_SHARED, MOST_SHOWINGS, MOST_GROUPS, MOST_LEFT_OUT = 40, 40, 12, 20, 20
"""Lines of each kind in the text at the most; the JSON has all."""

SPOT_WIDTH = 120
"""Cells of the table of spots at the most."""

MOST_NAMES, MOST_MATCHES = 12, 20
"""Files named in a line, and matches of one clip, at the most."""


def as_json(comparison: Comparison) -> Iterator[str]:
    """Yield the comparison in the machine form, ending in a newline, in pieces: one line an item of a list."""
    paths = [source.path for source in comparison.sources]
    sources = [
        source_of(source) | {"link": linker("", source.path)(0.0), "losses": [asdict(loss) for loss in losses]}
        for source, losses in zip(comparison.sources, comparison.losses, strict=True)
    ]
    lists: dict[str, Iterator[Any]] = {
        "sources": iter(sources),
        "matches": (_match(match, paths) for match in comparison.matches),
        "groups": (asdict(group) | _files(group, paths) for group in comparison.groups),
        "repeats": (_repeat(repeat, paths) for repeat in comparison.repeats),
        "pairs": (asdict(pair) | _files(pair, paths) for pair in comparison.pairs),
        "warps": (warps.warp_value(warp, paths) for warp in comparison.warps),
        "failures": (asdict(failure) for failure in comparison.failures),
    }
    yield f'{{\n  "schema": {SCHEMA},\n  "loopfind": {json_line(version())}'
    yield f',\n  "settings": {json_line(asdict(comparison.settings))}'
    yield f',\n  "summary": {json_line(comparison.summary)}'
    for name, items in lists.items():
        yield from json_list(name, ([json_line(item)] for item in items))
    yield "\n}\n"


def _files(group: Group | Shared, paths: Sequence[str]) -> dict[str, Any]:
    return {"files": [paths[number] for number in group.files]}


def _match(match: Match, paths: Sequence[str]) -> dict[str, Any]:
    return asdict(match) | {"query": paths[match.query], "file": paths[match.file]}


def _repeat(repeat: Repeat, paths: Sequence[str]) -> dict[str, Any]:
    rows = []
    for occurrence in repeat.occurrences:
        path = paths[occurrence.file or 0]
        rows.append(occurrence_of(occurrence, linker("", path)) | {"file": path})
    return {name: getattr(repeat, name) for name in REPEAT} | {"occurrences": rows}


def as_text(comparison: Comparison) -> Iterator[str]:
    """Yield the comparison as plain text."""
    for line in comparison_lines(comparison):
        yield line.plain.rstrip() + "\n"


def comparison_lines(comparison: Comparison, hyperlinks: bool = False) -> Iterator[Text]:
    """Yield the comparison as styled lines: the best matches, groups and pairs of files, then each repeat."""
    found = bool(comparison.repeats) or any(warp.nearness == "alike" for warp in comparison.warps)
    yield Text(safe(comparison.summary), "bold red" if found else "bold green")
    called = names([source.path for source in comparison.sources])
    lost = [f"left out: {safe(failure.path)}: {safe(failure.what)}" for failure in comparison.failures]
    for name, losses in zip(called, comparison.losses, strict=True):
        lost += [f"lost in {name}: {clock(loss.start)} - {clock(loss.end)} {safe(loss.what)}" for loss in losses]
    yield from (Text(line, "yellow") for line in lost[:MOST_LEFT_OUT])
    yield from _more(len(lost) - MOST_LEFT_OUT, "loss", "losses")
    yield from warps.warp_lines(comparison, called)
    yield from _matches(comparison, called)
    yield from _groups("The same from end to end", [g for g in comparison.groups if g.whole], called)
    same = {files for group in comparison.groups if group.whole for files in _pairs_in(group)}
    pairs = [pair for pair in comparison.pairs if pair.files not in same] if not comparison.matches else []
    yield from _headed("Files", len(pairs))
    for pair in pairs[:MOST_PAIRS]:
        yield Text("  " + pair_words(pair, called, comparison.sources))
    yield from _more(len(pairs) - MOST_PAIRS, "pair")
    many = [group for group in comparison.groups if not group.whole and len(group.files) > 2]
    yield from _groups("Groups", many, called)
    yield from spot_lines(comparison, SPOT_WIDTH)
    for repeat in comparison.repeats[:MOST_SHARED]:
        yield Text()
        yield from _stretch(repeat, called, comparison, hyperlinks)
    if len(comparison.repeats) > MOST_SHARED:
        yield Text()
        yield from _more(len(comparison.repeats) - MOST_SHARED, "stretch", "stretches", "")


def _pairs_in(group: Group) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(group.files):
        for other in group.files[place + 1 :]:
            yield one, other


def _headed(head: str, number: int) -> Iterator[Text]:
    if number:
        yield Text()
        yield Text(head, "bold")


def _more(number: int, one: str, many: str = "", margin: str = "  ") -> Iterator[Text]:
    if number > 0:
        yield Text(
            f"{margin}... and {count(number, f'more {one}', f'more {many}' if many else '')}; --json lists all", "dim"
        )


def _matches(comparison: Comparison, called: Sequence[str]) -> Iterator[Text]:
    """Yield a table for each clip: rank, score, file, how much of the clip is there, and where."""
    for query in range(comparison.settings.query):
        found = [match for match in comparison.matches if match.query == query]
        head = f"Best matches for {called[query]}" if found else f"No match for {called[query]}"
        yield from _headed(head, 1)
        if not found:
            continue
        shown = found[:MOST_MATCHES]
        wide = max(4, *(len(called[match.file]) for match in shown))
        parts = max(11, *(len(found_share(match)) for match in shown))
        yield Text(f"  {'rank':>4}  {'score':>5}  {'file':<{wide}}  {'of the clip':<{parts}}  where", "dim")
        for match in shown:
            row = Text(f"  {match.rank:>4}  ")
            row.append(f"{match.score:>5.3f}", "bold")
            row.append(f"  {called[match.file]:<{wide}}  {found_share(match):<{parts}}  {found_places(match)}")
            yield row
            if match.codes_alone:
                yield Text("               by its codes alone: the file is gone, or is another one now", "yellow")
        yield from _more(len(found) - MOST_MATCHES, "match", "matches")


def _groups(head: str, groups: Sequence[Group], called: Sequence[str]) -> Iterator[Text]:
    yield from _headed(head, len(groups))
    for group in groups[:MOST_GROUPS]:
        files = ", ".join(called[file] for file in group.files[:MOST_NAMES])
        more = f" and {len(group.files) - MOST_NAMES:,} more" if len(group.files) > MOST_NAMES else ""
        what = count(len(group.files), "file") if group.whole else group_words(group)
        yield Text(f"  {what}{group_repeats(group)}: {files}{more}")
    yield from _more(len(groups) - MOST_GROUPS, "group")


def _stretch(repeat: Repeat, called: Sequence[str], comparison: Comparison, hyperlinks: bool) -> Iterator[Text]:
    """Yield one repeat, with a line for each occurrence."""
    head = (
        f"{repeat.kind.capitalize()} {repeat.id}: {length(repeat.length)}, {count(len(repeat.occurrences), 'showing')}"
    )
    yield Text(head, "bold")
    yield Text(f"  {belief(repeat)}")
    shown = repeat.occurrences[:MOST_SHOWINGS]
    wide = max(len(called[o.file or 0]) for o in shown)
    for occurrence in shown:
        name, path = called[occurrence.file or 0], comparison.sources[occurrence.file or 0].path
        row = Text(f"  {name:<{wide}}  ")
        address = linker("", path)(occurrence.start)
        span = f"{clock(occurrence.start)} - {clock(occurrence.end)}"
        row.append(span, f"link {address}" if hyperlinks and address else "")
        row.append(f"  frames {frames_in(occurrence)}", "dim")
        row.append("".join(f"  {word}" for word in changes(occurrence)), "yellow")
        fps = comparison.sources[occurrence.file or 0].fps
        row.append("".join(f"  {words}" for words in part_shown(occurrence, repeat, fps)))
        yield row
    yield from _more(len(repeat.occurrences) - len(shown), "showing")
