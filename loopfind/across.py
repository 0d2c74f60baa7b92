"""What several files share: runs on their joint timeline, as repeats that name their files."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from loopfind.comparison import Shared
from loopfind.findings import families_in, repeats_of, runs_of
from loopfind.fingerprints.signal import signal_of
from loopfind.joint import Joint, joint_of
from loopfind.model import Fingerprint, Occurrence, Repeat, Run, Signal
from loopfind.reports.wording import count
from loopfind.settings import CompareSettings
from loopfind.timeline import covered

WHOLE = 2.5
"""Frames that may lack at either end of a file whose whole content is shared: a copy often loses one."""


def across(
    fingerprints: Sequence[Fingerprint], settings: CompareSettings
) -> tuple[tuple[Repeat, ...], tuple[Shared, ...]]:
    """What the files share, as repeats and by pairs of files. Files of fewer than two frames share nothing."""
    numbers = [number for number, fingerprint in enumerate(fingerprints) if len(fingerprint) > 1]
    if len(numbers) < (1 if settings.own else 2):
        return (), ()
    joint = joint_of([fingerprints[number] for number in numbers])
    signal = signal_of(joint.fingerprint, joint.parts(settings.own and not settings.query))
    runs = [_inside(run, joint, signal) for run in runs_of(signal, across=True)]
    runs = [run for run in runs if _wanted(run, joint, settings)]
    repeats = []
    for repeat in repeats_of(families_in(runs, signal), signal, joint.fingerprint):
        occurrences = tuple(_placed(o, joint, signal, numbers) for o in repeat.occurrences)
        repeats.append(replace(repeat, occurrences=tuple(sorted(occurrences, key=lambda o: (o.file, o.start)))))
    pairs = _pairs(repeats, fingerprints)
    return tuple(repeats), tuple(pair for pair in pairs if not settings.query or 0 in pair.files)


def _inside(run: Run, joint: Joint, signal: Signal) -> Run:
    """The run, no further than the two files reach: of unlike rates, frames without a partner may lead past an end."""
    line, times = run.line, signal.times
    middle = (run.start + run.end) / 2
    limits = []
    for at in (middle, line.slope * middle + line.offset):
        place = joint.file_of(int(np.searchsorted(times, at, "right")) - 1)
        first = int(joint.first[place])
        limits.append((float(times[first]), float(times[first + int(joint.frames[place])])))
    back = sorted((edge - line.offset) / line.slope for edge in limits[1])
    low, high = max(run.start, limits[0][0], back[0]), min(run.end, limits[0][1], back[1])
    if low - run.start <= signal.step and run.end - high <= signal.step:
        return run
    there = sorted(line.slope * t + line.offset for t in (low, high))
    frames = np.searchsorted(times, np.array([low, high, *there]) - signal.step / 2).tolist()
    return replace(
        run,
        first=frames[0],
        last=frames[1],
        other_first=frames[2],
        other_last=frames[3],
        start=low,
        end=high,
        other_start=there[0],
        other_end=there[1],
        start_range=(low, low) if low > run.start else run.start_range,
        end_range=(high, high) if high < run.end else run.end_range,
    )


def _wanted(run: Run, joint: Joint, settings: CompareSettings) -> bool:
    """Whether the run joins two files that were to be compared."""
    # Their middles: an end may lie a frame outside of its file.
    one, other = (joint.file_of((a + b) // 2) for a, b in ((run.first, run.last), (run.other_first, run.other_last)))
    if one == other:
        return settings.own and not settings.query
    return not settings.query or 0 in (one, other)


def _placed(occurrence: Occurrence, joint: Joint, signal: Signal, numbers: Sequence[int]) -> Occurrence:
    """An occurrence of the joint timeline in its own file, not past its ends."""
    place = joint.file_of((occurrence.start_frame + occurrence.end_frame) // 2)
    first, count, shift = int(joint.first[place]), int(joint.frames[place]), float(joint.shift[place])
    begin, end = float(signal.times[first]), float(signal.times[first + count])

    def inside(span: tuple[float, float] | None) -> tuple[float, float] | None:
        if span is None:
            return None
        low, high = (min(max(t, begin), end) - shift for t in span)
        return (low, high) if high > low else None

    return replace(
        occurrence,
        start=max(occurrence.start, begin) - shift,
        end=min(occurrence.end, end) - shift,
        start_frame=max(0, occurrence.start_frame - first),
        end_frame=min(count, occurrence.end_frame - first),
        start_range=inside(occurrence.start_range),
        end_range=inside(occurrence.end_range),
        file=numbers[place],
    )


def _pairs(repeats: Sequence[Repeat], fingerprints: Sequence[Fingerprint]) -> list[Shared]:
    """Any two files that share something, the most first."""
    spans: dict[tuple[int, int], tuple[list[tuple[float, float]], list[tuple[float, float]]]] = defaultdict(
        lambda: ([], [])
    )
    for repeat in repeats:
        for a, b in combinations(repeat.occurrences, 2):
            if a.file is None or b.file is None or a.file == b.file:
                continue
            sides = spans[a.file, b.file]
            sides[0].append((a.start, a.end))
            sides[1].append((b.start, b.end))
    found = []
    for files, sides in spans.items():
        seconds = [covered(side) for side in sides]
        whole = [_is_whole(side, fingerprints[file]) for side, file in zip(sides, files, strict=True)]
        found.append(Shared(files, (seconds[0], seconds[1]), (whole[0], whole[1])))
    return sorted(found, key=lambda pair: (-max(pair.seconds), pair.files))


def _is_whole(spans: Sequence[tuple[float, float]], fingerprint: Fingerprint) -> bool:
    """Whether the spans cover the whole file without a gap."""
    length = fingerprint.end - float(fingerprint.times[0])
    step = length / len(fingerprint)
    return covered(spans) >= length - 2 * WHOLE * step


def summary_of(repeats: Sequence[Repeat], pairs: Sequence[Shared], files: int) -> str:
    """One sentence for a person."""
    same = sum(all(pair.whole) for pair in pairs)
    if not repeats:
        return f"None of the {files} files shows anything of another."
    inside = sum(len({o.file for o in repeat.occurrences}) == 1 for repeat in repeats)
    parts = []
    if pairs:
        parts.append(
            f"{count(len(repeats) - inside, 'stretch is', 'stretches are')} shown in more than one of {files} files"
        )
    if same:
        parts.append(f"{count(same, 'pair is', 'pairs are')} the same from end to end")
    if inside:
        parts.append(f"{count(inside, 'repeat lies', 'repeats lie')} inside one file")
    return ", ".join(parts) + "."
