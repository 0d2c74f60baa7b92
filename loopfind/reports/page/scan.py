"""A report as one page that opens from disk, with the pictures to judge it by."""

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from loopfind.model.exhibits import Exhibits
from loopfind.model.report import Cut, Report
from loopfind.model.version import version
from loopfind.reports.links import linker
from loopfind.reports.page.cards import COLOURS, Showcase, name_of, step_of, to_play
from loopfind.reports.page.figures import command, lines_of
from loopfind.reports.page.render import affordable, rendered, unbroken
from loopfind.reports.page.render import check as check
from loopfind.reports.page.render import island as island
from loopfind.reports.wording import WHY, clock, count, length, safe, share

MOST_REPEATS = 400
"""Repeats with a block of their own, those that take the most time; the timeline has all."""

MOST_GAPS = 60
MOST_CUTS = 300
MOST_SPANS = 10_000
"""Bars of the timeline; past them the shortest are left out."""

MOST_IN_LEGEND = 14
SCRIPTS = ("common.js", "page.js", "player.js")

NOTHING_TO_PLAY = "There is no file to play: the video came from standard input or a stream. What is below remains."
WITHOUT_SCRIPTS = (
    "Without scripts the timeline, the players and the differences are not drawn; tables, pictures and curves are."
)
AGAIN = "So that someone else can repeat it: the same file has the same digest, and this command gives the same answer."
WITHOUT_PICTURES = "There are no pictures: the video could not be read a second time."


def write(report: Report, exhibits: Exhibits, href: str = "") -> Iterator[str]:
    """The page, in one piece. href: where a player finds the video, "" for nowhere. Raises MissingExtra."""
    link = linker(report.settings.link, report.source.path)
    words = _context(report, _affordable(exhibits), link, href)
    data = words.pop("data")
    yield from rendered("page.html.j2", SCRIPTS, words, data, [href])


def _affordable(exhibits: Exhibits) -> Exhibits:
    """The exhibits with as many pictures as a page can hold: the overview and the cuts first, then the repeats."""
    order = list(exhibits.overview) + [time for seam in exhibits.seams for time in (seam.before, seam.after)]
    order += [t for shown in exhibits.shown for row in shown.rows for t in row.times if t is not None]
    return replace(exhibits, shots=affordable(exhibits.shots, order))


def _context(report: Report, exhibits: Exhibits, link: Any, href: str) -> dict[str, Any]:
    """What the template reads."""
    source = report.source
    name = "standard input" if source.path == "-" else safe(source.path.rpartition("/")[2] or source.path)
    longest = sorted(report.repeats, key=lambda r: (r.kind == "still", -r.length * len(r.occurrences)))[:MOST_REPEATS]
    kept = {repeat.id for repeat in longest}
    told = [repeat for repeat in report.repeats if repeat.id in kept]
    shots: dict[tuple[int | None, float], bytes] = {(None, time): shot for time, shot in exhibits.shots.items()}
    show = Showcase(report.repeats, exhibits.shown, shots, lambda file: link, told)
    gaps = [(p.start, p.end, p.why) for p in report.unjudged] + [(p.start, p.end, "lost") for p in report.losses]
    lines = lines_of(report, exhibits)
    spans = [
        (o.start, o.end, repeat.id, number)
        for repeat in report.repeats
        for number, o in enumerate(repeat.occurrences, 1)
    ]
    spans = sorted(sorted(spans, key=lambda span: span[0] - span[1])[:MOST_SPANS])
    cuts = show.cuts(report.cuts[:MOST_CUTS], exhibits.seams)
    return {
        "version": version(),
        "name": name,
        "summary": unbroken(report.verdict.summary),
        "seriousness": _seriousness(report),
        "facts": _facts(report),
        "coverage": _coverage(report),
        "gaps": [{"span": f"{clock(a)} - {clock(b)}", "why": why} for a, b, why in _gap_words(report)],
        "gap_count": count(len(gaps), "stretch", "stretches"),
        "gaps_more": f"and {len(gaps) - MOST_GAPS:,} more; the JSON report lists all" if len(gaps) > MOST_GAPS else "",
        "caution": "A claim is an estimate. Look at the pictures below before you accuse anyone of anything."
        if report.repeats
        else "That nothing was found is worth as much as the share of the video that could be judged.",
        "timeline_words": _timeline_words(report),
        "legend": [{"id": r.id, "name": name_of(r), "colour": r.id % COLOURS} for r in told[:MOST_IN_LEGEND]],
        "legend_more": f"and {len(report.repeats) - MOST_IN_LEGEND:,} more"
        if len(report.repeats) > MOST_IN_LEGEND
        else "",
        "overview": [show.shot(time, f"The video at {clock(time)}") for time in exhibits.overview if exhibits.shots],
        "no_pictures": WITHOUT_PICTURES,
        "likeness": _likeness(exhibits),
        "lines": [{"colour": line[0] % COLOURS, "path": _strokes(line, exhibits)} for line in lines],
        "repeats": [show.repeat(place) for place in range(len(told))],
        "left_out": show.left_out(),
        "cuts": cuts,
        "cuts_more": _more_cuts(report.cuts, len(cuts)),
        "several": False,
        "playable": bool(href),
        "looking": "Looking for the video beside this page …" if href else NOTHING_TO_PLAY,
        "noscript": WITHOUT_SCRIPTS,
        "again": AGAIN,
        "links_out": bool(link(0.0)),
        "command": command(report.settings, source.path, href),
        "details": _details(report, exhibits),
        "data": {
            "start": exhibits.start,
            "end": exhibits.end,
            "files": [{"name": name, "href": href, "step": step_of(source)}],
            "spans": spans,
            "unjudged": sorted(gaps),
            "why": WHY,
            "cuts": [cut.time for cut in report.cuts],
            "lines": lines,
            "repeats": to_play(report.repeats),
        },
    }


