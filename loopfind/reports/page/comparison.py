"""A comparison as one page that opens from disk: which files share what, and each stretch side by side."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from loopfind.arrays.time_index import covered
from loopfind.model.comparison import Comparison
from loopfind.model.exhibits import ComparisonExhibits
from loopfind.model.report import Occurrence
from loopfind.model.version import version
from loopfind.reports.links import Link, linker
from loopfind.reports.page.cards import COLOURS, Showcase, step_of, to_play
from loopfind.reports.page.render import affordable, rendered, unbroken
from loopfind.reports.phrases import found_places, found_share, group_words, pair_words, shares
from loopfind.reports.wording import changes, clock, count, length, names, safe, share

SCRIPTS = ("common.js", "files.js", "player.js")

MOST_REPEATS = 300
"""Stretches with a block of their own, those that take the most time."""

MOST_FILES, MOST_BARS, MOST_LANES = 120, 40, 4
"""Files with a timeline of their own, those that share the most; bars on one of them, and rows of bars."""

MOST_IN_MATRIX = 300
MOST_PAIRS, MOST_GROUPS, MOST_NAMES, MOST_LEFT_OUT = 60, 60, 40, 60
MOST_CLIPS, MOST_MATCHES = 40, 30

NOTHING_TO_PLAY = "There is no file to play. What is below remains."
LOOKING = "Looking for the videos where they were when this page was made …"
WITHOUT_SCRIPTS = "Without scripts the players, the differences and the table of all with all are not drawn."
AGAIN = "So that someone else can repeat it: this command gives the same answer on the same files."
CAUTION = "A claim is an estimate. Look at the pictures below before you accuse anyone of anything."
NO_CLAIM = "That nothing was found does not prove that nothing is shared: what is short or hardly moves is not found."


def write(comparison: Comparison, shown: ComparisonExhibits, hrefs: Sequence[str]) -> Iterator[str]:
    """The page, in one piece. hrefs: for each file where a player finds it, "" for nowhere. Raises MissingExtra."""
    called = names([source.path for source in comparison.sources])
    links = [linker("", source.path) for source in comparison.sources]
    longest = sorted(comparison.repeats, key=lambda r: -r.length * len(r.occurrences))[:MOST_REPEATS]
    kept = {repeat.id for repeat in longest}
    told = [repeat for repeat in comparison.repeats if repeat.id in kept]
    shots: dict[tuple[int | None, float], bytes] = {
        (file, time): shot for (file, time), shot in affordable(shown.shots, _places(shown)).items()
    }
    show = Showcase(comparison.repeats, shown.shown, shots, lambda file: links[file or 0], told, called)
    words = {
        "version": version(),
        "several": True,
        "name": f"{len(called)} files compared",
        "summary": unbroken(comparison.summary),
        "seriousness": "found" if comparison.repeats else "unsure" if comparison.failures else "nothing",
        "facts": _facts(comparison),
        "left_out_files": _left_out(comparison, called),
        "left_out_count": _lost(comparison),
        "left_out_more": max(0, len(comparison.failures) + sum(map(len, comparison.losses)) - MOST_LEFT_OUT),
        "caution": CAUTION if comparison.repeats else NO_CLAIM,
        "matches": _matches(comparison, called, links, kept),
        "matches_more": max(0, comparison.settings.query - MOST_CLIPS),
        "groups": _groups(comparison, called, kept),
        "groups_more": max(0, len(comparison.groups) - MOST_GROUPS),
        "pairs": [pair_words(pair, called, comparison.sources) for pair in comparison.pairs[:MOST_PAIRS]],
        "pairs_more": max(0, len(comparison.pairs) - MOST_PAIRS),
        **_timelines(comparison, called, links, kept, show, shown),
        "repeats": [show.repeat(place) for place in range(len(told))],
        "left_out": show.left_out(),
        "playable": any(hrefs),
        "looking": LOOKING if any(hrefs) else NOTHING_TO_PLAY,
        "noscript": WITHOUT_SCRIPTS,
        "again": AGAIN,
        "links_out": any(link(0.0) for link in links),
        "command": _command(comparison),
        "details": _details(comparison),
    }
    matrix = _matrix(comparison, kept)
    words["matrix_words"] = _matrix_words(matrix["order"], comparison)
    files = [
        {"name": name, "href": href, "step": step_of(source)}
        for name, href, source in zip(called, hrefs, comparison.sources, strict=True)
    ]
    data = {"files": files, "matrix": matrix, "repeats": to_play(told), "start": 0, "end": 0}
    yield from rendered("juxtaposition.html.j2", SCRIPTS, words, data, hrefs)


def _places(shown: ComparisonExhibits) -> Iterator[tuple[int, float]]:
    """Where pictures are shown: the strips first, then the stretches."""
    for file, times in shown.overview.items():
        yield from ((file, time) for time in times)
    for exhibit, files in zip(shown.shown, shown.files, strict=True):
        for row in exhibit.rows:
            yield from ((file, time) for file, time in zip(files, row.times, strict=True) if time is not None)


def _facts(comparison: Comparison) -> list[tuple[str, str]]:
    sources, queries = comparison.sources, comparison.settings.query
    facts = [("Files", f"{len(sources):,}, {length(sum(source.duration for source in sources))} in all")]
    if queries:
        facts.append(("Looked for", count(queries, "clip")))
        facts.append(("Looked in", count(len(sources) - queries, "file")))
        facts.append(("Found in", count(len({match.file for match in comparison.matches}), "file")))
    facts.append(("Stretches found", f"{len(comparison.repeats):,}"))
    sharing = {file for pair in comparison.pairs for file in pair.files}
    facts.append(("Files that share something", f"{len(sharing):,}"))
    whole = [group for group in comparison.groups if group.whole]
    if whole:
        facts.append(("The same from end to end", count(len(whole), "group")))
    return facts


def _left_out(comparison: Comparison, called: Sequence[str]) -> list[dict[str, str]]:
    """What could not be compared: whole files, and parts of others."""
    found = [{"what": safe(failure.path), "why": safe(failure.what)} for failure in comparison.failures]
    for name, losses in zip(called, comparison.losses, strict=True):
        for loss in losses:
            found.append({"what": f"{name}, {clock(loss.start)} to {clock(loss.end)}", "why": safe(loss.what)})
    return found[:MOST_LEFT_OUT]


def _lost(comparison: Comparison) -> str:
    """How much is left out, in words."""
    said = []
    if comparison.failures:
        files = count(len(comparison.failures), "file was", "files were")
        said.append(f"{files} left out, and nothing is said of {'it' if len(comparison.failures) == 1 else 'them'}")
    lost = sum(map(len, comparison.losses))
    if lost:
        said.append(f"{count(lost, 'part', 'parts')} of the others could not be read")
    return "; ".join(said) + "."


def _matches(
    comparison: Comparison, called: Sequence[str], links: Sequence[Link], kept: set[int]
) -> list[dict[str, Any]]:
    """A table for each clip that was looked for."""
    tables = []
    for query in range(min(comparison.settings.query, MOST_CLIPS)):
        found = [match for match in comparison.matches if match.query == query]
        rows = [
            {
                "rank": match.rank,
                "score": f"{match.score:.3f}",
                "percent": round(100 * match.score, 1),
                "file": called[match.file],
                "link": links[match.file](match.places[0].there_start) if match.places else "",
                "share": found_share(match),
                "where": found_places(match),
                "repeats": [id for id in match.repeats if id in kept][:4],
            }
            for match in found[:MOST_MATCHES]
        ]
        tables.append({"name": called[query], "rows": rows, "more": max(0, len(found) - MOST_MATCHES)})
    return tables


def _groups(comparison: Comparison, called: Sequence[str], kept: set[int]) -> list[dict[str, Any]]:
    return [
        {
            "words": group_words(group),
            "whole": group.whole,
            "repeats": [id for id in group.repeats if id in kept][:6],
            "names": [called[file] for file in group.files[:MOST_NAMES]],
            "more": max(0, len(group.files) - MOST_NAMES),
        }
        for group in comparison.groups[:MOST_GROUPS]
    ]


def _timelines(
    comparison: Comparison,
    called: Sequence[str],
    links: Sequence[Link],
    kept: set[int],
    show: Showcase,
    shown: ComparisonExhibits,
) -> dict[str, Any]:
    """A row for each of the files that share the most, with a bar for each stretch that it shows."""
    own: list[list[tuple[int, int, Occurrence]]] = [[] for _ in called]
    for repeat in comparison.repeats:
        for number, one in enumerate(repeat.occurrences, 1):
            own[one.file or 0].append((repeat.id, number, one))
    seconds = [covered((one.start, one.end) for _, _, one in found) for found in own]
    sharing = [file for file, found in enumerate(own) if found]
    told = sorted(sorted(sharing, key=lambda file: -seconds[file])[:MOST_FILES])
    rows = []
    for file in told:
        source = comparison.sources[file]
        part = min(1.0, seconds[file] / source.duration) if source.duration > 0 else 0.0
        bars, lanes = _bars(own[file], source.duration)
        for bar in bars:
            bar["linked"] = bar["id"] in kept
        strip = [show.shot(time, f"{called[file]} at {clock(time)}", file) for time in shown.overview.get(file, ())]
        rows.append(
            {
                "name": called[file],
                "link": links[file](0.0),
                "clock": called[file],
                "length": length(source.duration),
                "share": share(part),
                "lanes": lanes,
                "bars": bars,
                "more": max(0, len(own[file]) - MOST_BARS),
                "strip": [shot for shot in strip if shot["src"]],
            }
        )
    return {
        "files": rows,
        "files_more": len(sharing) - len(told),
        "files_bare": len(called) - len(sharing),
    }


def _bars(found: Sequence[tuple[int, int, Occurrence]], duration: float) -> tuple[list[dict[str, Any]], int]:
    """The longest stretches of a file as bars in as many rows as they need, and how many those are."""
    longest = sorted(found, key=lambda bar: bar[2].start - bar[2].end)[:MOST_BARS]
    whole = max([duration, *(one.end for _, _, one in longest), 1e-9])
    bars, ends = [], list[float]()
    for number, (id, place, one) in enumerate(sorted(longest, key=lambda bar: (bar[2].start, bar[0]))):
        free = [lane for lane, until in enumerate(ends) if until <= one.start + 1e-6]
        lane = free[0] if free else len(ends) if len(ends) < MOST_LANES else number % MOST_LANES
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = max(ends[lane], one.end)
        how = ", ".join(["", *changes(one)])
        bars.append(
            {
                "id": id,
                "colour": id % COLOURS,
                "lane": lane,
                "left": round(100 * max(0.0, one.start) / whole, 3),
                "wide": round(100 * (one.end - one.start) / whole, 3),
                "changed": bool(how),
                "says": f"Repeat {id}, showing {place}: {clock(one.start)} to {clock(one.end)}{how}",
            }
        )
    return bars, max(1, len(ends))


def _matrix(comparison: Comparison, kept: set[int]) -> dict[str, Any]:
    """The files that share something, those that share with one another side by side, and how much any two do."""
    beside: dict[int, list[int]] = {}
    for pair in comparison.pairs:
        one, other = pair.files
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    order: dict[int, None] = {}
    for start in sorted(beside):
        waiting = [start]
        while waiting:
            file = waiting.pop(0)
            if file not in order:
                order[file] = None
                waiting += [other for other in sorted(beside[file]) if other not in order]
    told = list(order)[:MOST_IN_MATRIX]
    place = {file: at for at, file in enumerate(told)}
    first: dict[tuple[int, int], int] = {}
    for repeat in comparison.repeats:
        if repeat.id not in kept:
            continue
        files = sorted({one.file or 0 for one in repeat.occurrences})[:MOST_IN_MATRIX]
        for at, one in enumerate(files):
            for other in files[at + 1 :]:
                first.setdefault((one, other), repeat.id)
    cells = []
    for pair in comparison.pairs:
        if {*pair.files} <= set(place):
            parts = [round(part, 4) for part in shares(pair, comparison.sources)]
            one, other = pair.files
            cells.append([place[one], place[other], *parts, round(max(pair.seconds), 3), first.get((one, other), 0)])
    return {"order": told, "cells": cells}


def _matrix_words(order: Sequence[int], comparison: Comparison) -> str:
    """What the table of all with all says; "" where there are too few files for one."""
    if len(order) < 3:
        return ""
    sharing = len({file for pair in comparison.pairs for file in pair.files})
    more = f" These are {len(order):,} of {sharing:,}." if sharing > len(order) else ""
    return (
        "A square is the darker the more of the file in its row is also in that of its column. Files that share "
        f"nothing are left out.{more}"
    )


def _command(comparison: Comparison) -> str:
    """The command that makes this page, for a shell; of very many files only the first ones."""
    settings = comparison.settings
    words = ["loopfind", "compare"]
    words += ["--self"] if settings.own else []
    words += ["--stream", str(settings.stream)] if settings.stream else []
    paths = [source.path if not source.path.startswith("-") else f"./{source.path}" for source in comparison.sources]
    shown = paths[:20]
    if settings.query:
        shown = [w for n, path in enumerate(shown) for w in ("--query" if n < settings.query else "--in", path)]
    more = f" … and {count(len(paths) - 20, 'more file')}" if len(paths) > 20 else ""
    return safe(shlex.join([*words, "--html", "report.html", *shown])) + more


def _details(comparison: Comparison) -> list[tuple[str, str]]:
    sources = comparison.sources
    details = [
        ("loopfind", version()),
        ("Frames compared", f"{sum(source.frames for source in sources):,}"),
        ("Video stream", str(comparison.settings.stream)),
    ]
    if len(sources) <= 24:
        details += [
            (
                safe(source.path),
                f"{length(source.duration)}, {source.frames:,} frames, {source.fps:.3f} frames/s, "
                f"{source.width}x{source.height}, {safe(source.codec)}",
            )
            for source in sources
        ]
    return details
