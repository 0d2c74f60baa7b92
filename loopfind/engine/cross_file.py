"""Repeats of several files: runs on their joint timeline, each in the files that it lies in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from loopfind.arrays.time_index import covered
from loopfind.engine.candidates.library import QUESTIONS, candidates_from_index
from loopfind.engine.findings import asked_in_turn, runs_of
from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.engine.signal.concat import JointTimeline, joint_timeline_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import CandidateBatch, IndexHits, Matches, Run
from loopfind.model.comparison import Shared
from loopfind.model.fingerprint import Signal, Track
from loopfind.model.report import Occurrence, Repeat, counted_from_first_content
from loopfind.settings import CompareSettings

_MISSING_AT_END = 2.5
"""Frames that may lack at either end of a file whose whole content is shared: a copy often loses one."""


@dataclass(frozen=True)
class CrossFileResult:
    """Files compared: what they share, and what that was concluded from.

    joint, signal, runs: the joint timeline and what repeats on it; None and nothing where there is too little to
    compare. numbers: for each file of the joint timeline its number among those compared.
    """

    repeats: tuple[Repeat, ...] = ()
    pairs: tuple[Shared, ...] = ()
    joint: JointTimeline | None = None
    signal: Signal | None = None
    runs: tuple[Run, ...] = ()
    numbers: tuple[int, ...] = ()


def across(files: Sequence[Track], settings: CompareSettings) -> tuple[tuple[Repeat, ...], tuple[Shared, ...]]:
    """Return what files share, as repeats and by pairs of files. Files of fewer than two frames share nothing."""
    result = compare_tracks(files, settings)
    return result.repeats, result.pairs


def compare_tracks(
    files: Sequence[Track], settings: CompareSettings, tell: Callable[[float], None] | None = None
) -> CrossFileResult:
    """Compare files: return what `across` does, with what it was concluded from. tell: called with the share that is
    done, 0 to 1."""
    numbers = [number for number, file in enumerate(files) if len(file) > 1]
    if len(numbers) < (1 if settings.own else 2):
        return CrossFileResult()
    joint = joint_timeline_of([files[number] for number in numbers])
    signal = signal_of(joint.track, joint.parts(settings.own and not settings.query))
    return _result_of(joint, signal, asked_in_turn(signal, tell, across=True), settings, numbers, files)


def compare_hits(files: Sequence[Track], hits: IndexHits, settings: CompareSettings, among: int) -> CrossFileResult:
    """Return what files share in the moments that an index has led to.

    files: each of two frames or more. hits: alike moments of files, which go by their places among these.
    among: frames of everything that was looked through.
    """
    joint = joint_timeline_of(files)
    parts = replace(joint.parts(own=False), among=among)
    signal = signal_of(joint.track, parts)
    matches = {}
    for number, question in enumerate(QUESTIONS):
        own = hits.where(hits.question == number)
        stored, asked = joint.frames_at(own.stored, own.stored_ms), joint.frames_at(own.asked, own.asked_ms)
        matches[question] = Matches(stored, asked)
    numbers = range(len(files))
    return _result_of(joint, signal, candidates_from_index(signal, matches), settings, numbers, files)


def _result_of(
    joint: JointTimeline,
    signal: Signal,
    candidates: Iterable[CandidateBatch],
    settings: CompareSettings,
    numbers: Sequence[int],
    files: Sequence[Track],
) -> CrossFileResult:
    """Follow candidates on a joint timeline, and return what its files share."""
    runs = [_cut_to_files(run, joint, signal) for run in runs_of(signal, candidates)]
    runs = [run for run in runs if _wanted(run, joint, numbers, settings)]
    repeats = []
    for repeat in repeats_of(families_in(runs, signal), signal, joint.track.end):
        occurrences = counted_from_first_content([_placed(o, joint, signal, numbers) for o in repeat.occurrences])
        repeats.append(replace(repeat, occurrences=tuple(sorted(occurrences, key=lambda o: (o.file, o.start)))))
    pairs = [pair for pair in pairs_of(repeats, files) if settings.joins(*pair.files)]
    close = _closeness(runs, joint, numbers)
    pairs = [replace(pair, closeness=close.get(pair.files)) for pair in pairs]
    return CrossFileResult(tuple(repeats), tuple(pairs), joint, signal, tuple(runs), tuple(numbers))


def _cut_to_files(run: Run, joint: JointTimeline, signal: Signal) -> Run:
    """Return the run, cut to its two files: at unlike frame rates, frames without a partner may lead past an end."""
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


def _wanted(run: Run, joint: JointTimeline, numbers: Sequence[int], settings: CompareSettings) -> bool:
    """Tell whether a run joins two files that were to be compared."""
    return settings.joins(*_files_of(run, joint, numbers))


def _files_of(run: Run, joint: JointTimeline, numbers: Sequence[int]) -> tuple[int, int]:
    """Return the two files that a run joins: those of its middles, as an end may lie a frame outside of its file."""
    one, other = (joint.file_of((a + b) // 2) for a, b in ((run.first, run.last), (run.other_first, run.other_last)))
    return numbers[one], numbers[other]


def _closeness(runs: Sequence[Run], joint: JointTimeline, numbers: Sequence[int]) -> dict[tuple[int, int], float]:
    """Return how exactly any two files agree where they do, each run counted by its length.

    Footage differs from moment to moment. A run's contrast is the share of that difference which the match takes away;
    its residual is what the match leaves.
    """
    found: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for run in runs:
        one, other = sorted(_files_of(run, joint, numbers))
        exact = min(max(run.contrast, 0.0), 1.0) * (1 - min(max(run.residual, 0.0), 1.0))
        found[one, other].append((run.end - run.start, exact))
    return {
        files: sum(length * exact for length, exact in parts) / max(sum(length for length, _ in parts), 1e-9)
        for files, parts in found.items()
    }


def _placed(occurrence: Occurrence, joint: JointTimeline, signal: Signal, numbers: Sequence[int]) -> Occurrence:
    """Return an occurrence on the joint timeline as one in its own file, not past its ends."""
    place = joint.file_of((occurrence.start_frame + occurrence.end_frame) // 2)
    first, count, shift = int(joint.first[place]), int(joint.frames[place]), float(joint.shift[place])
    begin, end = float(signal.times[first]), float(signal.times[first + count])

    def inside(span: tuple[float, float] | None) -> tuple[float, float] | None:
        if span is None:
            return None
        low, high = (min(max(t, begin), end) - shift for t in span)
        return (low, high) if high > low else None

    low, high = max(occurrence.start, begin), min(occurrence.end, end)
    contents = sorted((occurrence.content_at(low), occurrence.content_at(high)))
    return replace(
        occurrence,
        start=low - shift,
        end=high - shift,
        content_start=contents[0],
        content_end=contents[1],
        start_frame=max(0, occurrence.start_frame - first),
        end_frame=min(count, occurrence.end_frame - first),
        start_range=inside(occurrence.start_range),
        end_range=inside(occurrence.end_range),
        file=numbers[place],
    )


def pairs_of(repeats: Sequence[Repeat], files: Sequence[Track]) -> list[Shared]:
    """Return any two files that share something, those that share most first."""
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
    for pair, sides in spans.items():
        seconds = [covered(side) for side in sides]
        whole = [_is_whole(side, files[file]) for side, file in zip(sides, pair, strict=True)]
        found.append(Shared(pair, (seconds[0], seconds[1]), (whole[0], whole[1])))
    return sorted(found, key=lambda pair: (-max(pair.seconds), pair.files))


def _is_whole(spans: Sequence[tuple[float, float]], file: Track) -> bool:
    """Tell whether spans cover a whole file, but for _MISSING_AT_END frames at either end."""
    length = file.end - float(file.times[0])
    step = length / len(file)
    return covered(spans) >= length - 2 * _MISSING_AT_END * step
