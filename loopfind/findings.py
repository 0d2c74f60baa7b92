"""From a fingerprint to what a report says of it."""

from collections.abc import Iterable

import numpy as np

from loopfind.candidates import candidates_of
from loopfind.cuts import cuts_of
from loopfind.evidence.coverage import coverage_of
from loopfind.evidence.joins import joined
from loopfind.evidence.search import Found
from loopfind.fingerprints.signal import signal_of
from loopfind.model import (
    Fingerprint,
    Line,
    Loss,
    Occurrence,
    Progress,
    Repeat,
    Report,
    Run,
    Settings,
    Signal,
    Source,
    Watch,
)
from loopfind.repeats.clusters import clusters_of
from loopfind.repeats.families import Family, Showing, families_of
from loopfind.repeats.glance import glance_at
from loopfind.repeats.loops import loops_of
from loopfind.repeats.spans import Stretch
from loopfind.repeats.stills import stills_of
from loopfind.repeats.verdict import verdict_of
from loopfind.reports.wording import clock
from loopfind.timeline import nearest


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
    repeats = repeats_of(families, signal, fingerprint)
    stills = stills_of(signal, fingerprint.detail)
    repeats += [_still(len(repeats) + i + 1, group, signal, fingerprint.end) for i, group in enumerate(stills)]
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


def runs_of(signal: Signal, candidates: Iterable[tuple[list[Line], int]] | None = None) -> list[Run]:
    """Every run that may be claimed: plain repeats first, then changed copies of what is left. candidates: lists of
    lines, and how many of each to follow; those of candidates_of unless given."""
    if len(signal.times) < 3:
        return []
    found = Found(signal)
    for lines, most in candidates_of(signal) if candidates is None else candidates:
        found.search(lines, most)
    return joined(found.runs, signal)


def families_in(runs: list[Run], signal: Signal) -> list[Family]:
    """The runs as families of showings, loops found first."""
    # A picture inside another is not that other: through it, strangers would become one family.
    inside = [run for run in runs if run.line.view.inset]
    loops, others = loops_of([run for run in runs if not run.line.view.inset], signal.times, signal.step)
    families = families_of(others, loops, signal.times)
    return families + [family for run in inside for family in families_of([run], [], signal.times)]


def repeats_of(families: list[Family], signal: Signal, fingerprint: Fingerprint) -> list[Repeat]:
    """The families as repeats, numbered from 1."""
    return [_repeat(number, family, signal, fingerprint) for number, family in enumerate(families, 1)]


def _occurrence(showing: Showing, signal: Signal, end: float) -> Occurrence:
    """A showing in seconds. end: of the file."""
    stretch = showing.stretch
    return Occurrence(
        start=stretch.start,
        end=stretch.end if stretch.last < len(signal.times) else end,
        start_frame=stretch.first,
        end_frame=stretch.last,
        reversed=showing.speed < 0,
        mirrored=showing.pose.mirrored,
        turned=-90 * showing.pose.turned % 360,
        speed=round(abs(showing.speed), 4),
        start_range=stretch.opens,
        end_range=stretch.closes,
    )


def _identical(runs: list[Run], fingerprint: Fingerprint) -> bool:
    """Whether each run matches pictures that are equal bit for bit, which only digests of them can tell."""
    if fingerprint.kind != "exact":
        return False
    for run in runs:
        frames = np.arange(run.first, run.last)
        there = nearest(fingerprint.times, run.line.slope * fingerprint.times[frames] + run.line.offset)
        if run.line.slope != 1 or (fingerprint.codes[frames] != fingerprint.codes[there]).any():
            return False
    return True


def _repeat(number: int, family: Family, signal: Signal, fingerprint: Fingerprint) -> Repeat:
    """A family as a repeat."""
    end = fingerprint.end
    occurrences = tuple(_occurrence(s, signal, end) for s in family.showings)
    runs = family.runs + (list(family.loop.runs) if family.loop is not None else [])
    sure = min((run.confidence for run in runs), default=0.0)
    lengths = sorted(o.end - o.start for o in occurrences)
    return Repeat(
        id=number,
        kind="loop" if family.loop is not None else "repeat",
        length=lengths[len(lengths) // 2],
        period=family.loop.period if family.loop is not None else None,
        confidence=sure,
        evidence="exact" if _identical(runs, fingerprint) else "replay",
        occurrences=occurrences,
    )


def _still(number: int, group: list[Stretch], signal: Signal, end: float) -> Repeat:
    """Showings of one motionless picture as a repeat."""
    occurrences = tuple(_occurrence(Showing(stretch), signal, end) for stretch in group)
    length = min(o.end - o.start for o in occurrences)
    return Repeat(number, "still", length, None, 0.0, "indeterminate", occurrences)
