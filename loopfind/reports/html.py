"""A report as one page that opens from disk, with the pictures to judge it by.

The page is a jinja2 template beside this module (the extra `report`), with its style and its scripts inside it. It asks
the network for nothing: its policy lets it load pictures that it carries, and the video where the person put it.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from loopfind.errors import MissingExtra
from loopfind.exhibits import Exhibits
from loopfind.model import Cut, Report
from loopfind.reports.figures import command, lines_of
from loopfind.reports.json import plain
from loopfind.reports.links import linker
from loopfind.reports.showcase import COLOURS, Showcase, name_of
from loopfind.reports.wording import WHY, clock, count, length, safe, share
from loopfind.version import version

MOST_BYTES = 4_000_000
"""Bytes of pictures; a third more as text, and a page stays below 10 MB with all that stands around them."""

MOST_REPEATS = 400
"""Repeats with a block of their own, those that take the most time; the timeline has all."""

MOST_GAPS = 60
MOST_CUTS = 300
MOST_SPANS = 10_000
"""Bars of the timeline; past them the shortest are left out."""

MOST_IN_LEGEND = 14
MOST_OCCURRENCES_TO_PLAY = 24

_UNIT = re.compile(r" (?=(?:s|min|h)\b|%)")
"""The space before a unit, at which no line may break."""

WITHOUT_PICTURES = "There are no pictures: the video could not be read a second time."


def check() -> None:
    """Raise MissingExtra where a page cannot be made for want of a package."""
    if find_spec("jinja2") is None:
        raise MissingExtra("--html", "jinja2", "report")


def write(report: Report, exhibits: Exhibits, href: str = "") -> Iterator[str]:
    """The page, in one piece. href: where a player finds the video, "" for nowhere. Raises MissingExtra."""
    check()
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    parts = Environment(
        loader=PackageLoader("loopfind.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    def source(name: str) -> str:
        return (parts.loader.get_source(parts, name) if parts.loader else ("",))[0]

    script = source("page.js") + source("player.js")
    link = linker(report.settings.link, report.source.path)
    words = plain(_context(report, _affordable(exhibits), link, href))
    # Style and scripts are our own files and hold no closing tag, and the data cannot end its element; everything
    # else goes through the escaping.
    own = {"style": source("page.css"), "script": script, "data": island(words.pop("data"))}
    trusted = {name: Markup(text) for name, text in own.items()}
    yield parts.get_template("page.html.j2").render(words, **trusted, policy=_policy(script, href))


def island(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or a line of a script."""
    text = json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _policy(script: str, href: str) -> str:
    """What the page may do: run its own script, show its own pictures, play the video."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = urlsplit(href)
    media = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else "'self' file:"
    media = re.sub(r"[;,\s\"]", "", media) if parts.netloc else media
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"media-src {media if href else chr(39) + 'none' + chr(39)}; base-uri 'none'; form-action 'none'"
    )


def _affordable(exhibits: Exhibits) -> Exhibits:
    """The exhibits with as many pictures as a page can hold: the overview and the cuts first, then the repeats."""
    order = list(exhibits.overview) + [time for seam in exhibits.seams for time in (seam.before, seam.after)]
    order += [t for shown in exhibits.shown for row in shown.rows for t in row.times if t is not None]
    kept: dict[float, bytes] = {}
    left = MOST_BYTES
    for time in order:
        shot = exhibits.shots.get(time)
        # Each place that shows a picture carries its own copy of it.
        if shot is not None and (left := left - len(shot)) >= 0:
            kept[time] = shot
    return replace(exhibits, shots=kept)


def _context(report: Report, exhibits: Exhibits, link: Any, href: str) -> dict[str, Any]:
    """What the template reads."""
    source = report.source
    name = "standard input" if source.path == "-" else safe(source.path.rpartition("/")[2] or source.path)
    longest = sorted(report.repeats, key=lambda r: (r.kind == "still", -r.length * len(r.occurrences)))[:MOST_REPEATS]
    kept = {repeat.id for repeat in longest}
    told = [repeat for repeat in report.repeats if repeat.id in kept]
    show = Showcase(report, exhibits, link, told)
    gaps = [(p.start, p.end, p.why) for p in report.unjudged] + [(p.start, p.end, "lost") for p in report.losses]
    lines = lines_of(report, exhibits)
    spans = [
        (o.start, o.end, repeat.id, number)
        for repeat in report.repeats
        for number, o in enumerate(repeat.occurrences, 1)
    ]
    spans = sorted(sorted(spans, key=lambda span: span[0] - span[1])[:MOST_SPANS])
    cuts = show.cuts(MOST_CUTS)
    return {
        "version": version(),
        "name": name,
        "summary": _UNIT.sub("\u00a0", report.verdict.summary),
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
        "href": href,
        "links_out": bool(link(0.0)),
        "command": command(report.settings, source.path, href),
        "details": _details(report, exhibits),
        "data": {
            "start": exhibits.start,
            "end": exhibits.end,
            "step": 1 / source.fps if source.fps > 0 else 0.04,
            "href": href,
            "spans": spans,
            "unjudged": sorted(gaps),
            "why": WHY,
            "cuts": [cut.time for cut in report.cuts],
            "lines": lines,
            "repeats": {
                r.id: {
                    "name": name_of(r),
                    "colour": r.id % COLOURS,
                    "count": len(r.occurrences),
                    "occurrences": [
                        {"number": n, "start": o.start, "end": o.end, "reversed": o.reversed, "mirrored": o.mirrored}
                        for n, o in enumerate(r.occurrences[:MOST_OCCURRENCES_TO_PLAY], 1)
                    ],
                }
                for r in report.repeats
            },
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
