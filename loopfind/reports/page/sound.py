"""The page of a file that holds sound alone: what is heard again, to be seen and to be listened to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from loopfind.errors import BadReport
from loopfind.model.exhibits import SoundExhibits
from loopfind.model.report import Report, SoundAnswer
from loopfind.model.version import version
from loopfind.reports.links import page_linker
from loopfind.reports.page.cards import CardMaker
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.commands import scan_command_line
from loopfind.reports.page.findings import finding_rows, review_data
from loopfind.reports.page.judged import Gap, JudgedView
from loopfind.reports.page.limits import PAGE_GAPS, PAGE_MARKS, PAGE_REPEATS
from loopfind.reports.page.played import played_file, played_repeats
from loopfind.reports.page.render import rendered, unbroken
from loopfind.reports.page.scan import (
    SAME_ANSWER,
    found_facts,
    legend_more_of,
    legend_of,
    made_facts,
    origin_facts,
    seriousness_of,
    spans_of,
)
from loopfind.reports.page.sound_figures import SoundFigure, sound_figure
from loopfind.reports.page.spots import SpotsView, spots_view
from loopfind.reports.page.views import CutCard, Fact, LegendEntry, Page, ScanData
from loopfind.reports.wording import UNHEARD, clock, count, coverage_in_words, cut_off, length, name, safe, share


@dataclass(frozen=True, kw_only=True)
class SoundPage(Page):
    """The page of a file that holds sound alone. whole: all of it. rhythms: what a machine plays."""

    template: ClassVar[str] = "sound.html.j2"
    scripts: ClassVar[tuple[str, ...]] = ("common.js", "findings.js", "timeline.js", "review.js", "player.js")
    several: ClassVar[bool] = False
    reviewable: ClassVar[bool] = True
    heard: ClassVar[bool] = True
    audible: bool = True
    cuts: ClassVar[tuple[CutCard, ...]] = ()

    spots: SpotsView
    judged: JudgedView
    timeline_words: str
    legend: tuple[LegendEntry, ...]
    legend_more: str
    whole: SoundFigure
    whole_more: str
    rhythms: tuple[Gap, ...]
    rhythms_more: str


def write(report: Report, exhibits: SoundExhibits, href: str = "") -> Iterator[str]:
    """Yield the page, in one piece. href: where a player finds the sound, "" for nowhere. Raises BadReport
    for a report that is not of a sound."""
    yield from rendered(sound_page(report, exhibits, href))


def sound_page(report: Report, exhibits: SoundExhibits, href: str) -> SoundPage:
    """Return the view model of the page."""
    source, answer = report.source, report.sound
    if answer is None:
        raise BadReport(source.path, "it is of no sound, so no page of one can be made")
    link = page_linker(report.settings.link, source.path, href)
    repeats = report.repeats[:PAGE_REPEATS]
    cards = CardMaker(repeats, (), {}, [link], [source], sounds=exhibits.sounds, audible=True)
    spans, gaps = spans_of(report), [(gap.start, gap.end, str(gap.why)) for gap in answer.unjudged]
    marked = sorted(spans, key=lambda span: span[0] - span[1])[:PAGE_MARKS]
    whole = exhibits.whole
    return SoundPage(
        version=version(),
        name=name(source.path),
        summary=unbroken(report.verdict.summary),
        seriousness=seriousness_of(report),
        facts=_facts(report),
        caution="A claim is an estimate. Listen to both before you accuse anyone of anything."
        if report.repeats
        else "That nothing was found is worth as much as the share of the sound that could be judged.",
        spots=spots_view(report, [link]),
        findings=finding_rows(repeats, [link]),
        findings_more=cut_off(len(report.repeats) - len(repeats)),
        repeats=cards.repeats(),
        left_out=cards.left_out(len(report.repeats)),
        looking="Looking for the sound beside this page …"
        if href
        else "There is no file to play, unless you choose one.",
        noscript="Without scripts the timeline and the players are not drawn; tables, waveforms and spectrograms are.",
        links_out=bool(link(0.0)),
        again=SAME_ANSWER,
        command=scan_command_line(report.settings, source.path, href),
        details=_details(report, exhibits, answer),
        judged=_judged(answer),
        timeline_words=_timeline_words(report),
        legend=legend_of(repeats),
        legend_more=legend_more_of(report),
        whole=sound_figure(whole, "The whole sound", [(start, end, colour_of(id)) for start, end, id, _ in marked]),
        whole_more=f"The longest {PAGE_MARKS} occurrences are marked." if len(spans) > PAGE_MARKS else "",
        rhythms=tuple(
            Gap(f"{clock(one.start)} - {clock(one.end)}", f"the same sounds every {length(one.step)}")
            for one in answer.rhythms[:PAGE_GAPS]
        ),
        rhythms_more=cut_off(len(answer.rhythms) - PAGE_GAPS),
        data=ScanData(
            start=whole.start,
            end=whole.end,
            files=(played_file(name(source.path), href, source),),
            spans=spans,
            unjudged=tuple(sorted(gaps)),
            why=UNHEARD,
            cuts=(),
            lines=(),
            repeats=played_repeats(report.repeats),
            review=review_data(report),
        ),
    )


def _facts(report: Report) -> tuple[Fact, ...]:
    verdict = report.verdict
    facts = [Fact("Length", length(report.source.duration))]
    if verdict.repeated_seconds > 0:
        heard = f"{length(verdict.repeated_seconds)}, {share(verdict.repeated_share)}"
        facts.append(Fact("Heard more than once", heard))
    facts.append(Fact("Could be judged", coverage_in_words(verdict, "sound")))
    if verdict.shortest_findable is not None:
        facts.append(Fact("Found nine times out of ten", f"a repeat of {length(verdict.shortest_findable)} or longer"))
    return (*facts, *found_facts(report))


def _timeline_words(report: Report) -> str:
    whole = f"All {length(report.source.duration)} of the sound"
    if not report.repeats:
        return f"{whole}; nothing is marked as heard again."
    occurrences = sum(len(repeat.occurrences) for repeat in report.repeats)
    shown = f"Each bar is one of {count(occurrences, 'occurrence')} of what is heard more than once"
    return f"{whole}. {shown}; number and colour are those of its repeat."


def _judged(answer: SoundAnswer) -> JudgedView:
    number = len(answer.unjudged)
    return JudgedView(
        words=_judged_words(answer),
        map=None,
        promises=(),
        gaps=tuple(
            Gap(f"{clock(gap.start)} - {clock(gap.end)}", UNHEARD[gap.why]) for gap in answer.unjudged[:PAGE_GAPS]
        ),
        count=count(number, "stretch", "stretches"),
        more=cut_off(number - PAGE_GAPS),
    )


def _judged_words(answer: SoundAnswer) -> str:
    if answer.shortest_findable is None:
        return "None of this sound could be judged: it is silent, or a steady one."
    found = f"a plain repeat of {length(answer.shortest_findable)} or longer would have been found"
    if answer.coverage >= 1:
        return f"Nothing was left out: everywhere in the sound {found}."
    left = f"{share(1 - answer.coverage)} of the sound could not be judged"
    return f"{left}: where nothing is heard, or a steady tone, no lag stands out. In the rest, {found}."


def _details(report: Report, exhibits: SoundExhibits, answer: SoundAnswer) -> tuple[Fact, ...]:
    source, settings = report.source, report.settings
    others = f"; {count(answer.others, 'more track')} not read" if answer.others else ""
    details = [
        *origin_facts(source, exhibits.origin),
        Fact("Container", safe(source.container) or "unknown"),
        Fact("Codec", safe(source.codec) or "unknown"),
        Fact("Track of sound", f"{answer.track}{others}"),
        Fact("Length, as measured", length(source.duration)),
        Fact("loopfind", version()),
        *made_facts(report.made),
    ]
    if settings.start is not None or settings.end is not None:
        end = "the end" if settings.end is None else clock(settings.end)
        details.append(Fact("Scanned", f"{clock(settings.start or 0.0)} to {end}"))
    return tuple(details)
