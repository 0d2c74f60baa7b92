"""From a fingerprint to what a report says of it."""

from collections.abc import Iterable

from loopfind.engine.candidates.plan import candidates_of
from loopfind.engine.evidence.coverage import coverage_of
from loopfind.engine.evidence.merge import joined
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.repeats.assemble import families_in, repeats_of, still_of
from loopfind.engine.repeats.clusters import clusters_of
from loopfind.engine.repeats.cuts import cuts_of
from loopfind.engine.repeats.keyframes import glance_at
from loopfind.engine.repeats.stills import stills_of
from loopfind.engine.repeats.verdict import verdict_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import CandidateBatch, Run
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.report import Report
from loopfind.model.video import Loss, Progress, Source, Watch
from loopfind.reports.wording import clock
from loopfind.settings import Settings


def analyse(
    fingerprint: Fingerprint,
    source: Source,
    settings: Settings,
    losses: tuple[Loss, ...] = (),
    watch: Watch | None = None,
) -> Report:
    """The report on a fingerprint: everything after reading."""
    return report_on(fingerprint, *search(fingerprint, watch), source, settings, losses)


def glance(fingerprint: Fingerprint, source: Source, settings: Settings, losses: tuple[Loss, ...]) -> Report:
    """The report on a first look, which claims nothing."""
    clusters, verdict = glance_at(fingerprint)
    return Report(source, settings, verdict, clusters=clusters, losses=losses)


def search(fingerprint: Fingerprint, watch: Watch | None) -> tuple[Signal, list[Run]]:
    """The signal of a fingerprint, and every run in it that may be claimed."""
    if watch is not None:
        watch(comparing(fingerprint.end))
    signal = signal_of(fingerprint)
    return signal, runs_of(signal)


def comparing(seconds: float) -> Progress:
    """That so much video is being compared. How far that is nobody knows before it is done."""
    return Progress(f"comparing {clock(seconds).partition('.')[0]} of video", 0, 0.0, None)


def report_on(
    fingerprint: Fingerprint,
    signal: Signal,
    runs: list[Run],
    source: Source,
    settings: Settings,
    losses: tuple[Loss, ...],
    choice: str | None = None,
) -> Report:
    """Runs as repeats, with what else is to be said of the file."""
    families = families_in(runs, signal)
    repeats = repeats_of(families, signal, fingerprint.end, fingerprint)
    stills = stills_of(signal, fingerprint.detail)
    repeats += [still_of(len(repeats) + i + 1, group, signal, fingerprint.end) for i, group in enumerate(stills)]
    coverage = coverage_of(signal, fingerprint.detail, fingerprint.end)
    return Report(
        source=source,
        settings=settings,
        verdict=verdict_of(repeats, len(fingerprint), source.duration, coverage.share, coverage.shortest),
        repeats=tuple(repeats),
        cuts=cuts_of(families, signal),
        clusters=clusters_of(fingerprint.codes, fingerprint.times),
        unjudged=coverage.unjudged,
        losses=losses,
        choice=choice,
    )


def runs_of(signal: Signal, candidates: Iterable[CandidateBatch] | None = None) -> list[Run]:
    """Every run that may be claimed: plain repeats first, then changed copies of what is left. candidates: those of
    candidates_of unless given."""
    if len(signal.times) < 3:
        return []
    found = RunFinder(signal)
    for batch in candidates_of(signal) if candidates is None else candidates:
        found.search(batch)
    return joined(found.runs, signal)
