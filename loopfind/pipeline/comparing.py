"""Compare files."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from loopfind.comparison.ranking import groups_of, matches_of
from loopfind.engine.cross_file import CrossFileResult, laid_over
from loopfind.errors import BadSetting
from loopfind.exhibits.select_across import juxtaposed
from loopfind.media.stills import shots
from loopfind.model.comparison import Comparison, Failure
from loopfind.model.exhibits import ComparisonExhibits, Shots
from loopfind.model.library import Reading, TrackReading
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.cache import Cache, reader
from loopfind.pipeline.dtw import kind_for, warped
from loopfind.pipeline.inputs import CancelToken, decoding_of, each, files_in
from loopfind.pipeline.scanning import FEW, SMALL, WIDE
from loopfind.reports.summaries import search_progress, summary_of_matches, summary_of_shared, summary_of_warps
from loopfind.settings import SMALLEST_HASH, CompareSettings, Settings


def compare(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
) -> Comparison:
    """What several files share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth; the first
    settings.query of them are what is looked for in the others. A file that cannot be read is a Failure of the answer
    if a folder named it; otherwise its MediaError is raised. Raises UsageError where fewer than two files are left, or
    one with settings.own, and MissingExtra where colours are to be aligned and nothing is there to do it. In the
    answer, settings.query counts files. cache: as for `scan`.
    """
    return _compared(paths, settings, watch, log, cache)[0]


def compare_to_show(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
) -> tuple[Comparison, ComparisonExhibits]:
    """What `compare` says, and what to show of it: curves, and frames read again where they are.

    Arguments and errors as for `compare`. Frames of what cannot be read twice are missing.
    """
    comparison, laid = _compared(paths, settings, watch, log, cache)
    shown = juxtaposed(comparison, laid)
    frames = sorted(set(shown.frames()))
    by_file = {number: list(group) for number, group in groupby(frames, lambda frame: frame.file)}
    width = WIDE if len(frames) <= FEW else SMALL
    taken: Shots = {}
    for number, wanted in by_file.items():
        source, times = comparison.sources[number], [frame.time for frame in wanted]
        for place, shot in shots(source.path, settings.stream, times, width):
            taken[wanted[place]] = shot
            if watch is not None:
                watch(Progress(f"taking pictures of {len(by_file)} files", len(taken), times[place], source.duration))
    return comparison, replace(shown, shots=taken)


def _compared(
    paths: Sequence[str],
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    cache: Cache | None,
) -> tuple[Comparison, CrossFileResult]:
    """The comparison, and what it was read off."""
    kind = kind_for(settings)
    wanted, queries = files_in(paths, settings.query)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    colours = settings.align == "dtw"
    asked = Settings(kind=kind, hash_size=SMALLEST_HASH, stream=settings.stream, stall=settings.stall)
    if cache is not None and not colours:
        asked = Settings(stream=settings.stream, stall=settings.stall)  # so that a scan has its codes too
    with reader(cache, decoding_of(len(wanted), settings.jobs)) as videos:

        def one(
            path: str, halt: CancelToken, seen: Watch | None, said: Callable[[str], None]
        ) -> tuple[Reading | TrackReading, float]:
            reading: Reading | TrackReading
            if colours:
                reading = videos.read(path, asked, None, [halt], seen, said).reading
            else:
                reading = videos.track(path, asked, [halt], seen, said)
            return reading, reading.source.duration

        found = each(wanted, one, settings.jobs, watch, log)
        return _laid(found, queries, settings, watch)


def _laid(
    found: Sequence[Reading | TrackReading | Failure], queries: int, settings: CompareSettings, watch: Watch | None
) -> tuple[Comparison, CrossFileResult]:
    """The comparison of what was read. queries: how many of them are looked for in the others."""
    files = [item for item in found if not isinstance(item, Failure)]
    queries = sum(not isinstance(item, Failure) for item in found[:queries])
    if settings.query and not 0 < queries < len(files):
        what = "clip that could be read" if not queries else "file to look in that could be read"
        raise BadSetting("the files to compare", len(files), f"there is no {what}")
    settings = replace(settings, query=queries)
    needed = 1 if settings.own else 2
    if len(files) < needed:
        raise BadSetting("the files to compare", len(files), f"only so many could be read, and it takes {needed}")
    if settings.align == "dtw":
        colours = [file for file in files if isinstance(file, Reading)]
        return _warped(colours, found, settings, watch), CrossFileResult()
    if watch is not None:
        watch(search_progress(sum(file.source.duration for file in files)))
    laid = laid_over([file.track for file in files], settings)
    repeats, pairs, sources = laid.repeats, laid.pairs, tuple(file.source for file in files)
    matches = matches_of(repeats, pairs, sources, queries)
    said = (
        summary_of_matches(matches, len(files), queries) if queries else summary_of_shared(repeats, pairs, len(files))
    )
    comparison = Comparison(
        sources=sources,
        settings=settings,
        summary=said,
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=tuple(file.losses for file in files),
        matches=matches,
        groups=() if queries else groups_of(repeats, pairs, sources),
    )
    return comparison, laid


def _warped(
    files: Sequence[Reading],
    found: Sequence[Reading | TrackReading | Failure],
    settings: CompareSettings,
    watch: Watch | None,
) -> Comparison:
    """The comparison by colours of what was read."""
    warps = warped([file.fingerprint for file in files], settings, watch)
    return Comparison(
        sources=tuple(file.source for file in files),
        settings=settings,
        summary=summary_of_warps(warps),
        repeats=(),
        pairs=(),
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=tuple(file.losses for file in files),
        warps=warps,
    )
