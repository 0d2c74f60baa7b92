"""Reports made of what the engine found."""

from loopfind.model.findings import Findings, FirstLook
from loopfind.model.report import Report
from loopfind.model.video import Loss, Source
from loopfind.reports.summaries import verdict_of, verdict_of_first_look
from loopfind.settings import Settings


def report_of(
    findings: Findings,
    source: Source,
    settings: Settings,
    losses: tuple[Loss, ...] = (),
    choice: str | None = None,
) -> Report:
    """Report findings. choice: why the hash size was chosen, where that was left to a sweep."""
    return Report(
        source=source,
        settings=settings,
        verdict=verdict_of(findings, source.duration),
        repeats=findings.repeats,
        cuts=findings.cuts,
        clusters=findings.clusters,
        unjudged=findings.unjudged,
        frozen=findings.frozen,
        findable=findings.findable,
        coverage_map=findings.coverage_map,
        losses=losses,
        choice=choice,
    )


def report_of_first_look(look: FirstLook, source: Source, settings: Settings, losses: tuple[Loss, ...]) -> Report:
    """Report a first look, which claims nothing."""
    return Report(source, settings, verdict_of_first_look(look), clusters=look.clusters, losses=losses)
