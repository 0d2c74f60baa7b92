"""The page of a comparison: one file that opens from disk, with what the files share and each repeat side by side."""

from collections.abc import Iterator, Sequence

from loopfind.model.comparison import Comparison
from loopfind.model.exhibits import ComparisonExhibits
from loopfind.model.made import Made
from loopfind.model.version import version
from loopfind.model.video import Source
from loopfind.reports.links import Link, page_linker, sendable
from loopfind.reports.page.cards import CardMaker
from loopfind.reports.page.commands import comparison_command_line
from loopfind.reports.page.files import matrix_of, matrix_words, timelines_of
from loopfind.reports.page.findings import finding_rows
from loopfind.reports.page.limits import (
    PAGE_CLIPS,
    PAGE_GROUPS,
    PAGE_LOSSES,
    PAGE_MATCHES,
    PAGE_NAMES,
    PAGE_PAIRS,
    PAGE_STRETCHES,
)
from loopfind.reports.page.played import played_file, played_repeats
from loopfind.reports.page.render import affordable, rendered, unbroken
from loopfind.reports.page.scan import made_facts
from loopfind.reports.page.spots import spots_view
from loopfind.reports.page.views import (
    Anchor,
    ComparisonData,
    ComparisonPage,
    Fact,
    GroupLine,
    LeftOut,
    MatchLine,
    MatchTable,
)
from loopfind.reports.phrases import found_places, found_share, group_words, pair_words
from loopfind.reports.wording import clock, count, cut_off, frame_rate, length, names, safe

NO_CLAIM = "That nothing was found does not prove that nothing is shared: what is short or hardly moves is not found."
NOTHING_HEARD = "That nothing was found does not prove that nothing is shared: what is short is not found."

_MATCH_REPEATS, _GROUP_REPEATS = 4, 6  # links to repeats in one line
_MOST_DETAILED = 24  # files whose length, rate and picture are listed


def write(
    comparison: Comparison, exhibits: ComparisonExhibits, hrefs: Sequence[str], made: Made | None = None
) -> Iterator[str]:
    """Yield the page, in one piece. hrefs: for each file where a player finds it, "" for nowhere. made: how the answer
    was made, None where that is not known."""
    yield from rendered(comparison_page(comparison, exhibits, hrefs, made))


def comparison_page(
    comparison: Comparison, exhibits: ComparisonExhibits, hrefs: Sequence[str], made: Made | None = None
) -> ComparisonPage:
    """Return the view model of the page."""
    sources = comparison.sources
    called = names([source.path for source in sources])
    links = [page_linker("", source.path, href) for source, href in zip(sources, hrefs, strict=True)]
    repeats = comparison.repeats[:PAGE_STRETCHES]
    shots = affordable(exhibits.shots, exhibits.frames())
    audible = comparison.settings.align == "sound"
    cards = CardMaker(repeats, exhibits.shown, shots, links, sources, called, exhibits.sounds, audible)
    timelines = timelines_of(comparison, called, links, cards, exhibits)
    matrix = matrix_of(comparison, cards)
    losses = _losses(comparison, called)
    return ComparisonPage(
        version=version(),
        name=f"{len(called)} files compared",
        summary=unbroken(comparison.summary),
        seriousness="found" if comparison.repeats else "unsure" if comparison.failures else "nothing",
        facts=_facts(comparison),
        caution=_caution(comparison, audible),
        spots=spots_view(comparison, links),
        findings=finding_rows(repeats, links, called),
        findings_more=cut_off(len(comparison.repeats) - len(repeats)),
        repeats=cards.repeats(),
        left_out=cards.left_out(len(comparison.repeats)),
        looking=f"Looking for the {'sounds' if audible else 'videos'} where they were when this page was made …"
        if any(hrefs)
        else "There is no file to play, unless you choose some.",
        noscript="Without scripts the players, the differences and the table of all with all are not drawn.",
        links_out=any(link(0.0) for link in links),
        again="So that someone else can repeat it: this command gives the same answer on the same files.",
        command=comparison_command_line(comparison),
        details=(*_details(comparison, audible), *made_facts(made)),
        losses=tuple(losses[:PAGE_LOSSES]),
        losses_count=_losses_count(comparison),
        losses_more=cut_off(len(losses) - PAGE_LOSSES),
        matches=_matches(comparison, called, links, cards),
        matches_more=cut_off(comparison.settings.query - PAGE_CLIPS, "more clip", "more clips"),
        groups=_groups(comparison, called, cards),
        groups_more=cut_off(len(comparison.groups) - PAGE_GROUPS, "more group", "more groups"),
        pairs=tuple(pair_words(pair, called, sources) for pair in comparison.pairs[:PAGE_PAIRS]),
        pairs_more=cut_off(len(comparison.pairs) - PAGE_PAIRS, "more pair", "more pairs"),
        matrix_words=matrix_words(matrix, _sharing(comparison)),
        files=timelines.shown,
        files_more=cut_off(timelines.more, "more file that shares less", "more files that share less"),
        files_bare=f"{count(timelines.bare, 'file shares', 'files share')} nothing." if timelines.bare else "",
        audible=audible,
        data=ComparisonData(tuple(map(played_file, called, hrefs, sources)), matrix, played_repeats(repeats)),
    )


