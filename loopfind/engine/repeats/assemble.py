"""Runs as the repeats of a report."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from loopfind.arrays.time_index import nearest
from loopfind.engine.repeats.families import Family, FamilyOccurrence, families_of
from loopfind.engine.repeats.loops import loops_of
from loopfind.engine.repeats.spans import Stretch
from loopfind.model.candidate import Run
from loopfind.model.findings import Findings
from loopfind.model.fingerprint import Fingerprint, Timeline
from loopfind.model.report import Cut, Occurrence, Repeat, Unjudged, counted_from_first_content


def families_in(runs: list[Run], timeline: Timeline) -> list[Family]:
    """Turn runs into families, loops first."""
    # A picture inside another is not that other: through it, strangers would become one family.
    inside = [run for run in runs if run.line.view.inset]
    loops, others = loops_of([run for run in runs if not run.line.view.inset], timeline.times, timeline.step)
    families = families_of(others, loops, timeline.times)
    return families + [family for run in inside for family in families_of([run], [], timeline.times)]


def count_families(runs: list[Run], timeline: Timeline) -> int:
    """Return how many repeats the runs make."""
    return len(families_in(runs, timeline))


def findings_of_copies(runs: list[Run], timeline: Timeline) -> Findings:
    """Turn copied packets into repeats, and name the cuts at their ends.

    runs: what was copied byte for byte. timeline: when the packets are shown. Nothing but packets was compared, so
    nothing was judged.
    """
    times = timeline.times
    families = families_in(runs, timeline)
    end = float(times[-1]) + timeline.step if len(times) else 0.0
    repeats = tuple(replace(repeat, evidence="exact") for repeat in repeats_of(families, timeline, end))
    numbers: dict[int, set[int]] = {}
    for number, family in enumerate(families, 1):
        for one in family.occurrences:
            for frame in (one.stretch.first, one.stretch.last):
                if 0 < frame < len(times):
                    numbers.setdefault(frame, set()).add(number)
    cuts = tuple(Cut(float(times[f]), f, tuple(sorted(numbers[f])), "copied") for f in sorted(numbers))
    unjudged = (Unjudged(float(times[0]), end, "packets"),) if len(times) else ()
    return Findings(len(times), repeats, cuts, unjudged=unjudged)


def repeats_of(
    families: list[Family], timeline: Timeline, end: float, fingerprint: Fingerprint | None = None
) -> list[Repeat]:
    """Turn families into repeats, numbered from 1.

    end: seconds, of the file. fingerprint: of its frames, where it may prove pictures equal.
    """
    return [_repeat_of(number, family, timeline, end, fingerprint) for number, family in enumerate(families, 1)]


def _occurrence_of(one: FamilyOccurrence, timeline: Timeline, end: float) -> Occurrence:
    """Return an occurrence in seconds. end: of the file."""
    stretch = one.stretch
    until = stretch.end if stretch.last < len(timeline.times) else end
    content = one.content_between(stretch.start, until)
    return Occurrence(
        start=stretch.start,
        end=until,
        start_frame=stretch.first,
        end_frame=stretch.last,
        content_start=content[0],
        content_end=content[1],
        reversed=one.speed < 0,
        mirrored=one.pose.mirrored,
        turned=-90 * one.pose.turned % 360,
        speed=round(abs(one.speed), 4),
        start_range=stretch.opens,
        end_range=stretch.closes,
    )


def _are_identical(runs: Sequence[Run], fingerprint: Fingerprint | None) -> bool:
    """Say whether each run matches pictures that are equal bit for bit. Only digests of pictures can show that."""
    if fingerprint is None or fingerprint.kind != "exact":
        return False
    for run in runs:
        frames = np.arange(run.first, run.last)
        there = nearest(fingerprint.times, run.line.slope * fingerprint.times[frames] + run.line.offset)
        if not run.line.is_shift or (fingerprint.codes[frames] != fingerprint.codes[there]).any():
            return False
    return True


def _repeat_of(number: int, family: Family, timeline: Timeline, end: float, fingerprint: Fingerprint | None) -> Repeat:
    """Turn a family into a repeat."""
    occurrences = counted_from_first_content([_occurrence_of(one, timeline, end) for one in family.occurrences])
    runs = family.runs + (family.loop.runs if family.loop is not None else ())
    sure = min((run.confidence for run in runs), default=0.0)
    shares = [run.picture_share for run in runs if run.picture_share is not None]
    lengths = sorted(one.end - one.start for one in occurrences)
    return Repeat(
        id=number,
        kind="loop" if family.loop is not None else "repeat",
        length=lengths[len(lengths) // 2],
        period=family.loop.period if family.loop is not None else None,
        confidence=sure,
        evidence="exact" if _are_identical(runs, fingerprint) else "replay",
        occurrences=occurrences,
        picture_share=min(shares, default=None),
    )


def still_of(number: int, group: list[Stretch], timeline: Timeline, end: float) -> Repeat:
    """Turn the occurrences of one motionless picture into a repeat. end: of the file."""
    shown = [_occurrence_of(FamilyOccurrence(one, offset=one.start), timeline, end) for one in group]
    occurrences = counted_from_first_content(shown)
    length = min(one.end - one.start for one in occurrences)
    return Repeat(number, "still", length, None, 0.0, "indeterminate", occurrences)
