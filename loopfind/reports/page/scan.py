"""The page of a scan: a report as one file that opens from disk, with the pictures to judge it by."""

from collections.abc import Iterator, Sequence

from loopfind.model.exhibits import Exhibits, Origin
from loopfind.model.made import Made
from loopfind.model.report import Repeat, Report
from loopfind.model.version import version
from loopfind.model.video import Source
from loopfind.reports.links import page_linker, sendable
from loopfind.reports.page.cards import CardMaker
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.commands import scan_command_line
from loopfind.reports.page.figures import plot_lines, plot_picture, plot_ticks
from loopfind.reports.page.findings import finding_rows, review_data
from loopfind.reports.page.judged import gaps_of, judged_view
from loopfind.reports.page.limits import PAGE_CUTS, PAGE_LEGEND, PAGE_REPEATS, PAGE_SPANS
from loopfind.reports.page.played import name_of, played_file, played_repeats
from loopfind.reports.page.render import affordable, rendered, unbroken
from loopfind.reports.page.spots import spots_view
from loopfind.reports.page.views import (
    Fact,
    LegendEntry,
    PlotLine,
    PlotStroke,
    ScanData,
    ScanPage,
)
from loopfind.reports.wording import (
    WHY,
    clock,
    count,
    coverage_in_words,
    cut_off,
    frame_rate,
    length,
    name,
    safe,
    share,
)

NO_PICTURES = "There are no pictures: the video could not be read a second time."

SAME_ANSWER = (
    "So that someone else can repeat it: the same file has the same digest, and this command gives the same answer."
)
"""Words before the command of a scan."""

_MOST_FREEZES = 3  # that are named


def write(report: Report, exhibits: Exhibits, href: str = "") -> Iterator[str]:
    """Yield the page, in one piece. href: where a player finds the video, "" for nowhere."""
    yield from rendered(scan_page(report, exhibits, href))


def scan_page(report: Report, exhibits: Exhibits, href: str) -> ScanPage:
    """Return the view model of the page."""
    source = report.source
    link = page_linker(report.settings.link, source.path, href)
    repeats = report.repeats[:PAGE_REPEATS]
    shots = affordable(exhibits.shots, exhibits.frames())
    cards = CardMaker(repeats, exhibits.shown, shots, [link], [source], sounds=exhibits.sounds)
    overview = exhibits.overview if shots else ()
    lines = plot_lines(report)
    data = ScanData(
        start=exhibits.start,
        end=exhibits.end,
        files=(played_file(name(source.path), href, source),),
        spans=spans_of(report),
        unjudged=tuple(sorted(gaps_of(report))),
        why=WHY,
        cuts=tuple(cut.time for cut in report.cuts),
        lines=tuple(lines),
        repeats=played_repeats(report.repeats),
        review=review_data(report),
    )
    return ScanPage(
        version=version(),
        name=name(source.path),
        summary=unbroken(report.verdict.summary),
        seriousness=seriousness_of(report),
        facts=_facts(report),
        caution="A claim is an estimate. Look at the pictures below before you accuse anyone of anything."
        if report.repeats
        else "That nothing was found is worth as much as the share of the video that could be judged.",
        spots=spots_view(report, [link]),
        findings=finding_rows(repeats, [link]),
        findings_more=cut_off(len(report.repeats) - len(repeats)),
        repeats=cards.repeats(),
        left_out=cards.left_out(len(report.repeats)),
        looking="Looking for the video beside this page …"
        if href
        else "The video came from standard input or a stream: there is no file to play, unless you choose one.",
        noscript="Without scripts the timeline, the players and the differences are not drawn; tables, pictures and "
        "curves are.",
        links_out=bool(link(0.0)),
        again=SAME_ANSWER,
        command=scan_command_line(report.settings, source.path, href),
        details=_details(report, exhibits),
        heard=report.sound is not None,
        judged=judged_view(report),
        timeline_words=_timeline_words(report),
        legend=legend_of(repeats),
        legend_more=legend_more_of(report),
        overview=tuple(cards.picture(frame, f"The video at {clock(frame.time)}") for frame in overview),
        no_pictures=NO_PICTURES,
        likeness=plot_picture(exhibits.likeness),
        ticks=plot_ticks(exhibits.start, exhibits.end),
        lines=tuple(_stroke(line, exhibits) for line in lines),
        cuts=cards.cuts(report.cuts[:PAGE_CUTS], exhibits.cuts),
        cuts_more=cut_off(len(report.cuts) - PAGE_CUTS),
        data=data,
    )


def spans_of(report: Report) -> tuple[tuple[float, float, int, int], ...]:
    """Return the longest occurrences in the order in which they begin: start, end, repeat, number."""
    spans = [
        (one.start, one.end, repeat.id, number)
        for repeat in report.repeats
        for number, one in enumerate(repeat.occurrences, 1)
    ]
    return tuple(sorted(sorted(spans, key=lambda span: span[0] - span[1])[:PAGE_SPANS]))


def seriousness_of(report: Report) -> str:
    """Return how serious the answer is, for the colour of the verdict."""
    if any(repeat.kind != "still" for repeat in report.repeats):
        return "found"
    return "unsure" if report.losses or report.verdict.coverage < 0.5 else "nothing"