def _caution(comparison: Comparison, audible: bool) -> str:
    """Return what to bear in mind. audible: whether sounds were compared."""
    if not comparison.repeats:
        return NOTHING_HEARD if audible else NO_CLAIM
    how = "Listen to both" if audible else "Look at the pictures below"
    return f"A claim is an estimate. {how} before you accuse anyone of anything."


def _sharing(comparison: Comparison) -> set[int]:
    return {file for pair in comparison.pairs for file in pair.files}


def _facts(comparison: Comparison) -> tuple[Fact, ...]:
    sources, queries = comparison.sources, comparison.settings.query
    facts = [Fact("Files", f"{len(sources):,}, {length(sum(source.duration for source in sources))} in all")]
    if queries:
        facts.append(Fact("Looked for", count(queries, "clip")))
        facts.append(Fact("Looked in", count(len(sources) - queries, "file")))
        facts.append(Fact("Found in", count(len({match.file for match in comparison.matches}), "file")))
    facts.append(Fact("Stretches found", f"{len(comparison.repeats):,}"))
    facts.append(Fact("Files that share something", f"{len(_sharing(comparison)):,}"))
    whole = sum(group.whole for group in comparison.groups)
    if whole:
        facts.append(Fact("The same from end to end", count(whole, "group")))
    return tuple(facts)


def _losses(comparison: Comparison, called: Sequence[str]) -> list[LeftOut]:
    """Return what could not be compared: whole files, and parts of others."""
    found = [LeftOut(safe(sendable(failure.path)), safe(failure.what)) for failure in comparison.failures]
    for name, losses in zip(called, comparison.losses, strict=True):
        found += [LeftOut(f"{name}, {clock(loss.start)} to {clock(loss.end)}", safe(loss.what)) for loss in losses]
    return found


def _losses_count(comparison: Comparison) -> str:
    said = []
    if comparison.failures:
        files = count(len(comparison.failures), "file was", "files were")
        said.append(f"{files} left out, and nothing is said of {'it' if len(comparison.failures) == 1 else 'them'}")
    lost = sum(map(len, comparison.losses))
    if lost:
        said.append(f"{count(lost, 'part', 'parts')} of the others could not be read")
    return "; ".join(said) + "."


def _matches(
    comparison: Comparison, called: Sequence[str], links: Sequence[Link], cards: CardMaker
) -> tuple[MatchTable, ...]:
    """Return a table for each clip that was looked for."""
    tables = []
    for query in range(min(comparison.settings.query, PAGE_CLIPS)):
        found = [match for match in comparison.matches if match.query == query]
        rows = tuple(
            MatchLine(
                rank=match.rank,
                score=f"{match.score:.3f}",
                percent=round(100 * match.score, 1),
                file=Anchor(called[match.file], links[match.file](match.places[0].there_start) if match.places else ""),
                share=found_share(match),
                where=found_places(match),
                repeats=cards.linked(match.repeats, _MATCH_REPEATS),
            )
            for match in found[:PAGE_MATCHES]
        )
        tables.append(MatchTable(called[query], rows, cut_off(len(found) - PAGE_MATCHES)))
    return tuple(tables)


def _groups(comparison: Comparison, called: Sequence[str], cards: CardMaker) -> tuple[GroupLine, ...]:
    return tuple(
        GroupLine(
            words=group_words(group),
            whole=group.whole,
            repeats=cards.linked(group.repeats, _GROUP_REPEATS),
            names=tuple(called[file] for file in group.files[:PAGE_NAMES]),
            more=f"{len(group.files) - PAGE_NAMES:,} more" if len(group.files) > PAGE_NAMES else "",
        )
        for group in comparison.groups[:PAGE_GROUPS]
    )


def _picture_words(source: Source) -> str:
    return f"{source.frames:,} frames, {frame_rate(source.fps)}, {source.width}x{source.height}, "


def _details(comparison: Comparison, audible: bool) -> tuple[Fact, ...]:
    sources = comparison.sources
    details = [
        Fact("loopfind", version()),
        *([] if audible else [Fact("Frames compared", f"{sum(source.frames for source in sources):,}")]),
        Fact("Track of sound" if audible else "Video stream", str(comparison.settings.stream)),
    ]
    if len(sources) <= _MOST_DETAILED:
        details += [
            Fact(
                safe(sendable(source.path)),
                f"{length(source.duration)}, {'' if audible else _picture_words(source)}{safe(source.codec)}",
            )
            for source in sources
        ]
    return tuple(details)
