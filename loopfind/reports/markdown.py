"""The report in Markdown, for a wiki, an issue or a chat: the verdict, then tables with links."""

import re
from collections.abc import Iterator

from loopfind.model import Report
from loopfind.reports.links import Link, linker
from loopfind.reports.wording import EVIDENCE, WHY, changes, clock, length, name, safe, share, title

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def write(report: Report) -> Iterator[str]:
    """Everything that the report holds but the clusters: nothing is left out, however long."""
    link, source, verdict = linker(report.settings.link, report.source.path), report.source, report.verdict
    yield f"# {_escaped(name(source.path))}\n\n{_escaped(safe(verdict.summary))}\n\n"
    yield f"- Video: {length(source.duration)}, {source.frames:,} frames, {source.width}x{source.height}\n"
    if verdict.repeated_seconds > 0:
        yield f"- Repeated: {length(verdict.repeated_seconds)}, {share(verdict.repeated_share)} of the video\n"
    findable = verdict.shortest_findable
    limit = "" if findable is None else f", for repeats of {length(findable)} or longer"
    yield f"- Judged: {share(verdict.coverage)} of the video{limit}\n"
    for piece in report.unjudged:
        yield f"- Not judged: {clock(piece.start)} to {clock(piece.end)}, {WHY[piece.why]}\n"
    for loss in report.losses:
        yield f"- Lost: {clock(loss.start)} to {clock(loss.end)}, {_escaped(safe(loss.what))}\n"
    for repeat in report.repeats:
        yield f"\n## {repeat.kind.capitalize()} {repeat.id}: {title(repeat)}\n\n"
        yield f"{EVIDENCE[repeat.evidence]} (confidence {share(repeat.confidence)})\n\n"
        yield "| | start | end | frames | |\n|--:|---|---|---|---|\n"
        for number, one in enumerate(repeat.occurrences, 1):
            # A person counts the last frame in; the machine form is half-open.
            frames = f"{one.start_frame}-{max(one.start_frame, one.end_frame - 1)}"
            start = _linked(one.start, link)
            yield f"| {number} | {start} | {clock(one.end)} | {frames} | {', '.join(changes(one))} |\n"
    if report.cuts:
        yield "\n## Suspect cuts\n\n| | time | frame | kind | repeats |\n|--:|---|--:|---|---|\n"
    for number, cut in enumerate(report.cuts, 1):
        repeats = ", ".join(map(str, cut.repeats))
        yield f"| {number} | {_linked(cut.time, link)} | {cut.frame} | {cut.kind} | {repeats} |\n"


def _linked(seconds: float, link: Link) -> str:
    address = link(seconds)
    return f"[{clock(seconds)}](<{address}>)" if address else clock(seconds)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
