"""Reports made of what the engine found."""

import math
from collections.abc import Iterator
from dataclasses import replace

from loopfind.arrays.time_index import covered, leaps_of
from loopfind.model.dtypes import Floats
from loopfind.model.findings import Findings, FirstLook
from loopfind.model.report import Report, Unjudged
from loopfind.model.video import Loss, Source, Span
from loopfind.pipeline.order import renumbered
from loopfind.reports.summaries import verdict_of, verdict_of_first_look
from loopfind.settings import Settings


def report_of(
    findings: Findings,
    source: Source,
    settings: Settings,
    losses: tuple[Loss, ...] = (),
    choice: str | None = None,
    *,
    times: Floats,
) -> Report:
    """Report findings. choice: why the hash size was chosen, where that was left to a sweep. times: (n,) seconds of the
    frames. What was lost was not judged, whatever stands on both sides of it."""
    findings = _without_lost(findings, source, settings.start or 0.0, losses)
    report = Report(
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
        leaps=_leaps(times, losses),
    )
    return renumbered(report)


def _leaps(times: Floats, losses: tuple[Loss, ...]) -> tuple[Span, ...]:
    """Return the stretches over which the clock leapt ahead, but where frames were lost, which is said by itself."""
    found = [Span(start, end) for start, end in leaps_of(times)]
    return tuple(one for one in found if not any(loss.start < one.end and one.start < loss.end for loss in losses))


def _without_lost(findings: Findings, source: Source, start: float, losses: tuple[Loss, ...]) -> Findings:
    """Return findings whose coverage leaves out what was lost, of a video that is read from `start` seconds on. What is
    known to be missing behind the last frame belongs to the video too."""
    if not losses or source.duration <= 0:
        return findings
    lost = [(loss.start, loss.end) for loss in losses]
    unjudged = [piece for stretch in findings.unjudged for piece in _outside(stretch, lost)]
    judged = findings.coverage * source.duration + covered([(one.start, one.end) for one in findings.unjudged])
    known = covered([(one.start, one.end) for one in unjudged])
    last = start + source.duration
    share = (judged - known - covered(_within(lost, start, last))) / (
        source.duration + covered(_within(lost, last, math.inf))
    )
    gone = [Unjudged(start, end, "lost") for start, end in lost]
    return replace(
        findings,
        coverage=round(min(findings.coverage, max(0.0, share)), 4),
        unjudged=tuple(sorted([*unjudged, *gone], key=lambda one: (one.start, one.end))),
    )


def _within(spans: list[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """Return what of spans lies between two times."""
    return [(max(start, low), min(end, high)) for start, end in spans if max(start, low) < min(end, high)]


def _outside(stretch: Unjudged, spans: list[tuple[float, float]]) -> Iterator[Unjudged]:
    """Yield what of a stretch lies outside of spans, in order."""
    start = stretch.start
    for low, high in sorted(spans):
        if low > start:
            if low >= stretch.end:
                break
            yield replace(stretch, start=start, end=low)
        start = max(start, high)
    if start < stretch.end:
        yield replace(stretch, start=start)


def report_of_first_look(look: FirstLook, source: Source, settings: Settings, losses: tuple[Loss, ...]) -> Report:
    """Report a first look, which claims nothing."""
    return Report(source, settings, verdict_of_first_look(look), clusters=look.clusters, losses=losses)
