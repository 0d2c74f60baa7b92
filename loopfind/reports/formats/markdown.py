"""The report in Markdown, for a wiki, an issue or a chat: the verdict, then tables with links."""

import re
from collections.abc import Iterator

from loopfind.model.comparison import Comparison
from loopfind.model.report import Occurrence, Repeat, Report
from loopfind.reports.links import Link, linker
from loopfind.reports.phrases import found_places, found_share, group_repeats, group_words, shares
from loopfind.reports.rows import unjudged_but_lost
from loopfind.reports.wording import (
    LEAP,
    WHY,
    belief,
    changes,
    clock,
    frames_in,
    judged_in_words,
    length,
    name,
    names,
    noted,
    part_shown,
    promise_in_words,
    safe,
    share,
    title,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def write(report: Report) -> Iterator[str]:
    """Yield everything that the report holds but the clusters: nothing is left out, however long."""
    link, source, verdict = linker(report.settings.link, report.source.path), report.source, report.verdict
    yield f"# {_escaped(name(source.path))}\n\n{_escaped(safe(verdict.summary))}\n\n"
    yield f"- Video: {length(source.duration)}, {source.frames:,} frames, {source.width}x{source.height}\n"
    if verdict.repeated_seconds > 0:
        yield f"- Repeated: {length(verdict.repeated_seconds)}, {share(verdict.repeated_share)} of the video\n"
    yield f"- Judged: {judged_in_words(verdict, 'sound' if report.is_of_sound else 'video')}\n"
    for stretch in report.findable if len(report.findable) > 1 else ():
        yield f"- Findable: {clock(stretch.start)} to {clock(stretch.end)}, {promise_in_words(stretch)}\n"
    for unread in source.unread:
        yield f"- Not read: {_escaped(safe(unread))}\n"
    for freeze in report.frozen:
        yield f"- Frozen: {clock(freeze.start)} to {clock(freeze.end)}, frames {frames_in(freeze)}\n"
    for piece in unjudged_but_lost(report):
        yield f"- Not judged: {clock(piece.start)} to {clock(piece.end)}, {WHY[piece.why]}\n"
    for leap in report.leaps:
        yield f"- Leaps: {clock(leap.start)} to {clock(leap.end)}, {LEAP}\n"
    for loss in report.losses:
        yield f"- Lost: {clock(loss.start)} to {clock(loss.end)}, {_escaped(safe(loss.what))}\n"
    for repeat in report.repeats:
        yield _head(repeat)
        yield "| | start | end | frames | |\n|--:|---|---|---|---|\n"
        for number, one in enumerate(repeat.occurrences, 1):
            yield f"| {number} | {_cells(one, repeat, source.fps, link)} |\n"
    if report.cuts:
        yield "\n## Suspect cuts\n\n| | time | frame | kind | repeats |\n|--:|---|--:|---|---|\n"
    for number, cut in enumerate(report.cuts, 1):
        repeats = ", ".join(map(str, cut.repeats))
        yield f"| {number} | {_linked(cut.time, link)} | {cut.frame} | {cut.kind} | {repeats} |\n"


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield everything that a comparison holds, with all files, pairs, groups, best matches and stretches."""
    paths = [source.path for source in comparison.sources]
    called, links = [_escaped(name) for name in names(paths)], [linker("", path) for path in paths]
    yield f"# {len(paths)} files compared\n\n{_escaped(safe(comparison.summary))}\n\n"
    yield "| file | length | frames | picture |\n|---|--:|--:|---|\n"
    for file, source, link in zip(called, comparison.sources, links, strict=True):
        linked = f"[{file}](<{link(0.0)}>)" if link(0.0) else file
        yield f"| {linked} | {length(source.duration)} | {source.frames:,} | {source.width}x{source.height} |\n"
    yield "" if not (comparison.failures or any(comparison.losses)) else "\n"
    for failure in comparison.failures:
        yield f"- Left out: {_escaped(safe(failure.path))}: {_escaped(safe(failure.what))}\n"
    for file, losses in zip(called, comparison.losses, strict=True):
        for loss in losses:
            yield f"- Lost in {file}: {clock(loss.start)} to {clock(loss.end)}, {_escaped(safe(loss.what))}\n"
    if comparison.matches:
        yield "\n## Best matches\n\n| clip | rank | score | file | what of it where |\n|---|--:|--:|---|---|\n"
    for match in comparison.matches:
        where = f"{found_share(match)}, {found_places(match)}"
        yield f"| {called[match.query]} | {match.rank} | {match.score:.3f} | {called[match.file]} | {where} |\n"
    if comparison.groups:
        yield "\n## Groups\n\n"
    for group in comparison.groups:
        yield f"- {group_words(group)}{group_repeats(group)}: {', '.join(called[file] for file in group.files)}\n"
    if comparison.pairs:
        yield "\n## Pairs\n\n| | | shared | of the one | of the other |\n|---|---|--:|--:|--:|\n"
    for pair in comparison.pairs:
        one, other = pair.files
        parts = " | ".join(map(share, shares(pair, comparison.sources)))
        yield f"| {called[one]} | {called[other]} | {length(max(pair.seconds))} | {parts} |\n"
    for repeat in comparison.repeats:
        yield _head(repeat)
        yield "| file | start | end | frames | |\n|---|---|---|---|---|\n"
        for shown in repeat.occurrences:
            number = shown.file or 0
            yield f"| {called[number]} | {_cells(shown, repeat, comparison.sources[number].fps, links[number])} |\n"


def _head(repeat: Repeat) -> str:
    head = f"\n## {repeat.kind.capitalize()} {repeat.id}: {title(repeat)}\n\n"
    notes = "".join(f"\n\n{_escaped(note)}" for note in noted(repeat))
    return f"{head}{belief(repeat)}{notes}\n\n"


def _cells(one: Occurrence, repeat: Repeat, fps: float, link: Link) -> str:
    how = ", ".join((*changes(one), *part_shown(one, repeat, fps)))
    return f"{_linked(one.start, link)} | {clock(one.end)} | {frames_in(one)} | {how}"


def _linked(seconds: float, link: Link) -> str:
    address = link(seconds)
    return f"[{clock(seconds)}](<{address}>)" if address else clock(seconds)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