def _seriousness(report: Report) -> str:
    real = [repeat for repeat in report.repeats if repeat.kind != "still"]
    if real:
        return "found"
    return "unsure" if report.losses or report.verdict.coverage < 0.5 else "nothing"


def _facts(report: Report) -> list[tuple[str, str]]:
    source, verdict = report.source, report.verdict
    facts = [("Length", f"{length(source.duration)}, {count(source.frames, 'frame')}")]
    if verdict.repeated_seconds > 0:
        facts.append(("Shown more than once", f"{length(verdict.repeated_seconds)}, {share(verdict.repeated_share)}"))
    facts.append(("Could be judged", f"{share(verdict.coverage)} of the video"))
    if verdict.shortest_findable is not None:
        facts.append(("Shortest repeat that would show", length(verdict.shortest_findable)))
    kinds = [("repeat", "repeats"), ("loop", "loops"), ("still", "still views that come back")]
    for kind, many in kinds:
        number = sum(repeat.kind == kind for repeat in report.repeats)
        if number:
            facts.append(("Found" if kind != "still" else "Besides", f"{number:,} {kind if number == 1 else many}"))
    return facts


def _coverage(report: Report) -> str:
    verdict = report.verdict
    if verdict.coverage == 0:
        return "None of this video could be judged: nothing moves in it for long enough."
    found = "a plain repeat would have been found if it is long and unlike enough, but how long it must be is not known"
    if verdict.shortest_findable is not None:
        found = f"a plain repeat of {length(verdict.shortest_findable)} or longer would have been found"
    if verdict.coverage >= 1:
        return f"Nothing was left out: everywhere in the video {found}."
    return (
        f"{share(1 - verdict.coverage)} of the video could not be judged: where nothing moves, or the picture is blank "
        f"or lost, no one can tell a replay from a still view. In the rest, {found}."
    )


def _gap_words(report: Report) -> Iterator[tuple[float, float, str]]:
    found = [(piece.start, piece.end, WHY.get(piece.why, piece.why)) for piece in report.unjudged]
    found += [(loss.start, loss.end, f"{WHY['lost']}: {safe(loss.what)}") for loss in report.losses]
    yield from sorted(found)[:MOST_GAPS]


def _timeline_words(report: Report) -> str:
    if not report.repeats:
        return f"All {length(report.source.duration)} of the video; nothing is marked as shown again."
    showings = sum(len(repeat.occurrences) for repeat in report.repeats)
    shown = f"Each bar is one of {count(showings, 'showing')} of what is shown more than once"
    return f"All {length(report.source.duration)} of the video. {shown}; its number and its colour say of what."


def _likeness(exhibits: Exhibits) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(255 - exhibits.likeness).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _strokes(line: tuple[Any, ...], exhibits: Exhibits) -> str:
    """SVG path data of a line and its mirror image, on a square of 1000."""
    _, _, _, *ends = line
    scale = 1000 / max(exhibits.end - exhibits.start, 1e-9)
    a, b, c, d = (round((end - exhibits.start) * scale, 2) for end in ends)
    return f"M{a:g} {c:g}L{b:g} {d:g}M{c:g} {a:g}L{d:g} {b:g}"


def _more_cuts(cuts: tuple[Cut, ...], shown: int) -> str:
    return f"and {len(cuts) - shown:,} more; the JSON report lists all" if len(cuts) > shown else ""


def _details(report: Report, exhibits: Exhibits) -> list[tuple[str, str]]:
    source, settings = report.source, report.settings
    details = [("File", safe(source.path))]
    if exhibits.origin is not None:
        details += [("Size", f"{exhibits.origin.size:,} bytes"), ("SHA-256", exhibits.origin.sha256)]
    details += [
        ("Container", safe(source.container) or "unknown"),
        ("Codec", safe(source.codec) or "unknown"),
        ("Picture", f"{source.width}x{source.height}"),
        ("Rate", f"{source.fps:.3f} frames/s"),
        ("Frames scanned", f"{source.frames:,}"),
        ("Length, as measured", length(source.duration)),
        ("Length, as declared", "not declared" if source.declared is None else length(source.declared)),
        ("loopfind", version()),
        ("Fingerprint", f"{settings.kind}, hash size {settings.hash_size}" + (" (from a sweep)" * settings.auto)),
        ("Video stream", str(settings.stream)),
    ]
    if settings.start is not None or settings.end is not None:
        end = "the end" if settings.end is None else clock(settings.end)
        details.append(("Scanned", f"{clock(settings.start or 0.0)} to {end}"))
    if report.choice is not None:
        details.append(("Choice of the size", report.choice))
    return details