def _facts(report: Report) -> tuple[Fact, ...]:
    source, verdict = report.source, report.verdict
    facts = [Fact("Length", f"{length(source.duration)}, {count(source.frames, 'frame')}")]
    if verdict.repeated_seconds > 0:
        repeated = f"{length(verdict.repeated_seconds)}, {share(verdict.repeated_share)}"
        facts.append(Fact("Shown more than once", repeated))
    facts.append(Fact("Could be judged", coverage_in_words(verdict)))
    if verdict.shortest_findable is not None:
        facts.append(Fact("Found nine times out of ten", f"a repeat of {length(verdict.shortest_findable)} or longer"))
    facts += found_facts(report)
    if report.sound is not None:
        facts.append(Fact("Sound", report.sound.summary))
    if source.unread:
        facts.append(Fact("Not read", ", ".join(map(safe, source.unread))))
    if report.frozen:
        held = [f"{clock(one.start)} - {clock(one.end)}" for one in report.frozen[:_MOST_FREEZES]]
        more = len(report.frozen) - len(held)
        facts.append(Fact("Frozen", ", ".join(held) + (f" and {more:,} more" if more else "")))
    return tuple(facts)


def found_facts(report: Report) -> list[Fact]:
    """Return how many repeats of each kind there are."""
    kinds = (
        ("repeat", "Found", "repeat", "repeats"),
        ("loop", "Found", "loop", "loops"),
        ("still", "Besides", "still view that comes back", "still views that come back"),
    )
    numbers = [(label, sum(repeat.kind == kind for repeat in report.repeats), words) for kind, label, *words in kinds]
    return [Fact(label, count(number, *words)) for label, number, words in numbers if number]


def _timeline_words(report: Report) -> str:
    if not report.repeats:
        return f"All {length(report.source.duration)} of the video; nothing is marked as shown again."
    occurrences = sum(len(repeat.occurrences) for repeat in report.repeats)
    shown = f"Each bar is one of {count(occurrences, 'occurrence')} of what is shown more than once"
    return f"All {length(report.source.duration)} of the video. {shown}; number and colour are those of its repeat."


def legend_of(repeats: Sequence[Repeat]) -> tuple[LegendEntry, ...]:
    """Return the repeats that are named below the timeline."""
    shown = repeats[:PAGE_LEGEND]
    return tuple(LegendEntry(repeat.id, name_of(repeat), colour_of(repeat.id)) for repeat in shown)


def legend_more_of(report: Report) -> str:
    """Return how many repeats are not named there, "" for none."""
    more = len(report.repeats) - PAGE_LEGEND
    return f"and {more:,} more" if more > 0 else ""


def _stroke(line: PlotLine, exhibits: Exhibits) -> PlotStroke:
    scale = 1000 / max(exhibits.end - exhibits.start, 1e-9)
    ends = (line.start, line.end, line.other_start, line.other_end)
    a, b, c, d = (round((end - exhibits.start) * scale, 2) for end in ends)
    return PlotStroke(colour_of(line.repeat), f"M{a:g} {c:g}L{b:g} {d:g}M{c:g} {a:g}L{d:g} {b:g}")


def origin_facts(source: Source, origin: Origin | None) -> list[Fact]:
    """Return the name of a file, and what it is known by."""
    facts = [Fact("File", safe(sendable(source.path)))]
    if origin is not None:
        facts += [Fact("Size", f"{origin.size:,} bytes"), Fact("SHA-256", origin.sha256)]
    return facts


def made_facts(made: Made | None) -> list[Fact]:
    """Return when and with what an answer was made, and the command as it was typed, where that is known."""
    if made is None:
        return []
    date = made.date.replace("T", " ").replace("Z", " UTC")
    facts = [("Made", date), ("ffmpeg", made.ffmpeg), ("On", made.platform), ("As typed", made.command)]
    return [Fact(label, safe(text)) for label, text in facts if text]


def _details(report: Report, exhibits: Exhibits) -> tuple[Fact, ...]:
    source, settings = report.source, report.settings
    details = [
        *origin_facts(source, exhibits.origin),
        Fact("Container", safe(source.container) or "unknown"),
        Fact("Codec", safe(source.codec) or "unknown"),
        Fact("Picture", f"{source.width}x{source.height}"),
        Fact("Rate", frame_rate(source.fps)),
        Fact("Frames scanned", f"{source.frames:,}"),
        Fact("Length, as measured", length(source.duration)),
        Fact("Length, as declared", "not declared" if source.declared is None else length(source.declared)),
        Fact("loopfind", version()),
        Fact("Fingerprint", f"{settings.kind}, hash size {settings.hash_size}" + (" (from a sweep)" * settings.auto)),
        Fact("Video stream", str(settings.stream)),
    ]
    if settings.start is not None or settings.end is not None:
        end = "the end" if settings.end is None else clock(settings.end)
        details.append(Fact("Scanned", f"{clock(settings.start or 0.0)} to {end}"))
    details += made_facts(report.made)
    if report.choice is not None:
        details.append(Fact("Choice of the size", report.choice))
    return tuple(details)
